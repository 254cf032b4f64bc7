//! A release: a revision, countersigned for a context, that partners may pull.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::content::Content;
use crate::digest::Digest;
use crate::id::{AssetId, ReleaseId};
use crate::place::{Locale, Market};

/// Where and as what a content may run. People approve a content *in a context*; another context is another approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    pub asset_type: String,
    pub channel: String,
    pub market: Market,
    pub locale: Locale,
    /// `NAME@VERSION`, such as `email@1`.
    pub template: String,
    /// The version of the rule packs that the content was checked by.
    pub rules: String,
    pub brand: BrandIdentity,
}

impl Context {
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}

/// What of a brand shows in a rendition. It is part of the context, so a new name or colour needs new eyes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandIdentity {
    pub name: String,
    pub legal_name: String,
    pub site: String,
    pub address: String,
    /// `#rrggbb`, of buttons and rules.
    pub color: String,
    /// The digest of the logo's stored PNG.
    pub logo: Option<Digest>,
    /// Legal notice by market, as approved; there is no fallback from one market to another.
    pub legal: std::collections::BTreeMap<String, String>,
}

/// What partners may see of one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub id: ReleaseId,
    pub asset: AssetId,
    pub digest: Digest,
    pub context: Context,
    pub content: Content,
    pub campaign: String,
    pub product: String,
    pub audience: String,
    pub released_at: Timestamp,
    /// Who stands behind it.
    pub provenance: Provenance,
}

/// Where a release comes from, for its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The model that drafted it, `NAME sha256:…`; empty when a person wrote it.
    pub model: String,
    /// `drafted`, `edited` or `imported`.
    pub origin: String,
    /// The author, as a stable pseudonym (the user's id).
    pub author: String,
    /// Who approved it, and when.
    pub approver: String,
    pub approved_at: Timestamp,
}
