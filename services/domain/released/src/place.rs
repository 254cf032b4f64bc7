//! Where and in what language: BCP 47 locales and markets, which are not the same thing.

use std::fmt;
use std::str::FromStr;

use icu_locale_core::LanguageIdentifier;

/// A BCP 47 locale in canonical form: language, script and region (`de-DE`, `zh-Hant-TW`), without extensions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(String);

impl Locale {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `de` of `de-AT`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The market that the region names, where there is one: `AT` of `de-AT`.
    #[must_use]
    pub fn market(&self) -> Option<Market> {
        self.0.split('-').skip(1).find_map(|part| part.parse().ok())
    }

    /// Whether content in `self` may stand where `wanted` is asked: the same tag, or a bare language for all its
    /// regions (`de` serves `de-AT`; `de-DE` does not).
    #[must_use]
    pub fn serves(&self, wanted: &Self) -> bool {
        self == wanted || (!self.0.contains('-') && self.0 == wanted.language())
    }

    /// `rtl` for the scripts that are written from right to left, else `ltr`; the value of HTML's `dir`.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        let script = self.0.split('-').nth(1).filter(|part| part.len() == 4);
        match (script, self.language()) {
            (Some("Arab" | "Hebr" | "Thaa" | "Syrc" | "Nkoo" | "Adlm"), _) => "rtl",
            (Some(_), _) => "ltr",
            (None, "ar" | "he" | "fa" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv" | "ckb") => "rtl",
            _ => "ltr",
        }
    }
}

impl FromStr for Locale {
    type Err = PlaceError;
    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let bad = || PlaceError::Locale(text.chars().take(40).collect());
        if text.len() > 35 || text.contains('_') {
            return Err(bad());
        }
        let id: LanguageIdentifier = text.parse().map_err(|_| bad())?;
        if id.language.is_unknown() || id.variants.iter().next().is_some() {
            return Err(bad());
        }
        Ok(Self(id.to_string()))
    }
}

/// An ISO 3166-1 alpha-2 region in which an asset may run, in capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Market([u8; 2]);

impl Market {
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for Market {
    type Err = PlaceError;
    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Self([*a, *b])),
            _ => Err(PlaceError::Market(text.chars().take(40).collect())),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    #[error("`{0}` is not a locale; write a BCP 47 tag such as de-DE or en-US")]
    Locale(String),
    #[error("`{0}` is not a market; write an ISO 3166 country code in capitals such as DE or US")]
    Market(String),
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
text_form!(Locale);
text_form!(Market);

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(text: &str) -> Locale {
        text.parse().expect("a locale of the test")
    }

    #[test]
    fn a_locale_is_canonical() {
        assert_eq!(locale("DE-de").as_str(), "de-DE");
        assert_eq!(locale("zh-hant-tw").market().map(|m| m.to_string()), Some("TW".into()));
        for bad in ["", "german", "de_DE", "und", "x", "de-DE-u-co-phonebk-and-a-very-long-one"] {
            assert!(bad.parse::<Locale>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bare_language_serves_its_regions_and_a_region_serves_no_other() {
        assert!(locale("de").serves(&locale("de-AT")));
        assert!(!locale("de-DE").serves(&locale("de-AT")));
        assert!(!locale("de").serves(&locale("en-US")));
    }

    #[test]
    fn scripts_tell_the_direction() {
        assert_eq!(locale("ar-EG").direction(), "rtl");
        assert_eq!(locale("az-Arab").direction(), "rtl");
        assert_eq!(locale("de-DE").direction(), "ltr");
    }
}
