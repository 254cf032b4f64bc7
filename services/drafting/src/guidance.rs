//! What a brand says of a language, as sentences for models that read instructions: how readers are addressed, and the
//! terms of its glossary that this asset may need.

use countersign_domain::brand::{BrandSheet, Formality, GlossaryEntry};
use countersign_domain::place::Locale;

/// The most terms that a prompt holds.
const MAX_TERMS: usize = 12;

/// How readers are addressed in `locale`; empty where the brand does not say.
pub(crate) fn formality(sheet: &BrandSheet, locale: &Locale) -> String {
    let Some(formality) = sheet.formality_in(locale) else { return String::new() };
    let (formal, informal) = match locale.language() {
        "de" => ("with “Sie”", "with “du”"),
        "fr" => ("with “vous”", "with “tu”"),
        "es" => ("with “usted”", "with “tú”"),
        "it" => ("with “Lei”", "with “tu”"),
        "nl" => ("with “u”", "with “je”"),
        "pl" => ("with “Państwo”", "with “ty”"),
        "pt" if locale.as_str() == "pt-PT" => ("in the third person, without “você”", "with “tu”"),
        "pt" => ("with “o senhor” or “a senhora”", "with “você”"),
        "ja" => ("in honorific language (敬語)", "in plain polite language (です・ます)"),
        _ => ("formally", "informally"),
    };
    match formality {
        Formality::Formal => format!("Address the reader {formal}."),
        Formality::Informal => format!("Address the reader {informal}."),
    }
}

/// Lines for those terms that occur in one of `texts`, as they are or as `locale` writes them.
pub(crate) fn glossary(sheet: &BrandSheet, locale: &Locale, texts: &[&str]) -> Vec<String> {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let said = |word: &str| texts.iter().any(|text| begins_a_word(text, &word.to_lowercase()));
    let lines = sheet.glossary.iter().filter_map(|entry| {
        let written = entry.in_locale(locale)?;
        (said(&entry.term) || said(written)).then(|| line(entry, written))
    });
    lines.take(MAX_TERMS).collect()
}

fn line(entry: &GlossaryEntry, written: &str) -> String {
    let rule = if entry.do_not_translate {
        format!("“{}” stays as it is.", entry.term)
    } else {
        format!("“{}” is written “{written}”.", entry.term)
    };
    if entry.note.is_empty() { rule } else { format!("{rule} {}", entry.note) }
}

/// Whether `word` stands in `text` where a word begins; its end may be inflected. Scripts without spaces have no borders.
fn begins_a_word(text: &str, word: &str) -> bool {
    let unspaced = |c: char| ('\u{3040}'..='\u{9fff}').contains(&c);
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !unspaced(c));
    !word.is_empty() && text.match_indices(word).any(|(at, _)| !inside(text[..at].chars().next_back()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> BrandSheet {
        serde_json::from_str(
            r#"{"formality": {"de": "formal", "de-CH": "informal", "en": "informal"}, "glossary": [
                {"term": "backup", "translations": {"de": "Sicherung", "ja": "バックアップ"}, "note": "Never “Backup” in German."},
                {"term": "Fjord Sync", "do_not_translate": true}, {"term": "tape", "translations": {"de": "Band"}}]}"#,
        )
        .unwrap()
    }

    fn tag(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn readers_are_addressed_as_the_brand_says_for_their_locale() {
        let say = |locale: &str| formality(&sheet(), &tag(locale));
        assert_eq!(say("de-AT"), "Address the reader with “Sie”.");
        assert_eq!(say("de-CH"), "Address the reader with “du”.");
        assert_eq!(say("en-US"), "Address the reader informally.");
        assert_eq!(say("fr-FR"), "");
    }

    #[test]
    fn only_terms_that_the_asset_may_need_are_given() {
        let lines = |locale: &str, text: &str| glossary(&sheet(), &tag(locale), &[text]);
        let backup = "“backup” is written “Sicherung”. Never “Backup” in German.";
        assert_eq!(lines("de-DE", "Ihre Sicherungen mit Fjord sync."), [backup, "“Fjord Sync” stays as it is."]);
        assert_eq!(lines("de-DE", "Every BACKUP counts."), [backup]);
        assert_eq!(lines("ja-JP", "毎晩バックアップを確認").len(), 1);
        assert!(lines("de-DE", "Ein Armband und Verband.").is_empty(), "inside a word it is another word");
        assert!(lines("fr-FR", "Every backup counts.").is_empty(), "there is nothing to say of it in French");
    }
}
