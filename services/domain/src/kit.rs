//! A kit and its assets: everything that one brief produces.

use serde::{Deserialize, Serialize};

use crate::brief::Brief;
use crate::clock::Timestamp;
use crate::id::{AssetId, BrandId, BriefId, KitId, UserId};
use crate::place::{Locale, Market};

#[derive(Clone, Debug, PartialEq)]
pub struct Kit {
    pub id: KitId,
    pub brand: BrandId,
    pub brief_id: BriefId,
    pub brief: Brief,
    /// Who asked for the drafts, and so their author.
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// One template × market × locale × audience × variant of a kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub id: AssetId,
    pub kit: KitId,
    pub brand: BrandId,
    pub asset_type: String,
    pub channel: String,
    pub locale: Locale,
    pub market: Market,
    pub audience: String,
    /// From 1.
    pub variant: u32,
    pub seed: u64,
    pub state: AssetState,
    /// Why it could not be drafted, for the marketer to read.
    pub failure: Option<String>,
    pub created_at: Timestamp,
}

/// Where an asset stands. Derived from its revisions, reviews and releases by the store, in the same transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetState {
    /// Waits for, or is with, the model.
    Drafting,
    /// Could not be drafted; says why.
    Failed,
    InReview,
    /// A reviewer sent it back with a reason; an edit brings it to review again.
    ChangesRequested,
    /// Approved; the release starts when the undo window has passed.
    Approved,
    Rejected,
    Released,
    Recalled,
}

impl AssetState {
    pub const ALL: [Self; 8] = [
        Self::Drafting,
        Self::Failed,
        Self::InReview,
        Self::ChangesRequested,
        Self::Approved,
        Self::Rejected,
        Self::Released,
        Self::Recalled,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drafting => "drafting",
            Self::Failed => "failed",
            Self::InReview => "in_review",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Released => "released",
            Self::Recalled => "recalled",
        }
    }
}

impl std::str::FromStr for AssetState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}
