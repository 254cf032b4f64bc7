//! The answers to errors on the review page: a check box and a reason beside each. They belong to the form of the decision
//! wherever they stand on the page, so that they go with it, with and without a script.

use std::collections::BTreeMap;

use countersign_domain::finding::Finding;
use countersign_domain::overriding::{Overriding, Unanswered};
use serde::Serialize;

const LET: &str = "let.";
const WHY: &str = "why.";

/// What stands beside one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    pub stands: bool,
    pub reason: String,
    /// What is wrong with it, as a sentence.
    pub fault: String,
}

/// What was typed, by the place of the finding in its revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<usize, Answer>);

impl Typed {
    /// Of a form's other fields: `let.3` and `why.3`.
    pub(super) fn of(fields: &BTreeMap<String, String>) -> Self {
        let mut typed: BTreeMap<usize, Answer> = BTreeMap::new();
        for (name, value) in fields {
            if let Some(place) = name.strip_prefix(LET).and_then(|place| place.parse().ok()) {
                typed.entry(place).or_default().stands = true;
            } else if let Some(place) = name.strip_prefix(WHY).and_then(|place| place.parse().ok())
                && !value.is_empty()
            {
                typed.entry(place).or_default().reason = value.replace("\r\n", "\n");
            }
        }
        Self(typed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are to stand, in order of places. One of a finding that is not there names none.
    pub(super) fn overrides(&self, findings: &[Finding]) -> Vec<Overriding> {
        let standing = self.0.iter().filter(|(_, answer)| answer.stands);
        let said = standing.map(|(place, answer)| {
            let (rule, slot, start, end) = findings.get(*place).map_or_else(Default::default, |finding| {
                (finding.rule.clone(), finding.slot.clone(), finding.start, finding.end)
            });
            Overriding { rule, slot, start, end, reason: answer.reason.clone() }
        });
        said.collect()
    }

    /// Into the page's own answers.
    pub(super) fn fill(self, answers: &mut [Answer]) {
        for (place, answer) in self.0 {
            if let Some(own) = answers.get_mut(place) {
                *own = answer;
            }
        }
    }

    /// Each fault beside its finding, and a word beside each error that nobody has answered.
    pub(super) fn refused(self, unanswered: &Unanswered, answers: &mut [Answer]) {
        let places: Vec<usize> = self.0.iter().filter(|(_, answer)| answer.stands).map(|(place, _)| *place).collect();
        self.fill(answers);
        for open in &unanswered.open {
            if let Some(answer) = answers.get_mut(open.place) {
                "Let it stand, or edit the text.".clone_into(&mut answer.fault);
            }
        }
        for (place, fault) in &unanswered.faults {
            if let Some(answer) = places.get(*place).and_then(|place| answers.get_mut(*place)) {
                answer.fault = crate::faults::sentence(fault);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_without_its_check_mark_lets_nothing_stand() {
        let fields = [("why.1", "Legal agreed."), ("why.0", ""), ("let.x", "yes"), ("other", "x")];
        let typed = Typed::of(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert!(!typed.is_empty() && typed.overrides(&[]).is_empty());
        let mut answers = vec![Answer::default(); 2];
        typed.fill(&mut answers);
        assert_eq!((answers[1].stands, answers[1].reason.as_str()), (false, "Legal agreed."));
    }
}
