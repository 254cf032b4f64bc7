//! Partners as requests and files write them: parsed and checked whole, every fault with its pointer.

use countersign_domain::digest::Digest;
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_store::{NewPartner, Partner, PartnerKind, PartnerUpdate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::faults::{Faults, is_slug};

/// A partner's co-branding values. Empty strings mean that it gave no such value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    /// Lines are parted by a line feed.
    pub address: String,
    /// Where buttons lead; https.
    pub site: String,
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
    /// The digest of the logo that was uploaded.
    pub logo: Option<String>,
}

impl ProfileForm {
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            display_name: profile.display_name.clone(),
            legal_name: profile.legal_name.clone(),
            phone: profile.phone.clone(),
            email: profile.email.clone(),
            address: profile.address.clone(),
            site: profile.site.clone(),
            description: profile.description.clone(),
            privacy_url: profile.privacy_url.clone(),
            unsubscribe_url: profile.unsubscribe_url.clone(),
            logo: profile.logo.as_ref().map(ToString::to_string),
        }
    }

    /// As typed, with white space around it taken off and the line ends of browsers made plain. The logo stays the
    /// one that was uploaded before: only an upload can set another.
    #[must_use]
    pub fn profile(&self, before: Option<&Profile>) -> Profile {
        let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
        Profile {
            display_name: tidy(&self.display_name),
            legal_name: tidy(&self.legal_name),
            phone: tidy(&self.phone),
            email: tidy(&self.email),
            address: tidy(&self.address),
            site: tidy(&self.site),
            description: tidy(&self.description),
            privacy_url: tidy(&self.privacy_url),
            unsubscribe_url: tidy(&self.unsubscribe_url),
            logo: before.and_then(|profile| profile.logo.clone()),
        }
    }
}

/// The faults of a profile: the field's name and what to do.
pub(crate) fn faults(profile: &Profile) -> Vec<(String, String)> {
    let errors = profile.validate().err().unwrap_or_default();
    errors.into_iter().map(|error| (error.field.name().to_owned(), error.reason)).collect()
}

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
    pub markets: Vec<String>,
    pub locales: Vec<String>,
    /// An inactive partner's keys open nothing.
    pub active: bool,
}

impl PartnerForm {
    /// A partner that can be written, or all that is wrong. One way for the API, the page and the command line.
    pub fn check(&self, brand: countersign_domain::id::BrandId) -> Result<NewPartner, Faults> {
        let mut faults = Faults::default();
        if !is_slug(&self.slug) {
            faults.say("/slug", "needs 1 to 60 small letters, digits and hyphens, such as nordlicht-it");
        }
        let kind = self.kind.parse::<PartnerKind>();
        if let Err(error) = &kind {
            faults.say("/kind", error);
        }
        tier(&self.tier, &mut faults);
        let markets: Vec<Market> = faults.tags("/markets", &self.markets);
        let locales: Vec<Locale> = faults.tags("/locales", &self.locales);
        let profile = self.profile.profile(None);
        for (field, reason) in self::faults(&profile) {
            faults.say(format!("/profile/{field}"), reason);
        }
        match kind {
            Ok(kind) if faults.0.is_empty() => Ok(NewPartner {
                brand,
                slug: self.slug.clone(),
                kind,
                tier: self.tier.trim().to_owned(),
                markets,
                locales,
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
            markets: partner.markets.iter().map(ToString::to_string).collect(),
            locales: partner.locales.iter().map(ToString::to_string).collect(),
            active: partner.active,
        }
    }

    /// The version of a partner's place: two people may mend the same one.
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    pub fn check(&self) -> Result<PartnerUpdate, Faults> {
        let mut faults = Faults::default();
        tier(&self.tier, &mut faults);
        let markets = faults.tags("/markets", &self.markets);
        let locales = faults.tags("/locales", &self.locales);
        if faults.0.is_empty() {
            Ok(PartnerUpdate { tier: self.tier.trim().to_owned(), markets, locales, active: self.active })
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

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::id::BrandId;

    #[test]
    fn every_fault_of_a_partner_is_named_with_its_pointer() {
        let form = PartnerForm {
            slug: "Nord Licht".into(),
            kind: "friend".into(),
            markets: vec!["germany".into()],
            profile: ProfileForm { site: "http://x.example".into(), ..ProfileForm::default() },
            ..PartnerForm::default()
        };
        let id: BrandId = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f".parse().unwrap();
        let pointers: Vec<_> = form.check(id).unwrap_err().0.into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/slug", "/kind", "/markets/0", "/locales", "/profile/display_name", "/profile/site"]);
    }

    #[test]
    fn a_form_never_sets_a_logo() {
        let logo = countersign_domain::digest::Digest::of_bytes(b"mine");
        let before = Profile { logo: Some(logo.clone()), ..Profile::default() };
        let form = ProfileForm { logo: Some("sha256:00".into()), ..ProfileForm::default() };
        assert_eq!(form.profile(Some(&before)).logo, Some(logo));
        assert_eq!(form.profile(None).logo, None);
    }
}
