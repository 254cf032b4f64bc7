//! A co-branding profile as requests, pages and files write it: parsed and checked whole, every fault with its place.

use std::collections::BTreeMap;

use countersign_domain::profile::Profile;
use countersign_domain::social::SocialNetwork;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// More links than there are networks are not looked at one by one.
const MAX_SOCIALS: usize = 20;

/// A partner's co-branding values. Empty strings mean that it gave no such value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    /// As it stands in text; 40 characters at most, in any script.
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    /// What the person to turn to does there, such as `Head of sales`; one line, 60 characters at most.
    pub contact_role: String,
    /// Postal address as it is written in its country; lines are parted by a line feed, six at most.
    pub address: String,
    /// Where buttons lead; https.
    pub site: String,
    /// The value proposition: what the partner does for whom, in two or three sentences. A reviewer reads each wording
    /// once before renditions hold it.
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
    /// The partner's own pages by network: `linkedin`, `x`, `facebook`, `instagram`, `youtube`, `xing`. https, on the
    /// network's own host, 200 characters at most.
    pub socials: BTreeMap<String, String>,
    /// Where its people work, as the IANA database names it: `Europe/Berlin`.
    pub time_zone: String,
    /// The digest of the logo that was uploaded, for light grounds. What is written here is not looked at.
    pub logo: Option<String>,
    /// The same for dark grounds.
    pub logo_dark: Option<String>,
    /// The digest of the logo as a sanitized SVG, where one was uploaded.
    pub logo_vector: Option<String>,
}

impl ProfileForm {
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let digest = |digest: &Option<_>| digest.as_ref().map(ToString::to_string);
        Self {
            display_name: profile.display_name.clone(),
            legal_name: profile.legal_name.clone(),
            phone: profile.phone.clone(),
            email: profile.email.clone(),
            contact_role: profile.contact_role.clone(),
            address: profile.address.clone(),
            site: profile.site.clone(),
            description: profile.description.clone(),
            privacy_url: profile.privacy_url.clone(),
            unsubscribe_url: profile.unsubscribe_url.clone(),
            socials: profile.socials.iter().map(|(network, link)| (network.to_string(), link.clone())).collect(),
            time_zone: profile.time_zone.clone(),
            logo: digest(&profile.logo),
            logo_dark: digest(&profile.logo_dark),
            logo_vector: digest(&profile.logo_vector),
        }
    }

    /// The profile as typed, with white space around its values taken off and the line ends of browsers made plain; or
    /// all that is wrong, by its place (`phone`, `socials/xing`). Logos and the badge stay those of `before`: only an
    /// upload brings a logo, and only certification a badge.
    pub fn check(&self, before: Option<&Profile>) -> Result<Profile, Vec<(String, String)>> {
        let mut faults = Vec::new();
        let mut socials = BTreeMap::new();
        for (name, link) in self.socials.iter().take(MAX_SOCIALS) {
            match name.parse::<SocialNetwork>() {
                Ok(_) if link.trim().is_empty() => {}
                Ok(network) => {
                    socials.insert(network, tidy(link));
                }
                Err(error) => faults.push((format!("socials/{}", pointed(name)), error.to_string())),
            }
        }
        if self.socials.len() > MAX_SOCIALS {
            faults.push(("socials".into(), format!("has {} entries; {MAX_SOCIALS} at most", self.socials.len())));
        }
        let before = before.cloned().unwrap_or_default();
        let profile = Profile {
            display_name: tidy(&self.display_name),
            legal_name: tidy(&self.legal_name),
            phone: tidy(&self.phone),
            email: tidy(&self.email),
            contact_role: tidy(&self.contact_role),
            address: tidy(&self.address),
            site: tidy(&self.site),
            description: tidy(&self.description),
            privacy_url: tidy(&self.privacy_url),
            unsubscribe_url: tidy(&self.unsubscribe_url),
            socials,
            time_zone: tidy(&self.time_zone),
            logo: before.logo,
            logo_dark: before.logo_dark,
            logo_vector: before.logo_vector,
            badge: before.badge,
        };
        let errors = profile.validate().err().unwrap_or_default();
        faults.extend(errors.into_iter().map(|error| (error.part.to_string(), error.reason)));
        if faults.is_empty() { Ok(profile) } else { Err(faults) }
    }
}

fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// A name as a part of a JSON pointer (RFC 6901, section 3), cut where it is endless.
pub(crate) fn pointed(name: &str) -> String {
    name.chars().take(40).collect::<String>().replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::digest::Digest;

    fn form() -> ProfileForm {
        ProfileForm { display_name: "N".into(), site: "https://n.example".into(), ..ProfileForm::default() }
    }

    #[test]
    fn a_form_never_sets_a_logo_or_a_badge() {
        let digest = |name: &str| Digest::of_bytes(name.as_bytes());
        let before = Profile {
            logo: Some(digest("light")),
            logo_dark: Some(digest("dark")),
            logo_vector: Some(digest("vector")),
            badge: Some("gold".into()),
            ..Profile::default()
        };
        let foreign = Some(digest("foreign").to_string());
        let form = ProfileForm { logo: foreign.clone(), logo_dark: foreign.clone(), logo_vector: foreign, ..form() };
        let kept = form.check(Some(&before)).unwrap();
        assert_eq!((kept.logo, kept.logo_dark, kept.logo_vector), (before.logo, before.logo_dark, before.logo_vector));
        assert_eq!(kept.badge, before.badge);
        let new = form.check(None).unwrap();
        assert_eq!((new.logo, new.logo_dark, new.logo_vector, new.badge), (None, None, None, None));
        let badge = serde_json::from_str::<ProfileForm>(r#"{"badge":"gold"}"#);
        assert!(badge.unwrap_err().to_string().contains("badge"), "there is no such field");
    }

    #[test]
    fn what_is_read_can_be_written_again_as_it_is() {
        let mut form = form();
        form.socials = [("xing".to_owned(), "https://www.xing.com/pages/n".to_owned())].into();
        form.contact_role = "{{role}} \"<b>\" 🚀".into();
        form.time_zone = "Europe/Berlin".into();
        assert_eq!(ProfileForm::of(&form.check(None).unwrap()), form);
    }

    #[test]
    fn links_are_to_known_networks_and_empty_ones_are_none() {
        let mut form = form();
        form.socials = [
            ("linkedin".to_owned(), " ".to_owned()),
            ("my/space".to_owned(), "https://myspace.example/n".to_owned()),
            ("x".to_owned(), "https://evil.example/n".to_owned()),
        ]
        .into();
        let places: Vec<_> = form.check(None).unwrap_err().into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["socials/my~1space", "socials/x"]);
        form.socials = (0..50).map(|i| (format!("net{i}"), String::new())).collect();
        assert_eq!(form.check(None).unwrap_err().len(), MAX_SOCIALS + 1);
    }
}
