//! A partner's co-branding profile: typed values, checked once when they come in, rendered as text ever after.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Timestamp;
use crate::content::PartnerField;
use crate::digest::Digest;
use crate::release::BrandIdentity;
use crate::social::{self, SocialNetwork};
use crate::zone;

/// The most lines of a postal address: what the longest of the world's formats needs (UPU S42).
const MAX_ADDRESS_LINES: usize = 6;

/// One version of a partner's co-branding profile. Empty strings mean that the partner gave no such value.
///
/// Values that came later are left out of the JSON where there are none, so that the digests of profiles that were
/// written before stay what they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    /// Postal address; lines are parted by `\n`, six at most.
    pub address: String,
    /// The partner's site, where buttons lead; https.
    pub site: String,
    /// The value proposition: what the partner does for whom, in two or three sentences.
    pub description: String,
    /// What the person to turn to does there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub contact_role: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
    /// The partner's own pages on social networks; https.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub socials: BTreeMap<SocialNetwork, String>,
    /// Where its people work, as the IANA database names it: `Europe/Berlin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// The digest of the logo's stored PNG, for light grounds.
    pub logo: Option<Digest>,
    /// The same for dark grounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_dark: Option<Digest>,
    /// The digest of a sanitized SVG of [`Self::logo`], where one was uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_vector: Option<Digest>,
    /// The tier whose badge the partner may show now. No form sets it and no version holds it: the store puts it in
    /// whenever a profile is read ([`Self::certified`]), so that what is made of the profile changes when it lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
}

impl Profile {
    #[must_use]
    pub fn value(&self, field: PartnerField) -> &str {
        match field {
            PartnerField::DisplayName => &self.display_name,
            PartnerField::LegalName => &self.legal_name,
            PartnerField::Phone => &self.phone,
            PartnerField::Email => &self.email,
            PartnerField::Address => &self.address,
            PartnerField::Site => &self.site,
            PartnerField::Description => &self.description,
            PartnerField::ContactRole => &self.contact_role,
            PartnerField::PrivacyUrl => &self.privacy_url,
            PartnerField::UnsubscribeUrl => &self.unsubscribe_url,
        }
    }

    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// As a version of it is kept: without the badge, which is no part of what anybody wrote.
    #[must_use]
    pub fn written(&self) -> Self {
        Self { badge: None, ..self.clone() }
    }

    /// With the badge of `tier` while the partner is certified for it: until `until`, and no longer. Without a date it is
    /// not certified, and a partner without a tier has no badge.
    #[must_use]
    pub fn certified(self, tier: &str, until: Option<Timestamp>, now: Timestamp) -> Self {
        let holds = !tier.is_empty() && until.is_some_and(|until| now < until);
        Self { badge: holds.then(|| tier.to_owned()), ..self }
    }

    /// The digests of all images that a rendition of `brand`'s content may show with this profile.
    pub fn images<'a>(&'a self, brand: &'a BrandIdentity) -> Vec<&'a Digest> {
        let badge = self.badge.as_ref().and_then(|tier| brand.badges.get(tier)).and_then(|badge| badge.image.as_ref());
        [brand.logo.as_ref(), brand.logo_dark.as_ref(), self.logo.as_ref(), self.logo_dark.as_ref(), badge]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Everything that is wrong, so that a form can show it all at once.
    pub fn validate(&self) -> Result<(), Vec<ProfileError>> {
        let mut errors = Vec::new();
        for field in PartnerField::ALL {
            check_field(field, self.value(field), &mut |reason| {
                errors.push(ProfileError { part: ProfilePart::Value(field), reason });
            });
        }
        for (network, link) in &self.socials {
            let mut fail = |reason| errors.push(ProfileError { part: ProfilePart::Social(*network), reason });
            check_text(link, social::MAX_CHARS, false, &mut fail);
            if let Err(reason) = network.check(link) {
                fail(reason);
            }
        }
        if !self.time_zone.is_empty()
            && let Err(reason) = zone::check(&self.time_zone)
        {
            errors.push(ProfileError { part: ProfilePart::TimeZone, reason });
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

fn check_field(field: PartnerField, value: &str, fail: &mut dyn FnMut(String)) {
    if value.is_empty() {
        if matches!(field, PartnerField::DisplayName | PartnerField::Site) {
            fail("is required".into());
        }
        return;
    }
    let several_lines = matches!(field, PartnerField::Address | PartnerField::Description);
    check_text(value, field.max_graphemes(), several_lines, fail);
    match field {
        PartnerField::Site | PartnerField::PrivacyUrl | PartnerField::UnsubscribeUrl => {
            if let Err(reason) = web_address(value) {
                fail(reason);
            }
        }
        PartnerField::Address if value.lines().count() > MAX_ADDRESS_LINES => {
            fail(format!("has {} lines; {MAX_ADDRESS_LINES} at most", value.lines().count()));
        }
        PartnerField::Email if !plausible_email(value) => fail("is not an email address".into()),
        PartnerField::Phone if !value.chars().all(|c| c.is_ascii_digit() || "+-()/. x".contains(c)) => {
            fail("may hold digits, spaces and + - ( ) / . only".into());
        }
        _ => {}
    }
}

/// Length, hidden characters, white space around it: what holds for every value.
fn check_text(value: &str, max: usize, several_lines: bool, fail: &mut dyn FnMut(String)) {
    let length = value.chars().count();
    if length > max {
        fail(format!("has {length} characters; {max} at most"));
    }
    if let Some(bad) = hidden(value, several_lines) {
        fail(format!("holds the invisible or control character U+{:04X}; remove it", u32::from(bad)));
    }
    if value.trim() != value {
        fail("starts or ends with white space".into());
    }
}

/// The first character that a reader cannot see. Joiners are let through where they shape what is seen: between two
/// characters of a script that joins (Persian, Hindi, Sinhala) or of one emoji.
fn hidden(value: &str, several_lines: bool) -> Option<char> {
    let shaped = |c: Option<char>| c.is_some_and(|c| u32::from(c) > 0x02FF && !is_hidden(c));
    let mut before = None;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\u{200C}' | '\u{200D}') && shaped(before) && shaped(chars.peek().copied());
        if is_hidden(c) && !joins && !(c == '\n' && several_lines) {
            return Some(c);
        }
        before = Some(c);
    }
    None
}

/// Controls, bidi controls, zero-width characters and the like: nothing that a reader cannot see may ride in a value.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// An https address on a host that everybody can reach. A backslash is refused: programs disagree on whether it ends the
/// host.
pub(crate) fn web_address(value: &str) -> Result<Url, String> {
    let url = Url::parse(value).map_err(|e| format!("is not a web address: {e}"))?;
    if url.scheme() != "https" {
        return Err("must start with https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".into());
    }
    if value.contains(['\\', ' ']) {
        return Err("must not hold a backslash or a space; write %5C or %20".into());
    }
    match url.host() {
        Some(url::Host::Domain(domain)) if domain.contains('.') => Ok(url),
        _ => Err("must name a host such as www.example.com, not an IP address or a local name".into()),
    }
}

/// One `@`, something before it, a dotted host after it, nothing that would need quoting. Not RFC 5322 in full, on purpose.
#[must_use]
pub fn plausible_email(value: &str) -> bool {
    let Some((local, host)) = value.split_once('@') else { return false };
    let ok = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty()
        && local.chars().all(ok)
        && host.contains('.')
        && host.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// What of a profile an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfilePart {
    Value(PartnerField),
    Social(SocialNetwork),
    TimeZone,
}

/// As a JSON pointer without its first slash: `phone`, `socials/xing`.
impl fmt::Display for ProfilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(field) => f.write_str(field.name()),
            Self::Social(network) => write!(f, "socials/{network}"),
            Self::TimeZone => f.write_str("time_zone"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part} {reason}")]
pub struct ProfileError {
    pub part: ProfilePart,
    pub reason: String,
}

#[cfg(test)]
mod tests;
