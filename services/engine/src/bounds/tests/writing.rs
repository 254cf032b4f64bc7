//! Whatever is drawn under the masks ends, and what ends breaks no bound.

use std::sync::Arc;

use proptest::prelude::*;
use toktrie::SimpleVob;

use super::judge::Spec;
use super::{specs, tokens, vocabulary};
use crate::bounds::{BoundSet, Bounds, CompiledBounds, Finish, Vocabulary};
use crate::random;

/// Writes until the end token, choosing evenly. `wanted` is a grammar beside the bounds.
fn write(
    set: &mut BoundSet,
    vocabulary: &Vocabulary,
    tokens: usize,
    seed: u64,
    wanted: impl Fn(&[u8]) -> bool,
) -> Vec<u8> {
    let end = vocabulary.size() as u32 - 1;
    let mut text = Vec::new();
    for left in (0..=tokens).rev() {
        let mut mask = SimpleVob::alloc_ones(vocabulary.size());
        set.mask(&mut mask, left);
        let mut choices = Vec::new();
        mask.iter_set_entries(|token| {
            if token as u32 == end || left > 0 && wanted(vocabulary.bytes(token as u32)) {
                choices.push(token as u32);
            }
        });
        assert!(!choices.is_empty(), "nothing may come after {:?}, {left} tokens left", String::from_utf8_lossy(&text));
        let draw = random::uniform(seed, 0, left as u64, 0);
        let token = choices[(draw * choices.len() as f64) as usize];
        if token == end {
            return text;
        }
        assert!(set.allows(vocabulary.bytes(token)) && set.take(vocabulary.bytes(token)));
        text.extend_from_slice(vocabulary.bytes(token));
    }
    panic!("{:?} has no end", String::from_utf8_lossy(&text));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_random_writer_ends_and_breaks_no_bound(specs in specs(), tokens in tokens(), seed in any::<u64>(), count in 20_usize..90) {
        let vocabulary = vocabulary(&tokens);
        // Without terms it still refuses what is no UTF-8, as not every bound does.
        let text_only = Bounds::default().with(Spec::Forbidden(Vec::new()).bound());
        let bounds = specs.iter().fold(text_only, |bounds, spec| bounds.with(spec.bound()));
        let Ok(compiled) = CompiledBounds::new(&bounds, Arc::clone(&vocabulary)) else { return Ok(()) };
        let mut set = compiled.begin();
        // With fewer tokens than that it may depend on the vocabulary.
        prop_assume!(set.finish(count) == Finish::Certain);
        let text = String::from_utf8(write(&mut set, &vocabulary, count, seed, |_| true));
        prop_assert!(text.is_ok());
        for spec in &specs {
            prop_assert!(spec.holds(text.as_ref().unwrap()), "{:?} {:?}", spec, text);
        }
    }

    #[test]
    fn in_slots_too(specs in specs(), tokens in tokens(), seed in any::<u64>()) {
        let vocabulary = vocabulary(&tokens);
        let bounds = specs.iter().fold(Bounds::default(), |bounds, spec| {
            bounds.in_slots(["a"], spec.bound()).unwrap()
        });
        let Ok(compiled) = CompiledBounds::new(&bounds, Arc::clone(&vocabulary)) else { return Ok(()) };
        let mut set = compiled.begin();
        let opened = set.take(b"{\"a\":\"");
        prop_assert!(opened);
        prop_assume!(set.finish(120) == Finish::Certain);
        // The grammar: one slot, closed by a quotation mark that is a token of its own.
        let text = write(&mut set, &vocabulary, 120, seed, |bytes| !bytes.contains(&b'"') || matches!(bytes, b"\""));
        // After the slot anything may stand.
        let json = format!("\"{}", String::from_utf8_lossy(&text));
        let mut reader = serde_json::Deserializer::from_str(&json);
        let value: String = serde::Deserialize::deserialize(&mut reader).unwrap();
        for spec in &specs {
            prop_assert!(spec.holds(&value), "{:?} {:?}", spec, value);
        }
    }
}

#[test]
fn a_match_that_the_length_leaves_no_room_to_leave_is_not_opened() {
    let vocabulary = vocabulary(&[b" cheap".to_vec(), b" che".to_vec(), b" cheaply".to_vec()]);
    let bounds = [
        Spec::Forbidden(vec!["cheap"]),
        Spec::Length { unit: crate::bounds::Unit::Scalars, min: 0, max: 10, references: Vec::new() },
    ]
    .iter()
    .fold(Bounds::default(), |bounds, spec| bounds.with(spec.bound()));
    let compiled = CompiledBounds::new(&bounds, vocabulary).unwrap();
    let mut set = compiled.begin();
    assert!(set.take(b"so"));
    assert!(set.allows(b" cheap") && set.allows(b" cheaply"));
    assert!(set.take(b"so"));
    assert!(!set.allows(b" cheap"), "ten characters, and no room for the eleventh");
    let mut mask = SimpleVob::alloc_ones(260);
    set.mask(&mut mask, 100);
    assert_eq!([256, 257, 258].map(|token| mask.is_allowed(token)), [false, true, false]);
    assert_eq!(set.finish(0), Finish::Certain);
    assert!(set.take(b" cheap"));
    assert_eq!(set.bytes_to_finish(), Some(1));
    assert_eq!((set.finish(0), set.finish(1)), (Finish::Impossible, Finish::Possible));
}

#[test]
fn bounds_that_nothing_satisfies_are_named_with_their_slot() {
    let bounds = Bounds::default()
        .in_slots(["subject"], Arc::new(crate::bounds::CountedLength::new(crate::bounds::Unit::Scalars, 0, 3).unwrap()))
        .unwrap()
        .in_slots(["subject"], Arc::new(crate::bounds::RequiredEnding::new(["four"]).unwrap()))
        .unwrap();
    let error = CompiledBounds::new(&bounds, vocabulary(&[])).unwrap_err();
    assert!(error.to_string().contains("`subject`"), "{error}");
}
