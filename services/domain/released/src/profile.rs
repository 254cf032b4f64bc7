//! A partner's co-branding profile: typed values, checked once when they come in, rendered as text ever after.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::content::PartnerField;
use crate::digest::Digest;

/// One version of a partner's co-branding profile. Empty strings mean that the partner gave no such value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    /// Postal address; lines are parted by `\n`.
    pub address: String,
    /// The partner's site, where buttons lead; https.
    pub site: String,
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
    /// The digest of the logo's stored PNG.
    pub logo: Option<Digest>,
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
            PartnerField::PrivacyUrl => &self.privacy_url,
            PartnerField::UnsubscribeUrl => &self.unsubscribe_url,
        }
    }

    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// Everything that is wrong, so that a form can show it all at once.
    pub fn validate(&self) -> Result<(), Vec<ProfileError>> {
        let mut errors = Vec::new();
        for field in PartnerField::ALL {
            check_field(field, self.value(field), &mut errors);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

fn check_field(field: PartnerField, value: &str, errors: &mut Vec<ProfileError>) {
    let mut fail = |reason: String| errors.push(ProfileError { field, reason });
    if value.is_empty() {
        if matches!(field, PartnerField::DisplayName | PartnerField::Site) {
            fail("is required".into());
        }
        return;
    }
    let length = value.chars().count();
    let max = field.max_graphemes();
    if length > max {
        fail(format!("has {length} characters; {max} at most"));
    }
    let line_breaks_allowed = matches!(field, PartnerField::Address | PartnerField::Description);
    if let Some(bad) = value.chars().find(|c| is_hidden(*c) && !(*c == '\n' && line_breaks_allowed)) {
        fail(format!("holds the invisible or control character U+{:04X}; remove it", u32::from(bad)));
    }
    if value.trim() != value {
        fail("starts or ends with white space".into());
    }
    match field {
        PartnerField::Site | PartnerField::PrivacyUrl | PartnerField::UnsubscribeUrl => {
            if let Err(reason) = check_link(value) {
                fail(reason);
            }
        }
        PartnerField::Email if !plausible_email(value) => fail("is not an email address".into()),
        PartnerField::Phone if !value.chars().all(|c| c.is_ascii_digit() || "+-()/. x".contains(c)) => {
            fail("may hold digits, spaces and + - ( ) / . only".into());
        }
        _ => {}
    }
}

/// Controls, bidi controls, zero-width characters and the like: nothing that a reader cannot see may ride in a value.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn check_link(value: &str) -> Result<(), String> {
    let url = Url::parse(value).map_err(|e| format!("is not a web address: {e}"))?;
    if url.scheme() != "https" {
        return Err("must start with https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".into());
    }
    match url.host() {
        Some(url::Host::Domain(domain)) if domain.contains('.') => Ok(()),
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

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct ProfileError {
    pub field: PartnerField,
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Profile {
        Profile { display_name: "Nordlicht".into(), site: "https://nordlicht.example".into(), ..Profile::default() }
    }

    #[test]
    fn a_small_profile_is_enough() {
        assert_eq!(good().validate(), Ok(()));
    }

    #[test]
    fn names_with_markup_and_template_syntax_are_names() {
        let profile = Profile { display_name: "<b>\"O'Neil\" {{x}} & Söhne</b> 🚀".into(), ..good() };
        assert_eq!(profile.validate(), Ok(()));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let profile = Profile {
            display_name: "a\u{202E}b".into(),
            legal_name: "x".repeat(400),
            site: "javascript:alert(1)".into(),
            privacy_url: "https://user:pw@host.example".into(),
            unsubscribe_url: "https://127.0.0.1/x".into(),
            email: "nobody".into(),
            phone: "call me".into(),
            ..Profile::default()
        };
        let fields: Vec<_> =
            profile.validate().expect_err("all of it is wrong").into_iter().map(|e| e.field.name()).collect();
        assert_eq!(fields, ["display_name", "legal_name", "phone", "email", "site", "privacy_url", "unsubscribe_url"]);
    }
}
