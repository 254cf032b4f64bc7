//! The house's idempotency keys; how they work is told in `countersign_store_released::idempotency`.

use countersign_domain::digest::Digest;
use countersign_domain::id::AssetId;
use countersign_domain::kit::Kit;
use countersign_store_released::idempotency::{HOUSE, Held, KeyOf, sweep};
use countersign_store_released::{Begin, StoreError};

use crate::{Actor, Store};

/// Makes a body of the kit and its assets' ids.
pub type ReplyBody = Box<dyn Fn(&Kit, &[AssetId]) -> String + Send + Sync>;

/// The answer to keep under an idempotency key, written in the same transaction as the work: a crash leaves both or
/// neither. Call [`Store::idempotency_begin`] first; do not call `finish` after.
pub struct Reply {
    pub actor: Actor,
    pub held: Held,
    pub status: u16,
    /// The body, once the kit and its assets have their ids.
    pub body: ReplyBody,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("held", &self.held).field("status", &self.status).finish_non_exhaustive()
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

    /// For work without a transaction of its own to keep its answer in, and that cannot happen twice anyway.
    pub async fn idempotency_finish(
        &self,
        actor: Actor,
        held: &Held,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        HOUSE.finish(self.db.writer(), &actor.to_string(), held, status, body).await
    }

    /// After work that failed: the key may be used anew.
    pub async fn idempotency_abandon(&self, actor: Actor, held: &Held) -> Result<(), StoreError> {
        HOUSE.abandon(&self.db, &actor.to_string(), held).await
    }

    /// Forgets answers that nobody may ask for again; how many. To be called now and then.
    pub async fn idempotency_sweep(&self) -> Result<u64, StoreError> {
        sweep(&self.db, "DELETE FROM idempotency WHERE started_at < ", self.now()).await
    }
}
