//! Connections: on SQLite one writer and a few readers, on PostgreSQL one pool for both.

use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, Transaction};

use crate::dialect::Dialect;
use crate::error::StoreError;

/// How long a caller waits for a connection before it is told [`StoreError::Unavailable`].
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A transaction. Dropped without [`Transaction::commit`], it never happened.
pub type Tx = Transaction<'static, Any>;

/// Whose connections these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The house's: everything.
    House,
    /// The partners': on PostgreSQL, in the role that sees releases only.
    Partner,
}

#[derive(Clone, Debug)]
pub struct Db {
    writer: AnyPool,
    reader: AnyPool,
    pub dialect: Dialect,
}

impl Db {
    pub async fn open(url: &str, access: Access) -> Result<Self, StoreError> {
        install_default_drivers();
        let dialect = Dialect::of_url(url).ok_or_else(|| {
            StoreError::conflict("a database's address starts with sqlite: or postgres://; this one does not")
        })?;
        let role = match access {
            Access::House => "",
            Access::Partner => dialect.on_connect_partner(),
        };
        let connect = dialect.on_connect();
        first_connection(url, [connect, role]).await?;
        let writers = match dialect {
            Dialect::Sqlite => 1,
            Dialect::Postgres => 16,
        };
        let writer = pool(writers, [connect, role, ""]).connect(url).await?;
        let reader = match dialect {
            Dialect::Sqlite => pool(4, [connect, role, dialect.on_connect_reader()]).connect(url).await?,
            Dialect::Postgres => writer.clone(),
        };
        Ok(Self { writer, reader, dialect })
    }

    /// Starts a transaction that may write. Never hold two at once in one task: SQLite has one writer.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(self.writer.begin_with(self.dialect.begin()).await?)
    }

    /// For reads that stand alone.
    #[must_use]
    pub fn reader(&self) -> &AnyPool {
        &self.reader
    }

    /// For single statements that write, and for migrations.
    #[must_use]
    pub fn writer(&self) -> &AnyPool {
        &self.writer
    }

    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A pool tries again and again and then says only that it timed out. One connection without a pool says what is wrong:
/// a file that is no database, a password, a role that is missing.
async fn first_connection(url: &str, on_connect: [&'static str; 2]) -> Result<(), StoreError> {
    let attempt = async {
        let mut connection = AnyConnection::connect(url).await?;
        for statements in on_connect {
            if !statements.is_empty() {
                connection.execute(statements).await?;
            }
        }
        connection.close().await
    };
    match tokio::time::timeout(ACQUIRE_TIMEOUT, attempt).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", ACQUIRE_TIMEOUT.as_secs()))),
    }
}

fn pool(size: u32, on_connect: [&'static str; 3]) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(size).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        move |connection, _meta| {
            Box::pin(async move {
                for statements in on_connect {
                    if !statements.is_empty() {
                        connection.execute(statements).await?;
                    }
                }
                Ok(())
            })
        },
    )
}
