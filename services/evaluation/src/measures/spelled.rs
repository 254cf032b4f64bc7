//! Words that a dictionary has, or the brief.

use super::{Better, Count, Measure};
use crate::spelling::words;

pub(super) const MEASURE: Measure = Measure {
    name: "words",
    means: "words of free text that are in hunspell's dictionary or in the brief",
    better: Better::More,
    reach: Some(0.99),
    count: |draft, among| {
        let Some(spelling) = among.spelling else { return Count::NOTHING };
        let given: Vec<String> = draft.sources.iter().flat_map(|text| words(text)).collect();
        let mut count = Count::NOTHING;
        for word in draft.stretches().flat_map(words) {
            if let Some(is_known) = spelling.knows(draft.language(), &word) {
                count += Count::one(is_known || given.contains(&word));
            }
        }
        count
    },
};
