//! Figures, links and addresses that nobody gave.

use super::{Better, Count, Measure};

pub(super) const MEASURE: Measure = Measure {
    name: "invented",
    means: "drafts whose free text has a digit, a link or an address",
    better: Better::Less,
    reach: Some(0.0),
    count: |draft, _| {
        if draft.error.is_some() {
            return Count::NOTHING;
        }
        let is_invented = |text: &str| {
            text.contains(|c: char| c.is_numeric() || c == '@' || c == '/')
                || text.contains("www")
                || text.contains("http")
        };
        Count::one(draft.stretches().any(is_invented))
    },
};
