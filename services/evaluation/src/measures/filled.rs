//! Drafts that came out, with something in every slot that must have something.

use super::{Better, Count, Measure};

pub(super) const MEASURE: Measure = Measure {
    name: "filled",
    means: "drafts that came out with every slot filled, of those asked for",
    better: Better::More,
    reach: Some(1.0),
    count: |draft, _| {
        let is_empty = draft.findings.iter().any(|finding| finding.rule.ends_with("empty_slot"));
        Count::one(draft.error.is_none() && !draft.slots.is_empty() && !is_empty)
    },
};
