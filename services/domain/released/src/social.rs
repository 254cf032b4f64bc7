//! Social networks that a partner may be found on: a closed set, each with the hosts that its pages live on.
//!
//! To add a network, add it here with its hosts, and a field to the partner's form (`social_NAME`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most characters of a link to a network's page.
pub const MAX_CHARS: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SocialNetwork {
    Linkedin,
    X,
    Facebook,
    Instagram,
    Youtube,
    Xing,
}

impl SocialNetwork {
    pub const ALL: [Self; 6] = [Self::Linkedin, Self::X, Self::Facebook, Self::Instagram, Self::Youtube, Self::Xing];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::Youtube => "youtube",
            Self::Xing => "xing",
        }
    }

    /// As the network writes its own name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linkedin => "LinkedIn",
            Self::X => "X",
            Self::Facebook => "Facebook",
            Self::Instagram => "Instagram",
            Self::Youtube => "YouTube",
            Self::Xing => "XING",
        }
    }

    /// The first is the one to give as an example.
    const fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Linkedin => &["linkedin.com"],
            Self::X => &["x.com", "twitter.com"],
            Self::Facebook => &["facebook.com", "fb.com"],
            Self::Instagram => &["instagram.com"],
            Self::Youtube => &["youtube.com"],
            Self::Xing => &["xing.com"],
        }
    }

    /// What is wrong with `link` as a page of this network: it must lead to the network itself (or to a subdomain, such
    /// as `de.linkedin.com`), and to a page there.
    pub(crate) fn check(self, link: &str) -> Result<(), String> {
        let url = crate::profile::web_address(link)?;
        let host = url.host_str().unwrap_or_default();
        let own = |known: &&str| host == *known || host.strip_suffix(known).is_some_and(|sub| sub.ends_with('.'));
        if !self.hosts().iter().any(own) {
            return Err(format!("does not lead to {}; its host is {host}, not {}", self.title(), self.hosts()[0]));
        }
        if url.path() == "/" {
            return Err(format!(
                "leads to the front page of {}; give the address of your own page there",
                self.title()
            ));
        }
        Ok(())
    }
}

impl FromStr for SocialNetwork {
    type Err = SocialNetworkError;
    fn from_str(text: &str) -> Result<Self, SocialNetworkError> {
        Self::ALL
            .into_iter()
            .find(|network| network.name() == text)
            .ok_or_else(|| SocialNetworkError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for SocialNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network that is known here; there are {names}", names = SocialNetwork::ALL.map(SocialNetwork::name).join(", "))]
pub struct SocialNetworkError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_on_the_networks_own_host_or_a_subdomain_of_it() {
        for (network, link) in [
            (SocialNetwork::Linkedin, "https://www.linkedin.com/company/nordlicht-it"),
            (SocialNetwork::Linkedin, "https://de.linkedin.com/company/nordlicht-it"),
            (SocialNetwork::X, "https://x.com/nordlicht"),
            (SocialNetwork::X, "https://twitter.com/nordlicht"),
            (SocialNetwork::Facebook, "https://www.facebook.com/nordlicht"),
            (SocialNetwork::Instagram, "https://instagram.com/nordlicht"),
            (SocialNetwork::Youtube, "https://www.youtube.com/@nordlicht"),
            (SocialNetwork::Xing, "https://www.xing.com/pages/nordlicht"),
        ] {
            assert_eq!(network.check(link), Ok(()), "{link}");
        }
    }

    #[test]
    fn a_link_to_anywhere_else_is_refused_however_it_is_dressed_up() {
        for link in [
            "https://evil.example/linkedin.com/company/x",
            "https://linkedin.com.evil.example/company/x",
            "https://notlinkedin.com/company/x",
            "https://linkedin.com@evil.example/company/x",
            "https://evil.example\\@linkedin.com/company/x",
            "https://linkedin.com\\@evil.example/x",
            "http://www.linkedin.com/company/x",
            "javascript:alert('linkedin.com')",
            "https://www.linkedin.com/",
            "linkedin.com/company/x",
            "@nordlicht",
        ] {
            assert!(SocialNetwork::Linkedin.check(link).is_err(), "{link}");
        }
    }

    #[test]
    fn networks_read_back_from_their_names_and_others_are_told_the_set() {
        for network in SocialNetwork::ALL {
            assert_eq!(network.name().parse(), Ok(network));
        }
        let said = "myspace".parse::<SocialNetwork>().expect_err("not in the set").to_string();
        assert!(said.contains("myspace") && said.contains("linkedin, x, facebook"), "{said}");
    }
}
