//! What changed between two contents, word by word, slot by slot.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign_domain::content::Content;
use serde::Serialize;
use similar::{Algorithm, ChangeTag, TextDiff};

/// A slot that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SlotDiff {
    pub slot: String,
    pub runs: Vec<DiffRun>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DiffRun {
    pub change: Change,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Same,
    Removed,
    Added,
}

/// The slots whose plain text differs, in order of name. A slot whose text is the same but whose references differ
/// (an approved wording that is now free text) shows as removed and added: the reviewer must see that too.
#[must_use]
pub fn contents(old: &Content, new: &Content) -> Vec<SlotDiff> {
    let names: BTreeSet<&String> = old.slots.keys().chain(new.slots.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.slots.get(*name) != new.slots.get(*name))
        .map(|name| {
            let plain = |content: &Content| content.slots.get(name).map(|slot| slot.plain()).unwrap_or_default();
            SlotDiff { slot: name.clone(), runs: words(&plain(old), &plain(new)) }
        })
        .collect()
}

/// A word-level difference; bounded in time, coarser where that is spent.
#[must_use]
pub fn words(old: &str, new: &str) -> Vec<DiffRun> {
    if old == new && !old.is_empty() {
        return vec![
            DiffRun { change: Change::Removed, text: old.to_owned() },
            DiffRun { change: Change::Added, text: new.to_owned() },
        ];
    }
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(Duration::from_millis(200))
        .diff_unicode_words(old, new);
    let mut runs: Vec<DiffRun> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        };
        match runs.last_mut() {
            Some(last) if last.change == kind => last.text.push_str(change.value()),
            _ => runs.push(DiffRun { change: kind, text: change.value().to_owned() }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::{Bound, Segment, SlotText};

    fn content(slots: &[(&str, &str)]) -> Content {
        Content { slots: slots.iter().map(|(n, t)| ((*n).into(), SlotText::parse(t).unwrap())).collect() }
    }

    fn side(runs: &[DiffRun], leave_out: Change) -> String {
        runs.iter().filter(|run| run.change != leave_out).map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn only_changed_slots_show_and_both_texts_can_be_read_from_the_runs() {
        let old = content(&[("subject", "Faster restores"), ("body", "Hello there, world.")]);
        let new = content(&[("subject", "Faster restores"), ("body", "Hello there, wide world.")]);
        let diff = contents(&old, &new);
        assert_eq!(diff.len(), 1);
        assert_eq!(side(&diff[0].runs, Change::Added), "Hello there, world.");
        assert_eq!(side(&diff[0].runs, Change::Removed), "Hello there, wide world.");
    }

    #[test]
    fn a_slot_that_came_or_went_shows_whole() {
        let diff = contents(&content(&[("a", "x")]), &content(&[("b", "y")]));
        assert_eq!(diff.iter().map(|d| d.slot.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(diff[0].runs, [DiffRun { change: Change::Removed, text: "x".into() }]);
        assert_eq!(diff[1].runs, [DiffRun { change: Change::Added, text: "y".into() }]);
    }

    #[test]
    fn an_approved_wording_that_became_free_text_shows_although_it_reads_the_same() {
        let bound = SlotText {
            segments: vec![Segment::Bound(Bound {
                reference: "claim.1".into(),
                source: "claim:a".into(),
                text: "It works.".into(),
            })],
        };
        let old = Content { slots: [("body".to_owned(), bound)].into() };
        let diff = contents(&old, &content(&[("body", "It works.")]));
        assert_eq!(diff[0].runs.len(), 2);
    }

    #[test]
    fn long_texts_are_compared_in_bounded_time() {
        let old: String = (0..20_000).map(|i| format!("a{} ", i * 7919 % 10_007)).collect();
        let new: String = (0..20_000).map(|i| format!("a{} ", i * 104_729 % 10_009)).collect();
        let runs = words(&old, &new);
        assert_eq!(side(&runs, Change::Removed), new);
    }
}
