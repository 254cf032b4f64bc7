//! The best of several drafts: fewest blocks, then errors, warnings and notes (such as a product that is not named),
//! then the least repetition, then likelihood.

use std::collections::HashSet;

use countersign_domain::content::Content;
use countersign_domain::finding::{Finding, Severity};

/// One draft with what speaks for and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub content: Content,
    pub findings: Vec<Finding>,
    /// Mean natural logarithm of the sampled tokens' probabilities.
    pub mean_logprob: f32,
}

impl Candidate {
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.count(Severity::Block)
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How many word trigrams of free text stand in it more than once: a loop, or one slot echoing another.
    fn echoes(&self) -> usize {
        let mut seen = HashSet::new();
        let mut echoes = 0;
        for slot in self.content.slots.values() {
            let plain = slot.plain().to_lowercase();
            let words: Vec<&str> = plain.split_whitespace().collect();
            echoes += words.windows(3).filter(|trigram| !seen.insert(trigram.join(" "))).count();
        }
        echoes
    }
}

/// The best candidate; the earlier one where two are as good, so that the choice is the same on every run.
#[must_use]
pub fn best(candidates: Vec<Candidate>) -> Option<Candidate> {
    candidates.into_iter().reduce(|best, next| if worse(&best, &next) { next } else { best })
}

fn worse(one: &Candidate, other: &Candidate) -> bool {
    let rank = |candidate: &Candidate| {
        [
            candidate.count(Severity::Block),
            candidate.count(Severity::Error),
            candidate.count(Severity::Warn),
            candidate.count(Severity::Info),
            candidate.echoes(),
        ]
    };
    match rank(one).cmp(&rank(other)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => one.mean_logprob.total_cmp(&other.mean_logprob).is_lt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::SlotText;
    use std::collections::BTreeMap;

    fn candidate(text: &str, severity: Option<Severity>, mean_logprob: f32) -> Candidate {
        let findings = severity
            .map(|severity| Finding {
                rule: "t.r".into(),
                severity,
                slot: "body".into(),
                start: 0,
                end: 0,
                message: String::new(),
                fix: None,
            })
            .into_iter()
            .collect();
        let content = Content { slots: BTreeMap::from([("body".into(), SlotText::parse(text).unwrap())]) };
        Candidate { content, findings, mean_logprob }
    }

    #[test]
    fn rules_come_before_likelihood() {
        let clean = candidate("one two three", None, -2.0);
        let likely = candidate("four five six", Some(Severity::Error), -0.1);
        assert_eq!(best(vec![likely, clean.clone()]), Some(clean));
    }

    #[test]
    fn a_loop_loses() {
        let looping = candidate("go on and on and on and on", None, -0.1);
        let plain = candidate("go there and be well", None, -1.0);
        assert_eq!(best(vec![looping, plain.clone()]), Some(plain));
    }
}
