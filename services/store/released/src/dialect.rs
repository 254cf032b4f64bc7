//! All that differs between SQLite and PostgreSQL, so that every other statement is one for both.

use sqlx::error::ErrorKind;

use crate::error::StoreError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// By the scheme of a database's address.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        if url.starts_with("sqlite:") {
            Some(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Some(Self::Postgres)
        } else {
            None
        }
    }

    /// Starts a transaction that will write. SQLite takes its one write lock at once: a transaction that reads first
    /// and then finds the lock taken could not wait for it.
    #[must_use]
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Ends a SELECT whose rows the transaction is going to change. SQLite holds the whole database already.
    #[must_use]
    pub const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// As [`Self::for_update`], for queues: rows that another worker holds are passed over.
    #[must_use]
    pub const fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The description in a `partner_profiles` row that the statement calls `f`.
    #[must_use]
    pub const fn profile_description(self) -> &'static str {
        match self {
            Self::Sqlite => "json_extract(f.profile, '$.description')",
            Self::Postgres => "f.profile::json ->> 'description'",
        }
    }

    /// What every connection that may write is told first. FULL: a committed decision survives a power cut.
    #[must_use]
    pub const fn on_connect(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; \
                 PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON;"
            }
            Self::Postgres => {
                "SET lock_timeout = '5s'; SET statement_timeout = '15s'; \
                 SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = 'warning';"
            }
        }
    }

    /// What every connection of a pool that only reads is told, after [`Self::on_connect`].
    #[must_use]
    pub const fn on_connect_reader(self) -> &'static str {
        match self {
            Self::Sqlite => "PRAGMA query_only = ON;",
            Self::Postgres => "",
        }
    }

    /// What every connection of the partners' pool is told, after [`Self::on_connect`].
    #[must_use]
    pub const fn on_connect_partner(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "SET ROLE countersign_partner;",
        }
    }
}

/// Sorts what a driver reports into what a caller can do about it.
pub(crate) fn classify(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        // A connection that ends while it is being made: what was read is not of the protocol.
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_) => StoreError::Unavailable(error.to_string()),
        sqlx::Error::Database(ref database) => {
            let code = database.code().unwrap_or_default().into_owned();
            let named = database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned);
            match database.kind() {
                ErrorKind::UniqueViolation => StoreError::Conflict(format!("this exists already ({named})")),
                ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation | ErrorKind::NotNullViolation => {
                    StoreError::Refused(named)
                }
                // character_not_in_repertoire: our strings are UTF-8, so it can only be U+0000.
                _ if code == "22021" => StoreError::Text,
                _ if refused_by_trigger(&code) => StoreError::Refused(named),
                _ if passing(&code) => StoreError::Unavailable(database.message().to_owned()),
                _ if corrupt(&code) => StoreError::broken("(database)", "-", database.message()),
                _ => StoreError::Internal(error),
            }
        }
        other => StoreError::Internal(other),
    }
}

/// SQLITE_CONSTRAINT_TRIGGER; PostgreSQL's triggers raise check_violation, which has a kind of its own.
fn refused_by_trigger(code: &str) -> bool {
    code == "1811"
}

/// Errors that pass by themselves: shutting down, starting, lost connections, deadlocks, full disks and busy files.
fn passing(code: &str) -> bool {
    if let (true, Ok(number)) = (code.len() != 5, code.parse::<i64>()) {
        // The low byte of SQLite's extended codes is the primary one: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
        return matches!(number & 0xff, 5 | 6 | 8 | 10 | 13 | 14);
    }
    code.starts_with("08")
        || code.starts_with("53")
        || code.starts_with("57P")
        || matches!(code, "40001" | "40P01" | "55P03" | "57014" | "25006" | "25P03")
}

/// SQLITE_CORRUPT, SQLITE_NOTADB; PostgreSQL's data_corrupted and index_corrupted.
fn corrupt(code: &str) -> bool {
    matches!(code, "XX001" | "XX002")
        || (code.len() != 5 && code.parse::<i64>().is_ok_and(|number| matches!(number & 0xff, 11 | 26)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_known_by_its_address() {
        assert_eq!(Dialect::of_url("sqlite:/tmp/x.db?mode=rwc"), Some(Dialect::Sqlite));
        assert_eq!(Dialect::of_url("postgres://localhost/x"), Some(Dialect::Postgres));
        assert_eq!(Dialect::of_url("mysql://localhost/x"), None);
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        for code in ["5", "517", "6", "13", "57P01", "08006", "53300", "40P01", "55P03"] {
            assert!(passing(code), "{code}");
        }
        for code in ["1", "11", "42P01", "22P02", ""] {
            assert!(!passing(code), "{code}");
        }
        assert!(corrupt("11") && corrupt("26") && !corrupt("5"));
    }
}
