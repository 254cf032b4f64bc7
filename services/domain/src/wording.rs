//! Exact wordings: a claim's or message's text by language, and whether it is a sentence or a phrase.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::place::Locale;

/// A text in one language (the brief's own), or a map from BCP 47 tag to text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Wording {
    One(String),
    ByLocale(BTreeMap<Locale, String>),
}

impl Wording {
    /// The wording for `locale`: its own tag first, then its bare language. A [`Wording::One`] is in `language`.
    /// Never another language: where there is none the caller says so instead of inventing.
    #[must_use]
    pub fn for_locale(&self, locale: &Locale, language: &Locale) -> Option<&str> {
        match self {
            Self::One(text) => (language.language() == locale.language()).then_some(text.as_str()),
            Self::ByLocale(map) => map
                .get(locale)
                .or_else(|| map.iter().find(|(tag, _)| tag.serves(locale)).map(|(_, text)| text))
                .map(String::as_str),
        }
    }

    /// All texts, for limits.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text.as_str()],
            Self::ByLocale(map) => map.values().map(String::as_str).collect(),
        }
    }
}

/// How a wording may be used: a sentence stands alone, a phrase only where any phrase fits (after a colon, as a bullet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Sentence,
    Phrase,
}

impl Form {
    /// A sentence starts with a capital (or a letter without case, a digit or an opening mark) and ends in a final mark.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let starts = text.chars().next().is_some_and(|c| !c.is_lowercase());
        let ends = text
            .trim_end_matches(['"', '”', '’', '»', ')', '“'])
            .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।']);
        if starts && ends { Self::Sentence } else { Self::Phrase }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_string_is_a_sentence_when_it_looks_like_one() {
        assert_eq!(Form::of("Cuts restore times by 40 percent."), Form::Sentence);
        assert_eq!(Form::of("Spart 12 % (gemessen)."), Form::Sentence);
        assert_eq!(Form::of("lower energy costs"), Form::Phrase);
        assert_eq!(Form::of("Faster restores"), Form::Phrase);
    }

    #[test]
    fn a_wording_never_crosses_languages() {
        let de: Locale = "de-DE".parse().unwrap();
        let at: Locale = "de-AT".parse().unwrap();
        let en: Locale = "en-US".parse().unwrap();
        let one = Wording::One("Hallo.".into());
        assert_eq!(one.for_locale(&at, &de), Some("Hallo."));
        assert_eq!(one.for_locale(&en, &de), None);
        let map = Wording::ByLocale(BTreeMap::from([("de".parse().unwrap(), "Servus.".to_owned())]));
        assert_eq!(map.for_locale(&at, &en), Some("Servus."));
        assert_eq!(map.for_locale(&en, &en), None);
    }
}
