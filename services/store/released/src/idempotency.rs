//! Idempotency keys: a creating request that is sent twice happens once, and is answered twice alike.
//!
//! `begin` before the work, `finish` with the answer after it, `abandon` when the work failed and may be tried anew.
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
    /// Nobody used it: do the work.
    New,
    /// The work was done: answer this again.
    Replay { status: u16, body: String },
    /// The key was used for another request (422).
    Mismatch,
    /// The first request is still at work (409).
    InProgress,
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
                " SET status = $4, body = $5 WHERE actor = $1 AND idem_key = $2 AND route = $3"
            ),
            abandon: concat!(
                "DELETE FROM ",
                $table,
                " WHERE actor = $1 AND idem_key = $2 AND route = $3 AND status IS NULL"
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
            return Ok(Begin::New);
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
            return Ok(Begin::New);
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

    /// Runs within the transaction of the work itself where the caller has one, so that both or neither happen.
    pub async fn finish<'e>(
        self,
        executor: impl Executor<'e, Database = Any>,
        of: KeyOf<'_>,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(self.finish)
            .bind(of.actor)
            .bind(of.key)
            .bind(of.route)
            .bind(i64::from(status))
            .bind(body)
            .execute(executor)
            .await?;
        Ok(())
    }

    pub async fn abandon(self, db: &Db, of: KeyOf<'_>) -> Result<(), StoreError> {
        sqlx::query(self.abandon).bind(of.actor).bind(of.key).bind(of.route).execute(db.writer()).await?;
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

    pub async fn idempotency_finish(
        &self,
        partner: &PartnerIdentity,
        key: &str,
        route: &str,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let actor = partner.id.to_string();
        PARTNER.finish(self.db.writer(), KeyOf { actor: &actor, key, route }, status, body).await
    }

    pub async fn idempotency_abandon(
        &self,
        partner: &PartnerIdentity,
        key: &str,
        route: &str,
    ) -> Result<(), StoreError> {
        let actor = partner.id.to_string();
        PARTNER.abandon(&self.db, KeyOf { actor: &actor, key, route }).await
    }
}

/// For callers that build statements: forget answers that nobody may ask for again.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    Sql::new("DELETE FROM idempotency WHERE started_at < ")
        .bind(now.plus_seconds(-2 * KEEP_SECONDS).micros())
        .execute(db.writer())
        .await
}
