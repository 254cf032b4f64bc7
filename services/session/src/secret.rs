//! Secrets that are shown once and kept as a hash: sessions, user tokens, partner keys.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What a user's API token starts with.
pub const USER_PREFIX: &str = "cs_user_";
/// What a partner's API key starts with.
pub const PARTNER_PREFIX: &str = "cs_partner_";

/// A secret with 256 random bits. It does not show itself in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A secret that the person who runs the service chose; the caller has looked at its length.
    #[must_use]
    pub fn chosen(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What the store keeps: a plain SHA-256 is enough for 256 random bits, nothing can be guessed.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }

    /// The start of it, by which people tell their keys apart: the prefix and six characters.
    #[must_use]
    pub fn shown(&self, prefix: &str) -> String {
        self.0.chars().take(prefix.len() + 6).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new secret from the system's random numbers.
#[must_use]
pub fn new(prefix: &str) -> Secret {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    Secret(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// SHA-256 in hex of a presented secret.
#[must_use]
pub fn hash(presented: &str) -> String {
    Sha256::digest(presented.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equality whose time does not tell how much was right.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0_u8, |different, (x, y)| different | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_hide_themselves() {
        let (a, b) = (new(USER_PREFIX), new(USER_PREFIX));
        assert_ne!(a, b);
        assert!(a.as_str().starts_with("cs_user_") && a.as_str().len() == 8 + 43);
        assert_eq!(format!("{a:?}"), "Secret(…)");
        assert_eq!(a.hash(), hash(a.as_str()));
        assert_eq!(a.hash().len(), 64);
        assert_eq!(a.shown(USER_PREFIX).len(), 14);
    }

    #[test]
    fn equality_is_by_the_whole_text() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("", "a"));
    }
}
