//! `substitution`: words that have a better one.
//!
//! **What it does.** Finds each key of `swap` (as a whole word, in any case) and offers its value, with the case of
//! what stood there: `Utilize` becomes `Use`.
//!
//! **Why it is bad.** The offered word is plainer, kinder or the brand's own; two words for one thing confuse.
//!
//! ```yaml
//! id: plain_words
//! kind: substitution
//! severity: info
//! message: "Write “{fix}” instead of “{match}”."
//! params: {swap: {utilize: use, in order to: to}}
//! tests: {pass: [Use it.], fail: [{text: Utilize it., fix: Use}]}
//! ```
//!
//! **Options.** `ignore_case` and `whole_words`, both true unless said otherwise.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::terms::Terms;
use crate::view::fold;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SubstitutionParams {
    swap: BTreeMap<String, Spanned<String>>,
    ignore_case: bool,
    whole_words: bool,
}

impl Default for SubstitutionParams {
    fn default() -> Self {
        Self { swap: BTreeMap::new(), ignore_case: true, whole_words: true }
    }
}

#[derive(Debug)]
pub(crate) struct Substitution {
    swap: Swap,
    /// What a decoder can be bound by exactly.
    plain: Vec<String>,
}

impl Params for SubstitutionParams {
    type Kind = Substitution;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Substitution> {
        if self.swap.is_empty() {
            faults.at(common.kind_at, "name at least one pair in `params.swap`, such as `utilize: use`");
            return None;
        }
        let as_decoders_do = self.ignore_case && self.whole_words;
        let plain = if as_decoders_do { self.swap.keys().cloned().collect() } else { Vec::new() };
        let pairs = self.swap.into_iter().collect();
        let swap = Swap::compile(pairs, self.ignore_case, self.whole_words, faults)?;
        Some(Substitution { swap, plain })
    }
}

impl Check for Substitution {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "fix"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        self.swap.hits(rule, scene).into_iter().map(|(_, hit)| hit).collect()
    }

    fn decoder_terms(&self) -> &[String] {
        &self.plain
    }
}

/// Words, each with a better one.
#[derive(Debug)]
pub(super) struct Swap {
    terms: Terms,
    /// In the order of `terms`.
    better: Vec<String>,
}

impl Swap {
    /// Of pairs (from, to); swapping a word for itself, or for one that is swapped too, is a fault.
    pub(super) fn compile(
        pairs: Vec<(String, Spanned<String>)>,
        ignore_case: bool,
        whole_words: bool,
        faults: &mut Faults,
    ) -> Option<Self> {
        let folded = |text: &str| fold(text.trim(), ignore_case).text.into_owned();
        let from: HashSet<String> = pairs.iter().map(|(key, _)| folded(key)).collect();
        for (key, better) in &pairs {
            let to = folded(&better.value);
            if to == folded(key) {
                faults.at(better.referenced, format!("`{key}` is swapped for itself"));
            } else if from.contains(&to) {
                faults.at(better.referenced, format!("`{}` is itself swapped for something else", better.value));
            }
        }
        let written: Vec<Spanned<String>> =
            pairs.iter().map(|(key, better)| Spanned::new(key.clone(), better.referenced, better.defined)).collect();
        let terms = faults.terms(&written, ignore_case, whole_words)?;
        Some(Self { terms, better: pairs.into_iter().map(|(_, to)| to.value).collect() })
    }

    /// Where the words stand, each with its index and the fix.
    pub(super) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<(usize, Hit)> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for (term, range) in slot.find(&self.terms) {
                if counts(&range) {
                    let fix = in_the_case_of(&slot.text[range.clone()], &self.better[term]);
                    let mut hit = Hit::at(slot, range);
                    hit.values.push(("fix", fix.clone()));
                    hit.fix = Some(fix);
                    hits.push((term, hit));
                }
            }
        }
        hits
    }
}

/// `better` with a capital where `found` has one; all capitals where `found` is a word of capitals.
pub(super) fn in_the_case_of(found: &str, better: &str) -> String {
    let mut letters = found.chars().filter(|c| c.is_alphabetic());
    let first = letters.next().is_some_and(char::is_uppercase);
    let rest = letters.next().is_some_and(char::is_uppercase) && letters.all(|c| !c.is_lowercase());
    let mut chars = better.chars();
    match chars.next() {
        Some(_) if first && rest => better.to_uppercase(),
        Some(c) if first => c.to_uppercase().chain(chars).collect(),
        _ => better.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_the_case_of;

    #[test]
    fn a_fix_takes_the_case_of_what_it_replaces() {
        assert_eq!(in_the_case_of("utilize", "use"), "use");
        assert_eq!(in_the_case_of("Utilize", "use"), "Use");
        assert_eq!(in_the_case_of("UTILIZE", "use"), "USE");
        assert_eq!(in_the_case_of("whitelist", "Zulassungsliste"), "Zulassungsliste");
    }
}
