//! How much of a draft stands in the corpus of the starter, word for word.

use super::{Better, Count, Measure};
use crate::corpus::RUN;
use crate::grams::grams;

pub(super) const MEASURE: Measure = Measure {
    name: "verbatim",
    means: "runs of thirteen words of free text that stand in the starter's corpus",
    better: Better::Neither,
    reach: None,
    count: |draft, among| {
        let Some(corpus) = among.corpus else { return Count::NOTHING };
        Count::of(draft.stretches().flat_map(|text| grams(text, RUN)), |gram| corpus.has(gram))
    },
};
