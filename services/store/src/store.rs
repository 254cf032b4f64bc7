//! S
use std::sync::Arc;
use countersign_domain::clock::Clock;
use countersign_domain::id::IdSource;
use countersign_store_released::db::Db;
use countersign_store_released::StoreError;

#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}
impl Store {
    pub async fn open(url: &str, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, StoreError> { todo!() }
    pub async fn ping(&self) -> Result<(), StoreError> { self.db.ping().await }
    pub async fn close(&self) { self.db.close().await }
    #[must_use] pub fn clock(&self) -> &dyn Clock { &*self.clock }
    #[must_use] pub fn ids(&self) -> &dyn IdSource { &*self.ids }
}
