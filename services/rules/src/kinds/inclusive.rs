//! `inclusive`: words that leave people out, and what to write instead.
//!
//! **What it does.** Finds each key of `swap` (as a whole word, in any case) and offers `use`, with the case of what stood
//! there, as `substitution` does. `because` is the reason, for the message.
//!
//! **Why it is bad.** Some readers are hurt, and the offered word mostly says more exactly what is meant.
//!
//! ```yaml
//! id: inclusive_words
//! kind: inclusive
//! severity: warn
//! message: "“{match}”: {because}. Write “{fix}”."
//! when: {locales: [en]}
//! params: {swap: {whitelist: {use: allowlist, because: it makes white stand for good}}}
//! exceptions: [whitelist mode]
//! tests: {pass: [The allowlist.], fail: [{text: Whitelist it., fix: Allowlist}]}
//! ```
//!
//! **Options.** None. Forms are listed one by one (`whitelist`, `whitelisted`), so that each has a fix that fits.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::substitution::Swap;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InclusiveParams {
    swap: BTreeMap<String, Better>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Better {
    #[serde(rename = "use")]
    word: Spanned<String>,
    because: Spanned<String>,
}

#[derive(Debug)]
pub(crate) struct Inclusive {
    swap: Swap,
    /// In the order of `swap`.
    because: Vec<String>,
    plain: Vec<String>,
}

impl Params for InclusiveParams {
    type Kind = Inclusive;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Inclusive> {
        if self.swap.is_empty() {
            let wanted = "name at least one word in `params.swap`, such as `whitelist: {use: allowlist, because: …}`";
            faults.at(common.kind_at, wanted);
            return None;
        }
        for (word, better) in &self.swap {
            if better.because.value.trim().is_empty() {
                faults.at(better.because.referenced, format!("say in `because` what is wrong with `{word}`"));
            }
        }
        let plain = self.swap.keys().cloned().collect();
        let (pairs, because) = self
            .swap
            .into_iter()
            .map(|(word, better)| ((word, better.word), better.because.value.trim().to_owned()))
            .unzip();
        Some(Inclusive { swap: Swap::compile(pairs, true, true, faults)?, because, plain })
    }
}

impl Check for Inclusive {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "fix", "because"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let found = self.swap.hits(rule, scene).into_iter();
        let reasoned = found.map(|(word, mut hit)| {
            hit.values.push(("because", self.because[word].clone()));
            hit
        });
        reasoned.collect()
    }

    fn decoder_terms(&self) -> &[String] {
        &self.plain
    }
}

#[cfg(test)]
mod tests {
    use crate::BrandTerms;
    use crate::tests::{World, rule, try_pack};

    const WORDS: &str = "kind: inclusive\nparams: {swap: {white list: {use: allowlist, because: ' white stands for good '}, the blind: {use: blind people, because: people first}}}\nexceptions: [the blind spot]";

    #[test]
    fn a_word_is_found_with_its_fix_in_the_same_case_and_its_reason() {
        let rule = WORDS.replace("kind", "id: r\nseverity: warn\nmessage: '{match}, {because}: {fix}'\nwhy: w\nkind");
        let packs = try_pack(&[("r.yaml", &format!("{rule}\ntests: {{pass: [a], fail: [b]}}\n"))]).unwrap();
        let world =
            World::new("en-US").slot("body", "White list\nWHITE\u{a0}LIST whitelisting The Blind, the blind spot");
        let findings = world.check(&packs);
        let told: Vec<_> =
            findings.iter().map(|found| (found.message.as_str(), found.fix.as_deref().unwrap())).collect();
        assert_eq!(
            told,
            [
                ("White list, white stands for good: Allowlist", "Allowlist"),
                ("WHITE\u{a0}LIST, white stands for good: ALLOWLIST", "ALLOWLIST"),
                ("The Blind, people first: Blind people", "Blind people"),
            ]
        );
    }

    #[test]
    fn the_decoder_is_kept_from_the_words() {
        let packs = rule("error", WORDS);
        let terms = packs.forbidden_terms(&World::new("en-US").place(), &BrandTerms::default());
        assert_eq!(terms, ["the blind", "white list"]);
    }

    #[test]
    fn a_word_without_reason_or_swapped_for_another_listed_one_is_a_fault() {
        let text = |swap: &str| {
            let rule = format!(
                "id: r\nkind: inclusive\nseverity: warn\nmessage: m\nwhy: w\nparams:\n  swap:\n{swap}\ntests: {{pass: [a], fail: [b]}}\n"
            );
            let faults = try_pack(&[("r.yaml", &rule)]).unwrap_err();
            faults.into_iter().map(|fault| (fault.line, fault.reason)).collect::<Vec<_>>()
        };
        assert_eq!(text("    a: {use: b, because: ' '}"), [(8, "say in `because` what is wrong with `a`".to_owned())]);
        let chained = text("    a: {use: c, because: x}\n    c: {use: d, because: x}");
        assert_eq!(chained, [(8, "`c` is itself swapped for something else".to_owned())]);
        assert_eq!(text("    a: {use: b}")[0].0, 8);
    }
}
