//! Reviews: the queue, and one review with the revision that it is of.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::finding::Severity;
use countersign_domain::id::{AssetId, IdSource, KitId, ReviewId, RevisionId, UserId};
use countersign_domain::kit::Asset;
use countersign_domain::place::{Locale, Market};
use countersign_domain::review::{Review, ReviewLease, ReviewState, Verdict};
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{Page, PageRequest, StoreError};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor};

use crate::Store;
use crate::assets::read_asset;
use crate::revisions::{COLUMNS as REVISION, rank, read_revision};
use crate::standing::lapsed;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReviewStatus {
    #[default]
    Open,
    Decided,
    Superseded,
}

impl ReviewStatus {
    pub const ALL: [Self; 3] = [Self::Open, Self::Decided, Self::Superseded];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
            Self::Superseded => "superseded",
        }
    }
}

impl std::str::FromStr for ReviewStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewFilter {
    /// `None` means all.
    pub state: Option<ReviewStatus>,
    pub locale: Option<Locale>,
    pub market: Option<Market>,
    pub asset_type: Option<String>,
    pub kit: Option<KitId>,
    /// Leaves out what this person may not decide, because it is their own.
    pub not_author: Option<UserId>,
    /// With a finding at least as bad.
    pub severity: Option<Severity>,
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewRow {
    pub id: ReviewId,
    pub asset: Asset,
    pub campaign: String,
    pub product: String,
    pub revision: RevisionId,
    pub number: u32,
    pub digest: Digest,
    pub author: UserId,
    pub author_name: String,
    pub state: ReviewStatus,
    /// When decided.
    pub verdict: Option<Verdict>,
    /// Who has it in hand, by name, and until when; not when that has lapsed.
    pub holder: Option<(UserId, String, Timestamp)>,
    pub findings: usize,
    pub worst: Option<Severity>,
    /// Of an open one: what of the text may not be said any more, one clause each.
    pub lapsed: Vec<String>,
    pub created_at: Timestamp,
}

const QUEUE: &str = "SELECT w.id AS review_id, w.state AS review_state, w.created_at AS opened_at, w.lease_holder,
       w.lease_expires_at, h.name AS holder_name, d.verdict, v.id AS revision_id, v.number, v.digest, v.author_id,
       u.name AS author_name, f.total, f.worst, a.campaign, a.product, a.id, a.kit_id, a.brand_id, a.asset_type,
       a.channel, a.locale, a.market, a.audience, a.variant, a.seed, a.state, a.failure, a.created_at
FROM reviews w
JOIN assets a ON a.id = w.asset_id
JOIN revisions v ON v.id = w.revision_id
JOIN revision_findings f ON f.revision_id = v.id AND f.rules = v.rules
JOIN users u ON u.id = v.author_id
LEFT JOIN users h ON h.id = w.lease_holder
LEFT JOIN decisions d ON d.id = w.decision_id
WHERE 1 = 1";

impl Store {
    /// Oldest first.
    pub async fn reviews(&self, filter: ReviewFilter, page: PageRequest) -> Result<Page<ReviewRow>, StoreError> {
        let rows = Sql::new(QUEUE)
            .and_if(" AND w.state = ", filter.state.map(ReviewStatus::as_str))
            .and_if(" AND a.locale = ", filter.locale.map(|locale| locale.to_string()))
            .and_if(" AND a.market = ", filter.market.map(|market| market.to_string()))
            .and_if(" AND a.asset_type = ", filter.asset_type)
            .and_if(" AND a.kit_id = ", filter.kit.map(|kit| kit.to_string()))
            .and_if(" AND v.author_id <> ", filter.not_author.map(|user| user.to_string()))
            .and_if(" AND f.worst >= ", filter.severity.map(rank))
            .and_if(" AND w.id > ", page.after()?)
            .push(" ORDER BY w.id LIMIT ")
            .bind(i64::from(page.limit()) + 1)
            .fetch_all(self.db.reader())
            .await?;
        let now = self.now();
        let mut items = rows.iter().map(|row| read_line(row, now)).collect::<Result<Vec<_>, _>>()?;
        let open: Vec<RevisionId> =
            items.iter().filter(|row| row.state == ReviewStatus::Open).map(|row| row.revision).collect();
        let mut found = lapsed(self.db.reader(), &open, now).await?;
        for row in &mut items {
            row.lapsed = found.remove(&row.revision).unwrap_or_default();
        }
        Ok(Page::cut(items, page.limit(), |row| row.id.to_string()))
    }

    /// The lease's token is not in it: only its holder knows it.
    pub async fn review(&self, id: ReviewId) -> Result<Option<Review>, StoreError> {
        // One transaction, so that the state and the revision are of one moment.
        let mut tx = self.db.reader().begin().await?;
        let loaded = load(&mut tx, id).await?;
        Ok(loaded.map(|loaded| loaded.review))
    }

    /// What this person last looked at of an asset, to show what changed since.
    pub async fn last_seen(&self, user: UserId, asset: AssetId) -> Result<Option<RevisionId>, StoreError> {
        let row = Sql::new("SELECT asset_id, revision_id FROM seen WHERE user_id = ")
            .bind(user.to_string())
            .push(" AND asset_id = ")
            .bind(asset.to_string())
            .fetch_optional(self.db.reader())
            .await?;
        row.map(|row| Reader::new(&row, "seen", "asset_id").parse("revision_id")).transpose()
    }

    pub async fn mark_seen(&self, user: UserId, asset: AssetId, revision: RevisionId) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO seen (user_id, asset_id, revision_id, seen_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, asset_id) DO UPDATE SET revision_id = excluded.revision_id,
                 seen_at = excluded.seen_at",
        )
        .bind(user.to_string())
        .bind(asset.to_string())
        .bind(revision.to_string())
        .bind(self.now().micros())
        .execute(self.db.writer())
        .await?;
        Ok(())
    }
}

pub(crate) async fn open_review(
    tx: &mut Tx,
    ids: &dyn IdSource,
    asset: AssetId,
    revision: RevisionId,
    now: Timestamp,
) -> Result<ReviewId, StoreError> {
    let id = ReviewId::new(ids, now);
    sqlx::query(
        "INSERT INTO reviews (id, asset_id, revision_id, state, fence, created_at) VALUES ($1, $2, $3, 'open', 0, $4)",
    )
    .bind(id.to_string())
    .bind(asset.to_string())
    .bind(revision.to_string())
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// A review and the hash of the token that its lease's holder shows.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub review: Review,
    pub token_hash: Option<String>,
}

pub(crate) async fn load(tx: &mut Tx, id: ReviewId) -> Result<Option<Loaded>, StoreError> {
    let row = Sql::new(
        "SELECT w.id, w.asset_id, w.revision_id, w.state, w.decision_id, w.lease_holder, w.lease_token_hash,
                w.lease_expires_at, w.fence, w.closed_at, w.superseded_by, w.created_at, d.verdict, d.reviewer_id,
                d.decided_at
         FROM reviews w LEFT JOIN decisions d ON d.id = w.decision_id WHERE w.id = ",
    )
    .bind(id.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let read = Reader::new(&row, "reviews", "id");
    let revision =
        fetch_revision(&mut **tx, &read.text("revision_id")?).await?.ok_or_else(|| read.broken("has no revision"))?;
    let state = match read.parse::<ReviewStatus>("state")? {
        ReviewStatus::Open => ReviewState::Open { lease: read_lease(&read)? },
        ReviewStatus::Decided => ReviewState::Decided {
            decision: read.parse("decision_id")?,
            verdict: read.parse("verdict")?,
            by: read.parse("reviewer_id")?,
            at: read.time("decided_at")?,
        },
        ReviewStatus::Superseded => {
            ReviewState::Superseded { by: read.parse("superseded_by")?, at: read.time("closed_at")? }
        }
    };
    let review = Review {
        id: read.parse("id")?,
        asset: read.parse("asset_id")?,
        revision,
        state,
        created_at: read.time("created_at")?,
    };
    Ok(Some(Loaded { review, token_hash: read.text_opt("lease_token_hash")? }))
}

async fn fetch_revision<'e>(
    executor: impl Executor<'e, Database = Any>,
    id: &str,
) -> Result<Option<countersign_domain::review::Revision>, StoreError> {
    let row = Sql::new(REVISION).push(" AND v.id = ").bind(id).fetch_optional(executor).await?;
    row.as_ref().map(read_revision).transpose()
}

fn read_lease(read: &Reader<'_>) -> Result<Option<ReviewLease>, StoreError> {
    let Some(holder) = read.parse_opt("lease_holder")? else { return Ok(None) };
    Ok(Some(ReviewLease {
        holder,
        token: String::new(),
        fence: read.number("fence")?,
        expires_at: read.time("lease_expires_at")?,
    }))
}

fn read_line(row: &AnyRow, now: Timestamp) -> Result<ReviewRow, StoreError> {
    let read = Reader::new(row, "reviews", "review_id");
    let holder =
        match (read.parse_opt("lease_holder")?, read.text_opt("holder_name")?, read.time_opt("lease_expires_at")?) {
            (Some(holder), Some(name), Some(until)) if until > now => Some((holder, name, until)),
            _ => None,
        };
    let worst = match read.number("worst")? {
        0 => None,
        1 => Some(Severity::Info),
        2 => Some(Severity::Warn),
        3 => Some(Severity::Error),
        4 => Some(Severity::Block),
        _ => return Err(read.broken("worst is no severity")),
    };
    Ok(ReviewRow {
        id: read.parse("review_id")?,
        asset: read_asset(&read)?,
        campaign: read.text("campaign")?,
        product: read.text("product")?,
        revision: read.parse("revision_id")?,
        number: read.count("number")?,
        digest: read.parse("digest")?,
        author: read.parse("author_id")?,
        author_name: read.text("author_name")?,
        state: read.parse("review_state")?,
        verdict: read.parse_opt("verdict")?,
        holder,
        findings: read.count("total")?,
        worst,
        lapsed: Vec::new(),
        created_at: read.time("opened_at")?,
    })
}
