//! The change feed: what was released, replaced, recalled or has expired, in the order of commits.

use std::str::FromStr;

use countersign_released::clock::Timestamp;
use countersign_released::id::{AssetId, RecallId, ReleaseId};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use crate::assets::entitled;
use crate::error::StoreError;
use crate::identity::PartnerIdentity;
use crate::page::{Page, PageRequest, encode_cursor};
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    Released,
    Replaced,
    Recalled,
    Expired,
}

impl ChangeKind {
    pub const ALL: [Self; 4] = [Self::Released, Self::Replaced, Self::Recalled, Self::Expired];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Replaced => "replaced",
            Self::Recalled => "recalled",
            Self::Expired => "expired",
        }
    }
}

impl FromStr for ChangeKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// One entry of the feed. For all but `released` it is a tombstone of `release`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: i64,
    pub kind: ChangeKind,
    pub asset: AssetId,
    pub release: ReleaseId,
    /// What to acknowledge, of a recall.
    pub recall: Option<RecallId>,
    pub at: Timestamp,
}

const HISTORY: &str = "SELECT seq, kind, asset_id, release_id, recall_id, changed_at FROM released_history
WHERE brand_id = ";

impl ReleasedStore {
    /// From the cursor on, oldest first. `next` is always there: come back with it later. What was released before a
    /// market or a locale was added to the partner lies behind its cursor: list the assets once after such a change.
    pub async fn changes(&self, partner: &PartnerIdentity, page: PageRequest) -> Result<Page<Change>, StoreError> {
        let after = page.after_number()?.unwrap_or(0);
        let rows = concerns(partner)
            .push(" AND seq > ")
            .bind(after)
            .push(" ORDER BY seq LIMIT ")
            .bind(i64::from(page.limit()))
            .fetch_all(self.db.reader())
            .await?;
        let items = rows.iter().map(read_change).collect::<Result<Vec<_>, _>>()?;
        let last = items.last().map_or(after, |change| change.seq);
        Ok(Page { items, next: Some(encode_cursor(&last.to_string())) })
    }

    /// How the last release of an asset ended, where none is live now: for whoever could have seen it, it is gone
    /// (410) rather than unknown (404).
    pub async fn gone(&self, partner: &PartnerIdentity, asset: AssetId) -> Result<Option<Change>, StoreError> {
        let row = concerns(partner)
            .push(" AND asset_id = ")
            .bind(asset.to_string())
            .push(" ORDER BY seq DESC LIMIT 1")
            .fetch_optional(self.db.reader())
            .await?;
        let last = row.as_ref().map(read_change).transpose()?;
        Ok(last.filter(|change| matches!(change.kind, ChangeKind::Recalled | ChangeKind::Expired)))
    }
}

/// What is within the partner's markets and locales; and how everything ended that it has a copy of, wherever it may
/// sell by now: a recall reaches every copy.
fn concerns(partner: &PartnerIdentity) -> Sql {
    entitled(Sql::new(HISTORY).bind(partner.brand.to_string()).push(" AND (1 = 1"), partner)
        .push(
            " OR (kind <> 'released' AND EXISTS (
                 SELECT 1 FROM pulls p WHERE p.release_id = released_history.release_id AND p.partner_id = ",
        )
        .bind(partner.id.to_string())
        .push(")))")
}

fn read_change(row: &AnyRow) -> Result<Change, StoreError> {
    let read = Reader::new(row, "changes", "seq");
    Ok(Change {
        seq: read.number("seq")?,
        kind: read.parse("kind")?,
        asset: read.parse("asset_id")?,
        release: read.parse("release_id")?,
        recall: read.parse_opt("recall_id")?,
        at: read.time("changed_at")?,
    })
}
