//! A mask says of each token what stepping through its bytes alone says.

use std::sync::Arc;

use proptest::prelude::*;
use toktrie::SimpleVob;

use super::judge::spec;
use super::{specs, text, tokens, vocabulary};
use crate::bounds::masks::{Mask, Masks};
use crate::bounds::{Bound, Bounds, CompiledBounds, JsonSlots, State, Vocabulary};

/// Tokens that may come and that may come settled, by stepping.
fn stepped(bound: &dyn Bound, vocabulary: &Vocabulary, state: State) -> (Vec<u32>, Vec<u32>) {
    let mut allowed = Vec::new();
    let mut settled = Vec::new();
    for &token in &vocabulary.order {
        let after = vocabulary.bytes(token).iter().try_fold(state, |state, &byte| bound.step(state, byte));
        if let Some(after) = after {
            allowed.push(token);
            if bound.is_settled(after) {
                settled.push(token);
            }
        }
    }
    allowed.sort_unstable();
    settled.sort_unstable();
    (allowed, settled)
}

fn listed(mask: &Mask, vocabulary: &Vocabulary) -> (Vec<u32>, Vec<u32>) {
    let mut allowed = vocabulary.text.clone();
    mask.refused.take_from(&mut allowed);
    let mut settled = allowed.clone();
    mask.unsettled.take_from(&mut settled);
    (allowed.to_list(), settled.to_list())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_mask_of_a_bound_is_what_stepping_says_kept_or_not(
        spec in spec(), tokens in tokens(), texts in proptest::collection::vec(text(14), 3), is_json in any::<bool>(),
    ) {
        let vocabulary = vocabulary(&tokens);
        let bound: Arc<dyn Bound> = if is_json { Arc::new(JsonSlots::every(spec.bound())) } else { spec.bound() };
        let masks = Masks::new(Arc::clone(&bound), Arc::clone(&vocabulary));
        for text in texts {
            let text = if is_json { format!("{{\"a\":\"{}", text.replace('\n', "\\n")) } else { text };
            let mut state = bound.start();
            for byte in text.bytes() {
                let wanted = stepped(&*bound, &vocabulary, state);
                prop_assert_eq!(&listed(&masks.compute(state), &vocabulary), &wanted, "fresh {:?} {:?}", spec, text);
                prop_assert_eq!(&listed(&masks.mask(state), &vocabulary), &wanted, "kept {:?} {:?}", spec, text);
                match bound.step(state, byte) {
                    Some(next) => state = next,
                    None => break,
                }
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn the_mask_of_several_is_what_each_token_alone_is_told(
        specs in specs(), tokens in tokens(), texts in proptest::collection::vec(text(10), 2), is_json in any::<bool>(),
    ) {
        let vocabulary = vocabulary(&tokens);
        let mut bounds = Bounds::default();
        for spec in &specs {
            bounds = if is_json { bounds.in_every_slot(spec.bound()) } else { bounds.with(spec.bound()) };
        }
        let Ok(compiled) = CompiledBounds::new(&bounds, Arc::clone(&vocabulary)) else { return Ok(()) };
        for text in texts {
            let text = if is_json { format!("{{\"a\":\"{}", text.replace('\n', "\\n")) } else { text };
            let mut set = compiled.begin();
            for byte in text.bytes() {
                let mut mask = SimpleVob::alloc_ones(vocabulary.size());
                set.mask(&mut mask, usize::MAX);
                let mut rough = SimpleVob::alloc_ones(vocabulary.size());
                set.mask_refused(&mut rough, usize::MAX);
                for &token in &vocabulary.order {
                    let bytes = vocabulary.bytes(token);
                    prop_assert_eq!(mask.is_allowed(token), set.allows(bytes), "{:?} {:?} {:?}", specs, text, bytes);
                    // What a rough mask leaves in too much is seen when it is taken.
                    let mut after = set.clone();
                    let is_fit = rough.is_allowed(token) && after.take(bytes) && after.is_alive();
                    prop_assert_eq!(mask.is_allowed(token), is_fit, "{:?} {:?} {:?}", specs, text, bytes);
                }
                set.strike(&mut rough);
                prop_assert_eq!(&rough, &mask);
                prop_assert_eq!(mask.is_allowed(vocabulary.size() as u32 - 1), set.may_end());
                if !set.allows(&[byte]) {
                    break;
                }
                // What was taken back never happened.
                let before = set.snapshot();
                prop_assert!(set.take(&[byte]));
                let after = set.snapshot();
                set.restore(&before);
                let mut again = SimpleVob::alloc_ones(vocabulary.size());
                set.mask(&mut again, usize::MAX);
                prop_assert_eq!(&again, &mask);
                prop_assert!(set.take(&[byte]));
                prop_assert_eq!(set.snapshot(), after);
            }
        }
    }
}

#[test]
fn a_long_way_from_its_limits_a_length_has_one_mask_and_a_walk_of_nothing() {
    let vocabulary = vocabulary(&[b"word".to_vec(), b" ".repeat(40)]);
    let bound: Arc<dyn Bound> = super::judge::Spec::Length {
        unit: crate::bounds::Unit::Graphemes,
        min: 0,
        max: 1000,
        references: vec![("{{p}}", 40)],
    }
    .bound();
    let masks = Masks::new(Arc::clone(&bound), Arc::clone(&vocabulary));
    let mut state = bound.start();
    for _ in 0..100 {
        state = bound.step(state, b'a').unwrap();
        masks.mask(state);
    }
    let figures = masks.figures();
    assert_eq!((figures.misses, figures.kept), (1, 1), "{figures:?}");
}
