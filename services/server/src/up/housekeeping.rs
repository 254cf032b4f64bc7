//! What has to be forgotten now and then: answers that nobody may ask for again, sessions that are over.

use std::time::Duration;

use countersign_store::{Store, StoreError};
use countersign_store_released::ReleasedStore;
use tokio::sync::watch;

/// How often. Nothing depends on it: what is over is refused wherever it is asked for.
const PERIOD: Duration = Duration::from_secs(3600);

/// Runs until `stop` says true; the first time at once, for a service that never lives an hour.
pub async fn keep(store: Store, released: ReleasedStore, mut stop: watch::Receiver<bool>) {
    loop {
        match sweep(&store, &released).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows.count = rows, "housekeeping.swept"),
            Err(error) => tracing::warn!(error = %error, "housekeeping.failed"),
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn sweep(store: &Store, released: &ReleasedStore) -> Result<u64, StoreError> {
    Ok(store.idempotency_sweep().await? + released.idempotency_sweep().await? + store.sessions_sweep().await?)
}
