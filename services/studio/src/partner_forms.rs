//! Partners as requests, pages and files write them: parsed and checked whole, every fault with its pointer.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::BrandId;
use countersign_domain::place::{Locale, Market};
use countersign_store::{NewPartner, Partner, PartnerKind, PartnerUpdate};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::faults::{Faults, is_slug};
use crate::profiles::ProfileForm;

/// A new partner, as it is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PartnerForm {
    /// The brand's slug; may be left out where there is only one.
    pub brand: Option<String>,
    /// Short name in URLs and links: small letters, digits and hyphens.
    pub slug: String,
    /// `msp`, `var`, `si`, `isv`, `influencer` or `reseller`.
    pub kind: String,
    pub tier: String,
    /// The first instant at which the partner is not certified for its tier any more: RFC 3339, or a date for its first
    /// instant in UTC. Until then it shows the tier's badge. Null or left out: not certified, no badge.
    pub certified_until: Option<String>,
    /// ISO 3166 codes: where the partner may run assets.
    pub markets: Vec<String>,
    /// BCP 47 tags: the languages that the partner pulls.
    pub locales: Vec<String>,
    pub profile: ProfileForm,
}

/// What of a partner an administrator changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerChange {
    pub tier: String,
    /// The first instant at which the partner is not certified for its tier any more: RFC 3339, or a date for its first
    /// instant in UTC. Until then it shows the tier's badge. Null: not certified, no badge. Left out: as it is, and not
    /// certified where the tier changes.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub certified_until: Option<Option<String>>,
    pub markets: Vec<String>,
    pub locales: Vec<String>,
    /// An inactive partner's keys open nothing.
    pub active: bool,
}

/// Null is something that was said; a field that is not there is not.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl PartnerForm {
    /// A partner that can be written, or all that is wrong. One way for the API, the page and the command line.
    pub fn check(&self, brand: BrandId) -> Result<NewPartner, Faults> {
        let mut faults = Faults::default();
        if !is_slug(&self.slug) {
            faults.say("/slug", "needs 1 to 60 small letters, digits and hyphens, such as nordlicht-it");
        }
        let kind = self.kind.parse::<PartnerKind>();
        if let Err(error) = &kind {
            faults.say("/kind", error);
        }
        tier(&self.tier, &mut faults);
        let certified_until = certified(self.certified_until.as_deref(), &self.tier, &mut faults);
        let markets: Vec<Market> = faults.tags("/markets", &self.markets);
        let locales: Vec<Locale> = faults.tags("/locales", &self.locales);
        let profile = match self.profile.check(None) {
            Ok(profile) => profile,
            Err(wrong) => {
                for (place, reason) in wrong {
                    faults.say(format!("/profile/{place}"), reason);
                }
                return Err(faults);
            }
        };
        match kind {
            Ok(kind) if faults.0.is_empty() => Ok(NewPartner {
                brand,
                slug: self.slug.clone(),
                kind,
                tier: self.tier.trim().to_owned(),
                markets,
                locales,
                certified_until,
                profile,
            }),
            _ => Err(faults),
        }
    }
}

impl PartnerChange {
    /// What can be changed, as it stands.
    pub fn of(partner: &Partner) -> Self {
        Self {
            tier: partner.tier.clone(),
            certified_until: Some(partner.certified_until.map(Timestamp::rfc3339)),
            markets: partner.markets.iter().map(ToString::to_string).collect(),
            locales: partner.locales.iter().map(ToString::to_string).collect(),
            active: partner.active,
        }
    }

    /// The version of a partner's place: two people may mend the same one.
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// The change to `now`, or all that is wrong.
    pub fn check(&self, now: &Partner) -> Result<PartnerUpdate, Faults> {
        let mut faults = Faults::default();
        tier(&self.tier, &mut faults);
        let tier = self.tier.trim().to_owned();
        let certified_until = match &self.certified_until {
            Some(said) => certified(said.as_deref(), &tier, &mut faults),
            // A certification is for a tier; it does not go along to another one unasked.
            None => now.certified_until.filter(|_| now.tier == tier),
        };
        let markets = faults.tags("/markets", &self.markets);
        let locales = faults.tags("/locales", &self.locales);
        if faults.0.is_empty() {
            Ok(PartnerUpdate { tier, markets, locales, active: self.active, certified_until })
        } else {
            Err(faults)
        }
    }
}

fn tier(tier: &str, faults: &mut Faults) {
    if tier.chars().count() > 40 || tier.chars().any(char::is_control) {
        faults.say("/tier", "has 40 characters at most, on one line");
    }
}

fn certified(until: Option<&str>, tier: &str, faults: &mut Faults) -> Option<Timestamp> {
    let until = until.map(str::trim).filter(|until| !until.is_empty())?;
    if tier.trim().is_empty() {
        faults.say("/certified_until", "needs a tier that the partner is certified for");
    }
    Timestamp::parse(until).map_err(|error| faults.say("/certified_until", error)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand() -> BrandId {
        "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f".parse().unwrap()
    }

    #[test]
    fn every_fault_of_a_partner_is_named_with_its_pointer() {
        let form = PartnerForm {
            slug: "Nord Licht".into(),
            kind: "friend".into(),
            certified_until: Some("soon".into()),
            markets: vec!["germany".into()],
            profile: ProfileForm {
                site: "http://x.example".into(),
                socials: [("x".to_owned(), "https://y.example/a".to_owned())].into(),
                ..ProfileForm::default()
            },
            ..PartnerForm::default()
        };
        let pointers: Vec<_> = form.check(brand()).unwrap_err().0.into_iter().map(|(pointer, _)| pointer).collect();
        let wanted = [
            "/slug",
            "/kind",
            "/certified_until",
            "/certified_until",
            "/markets/0",
            "/locales",
            "/profile/display_name",
            "/profile/site",
            "/profile/socials/x",
        ];
        assert_eq!(pointers, wanted);
    }

    #[test]
    fn a_date_of_certification_is_its_first_instant_in_utc() {
        let mut faults = Faults::default();
        let mut read = |text: &str| certified(Some(text), "gold", &mut faults).map(Timestamp::rfc3339);
        assert_eq!(read("2027-01-01").as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!(read("2027-01-01T09:30:00+01:00").as_deref(), Some("2027-01-01T08:30:00Z"));
        assert_eq!(read(" "), None);
        assert!(faults.0.is_empty());
    }
}
