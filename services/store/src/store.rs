//! The house's door to the database.

use std::sync::Arc;

use countersign_domain::clock::{Clock, Timestamp};
use countersign_domain::id::IdSource;
use countersign_store_released::StoreError;
use countersign_store_released::db::{Access, Db};
use countersign_store_released::dialect::Dialect;
use sqlx::migrate::{MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Cheap to clone; all clones share their connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl Store {
    /// Opens `sqlite:PATH?mode=rwc` or `postgres://…` and brings its schema up to date. Several processes may do so at
    /// once: the migrations run one after the other.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program wrote the data; it is left untouched.
    pub async fn open(url: &str, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, StoreError> {
        let db = Db::open(url, Access::House).await?;
        let migrator = match db.dialect {
            Dialect::Sqlite => &SQLITE,
            Dialect::Postgres => &POSTGRES,
        };
        migrator.run(db.writer()).await.map_err(|error| migration_failed(error, migrator))?;
        Ok(Self { db, clock, ids })
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

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The connections, for tests that try to get round the gate.
    #[doc(hidden)]
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }
}

fn migration_failed(error: MigrateError, migrator: &Migrator) -> StoreError {
    let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
    match error {
        MigrateError::VersionMissing(have) | MigrateError::VersionTooNew(have, _) => {
            StoreError::NewerSchema { have, known }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => {
            StoreError::broken("_sqlx_migrations", version, error)
        }
        other => StoreError::Internal(sqlx::Error::Migrate(Box::new(other))),
    }
}
