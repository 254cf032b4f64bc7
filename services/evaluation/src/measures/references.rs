//! References that stand for what they stand for: none is left open but a partner's.

use super::{Better, Count, Measure};

pub(super) const MEASURE: Measure = Measure {
    name: "resolved",
    means: "drafts in which no reference is left open but a partner's",
    better: Better::More,
    reach: Some(1.0),
    count: |draft, _| {
        if draft.error.is_some() {
            return Count::NOTHING;
        }
        let is_open = |text: &String| {
            text.match_indices("{{").any(|(at, _)| !text[at..].starts_with("{{partner.")) || text.contains("<|")
        };
        Count::one(!draft.slots.values().any(is_open))
    },
};
