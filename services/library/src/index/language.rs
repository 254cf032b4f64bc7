//! How a language's text becomes BM25 terms: stop words and a stemmer where Qdrant has them, plain words elsewhere.
//!
//! To teach the index a language, add its BCP 47 subtag here; a changed entry needs a new `FORMAT` in `manifest.rs`, so
//! that indexes are built again.

use qdrant_edge::SparseVector;
use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use unicode_normalization::UnicodeNormalization as _;

/// Terms of a typical passage after stop words; BM25 weighs a passage's length against it.
const TYPICAL_TERMS: f64 = 20.0;

/// Makes terms of one language's text.
#[derive(Debug)]
pub struct Terms(EdgeBm25);

impl Terms {
    /// For a language subtag such as `de`. Costs some microseconds; keep it for many texts.
    pub fn of_language(language: &str) -> Self {
        let config: EdgeBm25Config =
            serde_json::from_value(settings(language)).expect("the settings below have the configuration's shape");
        Self(EdgeBm25::new(config).expect("the settings below name languages that exist"))
    }

    pub fn of_passage(&self, text: &str) -> SparseVector {
        self.0.embed_document(&composed(text))
    }

    pub fn of_query(&self, text: &str) -> SparseVector {
        self.0.embed_query(&composed(text))
    }
}

/// Words are cut at what is no letter, so a letter and its accent must be one character.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// In JSON, since the type of `stopwords` has no public name.
fn settings(language: &str) -> serde_json::Value {
    let no_stop_words = serde_json::json!({ "custom": [] });
    let mut settings = match (named(language), stemmer_only(language)) {
        (Some(name), _) => serde_json::json!({ "language": name }),
        (None, Some(stemmer)) => serde_json::json!({
            "language": NO_STEMMER,
            "stopwords": no_stop_words,
            "stemmer": { "type": "snowball", "language": stemmer },
        }),
        (None, None) => serde_json::json!({ "language": NO_STEMMER, "stopwords": no_stop_words }),
    };
    settings["avg_len"] = TYPICAL_TERMS.into();
    if matches!(language, "zh" | "yue" | "ja" | "ko" | "th") {
        settings["tokenizer"] = "multilingual".into();
    }
    settings
}

/// Without a language, Qdrant takes English; this one has no stemmer, and its stop words are replaced by none.
const NO_STEMMER: &str = "hebrew";

/// Languages with stop words, and with a stemmer where Snowball has one.
fn named(language: &str) -> Option<&'static str> {
    Some(match language {
        "ar" => "arabic",
        "az" => "azerbaijani",
        "bn" => "bengali",
        "ca" => "catalan",
        "da" => "danish",
        "de" => "german",
        "el" => "greek",
        "en" => "english",
        "es" => "spanish",
        "eu" => "basque",
        "fi" => "finnish",
        "fr" => "french",
        "he" => "hebrew",
        "hu" => "hungarian",
        "id" => "indonesian",
        "it" => "italian",
        "ja" => "japanese",
        "kk" => "kazakh",
        "nb" | "nn" | "no" => "norwegian",
        "ne" => "nepali",
        "nl" => "dutch",
        "pt" => "portuguese",
        "ro" => "romanian",
        "ru" => "russian",
        "sl" => "slovene",
        "sv" => "swedish",
        "tg" => "tajik",
        "tr" => "turkish",
        "zh" => "chinese",
        _ => return None,
    })
}

fn stemmer_only(language: &str) -> Option<&'static str> {
    match language {
        "hy" => Some("armenian"),
        "ta" => Some("tamil"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_working_settings() {
        for language in [
            "ar", "az", "bn", "ca", "cs", "da", "de", "el", "en", "es", "eu", "fi", "fr", "he", "hu", "hy", "id", "it",
            "ja", "kk", "ko", "nb", "ne", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sl", "sv", "ta", "tg", "th", "tr",
            "uk", "yue", "zh",
        ] {
            let terms = Terms::of_language(language);
            assert!(!terms.of_query("Countersign 2026").indices.is_empty(), "{language}");
        }
    }

    #[test]
    fn a_language_without_settings_is_not_taken_for_english() {
        // Polish "on" (he) is an English stop word, and "kopia" would lose nothing to an English stemmer but "kopies" would.
        let terms = Terms::of_language("pl");
        assert_eq!(terms.of_query("on the kopies").indices.len(), 3);
        assert_ne!(terms.of_query("kopies").indices, terms.of_query("kopi").indices);
    }

    #[test]
    fn an_accent_is_one_letter_however_it_is_written() {
        let terms = Terms::of_language("de");
        assert_eq!(terms.of_query("f\u{fc}nfzig"), terms.of_query("fu\u{308}nfzig"));
    }

    #[test]
    fn chinese_and_japanese_have_words() {
        assert!(Terms::of_language("zh").of_query("我们每天备份您的数据").indices.len() > 1);
        assert!(Terms::of_language("ja").of_query("毎日データをバックアップします").indices.len() > 1);
    }
}
