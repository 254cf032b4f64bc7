//! A brand: products, trademarks, words to keep out, and what of it shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::BrandId;
use crate::place::Locale;
use crate::release::BrandIdentity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    pub id: BrandId,
    /// Short name in URLs, briefs and files.
    pub slug: String,
    pub sheet: BrandSheet,
}

/// What a vendor says of its brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandSheet {
    pub identity: BrandIdentity,
    /// How the brand speaks, in a sentence or two; given to models that read instructions.
    pub voice: String,
    pub products: Vec<Product>,
    /// Names that only references may write into a draft, besides the products'.
    pub protected_names: Vec<String>,
    pub competitors: Vec<String>,
    /// Words that no asset of the brand may hold.
    pub forbidden_terms: Vec<String>,
    /// How terms are written in other languages; given to models that read instructions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub glossary: Vec<GlossaryEntry>,
    /// How readers are addressed, by locale or language; `de` is for every de-* without a line of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub formality: BTreeMap<Locale, Formality>,
    /// Locales whose wordings and passages may stand in for those that a locale lacks, in order. Only those of the same
    /// language are ever used; another language's is named, and never put into an asset. Legal text has no fallback.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fallbacks: BTreeMap<Locale, Vec<Locale>>,
}

/// A term of the brand and how it is written elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlossaryEntry {
    pub term: String,
    /// By locale or language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<Locale, String>,
    /// It stays as it is in every language.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub do_not_translate: bool,
    /// What it means, or when it is used.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl GlossaryEntry {
    /// How the term is written in `locale`; `None` where the glossary does not say.
    #[must_use]
    pub fn in_locale(&self, locale: &Locale) -> Option<&str> {
        if self.do_not_translate {
            Some(&self.term)
        } else {
            for_locale(&self.translations, locale).map(String::as_str)
        }
    }
}

/// How readers are addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Formality {
    Formal,
    Informal,
}

/// What `map` holds for `locale`: under its own tag, else under its bare language.
fn for_locale<'a, T>(map: &'a BTreeMap<Locale, T>, locale: &Locale) -> Option<&'a T> {
    map.get(locale).or_else(|| map.iter().find(|(tag, _)| tag.serves(locale)).map(|(_, value)| value))
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub summary: String,
}

impl BrandSheet {
    #[must_use]
    pub fn formality_in(&self, locale: &Locale) -> Option<Formality> {
        for_locale(&self.formality, locale).copied()
    }

    /// What may stand in for `locale`, in order.
    #[must_use]
    pub fn fallbacks_of(&self, locale: &Locale) -> &[Locale] {
        for_locale(&self.fallbacks, locale).map_or(&[], Vec::as_slice)
    }
}

impl Brand {
    /// The product that a brief means by key or by name; case does not matter.
    #[must_use]
    pub fn product(&self, asked: &str) -> Option<&Product> {
        let same = |text: &str| text.eq_ignore_ascii_case(asked) || text.to_lowercase() == asked.to_lowercase();
        self.sheet.products.iter().find(|product| same(&product.key) || same(&product.name))
    }

    /// Identifies this wording of the brand, for prompts and caches.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(&self.sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn a_locales_own_line_comes_before_its_languages() {
        let sheet: BrandSheet = serde_json::from_str(
            r#"{"formality": {"de": "formal", "de-CH": "informal"}, "fallbacks": {"de-AT": ["de-DE"]},
                "glossary": [{"term": "vault", "translations": {"de": "Tresor", "de-CH": "Safe"}},
                             {"term": "Fjord Sync", "do_not_translate": true}]}"#,
        )
        .unwrap();
        assert_eq!(sheet.formality_in(&tag("de-AT")), Some(Formality::Formal));
        assert_eq!(sheet.formality_in(&tag("de-CH")), Some(Formality::Informal));
        assert_eq!(sheet.formality_in(&tag("fr-FR")), None);
        assert_eq!(sheet.fallbacks_of(&tag("de-AT")), [tag("de-DE")]);
        assert!(sheet.fallbacks_of(&tag("de-DE")).is_empty());
        let term = |i: usize, locale: &str| sheet.glossary[i].in_locale(&tag(locale));
        assert_eq!([term(0, "de-AT"), term(0, "de-CH"), term(0, "fr-FR")], [Some("Tresor"), Some("Safe"), None]);
        assert_eq!(term(1, "ja-JP"), Some("Fjord Sync"));
    }

    #[test]
    fn a_sheet_without_these_has_the_digest_that_it_always_had() {
        let stored = serde_json::to_value(BrandSheet::default()).unwrap();
        let fields: Vec<&String> = stored.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["identity", "voice", "products", "protected_names", "competitors", "forbidden_terms"]);
    }
}
