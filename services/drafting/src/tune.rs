//! Tuning a small model to a brief: free words of the brief become one of a few values that it was trained on.
//!
//! The words are data (prompts/starter/words.toml), by language; the value with the most hits wins, the first in the alphabet on a
//! tie, and the default when nothing hits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What the starter model is told besides references.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tuning {
    pub topic: String,
    pub audience: String,
    pub objective: String,
    pub tone: String,
}

/// The word lists: for each dimension its values, each with stems in any language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    topic: Dimension,
    audience: Dimension,
    objective: Dimension,
    tone: Dimension,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dimension {
    default: String,
    values: BTreeMap<String, Vec<String>>,
}

impl Words {
    pub fn parse(toml: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(toml)
    }

    /// `about` are the texts that tell what the brief is about: messages, claims, objective.
    #[must_use]
    pub fn tune(&self, about: &[&str], audience: &str, objective: &str, tone: &str) -> Tuning {
        Tuning {
            topic: self.topic.best(about),
            audience: self.audience.best(&[audience]),
            objective: self.objective.best(&[objective]),
            tone: self.tone.best(&[tone]),
        }
    }

    /// Any of the values, as `below` draws them.
    pub(crate) fn any(&self, mut below: impl FnMut(usize) -> usize) -> Tuning {
        let mut one = |dimension: &Dimension| {
            let distinct: BTreeSet<&String> = dimension.values.keys().chain([&dimension.default]).collect();
            distinct.iter().nth(below(distinct.len())).map(|value| (*value).clone()).unwrap_or_default()
        };
        Tuning {
            topic: one(&self.topic),
            audience: one(&self.audience),
            objective: one(&self.objective),
            tone: one(&self.tone),
        }
    }
}

impl Dimension {
    fn best(&self, texts: &[&str]) -> String {
        let words: Vec<String> = texts
            .iter()
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let hits = |stems: &[String]| {
            words.iter().filter(|word| stems.iter().any(|stem| word.starts_with(stem.as_str()))).count()
        };
        let mut best = (0, &self.default);
        for (value, stems) in &self.values {
            let count = hits(stems);
            if count > best.0 {
                best = (count, value);
            }
        }
        best.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_tuned_by_its_words_in_any_language() {
        let words = Words::parse(include_str!("../../../prompts/starter/words.toml")).unwrap();
        let tuned = words.tune(
            &["Nächtliche Sicherung schützt vor Angriffen.", "ransomware"],
            "IT-Leiter im Mittelstand",
            "Leads gewinnen",
            "freundlich",
        );
        assert_eq!([tuned.topic, tuned.audience, tuned.objective, tuned.tone], ["security", "it", "leads", "friendly"]);
        let nothing = words.tune(&[""], "", "", "");
        assert_eq!(nothing.topic, "quality");
        assert_eq!(nothing.audience, "general");
    }
}
