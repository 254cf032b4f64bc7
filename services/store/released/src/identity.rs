//! Who asks: a partner, known by the hash of its API key.

use std::fmt;
use std::str::FromStr;

use countersign_released::clock::Timestamp;
use countersign_released::id::{BrandId, PartnerId, PartnerKeyId};
use countersign_released::place::{Locale, Market};
use countersign_released::profile::Profile;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

/// What kind of business a partner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartnerKind {
    Msp,
    Var,
    Si,
    Isv,
    Influencer,
    Reseller,
}

impl PartnerKind {
    pub const ALL: [Self; 6] = [Self::Msp, Self::Var, Self::Si, Self::Isv, Self::Influencer, Self::Reseller];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Msp => "msp",
            Self::Var => "var",
            Self::Si => "si",
            Self::Isv => "isv",
            Self::Influencer => "influencer",
            Self::Reseller => "reseller",
        }
    }
}

impl fmt::Display for PartnerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PartnerKind {
    type Err = PartnerKindError;
    fn from_str(text: &str) -> Result<Self, PartnerKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| PartnerKindError(text.chars().take(40).collect()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of partner; there are msp, var, si, isv, influencer and reseller")]
pub struct PartnerKindError(String);

/// A partner that has shown a valid key, and what it may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerIdentity {
    pub id: PartnerId,
    pub brand: BrandId,
    pub brand_slug: String,
    pub slug: String,
    pub kind: PartnerKind,
    pub tier: String,
    /// Where it may run assets. Empty means nowhere.
    pub markets: Vec<Market>,
    /// The languages it works in; a bare language stands for all its regions. Empty means none.
    pub locales: Vec<Locale>,
    /// The first instant without the badge of its tier; none: not certified.
    pub certified_until: Option<Timestamp>,
    /// With the badge where it holds as the key is shown.
    pub profile: Profile,
    pub profile_version: i64,
    pub key_id: PartnerKeyId,
}

impl ReleasedStore {
    /// `None` for a key that is unknown, expired or revoked, and for a partner that is not active: who asks cannot
    /// tell these apart.
    pub async fn partner_by_key(&self, key_hash: &str) -> Result<Option<PartnerIdentity>, StoreError> {
        let now = self.clock.now();
        let row = Sql::new(
            "SELECT partner_id, brand_id, brand_slug, slug, kind, tier, markets, locales, profile, profile_version,
                    certified_until, key_id
             FROM released_partner_keys WHERE key_hash = ",
        )
        .bind(key_hash)
        .push(" AND (expires_at IS NULL OR expires_at > ")
        .bind(now.micros())
        .push(")")
        .fetch_optional(self.db.reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let read = Reader::new(&row, "partners", "partner_id");
        let tier = read.text("tier")?;
        let certified_until = read.time_opt("certified_until")?;
        Ok(Some(PartnerIdentity {
            id: read.parse("partner_id")?,
            brand: read.parse("brand_id")?,
            brand_slug: read.text("brand_slug")?,
            slug: read.text("slug")?,
            kind: read.parse("kind")?,
            profile: read.json::<Profile>("profile")?.certified(&tier, certified_until, now),
            tier,
            markets: read.json("markets")?,
            locales: read.json("locales")?,
            certified_until,
            profile_version: read.number("profile_version")?,
            key_id: read.parse("key_id")?,
        }))
    }
}
