//! S
use countersign_domain::digest::Digest;
use countersign_domain::kit::Kit;
use countersign_store_released::{Begin, StoreError};
use crate::{Actor, Store};
/// The answer to keep under an idempotency key, written in the same transaction as the work.
pub struct Reply { pub actor: Actor, pub key: String, pub route: String, pub status: u16, /** The body, once the kit's id is known. */ pub body: Box<dyn Fn(&Kit) -> String + Send + Sync> }
impl std::fmt::Debug for Reply { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.debug_struct("Reply").field("route", &self.route).finish_non_exhaustive() } }
impl Store {
    pub async fn idempotency_begin(&self, actor: Actor, key: &str, route: &str, request: &Digest) -> Result<Begin, StoreError> { todo!() }
    pub async fn idempotency_finish(&self, actor: Actor, key: &str, route: &str, status: u16, body: &str) -> Result<(), StoreError> { todo!() }
    pub async fn idempotency_abandon(&self, actor: Actor, key: &str, route: &str) -> Result<(), StoreError> { todo!() }
}
