//! Revisions: written once, never changed; what is read must still have the digest that it was written with.

use countersign_domain::content::Content;
use countersign_domain::digest::{Digest, canonical_json};
use countersign_domain::finding::{Finding, Severity, blocks, errors};
use countersign_domain::id::{AssetId, KitId, ReviewId, RevisionId, UserId};
use countersign_domain::job::{Lease, Work};
use countersign_domain::kit::{Asset, AssetState};
use countersign_domain::release::Context;
use countersign_domain::review::{NewRevision, Origin, Revision};
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::assets::{lock_asset, set_state};
use crate::audit::{Act, append};
use crate::jobs::{finish, hold};
use crate::reviews::open_review;
use crate::{Actor, Store};

/// The columns that [`read_revision`] reads.
pub(crate) const COLUMNS: &str = "SELECT v.id, v.asset_id, v.number, v.digest, v.content, v.origin, v.author_id,
       v.base_revision_id, v.model, v.prompt_digest, v.seed, v.context, v.context_digest, v.rules, v.sources,
       v.created_at, f.blocks, f.errors, f.findings
FROM revisions v JOIN revision_findings f ON f.revision_id = v.id AND f.rules = v.rules
WHERE 1 = 1";

/// The same, of latest revisions only.
pub(crate) const LATEST: &str = "SELECT v.id, v.asset_id, v.number, v.digest, v.content, v.origin, v.author_id,
       v.base_revision_id, v.model, v.prompt_digest, v.seed, v.context, v.context_digest, v.rules, v.sources,
       v.created_at, f.blocks, f.errors, f.findings
FROM revisions v JOIN revision_findings f ON f.revision_id = v.id AND f.rules = v.rules
WHERE v.number = (SELECT MAX(l.number) FROM revisions l WHERE l.asset_id = v.asset_id)";

impl Store {
    /// Oldest first.
    pub async fn revisions(&self, asset: AssetId) -> Result<Vec<Revision>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .push(" AND v.asset_id = ")
            .bind(asset.to_string())
            .push(" ORDER BY v.number")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(read_revision).collect()
    }

    /// The first drafts of the assets of `asset`'s kit that are in its locale and come before it in the kit's plan.
    pub async fn drafts_before(&self, asset: AssetId) -> Result<Vec<Revision>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .push(
                " AND v.number = 1 AND v.asset_id IN (
                      SELECT b.id FROM assets b JOIN assets a ON a.kit_id = b.kit_id AND a.locale = b.locale AND b.id < a.id
                      WHERE a.id = ",
            )
            .bind(asset.to_string())
            .push(") ORDER BY v.asset_id")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(read_revision).collect()
    }

    pub async fn revision(&self, id: RevisionId) -> Result<Option<Revision>, StoreError> {
        let row = Sql::new(COLUMNS).push(" AND v.id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read_revision).transpose()
    }

    /// A draft's end: the revision, its findings, its review and the job's end, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is another worker's by now, or done: nothing is written then.
    pub async fn draft_done(&self, lease: &Lease, revision: NewRevision) -> Result<ReviewId, StoreError> {
        if lease.work != (Work::DraftAsset { asset: revision.asset }) {
            return Err(StoreError::conflict("this lease is for another job"));
        }
        let Origin::Drafted { asked_by, .. } = &revision.origin else {
            return Err(StoreError::conflict("only a draft can end a drafting job"));
        };
        let now = self.now();
        let mut tx = self.db.begin().await?;
        hold(&mut tx, self.db.dialect, lease).await?;
        let asset = lock_asset(&mut tx, self.db.dialect, revision.asset)
            .await?
            .ok_or_else(|| StoreError::missing("asset", revision.asset))?;
        if asset.state != AssetState::Drafting {
            return Err(StoreError::conflict("the asset is not waiting for a draft"));
        }
        if *asked_by != kit_author(&mut tx, asset.kit).await? {
            return Err(StoreError::Refused("revisions_author_asked".into()));
        }
        let number = latest(&mut tx, asset.id).await?.map_or(1, |last| last.number + 1);
        insert(&mut tx, &asset, &revision, number).await?;
        let review = open_review(&mut tx, self.ids(), asset.id, revision.id, now).await?;
        set_state(&mut tx, asset.id, AssetState::Drafting, AssetState::InReview, None).await?;
        finish(&mut tx, lease, now).await?;
        let act = Act {
            actor: Actor::System,
            action: "revision.drafted",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "revision": revision.id, "digest": revision.digest, "review": review, "job": lease.job }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(review)
    }

    /// An edit by a person, of the revision with digest `base`: another revision, another review, no approvals.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when `base` is not the latest; [`StoreError::Conflict`] when the asset is being drafted,
    /// or is approved and about to be released (take the approval back first), or when nothing changed.
    pub async fn revision_edit(
        &self,
        asset: AssetId,
        base: &Digest,
        revision: NewRevision,
    ) -> Result<ReviewId, StoreError> {
        let Origin::Edited { by, base: base_id } = revision.origin else {
            return Err(StoreError::conflict("an edit has an editor and a base"));
        };
        if revision.asset != asset {
            return Err(StoreError::conflict("this edit is of another asset"));
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let asset =
            lock_asset(&mut tx, self.db.dialect, asset).await?.ok_or_else(|| StoreError::missing("asset", asset))?;
        let last = latest(&mut tx, asset.id)
            .await?
            .ok_or_else(|| StoreError::conflict("there is nothing to edit yet: the asset is being drafted"))?;
        if last.digest != *base || last.id != base_id {
            return Err(StoreError::Moved { now: last.digest });
        }
        match asset.state {
            AssetState::Drafting | AssetState::Failed => {
                return Err(StoreError::conflict("there is nothing to edit yet: the asset is being drafted"));
            }
            AssetState::Approved => {
                return Err(StoreError::conflict(
                    "the asset is approved and about to be released; \
                    its reviewer may still take that back, or edit it after the release",
                ));
            }
            _ => {}
        }
        if revision.digest == last.digest && revision.context == last.context {
            return Err(StoreError::conflict("nothing changed"));
        }
        let review = self.succeed(&mut tx, &asset, &revision, last.number + 1).await?;
        let act = Act {
            actor: Actor::User(by),
            action: "revision.edited",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "revision": revision.id, "digest": revision.digest, "base": base, "review": review }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(review)
    }

    /// A person's revision takes the place of whatever stood there: written with its number, under the asset's lock. The
    /// open review is superseded, another one opens, and no approval comes along.
    pub(crate) async fn succeed(
        &self,
        tx: &mut Tx,
        asset: &Asset,
        revision: &NewRevision,
        number: u32,
    ) -> Result<ReviewId, StoreError> {
        let now = self.now();
        insert(tx, asset, revision, number).await?;
        sqlx::query(
            "UPDATE reviews SET state = 'superseded', superseded_by = $2, closed_at = $3, lease_holder = NULL,
                 lease_token_hash = NULL, lease_expires_at = NULL
             WHERE asset_id = $1 AND state = 'open'",
        )
        .bind(asset.id.to_string())
        .bind(revision.id.to_string())
        .bind(now.micros())
        .execute(&mut **tx)
        .await?;
        let review = open_review(tx, self.ids(), asset.id, revision.id, now).await?;
        set_state(tx, asset.id, asset.state, AssetState::InReview, None).await?;
        Ok(review)
    }
}

pub(crate) async fn latest(tx: &mut Tx, asset: AssetId) -> Result<Option<Revision>, StoreError> {
    let row = Sql::new(LATEST).push(" AND v.asset_id = ").bind(asset.to_string()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(read_revision).transpose()
}

async fn kit_author(tx: &mut Tx, kit: KitId) -> Result<UserId, StoreError> {
    let row = Sql::new("SELECT id, created_by FROM kits WHERE id = ")
        .bind(kit.to_string())
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| StoreError::missing("kit", kit))?;
    Reader::new(&row, "kits", "id").parse("created_by")
}

async fn insert(tx: &mut Tx, asset: &Asset, new: &NewRevision, number: u32) -> Result<(), StoreError> {
    let refused = |reason: &str| StoreError::broken("revisions", new.id, reason);
    if new.content.digest() != new.digest {
        return Err(refused("the content does not have the digest that comes with it"));
    }
    let context = &new.context;
    if context.market != asset.market
        || context.locale != asset.locale
        || context.channel != asset.channel
        || context.asset_type != asset.asset_type
    {
        return Err(refused("the context is not the asset's"));
    }
    let (base, model, prompt, seed) = match &new.origin {
        Origin::Drafted { model, prompt, seed, .. } => {
            (None, model.as_str(), prompt.to_string(), Some(seed.cast_signed()))
        }
        Origin::Edited { base, .. } => (Some(base.to_string()), "", String::new(), None),
        Origin::Imported { .. } => (None, "", String::new(), None),
    };
    sqlx::query(
        "INSERT INTO revisions (id, asset_id, number, digest, content, origin, author_id, base_revision_id, model,
                                prompt_digest, seed, context, context_digest, rules, sources, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(new.id.to_string())
    .bind(new.asset.to_string())
    .bind(i64::from(number))
    .bind(new.digest.as_str())
    .bind(canonical_json(&new.content))
    .bind(new.origin.name())
    .bind(new.origin.author().to_string())
    .bind(base)
    .bind(model)
    .bind(prompt)
    .bind(seed)
    .bind(canonical_json(context))
    .bind(context.digest().to_string())
    .bind(context.rules.as_str())
    .bind(json!(new.sources).to_string())
    .bind(new.at.micros())
    .execute(&mut **tx)
    .await?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO revision_findings (revision_id, rules, blocks, errors, total, worst, findings)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.to_string())
    .bind(context.rules.as_str())
    .bind(count(blocks(&new.findings)))
    .bind(count(errors(&new.findings)))
    .bind(count(new.findings.len()))
    .bind(new.findings.iter().map(|finding| rank(finding.severity)).max().unwrap_or(0))
    .bind(json!(new.findings).to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How `worst` is stored; 0 is none.
pub(crate) const fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Info => 1,
        Severity::Warn => 2,
        Severity::Error => 3,
        Severity::Block => 4,
    }
}

pub(crate) fn read_revision(row: &AnyRow) -> Result<Revision, StoreError> {
    let read = Reader::new(row, "revisions", "id");
    let digest: Digest = read.parse("digest")?;
    let text = read.text("content")?;
    let content: Content = read.json("content")?;
    // Both: these very bytes, and nothing in them that our types would not say again.
    if Digest::of_bytes(text.as_bytes()) != digest || content.digest() != digest {
        return Err(read.broken("the content does not have its digest"));
    }
    let context: Context = read.json("context")?;
    if context.digest() != read.parse("context_digest")? {
        return Err(read.broken("the context does not have its digest"));
    }
    let findings: Vec<Finding> = read.json("findings")?;
    if blocks(&findings) != read.count::<usize>("blocks")? || errors(&findings) != read.count::<usize>("errors")? {
        return Err(read.broken("the findings do not add up"));
    }
    let author = read.parse("author_id")?;
    let origin = match read.text("origin")?.as_str() {
        "drafted" => Origin::Drafted {
            asked_by: author,
            model: read.text("model")?,
            prompt: read.parse("prompt_digest")?,
            seed: read.number("seed")?.cast_unsigned(),
        },
        "edited" => Origin::Edited { by: author, base: read.parse("base_revision_id")? },
        "imported" => Origin::Imported { by: author },
        _ => return Err(read.broken("origin is none that there is")),
    };
    Ok(Revision {
        id: read.parse("id")?,
        asset: read.parse("asset_id")?,
        number: read.count("number")?,
        digest,
        content,
        origin,
        context,
        findings,
        sources: read.json("sources")?,
        created_at: read.time("created_at")?,
    })
}
