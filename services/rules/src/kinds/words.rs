//! What several kinds share: the terms and patterns of one list, and where they stand in a slot.

use std::ops::Range;

use serde_saphyr::Spanned;

use super::pattern::Pattern;
use crate::load::Faults;
use crate::scene::Slot;
use crate::terms::Terms;

/// Plain terms and patterns that are looked for together.
#[derive(Debug)]
pub(super) struct Words {
    terms: Option<Terms>,
    patterns: Vec<Pattern>,
}

impl Words {
    /// As whole words in any case; patterns in any case.
    pub(super) fn compile(terms: &[Spanned<String>], patterns: &[Spanned<String>], faults: &mut Faults) -> Self {
        Self { terms: faults.terms(terms, true, true), patterns: faults.regexes(patterns, true) }
    }

    /// As they are written, for a decoder; patterns in any case.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (&str, bool)> {
        self.patterns.iter().map(|pattern| (pattern.as_str(), true))
    }

    /// Every hit, in no order.
    pub(super) fn find(&self, slot: &Slot<'_>) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = self.terms.iter().flat_map(|terms| slot.find(terms)).map(|(_, range)| range).collect();
        ranges.extend(self.patterns.iter().flat_map(|pattern| pattern.find(slot)));
        ranges
    }
}

/// In order, without what lies inside another hit: that is the same offence.
pub(super) fn outermost<T>(mut hits: Vec<(Range<usize>, T)>) -> Vec<(Range<usize>, T)> {
    hits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    hits.retain(|(range, _)| {
        let further = range.end > end;
        end = end.max(range.end);
        further
    });
    hits
}

/// Terms that a decoder is kept from, as they are written.
pub(super) fn plain(terms: Vec<Spanned<String>>) -> Vec<String> {
    terms.into_iter().map(|term| term.value).collect()
}
