//! Runs of eight words that two assets of a kit share.

use std::collections::BTreeSet;

use super::{Better, Count, Measure};
use crate::grams::grams;
use crate::recorded::Recorded;

const RUN: usize = 8;

pub(super) const MEASURE: Measure = Measure {
    name: "echo",
    means: "runs of eight words of free text that stand in another asset of the kit and locale too",
    better: Better::Less,
    reach: Some(0.03),
    count: |draft, among| {
        let Some(kit) = among.kits.grams.get(&draft.kit()) else { return Count::NOTHING };
        Count::of(own(draft), |gram| kit.get(gram).is_some_and(|&drafts| drafts > 1))
    },
};

/// The runs of a draft, each once.
pub(super) fn own(draft: &Recorded) -> BTreeSet<String> {
    draft.stretches().flat_map(|text| grams(text, RUN)).collect()
}
