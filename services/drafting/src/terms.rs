//! What a draft's free text may not say, and which half of the decoder sees to it.
//!
//! Most terms go to the engine's automaton, which reads the whole reply. A word that the reply's own structure is
//! written with (a slot's name, a reference's) would lock that up, so the grammar bars it from free text instead.

use std::collections::HashSet;

use countersign_domain::brand::BrandSheet;
use countersign_domain::content::PartnerField;

use crate::figures;
use crate::skeleton::{Element, Skeleton};

/// Forbidden terms by who sees to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// For the automaton.
    pub forbidden: Vec<String>,
    /// Lower-case words for the grammar.
    pub barred: Vec<String>,
}

impl Terms {
    pub fn sort(terms: impl IntoIterator<Item = String>, skeleton: &Skeleton) -> Self {
        let structure = structure(skeleton);
        let mut sorted = Self::default();
        for term in terms.into_iter().filter(|term| is_writable(term)) {
            let folded = fold(&term);
            if structure.contains(&folded) {
                sorted.barred.push(folded);
            } else {
                sorted.forbidden.push(term);
            }
        }
        sorted.barred.sort();
        sorted.barred.dedup();
        sorted
    }
}

/// What free text never holds, whatever the rules say: the brand's own words, and figures in words.
pub(crate) fn never_written(sheet: &BrandSheet, product: &str, language: &str) -> Vec<String> {
    let mut terms = of_brand(sheet, product, language);
    terms.extend(figures::of_language(language).map(str::to_owned));
    terms
}

/// What a brand keeps out of free text: names, which come by reference only, and its forbidden terms.
fn of_brand(sheet: &BrandSheet, product: &str, language: &str) -> Vec<String> {
    let products = sheet.products.iter().map(|product| product.name.as_str()).chain([product]);
    let names = products.chain(sheet.protected_names.iter().chain(&sheet.competitors).map(String::as_str));
    let mut terms: Vec<String> = sheet.forbidden_terms.clone();
    for name in names {
        terms.push(name.to_owned());
        terms.extend(genitive(name, language));
    }
    terms
}

/// A name as German inflects it: without an apostrophe, so that it is another word.
fn genitive(name: &str, language: &str) -> Option<String> {
    let name = name.trim();
    (language == "de" && name.ends_with(char::is_alphabetic)).then(|| format!("{name}s"))
}

/// Whether the grammar lets free text hold it at all: letters and a few marks, a full stop only at the end of a word.
fn is_writable(term: &str) -> bool {
    let term = term.trim();
    let writable = |c: char| c.is_alphabetic() || c.is_whitespace() || "'-,;:&.!?".contains(c) || !c.is_ascii();
    let inner_mark =
        term.split_whitespace().any(|word| word.trim_end_matches(['.', '!', '?', ':']).contains(['.', '!', '?', ':']));
    term.chars().any(char::is_alphabetic) && term.chars().all(writable) && !inner_mark
}

/// The words that the reply's JSON and its references are written with.
fn structure(skeleton: &Skeleton) -> HashSet<String> {
    let elements = || skeleton.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten());
    let names = elements().flat_map(|element| match element {
        Element::Piece(_) => Vec::new(),
        Element::Reference(name) => vec![name.as_str()],
        Element::Bullets(names) => names.iter().map(String::as_str).collect(),
    });
    skeleton
        .slots
        .iter()
        .map(|slot| slot.key.as_str())
        .chain(names)
        .chain(["product.name", PartnerField::DisplayName.placeholder()])
        .flat_map(|name| name.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Letters that differ by case alone become one, the long s and the kelvin sign included.
fn fold(term: &str) -> String {
    term.trim().to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::SlotPlan;

    #[test]
    fn a_name_is_barred_with_its_german_genitive() {
        let sheet = BrandSheet {
            protected_names: vec!["Halvard".into(), "N7".into()],
            competitors: vec!["Glacier".into()],
            forbidden_terms: vec!["Angst".into()],
            ..BrandSheet::default()
        };
        assert_eq!(of_brand(&sheet, "Fjord", "en"), ["Angst", "Fjord", "Halvard", "N7", "Glacier"]);
        assert_eq!(
            of_brand(&sheet, "Fjord", "de"),
            ["Angst", "Fjord", "Fjords", "Halvard", "Halvards", "N7", "Glacier", "Glaciers"]
        );
    }

    #[test]
    fn figures_in_words_are_never_written_and_the_automaton_sees_to_it() {
        for (language, word) in [("en", "twice"), ("en", "times faster"), ("de", "Prozent"), ("de", "märz")] {
            let terms = never_written(&BrandSheet::default(), "Fjord", language);
            let sorted = Terms::sort(terms, &Skeleton::default());
            assert!(sorted.forbidden.contains(&word.to_lowercase()), "{word}");
        }
    }

    #[test]
    fn a_word_of_the_structure_is_the_grammars_and_what_nobody_can_write_is_nobodys() {
        let skeleton = Skeleton {
            slots: vec![SlotPlan {
                name: "body".into(),
                key: "body".into(),
                paragraphs: vec![vec![Element::Reference("claim.1".into())]],
                ..SlotPlan::default()
            }],
            left_out: Vec::new(),
        };
        let terms = ["Body", " MEſſAGE ", "Fjord", "claim", "product.name", "7", "{{", "Fjord 7", "–", "Ltd.", "N&M"];
        let sorted = Terms::sort(terms.map(str::to_owned), &skeleton);
        assert_eq!(sorted.barred, ["body", "claim"]);
        assert_eq!(sorted.forbidden, [" MEſſAGE ", "Fjord", "Ltd.", "N&M"]);
    }
}
