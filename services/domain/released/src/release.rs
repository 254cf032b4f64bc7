//! A release: a revision, countersigned for a context, that partners may pull.

use std::collections::BTreeMap;

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
///
/// Values that came later are left out of the JSON where they are as they would be without it, so that the digests of
/// contexts that were approved before stay what they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandIdentity {
    pub name: String,
    pub legal_name: String,
    pub site: String,
    pub address: String,
    /// `#rrggbb`, of buttons and rules.
    pub color: String,
    /// The digest of the logo's stored PNG, for light grounds.
    pub logo: Option<Digest>,
    /// The same for dark grounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_dark: Option<Digest>,
    /// How the brand's logo and a partner's stand together.
    #[serde(skip_serializing_if = "LockupRules::is_default")]
    pub lockup: LockupRules,
    /// The badge of each tier that has one. A partner shows it only while it is certified.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub badges: BTreeMap<String, BadgeDesign>,
    /// Legal notice by market, as approved; there is no fallback from one market to another.
    pub legal: BTreeMap<String, String>,
}

/// How the brand's logo and a partner's stand together. Whole numbers, so that two rules can be told equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LockupRules {
    pub relative: RelativeSize,
    /// What stays free around each logo, in hundredths of the brand's logo's height.
    pub clear_space_percent: u16,
    /// How wide a logo is drawn at least, in CSS pixels.
    pub min_width_px: u16,
    /// The least contrast of a logo on its ground, in tenths: 30 is 3:1 (WCAG 2.2, 1.4.11).
    pub contrast_tenths: u16,
}

/// How large a partner's logo may be beside the brand's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelativeSize {
    /// Optically equal: of the same area.
    Equal,
    /// Neither wider nor higher.
    #[default]
    NotLarger,
    /// At most two thirds of its height.
    TwoThirds,
}

impl LockupRules {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong, by the name of the field.
    pub fn validate(&self) -> Result<(), Vec<(&'static str, String)>> {
        let bounds = [
            ("clear_space_percent", self.clear_space_percent, 0, 300),
            ("min_width_px", self.min_width_px, 16, 400),
            ("contrast_tenths", self.contrast_tenths, 10, 210),
        ];
        let errors: Vec<_> = (bounds.into_iter())
            .filter(|(_, value, min, max)| !(min..=max).contains(&value))
            .map(|(name, value, min, max)| (name, format!("is {value}; it can be {min} to {max}")))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Default for LockupRules {
    fn default() -> Self {
        Self { relative: RelativeSize::default(), clear_space_percent: 50, min_width_px: 48, contrast_tenths: 30 }
    }
}

/// A tier's badge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BadgeDesign {
    /// What it says, by BCP 47 tag: `de` serves every de-*.
    pub label: BTreeMap<String, String>,
    /// The digest of the badge's stored PNG; without one it is its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Digest>,
}

impl BadgeDesign {
    /// What it says in `locale`: that very tag's label, or its language's. None where there is neither: a label in
    /// another language is no label.
    #[must_use]
    pub fn label_in(&self, locale: &Locale) -> Option<&str> {
        self.label.get(locale.as_str()).or_else(|| self.label.get(locale.language())).map(String::as_str)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::canonical_json;

    #[test]
    fn digests_of_contexts_that_were_approved_before_stay_what_they_were() {
        let identity = BrandIdentity { name: "Halden".into(), ..BrandIdentity::default() };
        let json = r#"{"address":"","color":"","legal":{},"legal_name":"","logo":null,"name":"Halden","site":""}"#;
        assert_eq!(canonical_json(&identity), json);
        assert_eq!(serde_json::from_str::<BrandIdentity>(json).expect("as it was stored"), identity);
    }

    #[test]
    fn rules_that_are_written_out_are_the_same_as_none_where_they_say_the_same() {
        let written = r#"{"lockup":{"relative":"not_larger","clear_space_percent":50,"min_width_px":48}}"#;
        let identity: BrandIdentity = serde_json::from_str(written).expect("known fields");
        assert_eq!(identity, BrandIdentity::default());
    }

    #[test]
    fn a_new_rule_or_badge_needs_new_eyes() {
        let identity = |json: &str| serde_json::from_str::<BrandIdentity>(json).expect("known fields");
        for json in [
            r#"{"lockup":{"relative":"two_thirds"}}"#,
            r#"{"badges":{"gold":{"label":{"en":"Gold partner"}}}}"#,
            r#"{"logo_dark":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#,
        ] {
            let read = identity(json);
            assert_ne!(Digest::of_json(&read), Digest::of_json(&BrandIdentity::default()), "{json}");
            assert_eq!(identity(&canonical_json(&read)), read, "{json}");
        }
    }

    #[test]
    fn rules_have_bounds_and_each_that_is_broken_is_named() {
        assert_eq!(LockupRules::default().validate(), Ok(()));
        let odd =
            LockupRules { clear_space_percent: 301, min_width_px: 0, contrast_tenths: 9, ..LockupRules::default() };
        let names: Vec<_> = odd.validate().expect_err("all of it").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["clear_space_percent", "min_width_px", "contrast_tenths"]);
    }

    #[test]
    fn a_badge_speaks_the_locales_language_or_says_nothing() {
        let label =
            [("de".to_owned(), "Gold-Partner".to_owned()), ("de-CH".to_owned(), "Goldpartner".to_owned())].into();
        let badge = BadgeDesign { label, image: None };
        let said = |locale: &str| badge.label_in(&locale.parse().expect("a locale"));
        assert_eq!((said("de-AT"), said("de-CH"), said("fr-CH")), (Some("Gold-Partner"), Some("Goldpartner"), None));
    }
}
