//! `conditional`: something that stands without what it needs.
//!
//! **What it does.** Finds each of `first` (regular expressions, in any case) that has none of `then` in its sentence, its
//! slot or the whole asset (`within`). In the asset, what the template adds counts too.
//!
//! **Why it is bad.** Depends on the rule: a discount without the price before it, a guarantee without its terms.
//!
//! ```yaml
//! id: guarantee_without_terms
//! kind: conditional
//! severity: error
//! message: "“{match}” needs its terms. Say where they stand."
//! params: {first: ['\bguarantees?\b'], then: ['\bterms\b'], within: sentence}
//! tests: {pass: [A guarantee (see terms).], fail: [{text: A guarantee. Terms., spans: [guarantee]}]}
//! ```
//!
//! **Options.** `within`, the asset unless said otherwise.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::pattern::Pattern;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::view::compose;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConditionalParams {
    first: Vec<Spanned<String>>,
    then: Vec<Spanned<String>>,
    within: Within,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Within {
    Sentence,
    Slot,
    #[default]
    Asset,
}

#[derive(Debug)]
pub(crate) struct Conditional {
    first: Vec<Pattern>,
    then: Vec<Pattern>,
    within: Within,
}

impl Params for ConditionalParams {
    type Kind = Conditional;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Conditional> {
        if self.first.is_empty() || self.then.is_empty() {
            faults.at(common.kind_at, "name `first` and `then` in `params`: what stands there, and what it needs");
            return None;
        }
        let first = faults.regexes(&self.first, true);
        let then = faults.regexes(&self.then, true);
        Some(Conditional { first, then, within: self.within })
    }
}

impl Check for Conditional {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        if self.within == Within::Asset && self.stands_in_asset(scene) {
            return Vec::new();
        }
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let mut found: Vec<Range<usize>> = places(&self.first, slot);
            found.retain(counts);
            if found.is_empty() {
                continue;
            }
            let then = if self.within == Within::Asset { Vec::new() } else { places(&self.then, slot) };
            let needs = |range: &Range<usize>| match self.within {
                Within::Asset => true,
                Within::Slot => then.is_empty(),
                Within::Sentence => {
                    let sentence = slot.sentence_around(range);
                    let from = then.partition_point(|there| there.start < sentence.start);
                    then.get(from).is_none_or(|there| there.start >= sentence.end)
                }
            };
            let mut end = 0;
            for range in found.into_iter().filter(needs) {
                if range.end > end {
                    end = range.end;
                    hits.push(Hit::at(slot, range));
                }
            }
        }
        hits
    }
}

impl Conditional {
    fn stands_in_asset(&self, scene: &Scene<'_>) -> bool {
        let locked = |pattern: &Pattern| scene.locked.iter().any(|text| pattern.stands_in(&compose(text).text));
        let stands = |pattern: &Pattern| scene.slots.iter().any(|slot| pattern.stands_in(&slot.composed().text));
        self.then.iter().any(|pattern| stands(pattern) || locked(pattern))
    }
}

/// Where any of `patterns` stands, in order.
fn places(patterns: &[Pattern], slot: &Slot<'_>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = patterns.iter().flat_map(|pattern| pattern.find(slot)).collect();
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    found
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule, try_pack};

    fn within(within: &str) -> crate::Packs {
        let params = "params: {first: ['\\bguarantees?\\b', '\\bfor life\\b'], then: ['\\bterms\\b', 'für alle']";
        rule("error", &format!("kind: conditional\n{params}, within: {within}}}"))
    }

    #[test]
    fn what_is_needed_must_stand_in_the_same_sentence() {
        let packs = within("sentence");
        let text = "A guarantee, see terms. Guarantees for life. Terms apply. It is fu\u{308}r alle a guarantee.";
        assert_eq!(World::new("en-US").slot("a", text).spans(&packs), ["Guarantees", "for life"]);
    }

    #[test]
    fn or_in_the_same_slot() {
        let packs = within("slot");
        let world = World::new("en-US").slot("a", "A guarantee. See terms.").slot("b", "A guarantee.");
        assert_eq!(world.check(&packs).iter().map(|hit| hit.slot.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn or_anywhere_in_the_asset_with_what_the_template_adds() {
        let packs = within("asset");
        let mut world = World::new("en-US").slot("a", "A guarantee.").slot("b", "A guarantee.");
        assert_eq!(world.spans(&packs).len(), 2);
        world.locked = vec!["Our terms apply.".into()];
        assert!(world.check(&packs).is_empty());
        assert!(World::new("en-US").slot("a", "A guarantee.").slot("b", "Terms.").check(&packs).is_empty());
    }

    #[test]
    fn both_halves_are_needed() {
        let text = "id: r\nkind: conditional\nseverity: info\nmessage: m\nwhy: w\nparams: {first: [a]}\n\
                    tests: {pass: [a], fail: [b]}\n";
        assert!(try_pack(&[("r.yaml", text)]).unwrap_err()[0].reason.contains("`first` and `then`"));
    }
}
