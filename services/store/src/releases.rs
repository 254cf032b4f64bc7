//! Releases and recalls: what partners may pull, how it ends, and who had it.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, BrandId, DecisionId, KitId, PartnerId, RecallId, ReleaseId, RevisionId, UserId};
use countersign_domain::job::{Lease, Work};
use countersign_domain::kit::AssetState;
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_domain::review::Verdict;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{ChangeKind, Page, PageRequest, StoreError};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::assets::{lock_asset, set_state};
use crate::audit::{Act, append};
use crate::decisions::find;
use crate::jobs::{finish, hold};
use crate::revisions::latest;
use crate::standing::{lapsed, only_lapsed};
use crate::{Actor, Store};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseFilter {
    pub brand: Option<BrandId>,
    pub kit: Option<KitId>,
    /// Only live ones, or only ended ones.
    pub live: Option<bool>,
    /// Only live ones that cite what may not be said any more.
    pub lapsed: bool,
    pub market: Option<Market>,
    pub locale: Option<Locale>,
    pub asset_type: Option<String>,
    pub campaign: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow {
    pub id: ReleaseId,
    pub asset: AssetId,
    pub kit: KitId,
    pub revision: RevisionId,
    pub digest: Digest,
    pub decision: DecisionId,
    pub brand: BrandId,
    pub asset_type: String,
    pub channel: String,
    pub market: Market,
    pub locale: Locale,
    pub campaign: String,
    pub product: String,
    pub audience: String,
    pub released_at: Timestamp,
    pub approver: UserId,
    pub approver_name: String,
    /// `None` while it is live.
    pub ended: Option<Ended>,
    pub pulls: u64,
    /// How many partners pulled it.
    pub partners: u64,
    pub recall: Option<RecallNote>,
    /// Of a live one: what of its text may not be said any more, one clause each.
    pub lapsed: Vec<String>,
}

/// How a release ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub kind: ChangeKind,
    pub at: Timestamp,
    /// What replaced it.
    pub by_release: Option<ReleaseId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallNote {
    pub id: RecallId,
    pub reason: String,
    pub by: UserId,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallStatus {
    pub recall: RecallNote,
    /// Every partner that pulled it or acknowledged its recall.
    pub partners: Vec<PulledBy>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledBy {
    pub partner: PartnerId,
    pub slug: String,
    pub display_name: String,
    pub pulls: u64,
    pub last_pulled_at: Option<Timestamp>,
    pub acked_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT r.id, r.asset_id, a.kit_id, r.revision_id, r.digest, r.decision_id, r.brand_id,
       r.asset_type, r.channel, r.market, r.locale, r.campaign, r.product, r.audience, r.released_at,
       d.reviewer_id, u.name AS approver_name, e.kind AS end_kind, e.ended_at, e.by_release,
       c.id AS recall_id, c.reason AS recall_reason, c.recalled_by, c.recalled_at,
       (SELECT COUNT(*) FROM pulls p WHERE p.release_id = r.id) AS pulls,
       (SELECT COUNT(DISTINCT p.partner_id) FROM pulls p WHERE p.release_id = r.id) AS pullers
FROM releases r
JOIN assets a ON a.id = r.asset_id
JOIN decisions d ON d.id = r.decision_id
JOIN users u ON u.id = d.reviewer_id
LEFT JOIN release_ends e ON e.release_id = r.id
LEFT JOIN recalls c ON c.release_id = r.id
WHERE 1 = 1";

impl Store {
    /// The release job's body: turns an approval whose undo window has passed into a release, which replaces the
    /// asset's former one. `None` when the approval was taken back, or when what it cites has lapsed meanwhile: then
    /// nothing is released and the job is done. Done twice, it gives the same release.
    pub async fn release_now(&self, lease: &Lease, decision: DecisionId) -> Result<Option<ReleaseId>, StoreError> {
        if lease.work != (Work::Release { decision }) {
            return Err(StoreError::conflict("this lease is for another job"));
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        hold(&mut tx, self.db.dialect, lease).await?;
        let missing = || StoreError::missing("decision", decision);
        let asset_id = find(&mut tx, decision).await?.ok_or_else(missing)?.decision.asset;
        let asset = lock_asset(&mut tx, self.db.dialect, asset_id)
            .await?
            .ok_or_else(|| StoreError::missing("asset", asset_id))?;
        // Read under the asset's lock: an undo either came before and is seen, or comes after and is too late.
        let view = find(&mut tx, decision).await?.ok_or_else(missing)?;
        let approval = view.decision;
        if view.undone_at.is_some() {
            finish(&mut tx, lease, now).await?;
            tx.commit().await?;
            return Ok(None);
        }
        if approval.verdict != Verdict::Approve {
            return Err(StoreError::Refused("releases_approved".into()));
        }
        if let Some(existing) = released_by(&mut tx, decision).await? {
            finish(&mut tx, lease, now).await?;
            tx.commit().await?;
            return Ok(Some(existing));
        }
        if now < approval.effective_at {
            return Err(StoreError::Refused("releases_not_before_effective".into()));
        }
        let approved = latest(&mut tx, asset.id).await?.ok_or_else(|| StoreError::missing("asset", asset.id))?;
        let lapsed = lapsed(&mut *tx, &[approved.id], now).await?.remove(&approved.id).unwrap_or_default();
        if approved.id == approval.revision && !lapsed.is_empty() {
            // The evidence ran out between the approval and now: back to whoever can mend it.
            let reason = lapsed.join("; ");
            set_state(&mut tx, asset.id, AssetState::Approved, AssetState::ChangesRequested, Some(&reason)).await?;
            finish(&mut tx, lease, now).await?;
            let detail = json!({ "decision": decision, "digest": approval.digest, "lapsed": lapsed.len() });
            let subject = format!("asset:{}", asset.id);
            append(&mut tx, now, Act { actor: Actor::System, action: "release.refused", subject, detail }).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let id = ReleaseId::new(self.ids(), now);
        let former = live_release(&mut tx, asset.id).await?;
        if let Some(former) = former {
            end(&mut tx, former, ChangeKind::Replaced, now, Some(id)).await?;
        }
        let rows = sqlx::query(
            "INSERT INTO releases (id, asset_id, revision_id, digest, context_digest, decision_id, verdict, brand_id,
                                   asset_type, channel, market, locale, campaign, product, audience, released_at)
             SELECT $1, d.asset_id, d.revision_id, d.digest, d.context_digest, d.id, d.verdict, a.brand_id,
                    a.asset_type, a.channel, a.market, a.locale, a.campaign, a.product, a.audience, $3
             FROM decisions d JOIN assets a ON a.id = d.asset_id WHERE d.id = $2",
        )
        .bind(id.to_string())
        .bind(decision.to_string())
        .bind(now.micros())
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows != 1 {
            return Err(missing());
        }
        set_state(&mut tx, asset.id, AssetState::Approved, AssetState::Released, None).await?;
        finish(&mut tx, lease, now).await?;
        if let Some(former) = former {
            change(&mut tx, former, ChangeKind::Replaced, now).await?;
        }
        change(&mut tx, id, ChangeKind::Released, now).await?;
        let act = Act {
            actor: Actor::System,
            action: "release.made",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "release": id, "decision": decision, "digest": approval.digest,
                "context": approval.context_digest, "replaces": former }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// Newest first.
    pub async fn releases(&self, filter: ReleaseFilter, page: PageRequest) -> Result<Page<ReleaseRow>, StoreError> {
        let live = match filter.live {
            _ if filter.lapsed => " AND e.release_id IS NULL AND c.id IS NULL",
            Some(true) => " AND e.release_id IS NULL AND c.id IS NULL",
            Some(false) => " AND (e.release_id IS NOT NULL OR c.id IS NOT NULL)",
            None => "",
        };
        let now = self.now();
        let narrowed = Sql::new(COLUMNS).push(live);
        let narrowed = if filter.lapsed { only_lapsed(narrowed, now) } else { narrowed };
        let rows = narrowed
            .and_if(" AND r.brand_id = ", filter.brand.map(|id| id.to_string()))
            .and_if(" AND a.kit_id = ", filter.kit.map(|id| id.to_string()))
            .and_if(" AND r.market = ", filter.market.map(|market| market.to_string()))
            .and_if(" AND r.locale = ", filter.locale.map(|locale| locale.to_string()))
            .and_if(" AND r.asset_type = ", filter.asset_type)
            .and_if(" AND r.campaign = ", filter.campaign)
            .and_if(" AND r.id < ", page.after()?)
            .push(" ORDER BY r.id DESC LIMIT ")
            .bind(i64::from(page.limit()) + 1)
            .fetch_all(self.db.reader())
            .await?;
        let mut items = rows.iter().map(read_release).collect::<Result<Vec<_>, _>>()?;
        self.tell_lapsed(&mut items, now).await?;
        Ok(Page::cut(items, page.limit(), |row| row.id.to_string()))
    }

    pub async fn release(&self, id: ReleaseId) -> Result<Option<ReleaseRow>, StoreError> {
        let row = Sql::new(COLUMNS).push(" AND r.id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        let mut release = [read_release(&row)?];
        self.tell_lapsed(&mut release, self.now()).await?;
        let [release] = release;
        Ok(Some(release))
    }

    /// How many live releases cite what may not be said any more.
    pub async fn releases_lapsed(&self) -> Result<u64, StoreError> {
        let of_live = Sql::new(
            "SELECT COUNT(*) AS lapsed FROM releases r
             WHERE NOT EXISTS (SELECT 1 FROM release_ends e WHERE e.release_id = r.id)
               AND NOT EXISTS (SELECT 1 FROM recalls c WHERE c.release_id = r.id)",
        );
        let row = only_lapsed(of_live, self.now()).fetch_optional(self.db.reader()).await?;
        row.map_or(Ok(0), |row| Reader::new(&row, "releases", "lapsed").count("lapsed"))
    }

    async fn tell_lapsed(&self, releases: &mut [ReleaseRow], now: Timestamp) -> Result<(), StoreError> {
        let live = releases.iter().filter(|row| row.ended.is_none() && row.recall.is_none());
        let revisions: Vec<RevisionId> = live.map(|row| row.revision).collect();
        let mut found = lapsed(self.db.reader(), &revisions, now).await?;
        for row in releases.iter_mut().filter(|row| row.ended.is_none() && row.recall.is_none()) {
            row.lapsed = found.remove(&row.revision).unwrap_or_default();
        }
        Ok(())
    }

    /// Withdraws a release at once, a replaced one too, since partners may still use it. `None` when there is no such
    /// release, [`StoreError::Conflict`] when it is recalled already. Partners read `reason`.
    pub async fn recall(&self, release: ReleaseId, reason: &str, user: UserId) -> Result<Option<RecallId>, StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let row = Sql::new("SELECT id, asset_id FROM releases WHERE id = ")
            .bind(release.to_string())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let asset_id = Reader::new(&row, "releases", "id").parse("asset_id")?;
        let asset = lock_asset(&mut tx, self.db.dialect, asset_id)
            .await?
            .ok_or_else(|| StoreError::missing("asset", asset_id))?;
        let id = RecallId::new(self.ids(), now);
        let rows = sqlx::query(
            "INSERT INTO recalls (id, release_id, reason, recalled_by, recalled_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (release_id) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(release.to_string())
        .bind(reason)
        .bind(user.to_string())
        .bind(now.micros())
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows == 0 {
            return Err(StoreError::conflict("this release is recalled already"));
        }
        if live_release(&mut tx, asset.id).await? == Some(release) {
            end(&mut tx, release, ChangeKind::Recalled, now, None).await?;
            if asset.state == AssetState::Released {
                set_state(&mut tx, asset.id, AssetState::Released, AssetState::Recalled, None).await?;
            }
        }
        change(&mut tx, release, ChangeKind::Recalled, now).await?;
        let act = Act {
            actor: Actor::User(user),
            action: "release.recalled",
            subject: format!("asset:{}", asset.id),
            detail: json!({ "release": release, "recall": id, "reason": reason }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// Who had a recalled release, and who has acknowledged; `None` when it is not recalled.
    pub async fn recall_status(&self, release: ReleaseId) -> Result<Option<RecallStatus>, StoreError> {
        let Some(recall) = self.release(release).await?.and_then(|row| row.recall) else { return Ok(None) };
        let rows = sqlx::query(
            "SELECT p.id, p.slug, f.profile,
                    (SELECT COUNT(*) FROM pulls l WHERE l.release_id = $1 AND l.partner_id = p.id) AS pulls,
                    (SELECT MAX(l.pulled_at) FROM pulls l WHERE l.release_id = $1 AND l.partner_id = p.id) AS pulled_at,
                    (SELECT k.acked_at FROM recall_acks k WHERE k.recall_id = $2 AND k.partner_id = p.id) AS acked_at
             FROM partners p
             JOIN partner_profiles f ON f.partner_id = p.id
                 AND f.version = (SELECT MAX(n.version) FROM partner_profiles n WHERE n.partner_id = p.id)
             WHERE EXISTS (SELECT 1 FROM pulls l WHERE l.release_id = $1 AND l.partner_id = p.id)
                OR EXISTS (SELECT 1 FROM recall_acks k WHERE k.recall_id = $2 AND k.partner_id = p.id)
             ORDER BY p.slug",
        )
        .bind(release.to_string())
        .bind(recall.id.to_string())
        .fetch_all(self.db.reader())
        .await?;
        let partners = rows
            .iter()
            .map(|row| {
                let read = Reader::new(row, "partners", "id");
                let profile: Profile = read.json("profile")?;
                Ok(PulledBy {
                    partner: read.parse("id")?,
                    slug: read.text("slug")?,
                    display_name: profile.display_name,
                    pulls: read.count("pulls")?,
                    last_pulled_at: read.time_opt("pulled_at")?,
                    acked_at: read.time_opt("acked_at")?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Some(RecallStatus { recall, partners }))
    }
}

async fn live_release(tx: &mut Tx, asset: AssetId) -> Result<Option<ReleaseId>, StoreError> {
    let row = Sql::new(
        "SELECT r.id FROM releases r
         WHERE NOT EXISTS (SELECT 1 FROM release_ends e WHERE e.release_id = r.id) AND r.asset_id = ",
    )
    .bind(asset.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Reader::new(&row, "releases", "id").parse("id")).transpose()
}

async fn released_by(tx: &mut Tx, decision: DecisionId) -> Result<Option<ReleaseId>, StoreError> {
    let row = Sql::new("SELECT id FROM releases WHERE decision_id = ")
        .bind(decision.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| Reader::new(&row, "releases", "id").parse("id")).transpose()
}

async fn end(
    tx: &mut Tx,
    release: ReleaseId,
    kind: ChangeKind,
    now: Timestamp,
    by: Option<ReleaseId>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO release_ends (release_id, kind, ended_at, by_release) VALUES ($1, $2, $3, $4)")
        .bind(release.to_string())
        .bind(kind.as_str())
        .bind(now.micros())
        .bind(by.map(|id| id.to_string()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Appends to the partners' feed. The counter's row stays locked until the commit, so that a reader who has seen a
/// number has seen all that are smaller.
async fn change(tx: &mut Tx, release: ReleaseId, kind: ChangeKind, now: Timestamp) -> Result<(), StoreError> {
    let row = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'changes' RETURNING name, value")
        .fetch_one(&mut **tx)
        .await?;
    let seq = Reader::new(&row, "counters", "name").number("value")?;
    sqlx::query("INSERT INTO changes (seq, kind, release_id, changed_at) VALUES ($1, $2, $3, $4)")
        .bind(seq)
        .bind(kind.as_str())
        .bind(release.to_string())
        .bind(now.micros())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read_release(row: &AnyRow) -> Result<ReleaseRow, StoreError> {
    let read = Reader::new(row, "releases", "id");
    let ended = match read.parse_opt("end_kind")? {
        Some(kind) => Some(Ended { kind, at: read.time("ended_at")?, by_release: read.parse_opt("by_release")? }),
        None => None,
    };
    let recall = match read.parse_opt("recall_id")? {
        Some(id) => Some(RecallNote {
            id,
            reason: read.text("recall_reason")?,
            by: read.parse("recalled_by")?,
            at: read.time("recalled_at")?,
        }),
        None => None,
    };
    Ok(ReleaseRow {
        id: read.parse("id")?,
        asset: read.parse("asset_id")?,
        kit: read.parse("kit_id")?,
        revision: read.parse("revision_id")?,
        digest: read.parse("digest")?,
        decision: read.parse("decision_id")?,
        brand: read.parse("brand_id")?,
        asset_type: read.text("asset_type")?,
        channel: read.text("channel")?,
        market: read.parse("market")?,
        locale: read.parse("locale")?,
        campaign: read.text("campaign")?,
        product: read.text("product")?,
        audience: read.text("audience")?,
        released_at: read.time("released_at")?,
        approver: read.parse("reviewer_id")?,
        approver_name: read.text("approver_name")?,
        ended,
        pulls: read.count("pulls")?,
        partners: read.count("pullers")?,
        recall,
        lapsed: Vec::new(),
    })
}
