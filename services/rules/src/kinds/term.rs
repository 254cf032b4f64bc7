//! `term`: concepts without their approved word, and words that are not approved.
//!
//! **What it does.** Each of `forbidden` offends wherever it stands; the first of `approved` is offered, in the case of what
//! stood there. Where the text that this one was translated from has one of a concept's `source` forms (of its language), one
//! of `approved` must stand somewhere in the asset, unless a forbidden one is told of already; inflected and compounded ones count (`Sicherungen`, `Cloudsicherung`).
//! The same is asked of each entry of the brand's glossary that has a translation for the locale.
//!
//! **Why it is bad.** Two words for one thing make readers look for two things, and support answers to neither.
//!
//! ```yaml
//! id: restore
//! kind: term
//! severity: warn
//! message: "{concept} is “{fix}” with us, not “{match}”."
//! when: {locales: [de]}
//! params:
//!   concepts:
//!     - {name: restore, source: {en: [restore, restores]}, approved: [Wiederherstellung], forbidden: [Rücksicherung]}
//! tests: {pass: [Die Wiederherstellung läuft.], fail: [{text: Die Rücksicherung läuft., fix: Wiederherstellung}]}
//! ```
//!
//! **Options.** `concepts`; without them the brand's glossary only.

use std::collections::BTreeMap;

use countersign_domain::place::Locale;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::substitution::in_the_case_of;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::terms::Terms;
use crate::view::is_word;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TermParams {
    concepts: Vec<Spanned<ConceptFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptFile {
    name: Spanned<String>,
    #[serde(default)]
    source: BTreeMap<String, Vec<Spanned<String>>>,
    approved: Vec<Spanned<String>>,
    #[serde(default)]
    forbidden: Vec<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct TermRule {
    concepts: Vec<Concept>,
}

#[derive(Debug)]
struct Concept {
    name: String,
    /// By language.
    source: BTreeMap<String, Terms>,
    approved: Vec<String>,
    forbidden: Option<Terms>,
}

impl Params for TermParams {
    type Kind = TermRule;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<TermRule> {
        let mut concepts: Vec<Concept> = Vec::new();
        for concept in self.concepts {
            let ConceptFile { name, source, approved, forbidden } = concept.value;
            if name.value.trim().is_empty() || concepts.iter().any(|known| known.name == name.value) {
                faults.at(name.referenced, format!("the concept `{}` has no name, or is there twice", name.value));
            }
            if approved.is_empty() {
                faults.at(concept.referenced, "name at least one form in `approved`");
            }
            if source.is_empty() && forbidden.is_empty() {
                faults
                    .at(concept.referenced, "name forms in `source`, `forbidden` or both: nothing else is looked for");
            }
            let both: Vec<Spanned<String>> = approved.iter().chain(&forbidden).cloned().collect();
            faults.terms(&both, true, true);
            let mut by_language = BTreeMap::new();
            for (language, forms) in source {
                let code = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
                if !code || forms.is_empty() {
                    faults.at(
                        common.kind_at,
                        format!("`source.{language}` is no language with forms, such as `en: [restore]`"),
                    );
                }
                if let Some(terms) = faults.terms(&forms, true, true) {
                    by_language.insert(language, terms);
                }
            }
            concepts.push(Concept {
                name: name.value,
                source: by_language,
                approved: approved.into_iter().map(|form| form.value).collect(),
                forbidden: faults.terms(&forbidden, true, true),
            });
        }
        Some(TermRule { concepts })
    }
}

impl Check for TermRule {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "concept", "fix"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut told = vec![false; self.concepts.len()];
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for (concept, told) in self.concepts.iter().zip(&mut told) {
                let found = concept.forbidden.iter().flat_map(|terms| slot.find(terms));
                for (_, range) in found.filter(|(_, range)| counts(range)) {
                    let fix = concept.approved.first().map(|better| in_the_case_of(&slot.text[range.clone()], better));
                    let mut hit = Hit::at(slot, range);
                    hit.values.push(("concept", concept.name.clone()));
                    hit.values.push(("fix", fix.clone().unwrap_or_default()));
                    hit.fix = fix;
                    hits.push(hit);
                    *told = true;
                }
            }
        }
        // Where a word that is not approved is told of, that the approved one is missing says nothing more.
        let rest: Vec<&Concept> =
            self.concepts.iter().zip(told).filter(|(_, told)| !told).map(|(own, _)| own).collect();
        hits.extend(missing(&rest, rule, scene));
        hits
    }
}

/// Concepts of the original whose approved form stands nowhere.
fn missing(concepts: &[&Concept], rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
    let Some((original, original_locale)) = &scene.original else { return Vec::new() };
    let here: Vec<Vec<String>> = scene.slots(&rule.when).map(|slot| words(&slot.text)).collect();
    let mut hits = Vec::new();
    let mut ask = |source: &Terms, approved: &[String], name: &str| {
        let mut slots = original.iter().filter(|slot| rule.when.slot(&slot.name));
        let Some((there, range)) = slots.find_map(|slot| Some((slot, slot.find(source).into_iter().next()?.1))) else {
            return;
        };
        let stands = approved.iter().map(|form| words(form)).any(|form| here.iter().any(|text| stands_in(&form, text)));
        if !stands {
            let same = scene.slots(&rule.when).find(|slot| slot.name == there.name);
            let slot = same.or_else(|| scene.slots(&rule.when).next()).map_or("", |slot| slot.name.as_str());
            hits.push(Hit::whole(
                slot,
                vec![
                    ("match", there.text[range].to_owned()),
                    ("concept", name.to_owned()),
                    ("fix", approved.first().cloned().unwrap_or_default()),
                ],
            ));
        }
    };
    let from = original_locale.map(Locale::language);
    for concept in concepts {
        // Where the original's language is not told, any of a concept's forms will do.
        for (_, source) in
            concept.source.iter().filter(|(language, _)| from.is_none_or(|from| from == language.as_str()))
        {
            ask(source, &concept.approved, &concept.name);
        }
    }
    let Some(locale) = scene.place.locale else { return hits };
    for entry in &scene.terms.glossary {
        let Some(wanted) = entry.in_locale(locale).filter(|wanted| !wanted.trim().is_empty()) else { continue };
        let theirs = original_locale.and_then(|locale| entry.in_locale(locale)).filter(|own| !own.trim().is_empty());
        let forms: Vec<String> = std::iter::once(entry.term.as_str()).chain(theirs).map(str::to_owned).collect();
        if let Some(source) = Terms::whole_words(&forms) {
            ask(&source, &[wanted.to_owned()], &entry.term);
        }
    }
    hits
}

fn words(text: &str) -> Vec<String> {
    let lower = crate::view::squeeze(text).to_lowercase();
    lower.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the words of a form follow each other in a text, inflected or as a part of a compound.
fn stands_in(form: &[String], text: &[String]) -> bool {
    !form.is_empty()
        && text.windows(form.len()).any(|part| part.iter().zip(form).all(|(word, form)| is_form_of(word, form)))
}

fn is_form_of(word: &str, form: &str) -> bool {
    let letters = form.chars().count();
    if letters >= 5 && word.contains(form) {
        return true;
    }
    // Endings differ: `copias`, `copia`; `Sicherungen`, `Sicherung`.
    let shared = word.chars().zip(form.chars()).take_while(|(a, b)| a == b).count();
    let longest = letters.max(word.chars().count());
    word == form || letters >= 4 && shared + 2 >= letters && shared >= 3 && longest <= shared + 4
}
