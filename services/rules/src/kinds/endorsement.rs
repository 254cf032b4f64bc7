//! `endorsement`: testimonials and ratings without source and disclosure.
//!
//! **What it does.** Finds what looks like a testimonial or a rating (`terms` as whole words in any case, `patterns`),
//! and asks of the same slot that one of the `source` patterns matches (who said it, where and when it was collected)
//! and that one of the `disclosure` terms stands (that it is paid, whether reviews are checked), as `demand` says.
//!
//! **Why it is bad.** Reviews that nobody can trace, and paid praise that does not say so, mislead.
//!
//! ```yaml
//! id: rating
//! kind: endorsement
//! severity: error
//! message: "“{match}” is a rating. What is missing: {missing}."
//! when: {locales: [en]}
//! params:
//!   terms: [five stars]
//!   patterns: ['\b[1-5](?:\.\d)? (?:out )?of 5\b', '[★⭐]{3,}']
//!   source: ['\bon (?:Trustpilot|Google|G2)\b']
//!   disclosure: [verified purchases only]
//!   demand: both
//! tests:
//!   pass: ["4.6 of 5 on Trustpilot, June 2026; verified purchases only."]
//!   fail: [{text: Rated 4.8 out of 5., spans: [4.8 out of 5]}]
//! ```
//!
//! **Options.** `demand`: `source`, `disclosure` or `both`; what is left out is what the rule has lists for.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::pattern::Pattern;
use super::words::{Words, outermost};
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EndorsementParams {
    terms: Vec<Spanned<String>>,
    patterns: Vec<Spanned<String>>,
    source: Vec<Spanned<String>>,
    disclosure: Vec<Spanned<String>>,
    demand: Option<Spanned<Demand>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Demand {
    Source,
    Disclosure,
    Both,
}

#[derive(Debug)]
pub(crate) struct Endorsement {
    words: Words,
    /// `None` where it is not demanded.
    source: Option<Vec<Pattern>>,
    disclosure: Option<Terms>,
}

impl Params for EndorsementParams {
    type Kind = Endorsement;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Endorsement> {
        if self.terms.is_empty() && self.patterns.is_empty() {
            faults.at(common.kind_at, "say in `params` by `terms`, `patterns` or both what an endorsement looks like");
        }
        let at = self.demand.as_ref().map_or(common.kind_at, |demand| demand.referenced);
        let demand = self.demand.map(|demand| demand.value);
        let lists = [
            ("source", &self.source, [Demand::Source, Demand::Both]),
            ("disclosure", &self.disclosure, [Demand::Disclosure, Demand::Both]),
        ];
        for (name, list, asked_by) in lists {
            match demand {
                Some(demand) if asked_by.contains(&demand) && list.is_empty() => {
                    faults.at(at, format!("`demand` asks for `{name}`, and `params` does not say what one looks like"));
                }
                Some(demand) if !asked_by.contains(&demand) && !list.is_empty() => {
                    faults.at(at, format!("`{name}` is listed, and `demand` does not ask for it"));
                }
                _ => {}
            }
        }
        if demand.is_none() && self.source.is_empty() && self.disclosure.is_empty() {
            faults.at(common.kind_at, "name `source`, `disclosure` or both in `params`: what an endorsement needs");
        }
        Some(Endorsement {
            words: Words::compile(&self.terms, &self.patterns, faults),
            source: (!self.source.is_empty()).then(|| faults.regexes(&self.source, true)),
            disclosure: faults.terms(&self.disclosure, true, true),
        })
    }
}

impl Endorsement {
    /// What the slot lacks of what is demanded, for messages.
    fn missing(&self, slot: &Slot<'_>) -> Option<&'static str> {
        let text = &slot.composed().text;
        let source = self.source.as_ref().is_some_and(|source| !source.iter().any(|one| one.stands_in(text)));
        let disclosure = self.disclosure.as_ref().is_some_and(|terms| slot.find(terms).is_empty());
        match (source, disclosure) {
            (true, true) => Some("source, disclosure"),
            (true, false) => Some("source"),
            (false, true) => Some("disclosure"),
            (false, false) => None,
        }
    }
}

impl Check for Endorsement {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "missing"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let found: Vec<_> = self.words.find(slot).into_iter().filter(counts).map(|range| (range, ())).collect();
            let Some(missing) = (!found.is_empty()).then(|| self.missing(slot)).flatten() else { continue };
            hits.extend(outermost(found).into_iter().map(|(range, ())| {
                let mut hit = Hit::at(slot, range);
                hit.values.push(("missing", missing.to_owned()));
                hit
            }));
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, try_pack};
    use crate::{Fault, Packs};

    fn endorsement(params: &str) -> Result<Packs, Vec<Fault>> {
        let text = format!(
            "id: r\nkind: endorsement\nseverity: error\nmessage: '{{missing}}'\nwhy: w\nparams: {{{params}}}\nexceptions: [four-star hotel]\ntests: {{pass: [a], fail: [b]}}\n"
        );
        try_pack(&[("r.yaml", &text)])
    }

    fn missing(packs: &Packs, text: &str) -> Vec<String> {
        World::new("en-US").slot("body", text).check(packs).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_rating_needs_source_and_disclosure_in_its_slot() {
        let packs = endorsement(
            "terms: [four-star], patterns: ['★{3,}'], source: ['\\bon Trustpilot\\b'], disclosure: [verified]",
        )
        .unwrap();
        assert_eq!(missing(&packs, "★★★★"), ["source, disclosure"]);
        assert_eq!(missing(&packs, "★★★★ on trustpilot"), ["disclosure"]);
        assert_eq!(missing(&packs, "Four‑star service. ★★★★\nVERIFIED buyers."), ["source", "source"]);
        assert!(missing(&packs, "★★★★ on Trustpilot, verified.").is_empty());
        assert!(missing(&packs, "In a four-star hotel ★★").is_empty());
        let world = World::new("en-US").slot("body", "★★★★").slot("note", "On Trustpilot, verified.");
        assert_eq!(world.spans(&packs), ["★★★★"], "another slot is not where the reader looks");
    }

    #[test]
    fn only_what_is_demanded_is_missing() {
        let source = endorsement("terms: [loved], source: ['survey'], demand: source").unwrap();
        assert_eq!(missing(&source, "Loved by all"), ["source"]);
        let disclosure = endorsement("terms: [loved], disclosure: [ad]").unwrap();
        assert_eq!(missing(&disclosure, "Loved, says the survey"), ["disclosure"]);
        assert!(missing(&disclosure, "Ad: loved").is_empty());
    }

    #[test]
    fn a_demand_without_its_list_and_a_list_without_demand_are_faults() {
        let faults = |params: &str| endorsement(params).unwrap_err().len();
        assert_eq!(faults("terms: [a], demand: both, source: [x]"), 1);
        assert_eq!(faults("terms: [a], demand: source, source: [x], disclosure: [y]"), 1);
        assert_eq!(faults("terms: [a]"), 1);
        assert_eq!(faults("source: [x]"), 1);
        assert_eq!(faults("terms: [a], source: [x], demand: proof"), 1);
    }
}
