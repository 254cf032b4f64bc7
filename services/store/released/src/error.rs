//! What can go wrong between us and a database. Not found is no error: reads give `Option`.

use countersign_released::digest::Digest;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or is overloaded; the same call may succeed later (HTTP 503).
    #[error("the database cannot be used now ({0}); try again")]
    Unavailable(String),
    /// The data was written by a newer program.
    #[error("the database has schema version {have}, this program knows up to {known}; run a newer countersign")]
    NewerSchema { have: i64, known: i64 },
    /// Somebody else was first, or the thing is not in a state that allows it (HTTP 409).
    #[error("{0}")]
    Conflict(String),
    /// The thing has another content by now than the caller saw (HTTP 412).
    #[error("the asset has moved on; it is now {now}; load it again")]
    Moved { now: Digest },
    /// A constraint of the gate refused the write; the constraint's name.
    #[error("the database refused this: {0}")]
    Refused(String),
    /// A job's lease was lost to another worker; nothing was written.
    #[error("the lease on this job was lost; nothing was written")]
    LeaseLost,
    /// A write named a thing that does not exist.
    #[error("there is no {what} {id}")]
    Missing { what: &'static str, id: String },
    /// Text that this database cannot hold (HTTP 422): PostgreSQL has no U+0000.
    #[error("a text holds the character U+0000, which cannot be kept; remove it")]
    Text,
    /// A cursor that this store did not give out (HTTP 400).
    #[error("this cursor is not one of ours; start again without a cursor")]
    BadCursor,
    /// What stands in the database contradicts itself; somebody or something changed it behind our back.
    #[error("table {table}, row {row}: {reason}; restore it from a backup")]
    Broken { table: &'static str, row: String, reason: String },
    /// A defect of this program, or a database set up in a way that it does not know.
    #[error("the database failed: {0}")]
    Internal(#[source] sqlx::Error),
}

impl StoreError {
    #[must_use]
    pub fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict(what.into())
    }

    #[must_use]
    pub fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Missing { what, id: id.to_string() }
    }

    #[must_use]
    pub fn broken(table: &'static str, row: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self::Broken { table, row: row.to_string(), reason: reason.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        crate::dialect::classify(error)
    }
}
