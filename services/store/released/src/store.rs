//! The partners' door to the database.

use std::sync::Arc;

use countersign_released::clock::Clock;
use countersign_released::id::IdSource;

use crate::db::{Access, Db};
use crate::error::StoreError;

/// Cheap to clone; all clones share their connections.
#[derive(Clone, Debug)]
pub struct ReleasedStore {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl ReleasedStore {
    /// Opens what `countersign-store` has migrated. On PostgreSQL every connection puts on the role
    /// `countersign_partner`, so that a defect here still could not read a draft.
    pub async fn open(url: &str, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open(url, Access::Partner).await?, clock, ids })
    }

    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db.ping().await
    }

    pub async fn close(&self) {
        self.db.close().await;
    }

    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// The connections, for tests that ask the database directly what this door may see.
    #[doc(hidden)]
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }
}
