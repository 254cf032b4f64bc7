//! Idempotency keys: a creating request that is sent twice happens once, and is answered twice alike.
//!
//! `begin` before the work, `finish` with the answer in the work's own transaction, `abandon` when the work failed and
//! may be tried anew. A request that was too slow loses its key to the next; then its `finish` finds nothing to write,
//! and its work must not be kept.
//! One implementation serves both the house (table `idempotency`) and the partners (`partner_idempotency`).

use countersign_released::clock::Timestamp;
use countersign_released::digest::Digest;
use sqlx::{Any, Executor};

use crate::db::Db;
use crate::error::StoreError;
use crate::identity::PartnerIdentity;
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

/// How a key stands when a request arrives with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nobody used it: do the work, and hold the key meanwhile.
    New(Held),
    /// The work was done: answer this again.
    Replay { status: u16, body: String },
    /// The key was used for another request (422).
    Mismatch,
    /// The first request is still at work (409).
    InProgress,
}

/// A key that a request holds while it works. `since` tells it from a later request that took the key over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub key: String,
    pub route: String,
    pub since: Timestamp,
}

/// A request that did not finish within this time died with its process; the next may try.
pub const STALE_SECONDS: i64 = 60;
/// How long an answer can be had again.
pub const KEEP_SECONDS: i64 = 24 * 3600;

/// A table of keys.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    begin: &'static str,
    restart: &'static str,
    look: &'static str,
    finish: &'static str,
    abandon: &'static str,
}

macro_rules! keys {
    ($table:literal) => {
        Keys {
            begin: concat!(
                "INSERT INTO ",
                $table,
                " (actor, idem_key, route, request_digest, started_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (actor, idem_key, route) DO NOTHING"
            ),
            // Takes over a record that is too old, or whose request died; only one of two that try does.
            restart: concat!(
                "UPDATE ",
                $table,
                " SET request_digest = $4, started_at = $5, status = NULL, body = NULL
                 WHERE actor = $1 AND idem_key = $2 AND route = $3
                   AND (started_at <= $6 OR (status IS NULL AND started_at <= $7))"
            ),
            look: concat!(
                "SELECT idem_key, request_digest, status, body FROM ",
                $table,
                " WHERE actor = $1 AND idem_key = $2 AND route = $3"
            ),
            finish: concat!(
                "UPDATE ",
                $table,
                " SET status = $5, body = $6
                 WHERE actor = $1 AND idem_key = $2 AND route = $3 AND started_at = $4 AND status IS NULL"
            ),
            abandon: concat!(
                "DELETE FROM ",
                $table,
                " WHERE actor = $1 AND idem_key = $2 AND route = $3 AND started_at = $4 AND status IS NULL"
            ),
        }
    };
}

/// The house's keys.
pub const HOUSE: Keys = keys!("idempotency");
/// The partners' keys.
pub const PARTNER: Keys = keys!("partner_idempotency");

/// Whose key, and for what.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'a> {
    pub actor: &'a str,
    pub key: &'a str,
    pub route: &'a str,
}

impl Keys {
    pub async fn begin(self, db: &Db, of: KeyOf<'_>, request: &Digest, now: Timestamp) -> Result<Begin, StoreError> {
        let mut tx = db.begin().await?;
        let held = || Held { key: of.key.to_owned(), route: of.route.to_owned(), since: now };
        let inserted = sqlx::query(self.begin)
            .bind(of.actor)
            .bind(of.key)
            .bind(of.route)
            .bind(request.as_str())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if inserted == 1 {
            tx.commit().await?;
            return Ok(Begin::New(held()));
        }
        let restarted = sqlx::query(self.restart)
            .bind(of.actor)
            .bind(of.key)
            .bind(of.route)
            .bind(request.as_str())
            .bind(now.micros())
            .bind(now.plus_seconds(-KEEP_SECONDS).micros())
            .bind(now.plus_seconds(-STALE_SECONDS).micros())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if restarted == 1 {
            tx.commit().await?;
            return Ok(Begin::New(held()));
        }
        let row = sqlx::query(self.look).bind(of.actor).bind(of.key).bind(of.route).fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        // It was there a moment ago; whoever held it has just abandoned it.
        let Some(row) = row else { return Ok(Begin::InProgress) };
        let read = Reader::new(&row, "idempotency", "idem_key");
        if read.text("request_digest")? != request.as_str() {
            return Ok(Begin::Mismatch);
        }
        match (read.number_opt("status")?, read.text_opt("body")?) {
            (Some(status), Some(body)) => {
                let status = u16::try_from(status).map_err(|_| read.broken("status is no HTTP status"))?;
                Ok(Begin::Replay { status, body })
            }
            _ => Ok(Begin::InProgress),
        }
    }

    /// Keeps the answer. In the transaction of the work itself: an error means that the key was lost to a later request,
    /// and that the work must be rolled back.
    pub async fn finish<'e>(
        self,
        executor: impl Executor<'e, Database = Any>,
        actor: &str,
        held: &Held,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let rows = sqlx::query(self.finish)
            .bind(actor)
            .bind(held.key.as_str())
            .bind(held.route.as_str())
            .bind(held.since.micros())
            .bind(i64::from(status))
            .bind(body)
            .execute(executor)
            .await?
            .rows_affected();
        if rows == 1 {
            Ok(())
        } else {
            Err(StoreError::conflict("this request took so long that another one with its Idempotency-Key began"))
        }
    }

    /// Frees a key that is still held.
    pub async fn abandon(self, db: &Db, actor: &str, held: &Held) -> Result<(), StoreError> {
        sqlx::query(self.abandon)
            .bind(actor)
            .bind(held.key.as_str())
            .bind(held.route.as_str())
            .bind(held.since.micros())
            .execute(db.writer())
            .await?;
        Ok(())
    }
}

impl ReleasedStore {
    pub async fn idempotency_begin(
        &self,
        partner: &PartnerIdentity,
        key: &str,
        route: &str,
        request: &Digest,
    ) -> Result<Begin, StoreError> {
        let actor = partner.id.to_string();
        PARTNER.begin(&self.db, KeyOf { actor: &actor, key, route }, request, self.clock.now()).await
    }

    pub async fn idempotency_abandon(&self, partner: &PartnerIdentity, held: &Held) -> Result<(), StoreError> {
        PARTNER.abandon(&self.db, &partner.id.to_string(), held).await
    }

    /// Forgets partners' answers that nobody may ask for again; how many. To be called now and then.
    pub async fn idempotency_sweep(&self) -> Result<u64, StoreError> {
        sweep(&self.db, "DELETE FROM partner_idempotency WHERE started_at < ", self.clock.now()).await
    }
}

/// Deletes by `statement` what started too long ago to be asked for again.
pub async fn sweep(db: &Db, statement: &'static str, now: Timestamp) -> Result<u64, StoreError> {
    Sql::new(statement).bind(now.plus_seconds(-2 * KEEP_SECONDS).micros()).execute(db.writer()).await
}
