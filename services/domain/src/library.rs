//! Approved content: claims with evidence, and passages.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{BrandId, ClaimId, PassageId};
use crate::place::{Locale, Market};
use crate::wording::Wording;

/// A factual statement that may be made, and what substantiates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub id: ClaimId,
    pub brand: BrandId,
    /// What briefs and drafts call it.
    pub key: String,
    /// The product's key, or empty for the brand as a whole.
    pub product: String,
    pub text: Wording,
    pub evidence: String,
    /// Where it may be made; empty means everywhere.
    pub markets: Vec<Market>,
    pub expires_at: Option<Timestamp>,
}

impl Claim {
    #[must_use]
    pub fn may_run(&self, market: Market, now: Timestamp) -> bool {
        (self.markets.is_empty() || self.markets.contains(&market)) && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A piece of content that was approved before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub id: PassageId,
    pub brand: BrandId,
    /// The product's key, or empty for the brand as a whole.
    pub product: String,
    pub locale: Locale,
    /// `None` means every market.
    pub market: Option<Market>,
    pub text: String,
    /// Where it came from: `FILE#HEADING`, or `release:ID`.
    pub source: String,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

impl Passage {
    #[must_use]
    pub fn may_run(&self, market: Market, now: Timestamp) -> bool {
        self.market.is_none_or(|own| own == market)
            && self.valid_from.is_none_or(|start| start <= now)
            && self.valid_until.is_none_or(|end| now < end)
    }
}

/// What retrieval is asked: free text, and filters that always hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageQuery {
    pub brand: BrandId,
    pub text: String,
    /// The product's key; passages of the brand as a whole match too.
    pub product: String,
    pub locale: Locale,
    pub market: Market,
    pub now: Timestamp,
    pub limit: usize,
}
