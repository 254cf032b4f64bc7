//! The audit trail: a chain of hashes, one row an act, appended in the act's own transaction.
//!
//! Each row's hash covers its content and the hash of the row before, so no row can be changed, taken out or put in
//! without every later hash giving it away; the counter's row gives away a trail that was cut short.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::{Digest, canonical_json};
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{Page, PageRequest, StoreError};
use serde_json::{Value, json};
use sqlx::any::AnyRow;

use crate::{Actor, Store};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// `user:ID`, `partner:ID`, `cli` or `system`.
    pub actor: Option<String>,
    /// `decision.made` and so on.
    pub action: Option<String>,
    /// `asset:ID` and so on.
    pub subject: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: Value,
    pub prev_hash: String,
    pub hash: String,
}

impl AuditRow {
    fn expected_hash(&self) -> String {
        let body = json!({
            "seq": self.seq, "at": self.at.micros(), "actor": self.actor, "action": self.action,
            "subject": self.subject, "detail": self.detail, "prev": self.prev_hash,
        });
        Digest::of_json(&body).to_string()
    }
}

/// An act, to be appended. `detail` holds ids, digests and counts, never a draft's text nor a secret.
#[derive(Debug)]
pub(crate) struct Act<'a> {
    pub actor: Actor,
    pub action: &'a str,
    pub subject: String,
    pub detail: Value,
}

/// Call it last in a transaction: the counter's row stays locked until the commit, and so acts are serial.
pub(crate) async fn append(tx: &mut Tx, at: Timestamp, act: Act<'_>) -> Result<(), StoreError> {
    let row = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING name, value, hash")
        .fetch_one(&mut **tx)
        .await?;
    let read = Reader::new(&row, "counters", "name");
    let mut row = AuditRow {
        seq: read.number("value")?,
        at,
        actor: act.actor.to_string(),
        action: act.action.to_owned(),
        subject: act.subject,
        detail: act.detail,
        prev_hash: read.text("hash")?,
        hash: String::new(),
    };
    row.hash = row.expected_hash();
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, action, subject, detail, prev_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.seq)
    .bind(row.at.micros())
    .bind(row.actor)
    .bind(row.action)
    .bind(row.subject)
    .bind(canonical_json(&row.detail))
    .bind(row.prev_hash)
    .bind(row.hash.clone())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE counters SET hash = $1 WHERE name = 'audit'").bind(row.hash).execute(&mut **tx).await?;
    Ok(())
}

const COLUMNS: &str = "SELECT seq, at, actor, action, subject, detail, prev_hash, hash FROM audit WHERE 1 = 1";

impl Store {
    /// Newest first.
    pub async fn audit(&self, filter: AuditFilter, page: PageRequest) -> Result<Page<AuditRow>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .and_if(" AND actor = ", filter.actor)
            .and_if(" AND action = ", filter.action)
            .and_if(" AND subject = ", filter.subject)
            .and_if(" AND at >= ", filter.since.map(Timestamp::micros))
            .and_if(" AND at < ", filter.until.map(Timestamp::micros))
            .and_if(" AND seq < ", page.after_number()?)
            .push(" ORDER BY seq DESC LIMIT ")
            .bind(i64::from(page.limit()) + 1)
            .fetch_all(self.db.reader())
            .await?;
        let items = rows.iter().map(read_row).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, page.limit(), |row| row.seq.to_string()))
    }

    /// Recomputes the whole chain. How many rows it has, or [`StoreError::Broken`] with the first row that lies.
    pub async fn verify_audit(&self) -> Result<u64, StoreError> {
        // The end is read first: rows that are appended meanwhile are beyond it.
        let end = sqlx::query("SELECT name, value, hash FROM counters WHERE name = 'audit'")
            .fetch_one(self.db.reader())
            .await?;
        let end = Reader::new(&end, "counters", "name");
        let (last, last_hash) = (end.number("value")?, end.text("hash")?);
        let (mut seq, mut hash) = (0_i64, String::new());
        while seq < last {
            let rows = Sql::new(COLUMNS)
                .push(" AND seq > ")
                .bind(seq)
                .push(" AND seq <= ")
                .bind(last)
                .push(" ORDER BY seq LIMIT 500")
                .fetch_all(self.db.reader())
                .await?;
            if rows.is_empty() {
                return Err(StoreError::broken("audit", seq + 1, "rows are missing at the end"));
            }
            for row in &rows {
                let row = read_row(row)?;
                if row.seq != seq + 1 {
                    return Err(StoreError::broken("audit", seq + 1, "the row is missing"));
                }
                if row.prev_hash != hash {
                    return Err(StoreError::broken("audit", row.seq, "does not follow the row before"));
                }
                if row.hash != row.expected_hash() {
                    return Err(StoreError::broken("audit", row.seq, "was changed after it was written"));
                }
                (seq, hash) = (row.seq, row.hash);
            }
        }
        if hash != last_hash {
            return Err(StoreError::broken("audit", seq, "is not the last row that was written"));
        }
        u64::try_from(seq).map_err(|_| StoreError::broken("counters", "audit", "is negative"))
    }
}

fn read_row(row: &AnyRow) -> Result<AuditRow, StoreError> {
    let read = Reader::new(row, "audit", "seq");
    Ok(AuditRow {
        seq: read.number("seq")?,
        at: read.time("at")?,
        actor: read.text("actor")?,
        action: read.text("action")?,
        subject: read.text("subject")?,
        detail: read.json("detail")?,
        prev_hash: read.text("prev_hash")?,
        hash: read.text("hash")?,
    })
}
