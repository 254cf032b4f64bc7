//! Decisions: what one person decided about one digest, and taking it back in time.
//!
//! The domain's `Review::decide` is the one way to a decision; here it is given what stands in the database under the
//! asset's lock, and its outcome is written by compare-and-set. The schema refuses everything else once more.

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::blocks;
use countersign_domain::id::{AssetId, DecisionId, ReviewId, UserId};
use countersign_domain::job::Work;
use countersign_domain::kit::AssetState;
use countersign_domain::overriding::{Conditions, Powers};
use countersign_domain::review::{Ballot, Decision, Refusal, ReviewState, Verdict};
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::assets::{lock_asset, set_state};
use crate::audit::{Act, append};
use crate::jobs::enqueue;
use crate::leases::hash;
use crate::overrides;
use crate::people::roles_of;
use crate::reviews::load;
use crate::revisions::latest;
use crate::standing::lapsed;
use crate::{Actor, Store};

#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error("there is no such review")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for DecideError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error("there is no such decision")]
    NotFound,
    #[error("only whoever decided may take it back")]
    NotYours,
    #[error("it is too late: the decision has taken effect, or the asset has moved on")]
    TooLate,
    #[error("this decision was taken back already")]
    Already,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for UndoError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionView {
    pub decision: Decision,
    pub reviewer_name: String,
    pub undone_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT d.id, d.review_id, d.asset_id, d.revision_id, d.digest, d.author_id, d.context_digest,
       d.rules, d.reviewer_id, d.verdict, d.reason, d.decided_at, d.effective_at, r.name AS reviewer_name, u.undone_at
FROM decisions d
JOIN users r ON r.id = d.reviewer_id
LEFT JOIN decision_undos u ON u.decision_id = d.id
WHERE ";

impl Store {
    /// Decides, and, for an approval, queues the release for when the undo window has passed: all or nothing.
    /// `conditions` say who may let errors stand; the reviewer's roles are those of this moment.
    pub async fn decide(
        &self,
        review: ReviewId,
        ballot: Ballot,
        reviewer: UserId,
        conditions: &dyn Conditions,
        undo_seconds: i64,
    ) -> Result<Decision, DecideError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let Some(asset) = asset_of(&mut tx, review).await? else { return Err(DecideError::NotFound) };
        let asset =
            lock_asset(&mut tx, self.db.dialect, asset).await?.ok_or_else(|| StoreError::missing("asset", asset))?;
        Sql::new("SELECT id FROM reviews WHERE id = ")
            .bind(review.to_string())
            .push(self.db.dialect.for_update())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(mut loaded) = load(&mut tx, review).await? else { return Err(DecideError::NotFound) };
        let newest = latest(&mut tx, asset.id)
            .await?
            .ok_or_else(|| StoreError::broken("assets", asset.id, "has a review but no revision"))?;
        if newest.digest != ballot.digest || newest.id != loaded.review.revision.id {
            return Err(Refusal::Moved { seen: ballot.digest, now: newest.digest }.into());
        }
        let shown = hash(&ballot.lease);
        let mut fence = 0;
        if let ReviewState::Open { lease } = &mut loaded.review.state {
            // Only the token's hash is stored: who shows the token gets a lease that holds it, nobody else gets any.
            if loaded.token_hash.as_deref() == Some(shown.as_str())
                && let Some(lease) = lease
            {
                lease.token.clone_from(&ballot.lease);
                fence = lease.fence;
            } else {
                *lease = None;
            }
        }
        let findings = blocks(&loaded.review.revision.findings);
        let lapsed = match ballot.verdict {
            Verdict::Approve => lapsed(&mut *tx, &[newest.id], now).await?.remove(&newest.id).unwrap_or_default(),
            Verdict::RequestChanges | Verdict::Reject => Vec::new(),
        };
        let roles = roles_of(&mut tx, reviewer).await?;
        let powers = Powers { roles: &roles, conditions };
        let decision = loaded.review.decide(ballot, reviewer, powers, self.ids(), now, undo_seconds)?;
        // After the other refusals: who may not decide at all need not mend anything first.
        if !lapsed.is_empty() {
            return Err(Refusal::Lapsed(lapsed.join("; ")).into());
        }
        let rows = sqlx::query(
            "UPDATE reviews SET state = 'decided', decision_id = $2, closed_at = $3, lease_holder = NULL,
                 lease_token_hash = NULL, lease_expires_at = NULL
             WHERE id = $1 AND state = 'open' AND fence = $4 AND lease_token_hash = $5",
        )
        .bind(review.to_string())
        .bind(decision.id.to_string())
        .bind(now.micros())
        .bind(fence)
        .bind(shown)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows != 1 {
            return Err(Refusal::LeaseLost.into());
        }
        // First, so that the gate can count them when the decision comes.
        overrides::insert(&mut tx, decision.id, &decision.overrides).await?;
        insert(&mut tx, &decision, findings).await?;
        let state = match decision.verdict {
            Verdict::Approve => AssetState::Approved,
            Verdict::RequestChanges => AssetState::ChangesRequested,
            Verdict::Reject => AssetState::Rejected,
        };
        set_state(&mut tx, asset.id, asset.state, state, None).await?;
        if decision.verdict == Verdict::Approve {
            let work = Work::Release { decision: decision.id };
            enqueue(&mut tx, self.ids(), now, &work, decision.effective_at, None).await?;
        }
        let act = Act {
            actor: Actor::User(reviewer),
            action: "decision.made",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "decision": decision.id, "review": review, "revision": decision.revision,
                "digest": decision.digest, "context": decision.context_digest, "verdict": decision.verdict,
                "overrides": overrides::trail(&decision.overrides) }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(decision)
    }

    /// Takes a decision back before it takes effect, and reopens its review.
    pub async fn undo(&self, decision: DecisionId, user: UserId) -> Result<(), UndoError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let Some(view) = find(&mut tx, decision).await? else { return Err(UndoError::NotFound) };
        let asset = lock_asset(&mut tx, self.db.dialect, view.decision.asset)
            .await?
            .ok_or_else(|| StoreError::missing("asset", view.decision.asset))?;
        // Again, now that nothing about this asset can change.
        let Some(view) = find(&mut tx, decision).await? else { return Err(UndoError::NotFound) };
        if view.decision.reviewer != user {
            return Err(UndoError::NotYours);
        }
        if view.undone_at.is_some() {
            return Err(UndoError::Already);
        }
        let newest = latest(&mut tx, asset.id).await?;
        if now >= view.decision.effective_at || newest.is_none_or(|newest| newest.id != view.decision.revision) {
            return Err(UndoError::TooLate);
        }
        sqlx::query("INSERT INTO decision_undos (decision_id, by_user, undone_at) VALUES ($1, $2, $3)")
            .bind(decision.to_string())
            .bind(user.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        let rows = sqlx::query(
            "UPDATE reviews SET state = 'open', decision_id = NULL, closed_at = NULL
             WHERE id = $1 AND state = 'decided' AND decision_id = $2",
        )
        .bind(view.decision.review.to_string())
        .bind(decision.to_string())
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows != 1 {
            return Err(StoreError::broken("reviews", view.decision.review, "does not know its decision").into());
        }
        set_state(&mut tx, asset.id, asset.state, AssetState::InReview, None).await?;
        let act = Act {
            actor: Actor::User(user),
            action: "decision.undone",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "decision": decision, "review": view.decision.review }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// All of an asset, oldest first, those taken back too.
    pub async fn decisions(&self, asset: AssetId) -> Result<Vec<DecisionView>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .push("d.asset_id = ")
            .bind(asset.to_string())
            .push(" ORDER BY d.id")
            .fetch_all(self.db.reader())
            .await?;
        let mut views = rows.iter().map(read_decision).collect::<Result<Vec<_>, _>>()?;
        for (decision, overridden) in overrides::of_asset(self.db.reader(), asset).await? {
            if let Some(view) = views.iter_mut().find(|view| view.decision.id == decision) {
                view.decision.overrides.push(overridden);
            }
        }
        Ok(views)
    }
}

async fn asset_of(tx: &mut Tx, review: ReviewId) -> Result<Option<AssetId>, StoreError> {
    let row = Sql::new("SELECT id, asset_id FROM reviews WHERE id = ")
        .bind(review.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| Reader::new(&row, "reviews", "id").parse("asset_id")).transpose()
}

/// Without its overrides, which change nothing about what becomes of it.
pub(crate) async fn find(tx: &mut Tx, id: DecisionId) -> Result<Option<DecisionView>, StoreError> {
    let row = Sql::new(COLUMNS).push("d.id = ").bind(id.to_string()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(read_decision).transpose()
}

async fn insert(tx: &mut Tx, decision: &Decision, blocks: usize) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO decisions (id, review_id, asset_id, revision_id, digest, author_id, context_digest, rules, blocks,
                                reviewer_id, verdict, reason, decided_at, effective_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(decision.id.to_string())
    .bind(decision.review.to_string())
    .bind(decision.asset.to_string())
    .bind(decision.revision.to_string())
    .bind(decision.digest.as_str())
    .bind(decision.author.to_string())
    .bind(decision.context_digest.as_str())
    .bind(decision.rules.as_str())
    .bind(i64::try_from(blocks).unwrap_or(i64::MAX))
    .bind(decision.reviewer.to_string())
    .bind(decision.verdict.as_str())
    .bind(decision.reason.as_str())
    .bind(decision.decided_at.micros())
    .bind(decision.effective_at.micros())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn read_decision(row: &AnyRow) -> Result<DecisionView, StoreError> {
    let read = Reader::new(row, "decisions", "id");
    let decision = Decision {
        id: read.parse("id")?,
        review: read.parse("review_id")?,
        asset: read.parse("asset_id")?,
        revision: read.parse("revision_id")?,
        digest: read.parse("digest")?,
        author: read.parse("author_id")?,
        context_digest: read.parse("context_digest")?,
        rules: read.text("rules")?,
        reviewer: read.parse("reviewer_id")?,
        verdict: read.parse("verdict")?,
        reason: read.text("reason")?,
        overrides: Vec::new(),
        decided_at: read.time("decided_at")?,
        effective_at: read.time("effective_at")?,
    };
    Ok(DecisionView { decision, reviewer_name: read.text("reviewer_name")?, undone_at: read.time_opt("undone_at")? })
}
