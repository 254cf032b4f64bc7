//! Which statements a bound claim bears out: shared by the kinds that ask for evidence.

use std::collections::HashMap;
use std::ops::Range;

use crate::scene::{Reference, Scene, Slot};

/// The claims of a scene, and whether each holds in its market at its date.
#[derive(Debug)]
pub(super) struct Claims<'s>(HashMap<&'s str, bool>);

impl<'s> Claims<'s> {
    pub(super) fn of(scene: &'s Scene<'_>) -> Self {
        let mut claims: HashMap<&str, bool> = HashMap::new();
        for source in scene.sources.iter().filter(|source| is_claim(source.id)) {
            *claims.entry(source.id).or_default() |= source.holds(scene.place.market, scene.place.date);
        }
        Self(claims)
    }

    /// A claim that is not listed stands as the job gave it.
    fn holds(&self, source: &str) -> bool {
        is_claim(source) && self.0.get(source).is_none_or(|holds| *holds)
    }

    /// The hits, which are in order, that nothing bears out: free text in whose sentence no claim is bound that holds,
    /// and exact wordings of a claim that holds no longer. Other exact wordings were approved as they are.
    pub(super) fn not_borne_out<T>(&self, slot: &Slot<'_>, hits: Vec<(Range<usize>, T)>) -> Vec<(Range<usize>, T)> {
        let mut last: Option<(Range<usize>, bool)> = None;
        let mut offends = |range: &Range<usize>| {
            let touched = slot.references_in(range);
            let around = touched.iter().find(|(at, _)| at.start <= range.start && range.end <= at.end);
            if let Some((_, reference)) = around {
                return matches!(reference, Reference::Bound { source, .. } if is_claim(source) && !self.holds(source));
            }
            match &last {
                Some((sentence, borne)) if sentence.contains(&range.start) => !borne,
                _ => {
                    let sentence = slot.sentence_around(range);
                    let borne = slot.references_in(&sentence).iter().any(
                        |(_, reference)| matches!(reference, Reference::Bound { source, .. } if self.holds(source)),
                    );
                    last = Some((sentence, borne));
                    !borne
                }
            }
        };
        hits.into_iter().filter(|(range, _)| offends(range)).collect()
    }
}

fn is_claim(source: &str) -> bool {
    source.starts_with("claim:")
}
