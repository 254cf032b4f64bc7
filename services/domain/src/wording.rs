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

/// Whom a wording is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub locale: &'a Locale,
    /// The language of a [`Wording::One`].
    pub language: &'a Locale,
    /// What the brand allows in place of `locale`, in this order.
    pub fallbacks: &'a [Locale],
}

/// A wording that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub text: &'a str,
    /// The locale that it was written for, where that is an allowed fallback.
    pub fallback: Option<&'a Locale>,
}

impl Wording {
    /// The wording for `locale`: its own tag first, then its bare language. A [`Wording::One`] is in `language`.
    /// Never another language: where there is none the caller says so instead of inventing.
    #[must_use]
    pub fn for_locale(&self, locale: &Locale, language: &Locale) -> Option<&str> {
        self.found(&Reader { locale, language, fallbacks: &[] }).map(|found| found.text)
    }

    /// As [`Self::for_locale`], then what was written for a fallback of the same language (`de-DE` for `de-AT`).
    #[must_use]
    pub fn found(&self, reader: &Reader<'_>) -> Option<Found<'_>> {
        fn own(text: &String) -> Found<'_> {
            Found { text, fallback: None }
        }
        match self {
            Self::One(text) => (reader.language.language() == reader.locale.language()).then(|| own(text)),
            Self::ByLocale(map) => {
                let exact = map.get(reader.locale).map(own);
                let bare = || map.iter().find(|(tag, _)| tag.serves(reader.locale)).map(|(_, text)| own(text));
                exact.or_else(bare).or_else(|| {
                    let same = reader.fallbacks.iter().filter(|tag| tag.language() == reader.locale.language());
                    same.filter_map(|tag| map.get_key_value(tag))
                        .map(|(tag, text)| Found { text, fallback: Some(tag) })
                        .next()
                })
            }
        }
    }

    /// A fallback of another language that has a wording: to be named, since it is never put into an asset.
    #[must_use]
    pub fn elsewhere<'a>(&self, reader: &Reader<'a>) -> Option<&'a Locale> {
        let other = |tag: &&Locale| tag.language() != reader.locale.language();
        reader.fallbacks.iter().filter(other).find(|tag| self.for_locale(tag, reader.language).is_some())
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

    #[test]
    fn an_allowed_fallback_of_the_same_language_serves_and_says_so_and_another_language_never_does() {
        let tag = |text: &str| text.parse::<Locale>().unwrap();
        let (at, de, ch, en) = (tag("de-AT"), tag("de-DE"), tag("de-CH"), tag("en-US"));
        let map = Wording::ByLocale([(de.clone(), "Hallo.".to_owned()), (en.clone(), "Hello.".to_owned())].into());
        let reader = |fallbacks| Reader { locale: &at, language: &en, fallbacks };
        assert_eq!(map.found(&reader(&[])), None, "a region serves no other by itself");
        let allowed = [ch, en.clone(), de.clone()];
        let found = map.found(&reader(&allowed)).unwrap();
        assert_eq!((found.text, found.fallback), ("Hallo.", Some(&de)));
        let foreign = [en.clone()];
        assert_eq!(map.found(&reader(&foreign)), None);
        assert_eq!(map.elsewhere(&reader(&foreign)), Some(&en));
        let own = Wording::ByLocale([(at.clone(), "Servus.".to_owned()), (de, "Hallo.".to_owned())].into());
        assert_eq!(own.found(&reader(&allowed)).unwrap().fallback, None, "its own wording comes first");
    }
}
