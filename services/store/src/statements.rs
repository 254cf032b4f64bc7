//! What partners say of themselves, and what a second person decided about it.
//!
//! The released view puts the latest approved wording into the profile that partners get, or none. So nothing here
//! publishes anything: an approval makes the view see the newer wording.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::{PartnerId, UserId};
use countersign_domain::profile::Profile;
use countersign_domain::statement::{Statement, StatementRefusal, StatementState, StatementVerdict};
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::partners::{latest_version, subject};
use crate::{Actor, Store};

#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error("there is no such statement")]
    NotFound,
    #[error(transparent)]
    Refusal(#[from] StatementRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StatementError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A statement with what a person needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementView {
    pub statement: Statement,
    pub slug: String,
    pub display_name: String,
    /// Who wrote it, by name where it was a person of the house.
    pub author_name: Option<String>,
    /// Who decided, where it is decided.
    pub reviewer_name: Option<String>,
}

// From the statements, not from the partners: the queue asks for the few that wait, and no profile is read for others.
const COLUMNS: &str = "SELECT s.partner_id, s.digest, s.text, s.author, s.written_at,
       d.reviewer_id, d.verdict, d.reason, d.decided_at,
       p.slug, f.profile, w.name AS author_name, r.name AS reviewer_name
FROM partner_statements s
LEFT JOIN statement_decisions d ON d.partner_id = s.partner_id AND d.digest = s.digest
JOIN partners p ON p.id = s.partner_id
JOIN partner_profiles f ON f.partner_id = p.id
    AND f.version = (SELECT MAX(l.version) FROM partner_profiles l WHERE l.partner_id = p.id)
    AND s.text = ";
const JOINS: &str = "
LEFT JOIN users w ON s.author = 'user:' || w.id
LEFT JOIN users r ON r.id = d.reviewer_id
WHERE 1 = 1";

impl Store {
    /// Those of the latest profiles that wait for a person, the oldest first.
    pub async fn statements_waiting(&self) -> Result<Vec<StatementView>, StoreError> {
        let rows = self
            .statements()
            .push(" AND d.verdict IS NULL ORDER BY s.written_at, p.slug")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// What the partner's latest profile says of it; `None` when that is nothing.
    pub async fn statement(&self, partner: PartnerId) -> Result<Option<StatementView>, StoreError> {
        let row =
            self.statements().push(" AND p.id = ").bind(partner.to_string()).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read).transpose()
    }

    /// Decides about the wording with that digest, for good.
    pub async fn statement_decide(
        &self,
        partner: PartnerId,
        seen: &Digest,
        verdict: StatementVerdict,
        by: UserId,
        reason: &str,
    ) -> Result<StatementView, StatementError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        if latest_version(&mut tx, self.db.dialect, partner).await?.is_none() {
            return Err(StatementError::NotFound);
        }
        let row = self.statements().push(" AND p.id = ").bind(partner.to_string()).fetch_optional(&mut *tx).await?;
        let Some(row) = row else { return Err(StatementError::NotFound) };
        // As it is written: the domain knows people only.
        let author = Reader::new(&row, "partner_statements", "partner_id").text("author")?;
        let mut view = read(&row)?;
        if view.statement.digest != *seen {
            return Err(StatementRefusal::Moved.into());
        }
        view.statement = view.statement.decide(verdict, by, now, reason)?;
        sqlx::query(
            "INSERT INTO statement_decisions (partner_id, digest, author, reviewer_id, verdict, reason, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(partner.to_string())
        .bind(seen.to_string())
        .bind(author)
        .bind(by.to_string())
        .bind(verdict.as_str())
        .bind(reason.trim())
        .bind(now.micros())
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "digest": seen, "verdict": verdict });
        let act =
            Act { actor: Actor::User(by), action: "partner.statement_decided", subject: subject(partner), detail };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(view)
    }

    fn statements(&self) -> Sql {
        Sql::new(COLUMNS).push(self.db.dialect.profile_description()).push(JOINS)
    }
}

/// Keeps a wording for whoever reads it next. One that is known keeps its first author.
pub(crate) async fn keep(
    tx: &mut Tx,
    partner: PartnerId,
    text: &str,
    actor: Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    if text.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO partner_statements (partner_id, digest, text, author, written_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (partner_id, digest) DO NOTHING",
    )
    .bind(partner.to_string())
    .bind(Digest::of_bytes(text.as_bytes()).to_string())
    .bind(text)
    .bind(actor.to_string())
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<StatementView, StoreError> {
    let read = Reader::new(row, "partner_statements", "partner_id");
    let digest: Digest = read.parse("digest")?;
    let text = read.text("text")?;
    if Digest::of_bytes(text.as_bytes()) != digest {
        return Err(read.broken("the text is not what its digest says"));
    }
    let author = match read.text("author")?.strip_prefix("user:") {
        Some(id) => Some(id.parse().map_err(|_| read.broken("the author is no user's id"))?),
        None => None,
    };
    let state = match read.text_opt("verdict")? {
        None => StatementState::Waiting,
        Some(verdict) => {
            let (by, at) = (read.parse("reviewer_id")?, read.time("decided_at")?);
            match verdict.parse().map_err(|()| read.broken("the verdict is unknown"))? {
                StatementVerdict::Approve => StatementState::Approved { by, at },
                StatementVerdict::Reject => StatementState::Rejected { by, at, reason: read.text("reason")? },
            }
        }
    };
    let profile: Profile = read.json("profile")?;
    Ok(StatementView {
        statement: Statement {
            partner: read.parse("partner_id")?,
            digest,
            text,
            author,
            written_at: read.time("written_at")?,
            state,
        },
        slug: read.text("slug")?,
        display_name: profile.display_name,
        author_name: read.text_opt("author_name")?,
        reviewer_name: read.text_opt("reviewer_name")?,
    })
}
