//! `forbidden_claim`: claims that the law of the market forbids.
//!
//! **What it does.** Finds each of `terms` (as whole words, in any case) and `patterns` (in any case), unless one of
//! `unless` stands in the same sentence. A line break ends a sentence, so what a heading says is not mended by the text
//! below it.
//!
//! **Why it is bad.** Some promises are unfair in all circumstances ("carbon neutral" by offsets, cures, earnings), and
//! some are lawful only together with what they depend on: a label that was awarded, the terms of a warranty.
//!
//! ```yaml
//! id: generic_environmental_claim
//! kind: forbidden_claim
//! severity: block
//! message: "“{match}” is a generic environmental claim. Name the label that was awarded, or the fact."
//! when: {locales: [en], markets: [EU]}
//! params: {terms: [eco-friendly, green server], patterns: ['\bclimate[ -]neutral\w*'], unless: [EU Ecolabel]}
//! tests:
//!   pass: [The eco-friendly box carries the EU Ecolabel.]
//!   fail: [{text: An eco-friendly box., spans: [eco-friendly]}]
//! ```
//!
//! **Options.** The decoder does not know yet what else the sentence will say, so it is kept from the words also where there is
//! an `unless`: approved wordings and people may still say them.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::words::{Words, outermost, plain};
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ForbiddenClaimParams {
    terms: Vec<Spanned<String>>,
    patterns: Vec<Spanned<String>>,
    unless: Vec<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct ForbiddenClaim {
    words: Words,
    unless: Option<Terms>,
    plain: Vec<String>,
}

impl Params for ForbiddenClaimParams {
    type Kind = ForbiddenClaim;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<ForbiddenClaim> {
        if self.terms.is_empty() && self.patterns.is_empty() {
            faults.at(common.kind_at, "name `terms`, `patterns` or both in `params`");
            return None;
        }
        let words = Words::compile(&self.terms, &self.patterns, faults);
        let unless = faults.terms(&self.unless, true, true);
        let plain = plain(self.terms);
        Some(ForbiddenClaim { words, unless, plain })
    }
}

impl Check for ForbiddenClaim {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let found = self.words.find(slot).into_iter().filter(counts).map(|range| (range, ())).collect();
            let lawful = self.unless.as_ref().map_or_else(Vec::new, |terms| slot.find(terms));
            let offends = |range: &Range<usize>| lawful.is_empty() || !stands_with(slot, &lawful, range);
            let found = outermost(found).into_iter().filter(|(range, ())| offends(range));
            hits.extend(found.map(|(range, ())| Hit::at(slot, range)));
        }
        hits
    }

    fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        self.words.patterns().collect()
    }

    fn decoder_terms(&self) -> &[String] {
        &self.plain
    }
}

/// Whether one of `others`, which are in order, begins in the sentence of `range`.
fn stands_with(slot: &Slot<'_>, others: &[(usize, Range<usize>)], range: &Range<usize>) -> bool {
    let sentence = slot.sentence_around(range);
    let first = others.partition_point(|(_, other)| other.start < sentence.start);
    others.get(first).is_some_and(|(_, other)| other.start < sentence.end)
}

#[cfg(test)]
mod tests {
    use crate::BrandTerms;
    use crate::tests::{World, rule};

    #[test]
    fn a_claim_is_found_unless_its_sentence_makes_it_lawful() {
        let packs = rule(
            "block",
            "kind: forbidden_claim\nparams: {terms: [climate neutral], patterns: ['\\bgreen\\w*'], unless: [EU Ecolabel]}",
        );
        let text = "CLIMATE\u{a0}NEUTRAL.\nThe EU Ecolabel\nA greener box. A greenish box with the EU\nEcolabel? Climate-neutral. It is climate neutral by the EU Ecolabel.";
        let world = World::new("en-IE").slot("body", text);
        assert_eq!(world.spans(&packs), ["CLIMATE\u{a0}NEUTRAL", "greener"], "a wrapped label counts");
    }

    #[test]
    fn exceptions_spare_and_a_longer_hit_is_told_once() {
        let packs = rule(
            "block",
            "kind: forbidden_claim\nexceptions: [risk-free rate]\nparams: {terms: [risk-free, risk-free trial]}",
        );
        let world = World::new("en-US").slot("body", "The risk-free rate, a risk-free trial, risk-free.");
        assert_eq!(world.spans(&packs), ["risk-free trial", "risk-free"]);
    }

    #[test]
    fn the_decoder_is_kept_from_the_terms_whatever_would_make_them_lawful() {
        let bound = |params: &str| {
            let packs = rule("error", &format!("kind: forbidden_claim\nparams: {params}"));
            packs.forbidden_terms(&World::new("en-US").place(), &BrandTerms::default())
        };
        assert_eq!(bound("{terms: [cures cancer], patterns: ['x+']}"), ["cures cancer"]);
        assert_eq!(bound("{terms: [carbon neutral], unless: [PAS 2060]}"), ["carbon neutral"]);
    }
}
