//! What a brand says of languages: its glossary, how readers are addressed, and which locale may stand in for which.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::brand::{BrandSheet, GlossaryEntry};
use countersign_domain::place::Locale;

use super::line;
use crate::faults::Faults;

const MAX_ENTRIES: usize = 500;
const MAX_LOCALES: usize = 60;
const MAX_FALLBACKS: usize = 5;

pub(super) fn check(sheet: &BrandSheet, faults: &mut Faults) {
    if sheet.glossary.len() > MAX_ENTRIES {
        faults.say("/glossary", format!("has {} entries; {MAX_ENTRIES} at most", sheet.glossary.len()));
    }
    let mut terms = BTreeSet::new();
    for (i, entry) in sheet.glossary.iter().enumerate().take(MAX_ENTRIES) {
        term(faults, &format!("/glossary/{i}"), entry);
        if !terms.insert(entry.term.to_lowercase()) {
            faults.say(format!("/glossary/{i}/term"), "is another entry's term");
        }
    }
    if sheet.formality.len() > MAX_LOCALES {
        faults.say("/formality", format!("has {} entries; {MAX_LOCALES} at most", sheet.formality.len()));
    }
    fallbacks(faults, &sheet.fallbacks);
}

fn term(faults: &mut Faults, at: &str, entry: &GlossaryEntry) {
    line(faults, &format!("{at}/term"), &entry.term, 1, 80);
    line(faults, &format!("{at}/note"), &entry.note, 0, 200);
    let translations = format!("{at}/translations");
    if entry.do_not_translate && !entry.translations.is_empty() {
        faults.say(translations.as_str(), "is there though the term is not translated; keep one of the two");
    } else if !entry.do_not_translate && entry.translations.is_empty() {
        faults.say(translations.as_str(), "has none; name one, or set `do_not_translate`");
    }
    if entry.translations.len() > MAX_LOCALES {
        faults.say(translations.as_str(), format!("has {} entries; {MAX_LOCALES} at most", entry.translations.len()));
    }
    for (locale, text) in entry.translations.iter().take(MAX_LOCALES) {
        line(faults, &format!("{translations}/{locale}"), text, 1, 120);
    }
}

fn fallbacks(faults: &mut Faults, fallbacks: &BTreeMap<Locale, Vec<Locale>>) {
    if fallbacks.len() > MAX_LOCALES {
        faults.say("/fallbacks", format!("has {} entries; {MAX_LOCALES} at most", fallbacks.len()));
    }
    for (locale, allowed) in fallbacks.iter().take(MAX_LOCALES) {
        let at = format!("/fallbacks/{locale}");
        if allowed.is_empty() || allowed.len() > MAX_FALLBACKS {
            faults.say(at.as_str(), format!("names {} locales; write 1 to {MAX_FALLBACKS}", allowed.len()));
        }
        for (i, tag) in allowed.iter().enumerate().take(MAX_FALLBACKS) {
            if tag == locale {
                faults.say(format!("{at}/{i}"), "is the locale itself");
            } else if allowed[..i].contains(tag) {
                faults.say(format!("{at}/{i}"), format!("names {tag} twice"));
            }
        }
    }
    // Each circle is told once, at its first locale.
    let mut told: BTreeSet<&Locale> = BTreeSet::new();
    for locale in fallbacks.keys().take(MAX_LOCALES) {
        let reached = reached(locale, fallbacks);
        if reached.contains(locale) && !told.contains(locale) {
            told.extend(reached);
            faults.say(format!("/fallbacks/{locale}"), "leads back to itself; let one locale be the last");
        }
    }
}

/// Every other locale that stands in for `locale`, or for what stands in for it; itself, where that is a circle.
fn reached<'a>(locale: &'a Locale, fallbacks: &'a BTreeMap<Locale, Vec<Locale>>) -> BTreeSet<&'a Locale> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![locale];
    while let Some(from) = ahead.pop() {
        // That a locale names itself is a fault of its own.
        for next in fallbacks.get(from).into_iter().flatten().filter(|next| *next != from) {
            if reached.insert(next) {
                ahead.push(next);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(json: &str) -> Vec<String> {
        let mut faults = Faults::default();
        check(&serde_json::from_str(json).unwrap(), &mut faults);
        faults.0.into_iter().map(|(pointer, detail)| format!("{pointer}: {detail}")).collect()
    }

    #[test]
    fn a_good_sheet_has_no_fault() {
        let json = r#"{"formality": {"de": "formal", "de-CH": "informal"},
            "fallbacks": {"de-AT": ["de-DE"], "de-CH": ["de-AT", "de-DE"], "fr-CH": ["fr-FR", "de-CH"]},
            "glossary": [{"term": "vault", "translations": {"de": "Tresor"}}, {"term": "Fjord", "do_not_translate": true}]}"#;
        assert_eq!(faults(json), Vec::<String>::new());
        for bad in
            [r#"{"formality": {"de": "stiff"}}"#, r#"{"fallbacks": {"de_AT": []}}"#, r#"{"glossary": [{"word": "x"}]}"#]
        {
            assert!(serde_json::from_str::<BrandSheet>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fallback_never_leads_back() {
        assert_eq!(
            faults(r#"{"fallbacks": {"de-AT": ["de-AT"], "de-CH": ["de-DE", "de-DE"], "fr-CH": []}}"#),
            [
                "/fallbacks/de-AT/0: is the locale itself",
                "/fallbacks/de-CH/1: names de-DE twice",
                "/fallbacks/fr-CH: names 0 locales; write 1 to 5",
            ]
        );
        let circle =
            r#"{"fallbacks": {"de-AT": ["de-CH"], "de-CH": ["de-DE"], "de-DE": ["de-AT"], "de-LI": ["de-AT"]}}"#;
        assert_eq!(faults(circle), ["/fallbacks/de-AT: leads back to itself; let one locale be the last"]);
    }

    #[test]
    fn a_term_is_translated_or_it_is_not() {
        let json = r#"{"glossary": [{"term": "vault"}, {"term": "Vault", "do_not_translate": true, "translations": {"de": "x"}},
            {"term": "a\nb", "translations": {"de": " "}}]}"#;
        let found = faults(json);
        let pointers: Vec<&str> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
        assert_eq!(
            pointers,
            [
                "/glossary/0/translations",
                "/glossary/1/translations",
                "/glossary/1/term",
                "/glossary/2/term",
                "/glossary/2/translations/de",
            ]
        );
    }
}
