//! The house's idempotency keys; how they work is told in `countersign_store_released::idempotency`.

use countersign_domain::digest::Digest;
use countersign_domain::kit::Kit;
use countersign_store_released::idempotency::{HOUSE, KeyOf, sweep};
use countersign_store_released::{Begin, StoreError};

use crate::{Actor, Store};

/// The answer to keep under an idempotency key, written in the same transaction as the work: a crash leaves both or
/// neither. Call [`Store::idempotency_begin`] first; do not call `finish` after.
pub struct Reply {
    pub actor: Actor,
    pub key: String,
    pub route: String,
    pub status: u16,
    /// The body, once the kit has its id.
    pub body: Box<dyn Fn(&Kit) -> String + Send + Sync>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("route", &self.route).field("status", &self.status).finish_non_exhaustive()
    }
}

impl Store {
    pub async fn idempotency_begin(
        &self,
        actor: Actor,
        key: &str,
        route: &str,
        request: &Digest,
    ) -> Result<Begin, StoreError> {
        let actor = actor.to_string();
        HOUSE.begin(&self.db, KeyOf { actor: &actor, key, route }, request, self.now()).await
    }

    pub async fn idempotency_finish(
        &self,
        actor: Actor,
        key: &str,
        route: &str,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let actor = actor.to_string();
        HOUSE.finish(self.db.writer(), KeyOf { actor: &actor, key, route }, status, body).await
    }

    /// After work that failed: the key may be used anew.
    pub async fn idempotency_abandon(&self, actor: Actor, key: &str, route: &str) -> Result<(), StoreError> {
        let actor = actor.to_string();
        HOUSE.abandon(&self.db, KeyOf { actor: &actor, key, route }).await
    }

    /// Forgets answers that nobody may ask for again; how many. To be called now and then.
    pub async fn idempotency_sweep(&self) -> Result<u64, StoreError> {
        sweep(&self.db, self.now()).await
    }
}
