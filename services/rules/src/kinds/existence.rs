//! `existence`: words or patterns that must not stand in the text.
//!
//! **What it does.** Finds each of `terms` (plain words and phrases, as whole words, in any case) and `patterns`
//! (regular expressions, in any case, with the author's own `\b`).
//!
//! **Why it is bad.** Depends on the list: a promise nobody can keep, a claim the law forbids, a word that hurts.
//!
//! ```yaml
//! id: risk_free
//! kind: existence
//! severity: error
//! message: "“{match}” promises that nothing can go wrong. Say what reduces the risk."
//! params: {terms: [risk-free, zero risk]}
//! exceptions: [risk-free rate]
//! tests: {pass: [Lower your risk.], fail: [A risk-free switch.]}
//! ```
//!
//! **Options.** `ignore_case` and `whole_words` (of terms), both true unless said otherwise. A rule-level `fix` is
//! offered for every hit.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::pattern::Pattern;
use super::words::outermost;
use super::{Binding, Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::terms::Terms;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExistenceParams {
    terms: Vec<Spanned<String>>,
    patterns: Vec<Spanned<String>>,
    ignore_case: bool,
    whole_words: bool,
}

impl Default for ExistenceParams {
    fn default() -> Self {
        Self { terms: Vec::new(), patterns: Vec::new(), ignore_case: true, whole_words: true }
    }
}

#[derive(Debug)]
pub(crate) struct Existence {
    terms: Option<Terms>,
    /// As written: what a decoder can be bound by.
    plain: Vec<String>,
    patterns: Vec<Pattern>,
    fix: Option<String>,
    /// Whether the terms mean what a decoder's forbidden terms mean: whole words in any case.
    as_decoders_do: bool,
    /// Of the patterns.
    ignore_case: bool,
}

impl Params for ExistenceParams {
    type Kind = Existence;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Existence> {
        if self.terms.is_empty() && self.patterns.is_empty() {
            faults.at(common.kind_at, "name `terms`, `patterns` or both in `params`");
            return None;
        }
        let terms = faults.terms(&self.terms, self.ignore_case, self.whole_words);
        let patterns = faults.regexes(&self.patterns, self.ignore_case);
        Some(Existence {
            terms,
            plain: self.terms.into_iter().map(|term| term.value).collect(),
            patterns,
            fix: common.fix.clone(),
            as_decoders_do: self.ignore_case && self.whole_words,
            ignore_case: self.ignore_case,
        })
    }
}

impl Check for Existence {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn takes_fix(&self) -> bool {
        true
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let mut ranges: Vec<_> =
                self.terms.iter().flat_map(|terms| slot.find(terms)).map(|(_, range)| (range, ())).collect();
            ranges.extend(self.patterns.iter().flat_map(|pattern| pattern.find(slot)).map(|range| (range, ())));
            ranges.retain(|(range, ())| counts(range));
            let told = outermost(ranges).into_iter();
            hits.extend(told.map(|(range, ())| Hit { fix: self.fix.clone(), ..Hit::at(slot, range) }));
        }
        hits
    }

    /// Terms that a decoder can be bound by exactly. It knows no exceptions: it just cannot write those phrases either,
    /// which people still can.
    fn decoder_terms(&self) -> &[String] {
        if self.as_decoders_do { &self.plain } else { &[] }
    }

    fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        self.patterns.iter().map(|pattern| (pattern.as_str(), self.ignore_case)).collect()
    }

    fn binding(&self) -> Binding {
        match (self.plain.is_empty() || self.as_decoders_do, self.patterns.is_empty()) {
            (true, _) => Binding::Exact,
            (false, false) => Binding::Partly("its terms are parts of words, or of one case"),
            (false, true) => Binding::Checked("its terms are parts of words, or of one case"),
        }
    }
}
