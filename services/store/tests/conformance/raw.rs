//! Writing past the repositories: rows as somebody would forge them, and what the database says to that.

use countersign_domain::id::{AssetId, DecisionId, IdSource as _, ReleaseId};
use countersign_domain::review::{Decision, Revision};
use countersign_store_released::dialect::Dialect;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::world::World;

impl World {
    pub async fn try_sql(&self, sql: &str) -> Result<u64, String> {
        self.store
            .db()
            .writer()
            .execute(AssertSqlSafe(sql.to_owned()))
            .await
            .map(|done| done.rows_affected())
            .map_err(|error| error.to_string())
    }

    pub async fn sql(&self, sql: &str) -> u64 {
        self.try_sql(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The database itself refuses `sql`, by the guard of that name. SQLite does not name foreign keys.
    pub async fn refused(&self, sql: &str, guard: &str) {
        let error = self.try_sql(sql).await.expect_err(sql);
        let foreign_key = self.dialect() == Dialect::Sqlite && error.contains("FOREIGN KEY");
        let is_foreign_key = guard.ends_with("_of_digest")
            || guard.ends_with("_of_review")
            || guard.ends_with("_of_findings")
            || guard.ends_with("_of_approval")
            || guard.ends_with("_of_author")
            || guard.ends_with("_of_asset");
        assert!(error.contains(guard) || (foreign_key && is_foreign_key), "{guard} in: {error}\nof: {sql}");
    }

    /// As [`Self::refused`], of statements in one transaction.
    pub async fn refused_together(&self, statements: &[String], guard: &str) {
        let mut tx = self.store.db().begin().await.unwrap();
        let mut outcome = Ok(());
        for sql in statements {
            outcome = tx.execute(AssertSqlSafe(sql.clone())).await.map(|_| ());
            if outcome.is_err() {
                break;
            }
        }
        let outcome = match outcome {
            Ok(()) => tx.commit().await,
            Err(error) => Err(error),
        };
        let error = outcome.expect_err(guard).to_string();
        assert!(error.contains(guard), "{guard} in: {error}");
    }

    /// Statements in one transaction.
    pub async fn together(&self, statements: &[String]) {
        let mut tx = self.store.db().begin().await.unwrap();
        for sql in statements {
            tx.execute(AssertSqlSafe(sql.clone())).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// All rows of a query's first column, as text.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        use sqlx::Row as _;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(self.store.db().writer()).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    pub fn fresh(&self) -> String {
        self.ids.uuid(self.now()).to_string()
    }

    /// A row of `decisions` that would be good, for this asset's latest revision.
    pub async fn raw_decision(&self, asset: AssetId) -> RawDecision {
        let view = self.store.asset(asset).await.unwrap().unwrap();
        let revision = view.revision.unwrap();
        let review =
            self.column(&format!("SELECT id FROM reviews WHERE revision_id = '{}'", revision.id)).await.remove(0);
        RawDecision {
            id: self.fresh(),
            review,
            asset: asset.to_string(),
            digest: revision.digest.to_string(),
            author: revision.origin.author().to_string(),
            context_digest: revision.context.digest().to_string(),
            blocks: 0,
            reviewer: self.reviewer.id.to_string(),
            verdict: "approve".into(),
            decided_at: self.now().micros(),
            effective_at: self.now().micros(),
            revision: revision.id.to_string(),
        }
    }

    pub async fn raw_release(&self, decision: &Decision) -> RawRelease {
        RawRelease {
            id: self.fresh(),
            asset: decision.asset.to_string(),
            revision: decision.revision.to_string(),
            digest: decision.digest.to_string(),
            context_digest: decision.context_digest.to_string(),
            decision: decision.id.to_string(),
            verdict: "approve".into(),
            brand: self.brand.to_string(),
            released_at: decision.effective_at.micros(),
        }
    }

    /// A row of `revisions` after `last`, good but for what is changed in it.
    pub fn raw_revision(&self, last: &Revision) -> RawRevision {
        RawRevision {
            id: self.fresh(),
            asset: last.asset.to_string(),
            number: last.number + 1,
            digest: last.digest.to_string(),
            content: countersign_domain::digest::canonical_json(&last.content),
            origin: "edited".into(),
            author: self.author.id.to_string(),
            base: format!("'{}'", last.id),
            context: countersign_domain::digest::canonical_json(&last.context),
            context_digest: last.context.digest().to_string(),
        }
    }

    /// A row of `decision_overrides` that would be good for [`crate::world::error`] as the first finding.
    pub fn override_sql(&self, decision: &str) -> String {
        format!(
            "INSERT INTO decision_overrides (decision_id, finding, rule, pack, slot, starts_at, ends_at, message, reason)
             VALUES ('{decision}', 0, 'test.error', 'test@1', 'body', 0, 1, 'no', 'It is a quotation.')"
        )
    }

    pub fn undo_sql(&self, decision: DecisionId, by: &str, at: i64) -> String {
        format!("INSERT INTO decision_undos (decision_id, by_user, undone_at) VALUES ('{decision}', '{by}', {at})")
    }

    pub fn end_sql(&self, release: ReleaseId, kind: &str) -> String {
        let at = self.now().micros();
        format!("INSERT INTO release_ends (release_id, kind, ended_at) VALUES ('{release}', '{kind}', {at})")
    }
}

#[derive(Clone, Debug)]
pub struct RawDecision {
    pub id: String,
    pub review: String,
    pub asset: String,
    pub revision: String,
    pub digest: String,
    pub author: String,
    pub context_digest: String,
    pub blocks: i64,
    pub reviewer: String,
    pub verdict: String,
    pub decided_at: i64,
    pub effective_at: i64,
}

impl RawDecision {
    pub fn sql(&self) -> String {
        format!(
            "INSERT INTO decisions (id, review_id, asset_id, revision_id, digest, author_id, context_digest, rules,
                 blocks, reviewer_id, verdict, reason, decided_at, effective_at)
             VALUES ('{}', '{}', '{}', '{}', '{}', '{}', '{}', 'test@1', {}, '{}', '{}', '', {}, {})",
            self.id,
            self.review,
            self.asset,
            self.revision,
            self.digest,
            self.author,
            self.context_digest,
            self.blocks,
            self.reviewer,
            self.verdict,
            self.decided_at,
            self.effective_at
        )
    }
}

#[derive(Clone, Debug)]
pub struct RawRelease {
    pub id: String,
    pub asset: String,
    pub revision: String,
    pub digest: String,
    pub context_digest: String,
    pub decision: String,
    pub verdict: String,
    pub brand: String,
    pub released_at: i64,
}

impl RawRelease {
    pub fn sql(&self) -> String {
        format!(
            "INSERT INTO releases (id, asset_id, revision_id, digest, context_digest, decision_id, verdict, brand_id,
                 asset_type, channel, market, locale, campaign, product, audience, released_at)
             VALUES ('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 'email', 'email', 'DE', 'de-DE', 'spring',
                 'Fjord Backup', 'admins', {})",
            self.id,
            self.asset,
            self.revision,
            self.digest,
            self.context_digest,
            self.decision,
            self.verdict,
            self.brand,
            self.released_at
        )
    }
}

#[derive(Clone, Debug)]
pub struct RawRevision {
    pub id: String,
    pub asset: String,
    pub number: u32,
    pub digest: String,
    pub content: String,
    pub origin: String,
    pub author: String,
    /// With its quotes, or NULL.
    pub base: String,
    pub context: String,
    pub context_digest: String,
}

impl RawRevision {
    pub fn sql(&self) -> String {
        format!(
            "INSERT INTO revisions (id, asset_id, number, digest, content, origin, author_id, base_revision_id, model,
                 prompt_digest, context, context_digest, rules, sources, created_at)
             VALUES ('{}', '{}', {}, '{}', '{}', '{}', '{}', {}, '', '', '{}', '{}', 'test@1', '[]', 0)",
            self.id,
            self.asset,
            self.number,
            self.digest,
            self.content,
            self.origin,
            self.author,
            self.base,
            self.context,
            self.context_digest
        )
    }

    pub fn findings_sql(&self) -> String {
        format!(
            "INSERT INTO revision_findings (revision_id, rules, blocks, errors, total, worst, findings)
             VALUES ('{}', 'test@1', 0, 0, 0, 0, '[]')",
            self.id
        )
    }
}
