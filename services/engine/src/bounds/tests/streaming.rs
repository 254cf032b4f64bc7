//! Byte by byte is the same as the whole at once.

use proptest::prelude::*;

use super::judge::{Spec, spec};
use super::text;
use crate::bounds::{Bound, JsonSlots, State};

fn read(bound: &dyn Bound, bytes: &[u8]) -> Option<State> {
    bytes.iter().try_fold(bound.start(), |state, &byte| {
        let next = bound.step(state, byte)?;
        // What the trait promises of every state.
        assert_eq!(bound.bytes_to_finish(next) == Some(0), bound.may_end(next), "{next:?}");
        Some(next)
    })
}

fn accepts(bound: &dyn Bound, text: &str) -> bool {
    read(bound, text.as_bytes()).is_some_and(|state| bound.may_end(state))
}

/// A JSON string of `text` with some characters escaped that need not be.
fn escaped(text: &str, which: &[bool]) -> String {
    let mut out = String::from("\"");
    for (at, character) in text.chars().enumerate() {
        if which.get(at).copied().unwrap_or(false) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push_str(serde_json::to_string(&character).unwrap().trim_matches('"'));
        }
    }
    out + "\""
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_text_is_judged_as_a_whole_would_be(spec in spec(), text in text(14)) {
        prop_assert_eq!(accepts(&*spec.bound(), &text), spec.holds(&text), "{:?}: {:?}", spec, text);
    }

    #[test]
    fn the_texts_of_slots_are_judged_alone(
        spec in spec(), first in text(8), second in text(8), third in text(8),
        which in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let json = format!(
            r#" {{"a" : {}, "n": {{"a": ["{{{{p}}}}ab 7", 7]}}, "b\u0062":{},"c":7 , "d":{}}} "#,
            escaped(&first, &which), escaped(&second, &which), escaped(&third, &which)
        );
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        let named = JsonSlots::named(["a", "bb", "n"], spec.bound()).unwrap();
        let every = JsonSlots::every(spec.bound());
        let holds = |texts: &[&str]| match &spec {
            // Counted through all slots.
            Spec::AtMost(_) => spec.holds(&texts.join("|")),
            _ => texts.iter().all(|text| spec.holds(text)),
        };
        prop_assert_eq!(accepts(&named, &json), holds(&[&first, &second]), "{:?}: {}", spec, json);
        prop_assert_eq!(accepts(&every, &json), holds(&[&first, &second, &third]), "{:?}: {}", spec, json);
    }

    /// Equal states behave alike, so that any cut of a text is the same: a state is all that is carried over it.
    #[test]
    fn bytes_that_are_no_text_are_an_answer(spec in spec(), bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let slots = JsonSlots::every(spec.bound());
        let _ = read(&*spec.bound(), &bytes);
        let _ = read(&slots, &bytes);
        let _ = read(&slots, &[b"{\"a\":\"", &bytes[..]].concat());
    }
}

#[test]
fn a_bound_that_cannot_be_is_refused_with_a_reason() {
    use crate::bounds::{AllowedCharacters, AllowedNumbers, AtMost, CountedLength, RequiredEnding, Unit};
    let many: Vec<String> = (0..200).map(|number| format!("{{{{c.{number}}}}}")).collect();
    let reasons = [
        CountedLength::new(Unit::Scalars, 5, 4).unwrap_err(),
        CountedLength::new(Unit::Scalars, 0, usize::MAX).unwrap_err(),
        CountedLength::new(Unit::Scalars, 0, 9).unwrap().with_references([("{{a{b}}", 1)]).unwrap_err(),
        CountedLength::new(Unit::Scalars, 0, 9).unwrap().with_references([("{{a}}", usize::MAX)]).unwrap_err(),
        AllowedNumbers::new(["-5"], []).unwrap_err(),
        AllowedNumbers::none(["p"]).unwrap_err(),
        AllowedCharacters::new([('b', 'a')]).unwrap_err(),
        AtMost::once(many.iter().map(String::as_str)).unwrap_err(),
        RequiredEnding::new([""]).unwrap_err(),
    ];
    for reason in reasons {
        assert!(reason.to_string().len() > 30, "{reason}");
    }
    assert!(AtMost::new([("a", 0), ("b", u32::MAX)]).is_ok());
}

#[test]
fn a_thousand_combining_marks_take_no_more_state_than_five() {
    let bound = Spec::Forbidden(vec!["x"]).bound();
    assert!(accepts(&*bound, &format!("a{}", "\u{301}".repeat(5))));
    assert!(!accepts(&*bound, &format!("a{}", "\u{301}".repeat(1000))));
}
