//! `metric`: texts that are hard to read.
//!
//! **What it does.** Measures each slot that has `min_words` words (30 unless said otherwise), by `measure`:
//! - `flesch_kincaid`: the American school grade after which a text is understood, from words to a sentence and syllables
//!   to a word. English only.
//! - `lix`: words to a sentence plus the share of words of more than six letters, of any language: up to 40 is easy, above
//!   60 very hard. German and the Nordic languages lie some 5 higher than English for the same text.
//! - `words_per_sentence`: the mean.
//!
//! A line break ends a sentence, so headings and bullets count as short ones.
//!
//! **Why it is bad.** What is hard to read is not read.
//!
//! ```yaml
//! id: long_sentences
//! kind: metric
//! severity: info
//! message: "{value} words to a sentence; {max} are enough."
//! params: {measure: words_per_sentence, max: 5, min_words: 6}
//! tests: {pass: [Back up your data. It is easy.], fail: [Back up all of your data today.]}
//! ```

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::readability::Counts;
use crate::rule::{Hit, Rule};
use crate::scene::Scene;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MetricParams {
    measure: Option<Measure>,
    max: Option<Spanned<f64>>,
    min_words: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    FleschKincaid,
    Lix,
    WordsPerSentence,
}

#[derive(Debug)]
pub(crate) struct Metric {
    measure: Measure,
    max: f64,
    min_words: usize,
}

const MIN_WORDS: usize = 30;

impl Params for MetricParams {
    type Kind = Metric;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Metric> {
        let Some(measure) = self.measure else {
            faults.at(common.kind_at, "name `params.measure`: flesch_kincaid, lix or words_per_sentence");
            return None;
        };
        let Some(max) = self.max else {
            faults.at(common.kind_at, "name `params.max`: the highest value that is no offence");
            return None;
        };
        if !(max.value.is_finite() && max.value > 0.0) {
            faults.at(max.referenced, "`max` must be more than 0");
        }
        Some(Metric { measure, max: max.value, min_words: self.min_words.unwrap_or(MIN_WORDS).max(1) })
    }
}

impl Check for Metric {
    fn message_names(&self) -> &'static [&'static str] {
        &["value", "max", "measure"]
    }

    fn reads_words(&self) -> bool {
        false
    }

    fn languages(&self) -> Option<&'static [&'static str]> {
        match self.measure {
            Measure::FleschKincaid => Some(&["en"]),
            Measure::Lix | Measure::WordsPerSentence => None,
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let mut counts = Counts::default();
            for sentence in slot.sentences() {
                counts.sentence(&slot.text[sentence.clone()]);
            }
            if counts.words < self.min_words as f64 {
                continue;
            }
            let value = self.measure.of(&counts);
            if value > self.max {
                let values = vec![
                    ("value", format!("{value:.1}")),
                    ("max", self.max.to_string()),
                    ("measure", self.measure.name().to_owned()),
                ];
                hits.push(Hit::whole(&slot.name, values));
            }
        }
        hits
    }
}

impl Measure {
    fn of(self, counts: &Counts) -> f64 {
        match self {
            Self::FleschKincaid => counts.flesch_kincaid(),
            Self::Lix => counts.lix(),
            Self::WordsPerSentence => counts.words_per_sentence(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::FleschKincaid => "Flesch–Kincaid grade",
            Self::Lix => "LIX",
            Self::WordsPerSentence => "words per sentence",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule, try_pack};

    const HARD: &str = "Organisational interdependencies necessitate comprehensive administrative reconsideration of \
                        infrastructural preconditions throughout multinational environments.";

    #[test]
    fn hard_texts_are_found_by_each_measure_and_plain_ones_are_not() {
        for measure in
            ["measure: flesch_kincaid, max: 12", "measure: lix, max: 50", "measure: words_per_sentence, max: 10"]
        {
            let fields = format!("kind: metric\nwhen: {{locales: [en]}}\nparams: {{{measure}, min_words: 5}}");
            let packs = rule("info", &fields);
            assert_eq!(World::new("en-US").slot("a", HARD).spans(&packs), ["<a>"], "{measure}");
            let plain = "We keep your files safe. You can get them back. It takes one click.";
            assert!(World::new("en-US").slot("a", plain).spans(&packs).is_empty(), "{measure}");
        }
    }

    #[test]
    fn short_texts_are_not_measured() {
        let packs = rule("info", "kind: metric\nparams: {measure: lix, max: 50}");
        assert!(World::new("de-DE").slot("a", HARD).slot("b", "").spans(&packs).is_empty());
    }

    #[test]
    fn flesch_kincaid_reads_english_only() {
        let text = |fields: &str| {
            let text = format!(
                "id: r\nkind: metric\nseverity: info\nmessage: m\nwhy: w\n{fields}\ntests: {{pass: [a], fail: [b]}}\n"
            );
            try_pack(&[("r.yaml", &text)]).map_err(|faults| faults[0].reason.clone())
        };
        let german = text("when: {locales: [de]}\nparams: {measure: flesch_kincaid, max: 9}");
        assert!(german.unwrap_err().contains("cannot read de"));
        assert!(text("when: {locales: [de]}\nparams: {measure: lix, max: 9}").is_ok());
        assert!(text("params: {measure: lix, max: -1}").unwrap_err().contains("more than 0"));
        assert!(text("params: {max: 1}").unwrap_err().contains("name `params.measure`"));
    }
}
