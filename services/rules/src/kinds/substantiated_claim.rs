//! `substantiated_claim`: superlatives, comparatives, absolutes and quantities that no claim bears out.
//!
//! **What it does.** Finds each of `superlative`, `comparative`, `absolute` (terms, as whole words in any case) and
//! `quantified` (patterns) in the free text, and asks that a claim is bound by reference in the same sentence whose
//! evidence holds in the market and at the date. What a claim itself says is borne out by it, until its evidence ends.
//! A claim that the job bound but does not list stands as the job gave it. A line break ends a sentence.
//!
//! **Why it is bad.** Whoever says "the fastest" or "40 % less" must be able to prove it before the advert appears.
//!
//! ```yaml
//! id: superlative
//! kind: substantiated_claim
//! severity: warn
//! message: "“{match}” is a {sort} that no claim of its sentence bears out. Bind the claim, or say the fact."
//! when: {locales: [en]}
//! params: {superlative: [the fastest], quantified: ['\b\d+ ?% (?:less|more|faster)\b']}
//! exceptions: [the fastest way to reach us]
//! tests:
//!   pass: [{text: "The fastest restore: {{claim.1}}", context: {bound: {claim.1: Tested by Fjord Lab in May 2026.}}}]
//!   fail: [{text: It is the fastest and needs 40% less., spans: [the fastest, 40% less]}]
//! ```
//!
//! **Options.** None. In a plain file no claim can be bound, so a hit there is a warning at most.

use std::ops::Range;

use countersign_domain::finding::Severity;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::borne_out::Claims;
use super::words::{Words, outermost, plain};
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Shape};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SubstantiatedClaimParams {
    superlative: Vec<Spanned<String>>,
    comparative: Vec<Spanned<String>>,
    absolute: Vec<Spanned<String>>,
    quantified: Vec<Spanned<String>>,
}

/// The sort of a statement, as messages name it, and what such statements look like.
#[derive(Debug)]
pub(crate) struct SubstantiatedClaim {
    sorts: Vec<(&'static str, Words)>,
    plain: Vec<String>,
}

impl Params for SubstantiatedClaimParams {
    type Kind = SubstantiatedClaim;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<SubstantiatedClaim> {
        let Self { superlative, comparative, absolute, quantified } = &self;
        let sorts = [
            ("superlative", &superlative[..], &[][..]),
            ("comparative", comparative, &[]),
            ("absolute", absolute, &[]),
            ("quantified", &[], quantified),
        ];
        let given = sorts.into_iter().filter(|(_, terms, patterns)| !terms.is_empty() || !patterns.is_empty());
        let words: Vec<_> =
            given.map(|(sort, terms, patterns)| (sort, Words::compile(terms, patterns, faults))).collect();
        if words.is_empty() {
            let wanted = "name `superlative`, `comparative`, `absolute` or `quantified` in `params`";
            faults.at(common.kind_at, wanted);
            return None;
        }
        let terms = [self.superlative, self.comparative, self.absolute].into_iter().flatten();
        Some(SubstantiatedClaim { sorts: words, plain: plain(terms.collect()) })
    }
}

impl Check for SubstantiatedClaim {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "sort"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let claims = Claims::of(scene);
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let found = |(sort, words): &(&'static str, Words)| -> Vec<(Range<usize>, &'static str)> {
                words.find(slot).into_iter().filter(&counts).map(|range| (range, *sort)).collect()
            };
            let told = outermost(self.sorts.iter().flat_map(found).collect());
            for (range, sort) in claims.not_borne_out(slot, told) {
                let mut hit = Hit::at(slot, range);
                hit.values.push(("sort", sort.to_owned()));
                hit.at_most = (scene.shape == Shape::PlainFile).then_some(Severity::Warn);
                hits.push(hit);
            }
        }
        hits
    }

    /// A draft's claims stand in sentences of their own, so what it says itself has none.
    fn decoder_terms(&self) -> &[String] {
        &self.plain
    }

    fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        self.sorts.iter().flat_map(|(_, words)| words.patterns()).collect()
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::finding::Severity;

    use crate::tests::{World, rule, try_pack};
    use crate::{BrandTerms, Packs, Place};

    fn packs() -> Packs {
        rule(
            "error",
            "kind: substantiated_claim\nparams: {superlative: [the best], comparative: [faster than, the best and faster than], absolute: [never], quantified: ['\\d+ ?%']}\nexceptions: [never mind]",
        )
    }

    #[test]
    fn a_statement_of_free_text_needs_a_claim_in_its_own_sentence() {
        let text = "The best: {{claim.1}} It is faster\u{a0}than others. Never mind.\nNever\n{{claim.1}} Some 20 %, says {{partner.display_name}}.";
        let world = World::new("en-US").slot("body", text);
        assert_eq!(world.spans(&packs()), ["faster\u{a0}than", "Never", "20 %"]);
    }

    #[test]
    fn what_a_claim_says_is_borne_out_until_its_evidence_ends_or_elsewhere() {
        let said = |markets: &[&str], until: Option<&str>| {
            World::new("de-AT").slot("body", "The best: {{claim.1}}").claim(markets, until).spans(&packs())
        };
        assert!(said(&[], None).is_empty());
        assert!(said(&["DE", "AT"], Some("2026-12-01")).is_empty());
        assert_eq!(said(&["DE"], None), ["The best", "12 %"]);
        assert_eq!(said(&[], Some("2026-11-30")), ["The best", "12 %"]);
    }

    #[test]
    fn other_exact_wordings_bear_nothing_out_and_are_no_offence() {
        let packs = rule("warn", "kind: substantiated_claim\nparams: {superlative: [best, fjord]}");
        let world = World::new("en-US").slot("body", "{{product.name}} is the best.");
        assert_eq!(world.spans(&packs), ["best"]);
    }

    #[test]
    fn the_message_names_the_sort_and_a_hit_in_a_longer_one_is_told_once() {
        let text = "id: r\nkind: substantiated_claim\nseverity: error\nmessage: '{sort} {match}'\nwhy: w\nparams: {superlative: [the best], comparative: [the best and faster than]}\ntests: {pass: [a], fail: [b]}\n";
        let packs = try_pack(&[("r.yaml", text)]).unwrap();
        let findings = World::new("en-US").slot("body", "The best and faster than all. The best.").check(&packs);
        let told: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(told, ["comparative The best and faster than", "superlative The best"]);
    }

    #[test]
    fn a_plain_file_is_warned_at_most() {
        let place = Place::unknown(World::new("en-US").date);
        let findings = packs().check_text("The best.", &place, &BrandTerms::default());
        assert_eq!(findings.iter().map(|found| found.severity).collect::<Vec<_>>(), [Severity::Warn]);
    }

    #[test]
    fn a_rule_without_words_is_a_fault() {
        let text =
            "id: r\nkind: substantiated_claim\nseverity: error\nmessage: m\nwhy: w\ntests: {pass: [a], fail: [b]}\n";
        assert_eq!(try_pack(&[("r.yaml", text)]).unwrap_err()[0].line, 2);
    }
}
