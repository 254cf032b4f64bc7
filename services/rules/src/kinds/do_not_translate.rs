//! `do_not_translate`: protected terms that translating lost, changed or added.
//!
//! **What it does.** Counts each of `terms`, and each term of the brand's glossary that stays as it is in every language, in
//! the text that this one was translated from and in this one, over the whole asset. Case counts; a German genitive
//! (`Fjords`) counts as the term. Silent where nothing was translated.
//!
//! **Why it is bad.** A name that a translator has translated is another name, and one that is gone leaves the reader with
//! nothing to ask for.
//!
//! ```yaml
//! id: names_stay
//! kind: do_not_translate
//! severity: error
//! message: "“{match}” stands here {count} times, and {wanted} times in the original. Names are not translated."
//! params: {terms: [Fjord Backup]}
//! tests:
//!   pass: [{text: Fjord Backup hilft., context: {locale: de-DE, original: {text: Fjord Backup helps., locale: en-US}}}]
//!   fail: [{text: Fjordsicherung hilft., context: {locale: de-DE, original: {text: Fjord Backup helps., locale: en-US}}}]
//! ```
//!
//! **Options.** `terms`; without them the brand's own only. What is there too often is pointed at; what is missing is told of
//! the slot of the original that has it.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DoNotTranslateParams {
    terms: Vec<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct DoNotTranslate {
    terms: Vec<String>,
}

impl Params for DoNotTranslateParams {
    type Kind = DoNotTranslate;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<DoNotTranslate> {
        // Compiled for their faults; counting needs them beside the brand's.
        if !self.terms.is_empty() {
            faults.terms(&self.terms, false, true)?;
        }
        Some(DoNotTranslate { terms: self.terms.into_iter().map(|term| term.value.trim().to_owned()).collect() })
    }
}

impl Check for DoNotTranslate {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "count", "wanted"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let Some((original, _)) = &scene.original else { return Vec::new() };
        let mut names = self.terms.clone();
        names.extend(scene.terms.untranslated.iter().filter(|term| !self.terms.contains(term)).cloned());
        if names.is_empty() {
            return Vec::new();
        }
        let forms: Vec<String> = names.iter().flat_map(|name| [name.clone(), format!("{name}s")]).collect();
        let terms = Terms::new(&forms, false, true);
        let places = |slots: &mut dyn Iterator<Item = &Slot<'_>>| {
            let mut places = vec![Vec::new(); names.len()];
            for slot in slots {
                let counts = rule.counts(slot);
                for (form, range) in slot.find(&terms).into_iter().filter(|(_, range)| counts(range)) {
                    places[form / 2].push((slot.name.clone(), range));
                }
            }
            places
        };
        let here = places(&mut scene.slots(&rule.when));
        let there = places(&mut original.iter().filter(|slot| rule.when.slot(&slot.name)));
        let mut hits = Vec::new();
        for ((name, here), there) in names.iter().zip(&here).zip(&there) {
            let told = |mut hit: Hit| {
                hit.values.retain(|(key, _)| *key != "match");
                hit.values.push(("match", name.clone()));
                hit.values.push(("count", here.len().to_string()));
                hit.values.push(("wanted", there.len().to_string()));
                hit
            };
            if here.len() > there.len() {
                let (slot, range) = &here[there.len()];
                let slot = scene.slots(&rule.when).find(|other| other.name == *slot);
                hits.extend(slot.map(|slot| told(Hit::at(slot, range.clone()))));
            } else if here.len() < there.len() {
                let many = |places: &[(String, std::ops::Range<usize>)], slot: &str| {
                    places.iter().filter(|(of, _)| of == slot).count()
                };
                let lost = there.iter().map(|(slot, _)| slot).find(|slot| many(here, slot) < many(there, slot));
                let slot = lost.filter(|slot| scene.slots(&rule.when).any(|own| own.name == **slot));
                let first = || scene.slots(&rule.when).next().map(|slot| &slot.name);
                hits.extend(slot.or_else(first).map(|slot| told(Hit::whole(slot, Vec::new()))));
            }
        }
        hits
    }
}
