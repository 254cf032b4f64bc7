//! Texts that open alike.

use std::collections::BTreeSet;

use super::{Better, Count, Measure};
use crate::grams::words;
use crate::recorded::Recorded;

/// So many words make an opening.
const WORDS: usize = 4;

pub(super) const MEASURE: Measure = Measure {
    name: "alike",
    means: "texts of three words and more whose first four words begin a text of another asset of the kit and locale",
    better: Better::Less,
    reach: Some(0.0),
    count: |draft, among| {
        let Some(kit) = among.kits.openings.get(&draft.kit()) else { return Count::NOTHING };
        Count::of(own(draft), |opening| kit.get(opening).is_some_and(|&drafts| drafts > 1))
    },
};

/// How the slots of a draft open, each once; buttons aside, which are few words and few choices.
pub(super) fn own(draft: &Recorded) -> BTreeSet<String> {
    let first = draft.free.values().filter_map(|stretches| stretches.first());
    let opening = |text: &String| {
        let words = words(text);
        (words.len() >= WORDS).then(|| words[..WORDS].join(" "))
    };
    first.filter_map(opening).collect()
}
