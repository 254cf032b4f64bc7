//! `occurrence`: too many or too few of something in a slot, a paragraph or a sentence.
//!
//! **What it does.** Counts `terms` (whole words, in any case) or `patterns` in each slot, paragraph or sentence (`per`).
//! More than `max` is a finding on the first that is too much, fewer than `min` one on the whole. What stands in an
//! exception is not counted; where there is no text there is not too little in it.
//!
//! **Why it is bad.** Three exclamation marks shout; a sentence with five commas is lost; an e-mail with no call to act
//! is read and forgotten.
//!
//! ```yaml
//! id: exclamation_marks
//! kind: occurrence
//! severity: warn
//! message: "{count} exclamation marks; one in {max} is enough."
//! params: {patterns: ['!+'], per: paragraph, max: 1}
//! tests: {pass: [Back up now!], fail: [{text: "Now! Here!", spans: ["!"]}]}
//! ```
//!
//! **Options.** `ignore_case`, true unless said otherwise; `per`, slot unless said otherwise.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::pattern::Pattern;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::message::clip;
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OccurrenceParams {
    terms: Vec<Spanned<String>>,
    patterns: Vec<Spanned<String>>,
    per: Per,
    min: Option<Spanned<usize>>,
    max: Option<Spanned<usize>>,
    ignore_case: bool,
}

impl Default for OccurrenceParams {
    fn default() -> Self {
        Self { terms: Vec::new(), patterns: Vec::new(), per: Per::Slot, min: None, max: None, ignore_case: true }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Per {
    Slot,
    Paragraph,
    Sentence,
}

#[derive(Debug)]
pub(crate) struct Occurrence {
    terms: Option<Terms>,
    patterns: Vec<Pattern>,
    per: Per,
    min: Option<usize>,
    max: Option<usize>,
}

impl Params for OccurrenceParams {
    type Kind = Occurrence;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Occurrence> {
        if self.terms.is_empty() == self.patterns.is_empty() {
            faults.at(common.kind_at, "name `terms` or `patterns` in `params`, one of the two");
            return None;
        }
        match (&self.min, &self.max) {
            (None, None) => faults.at(common.kind_at, "name `min`, `max` or both in `params`"),
            (Some(min), _) if min.value == 0 => faults.at(min.referenced, "`min` of 0 asks for nothing"),
            (Some(min), Some(max)) if min.value > max.value => {
                faults.at(min.referenced, format!("`min` is more than `max`, {}", max.value));
            }
            _ => {}
        }
        let terms =
            if self.terms.is_empty() { None } else { Some(faults.terms(&self.terms, self.ignore_case, true)?) };
        let value = |bound: Option<Spanned<usize>>| bound.map(|bound| bound.value);
        Some(Occurrence {
            terms,
            patterns: faults.regexes(&self.patterns, self.ignore_case),
            per: self.per,
            min: value(self.min),
            max: value(self.max),
        })
    }
}

impl Check for Occurrence {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "count", "min", "max"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let found = self.found(rule, slot);
            for part in self.parts(slot) {
                let from = found.partition_point(|range| range.start < part.start);
                let here = &found[from..];
                let here = &here[..here.partition_point(|range| range.start < part.end)];
                hits.extend(self.judge(slot, &part, here));
            }
        }
        hits
    }
}

impl Occurrence {
    /// Where they stand, in order, one in another once.
    fn found(&self, rule: &Rule, slot: &Slot<'_>) -> Vec<Range<usize>> {
        let counts = rule.counts(slot);
        let mut found: Vec<Range<usize>> =
            self.terms.iter().flat_map(|terms| slot.find(terms)).map(|(_, range)| range).collect();
        found.extend(self.patterns.iter().flat_map(|pattern| pattern.find(slot)));
        found.retain(counts);
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        found.retain(|range| {
            let own = range.end > end;
            end = end.max(range.end);
            own
        });
        found
    }

    fn parts(&self, slot: &Slot<'_>) -> Vec<Range<usize>> {
        match self.per {
            Per::Slot if slot.text.trim().is_empty() => Vec::new(),
            Per::Slot => vec![Range { start: 0, end: slot.text.len() }],
            Per::Paragraph => slot.paragraphs(),
            Per::Sentence => slot.sentences().to_vec(),
        }
    }

    fn judge(&self, slot: &Slot<'_>, part: &Range<usize>, found: &[Range<usize>]) -> Option<Hit> {
        let too_few = self.min.is_some_and(|min| found.len() < min);
        let surplus = self.max.and_then(|max| found.get(max));
        let range = match (surplus, self.per) {
            (Some(surplus), _) => surplus.clone(),
            (None, _) if !too_few => return None,
            (None, Per::Slot) => 0..0,
            (None, Per::Paragraph | Per::Sentence) => part.clone(),
        };
        let bound = |bound: Option<usize>| bound.map_or(String::new(), |bound| bound.to_string());
        let values = vec![
            ("match", clip(&slot.text[range.clone()])),
            ("count", found.len().to_string()),
            ("min", bound(self.min)),
            ("max", bound(self.max)),
        ];
        Some(Hit { range, values, ..Hit::whole(&slot.name, Vec::new()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule, try_pack};

    fn spans(fields: &str, text: &str) -> Vec<String> {
        World::new("en-US").slot("body", text).spans(&rule("warn", fields))
    }

    #[test]
    fn too_many_are_told_of_at_the_first_that_is_too_much() {
        let fields = "kind: occurrence\nparams: {patterns: ['!+'], max: 1}";
        assert_eq!(spans(fields, "Now!! Here! And there!"), ["!"]);
        assert!(spans(fields, "Now!!").is_empty());
    }

    #[test]
    fn paragraphs_and_sentences_are_counted_each() {
        let by = |per| format!("kind: occurrence\nparams: {{terms: [free], per: {per}, max: 1}}");
        let text = "Free trial. Free backup.\n\nFree of care.";
        assert_eq!(spans(&by("slot"), text), ["Free"]);
        assert_eq!(spans(&by("paragraph"), text), ["Free"]);
        assert!(spans(&by("sentence"), text).is_empty());
        assert_eq!(spans(&by("sentence"), "Free, free, free."), ["free"]);
    }

    #[test]
    fn too_few_are_told_of_on_the_whole_and_an_empty_slot_has_none_too_few() {
        let fields = "kind: occurrence\nparams: {terms: [backup], min: 1}";
        assert_eq!(spans(fields, "We save it."), ["<body>"]);
        assert!(spans(fields, "Backup it.").is_empty());
        assert!(spans(fields, " ").is_empty());
        let fields = "kind: occurrence\nparams: {terms: [backup], min: 1, per: paragraph}";
        assert_eq!(spans(fields, "A backup.\n\nNone."), ["None."]);
    }

    #[test]
    fn exceptions_do_not_count() {
        let fields = "kind: occurrence\nparams: {terms: [best], max: 1}\nexceptions: [best practice]";
        assert!(spans(fields, "The best of best practice.").is_empty());
    }

    #[test]
    fn bounds_that_ask_for_nothing_are_faults() {
        let faults = |params: &str| {
            let text = format!(
                "id: r\nkind: occurrence\nseverity: warn\nmessage: m\nwhy: w\nparams: {params}\ntests: {{pass: [a], fail: [b]}}\n"
            );
            try_pack(&[("r.yaml", &text)]).unwrap_err()[0].reason.clone()
        };
        assert!(faults("{terms: [a]}").contains("name `min`, `max`"));
        assert!(faults("{terms: [a], min: 0}").contains("asks for nothing"));
        assert!(faults("{terms: [a], min: 3, max: 2}").contains("more than `max`"));
        assert!(faults("{max: 2}").contains("`terms` or `patterns`"));
    }
}
