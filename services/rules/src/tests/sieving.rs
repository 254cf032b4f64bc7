//! Looking for everything at once finds what looking one by one finds.

use std::sync::LazyLock;

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::finding::Finding;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::World;
use crate::{Packs, Subject};

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::embedded().unwrap());

/// The texts that the shipped rules show, with what they find and what they let through.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = PACKS.rules().iter();
    rules.flat_map(|rule| rule.examples.fail.iter().chain(&rule.examples.pass)).map(|e| e.text.clone()).collect()
});

fn both(text: &str, locale: &str) -> (Vec<Finding>, Vec<Finding>) {
    let world = World::new(locale);
    let segments = vec![Segment::Text { text: text.to_owned() }];
    let slots = ["body", "subject"].map(|name| (name.to_owned(), SlotText { segments: segments.clone() }));
    let content = Content { slots: slots.into() };
    let subject = Subject::new(&content, world.place(), &world.terms);
    (PACKS.check(&subject), PACKS.check_one_by_one(&subject))
}

#[test]
fn every_shipped_example_is_found_alike() {
    let locales = ["en-US", "de-DE", "fr-FR", "es-ES", "it-IT"];
    for (at, texts) in EXAMPLES.chunks(12).enumerate() {
        for locale in locales.iter().cycle().skip(at).take(2) {
            let (at_once, one_by_one) = both(&texts.join("\n\n"), locale);
            assert_eq!(at_once, one_by_one);
        }
    }
}

/// Two pieces of examples, in other cases and compositions, with something between.
fn text() -> impl Strategy<Value = String> {
    let piece = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5);
    let piece = piece.prop_map(|(which, from, len, how)| {
        let chars: Vec<char> = which.get(&EXAMPLES).chars().collect();
        let from = from.index(chars.len().max(1));
        let rest = &chars[from.min(chars.len())..];
        let text: String = rest[..len.index(rest.len() + 1)].iter().collect();
        match how {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => text.nfd().collect(),
            3 => text.replace(' ', "\u{a0}"),
            _ => text,
        }
    });
    prop::collection::vec((piece, "[ \\PC]{0,3}"), 1..6)
        .prop_map(|pieces| pieces.into_iter().map(|(text, between)| text + &between).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_text_is_found_alike(text in text(), locale in prop::sample::select(vec!["en-GB", "de-DE", "fr-FR", "es-ES", "it-IT"])) {
        let (at_once, one_by_one) = both(&text, locale);
        prop_assert_eq!(at_once, one_by_one);
    }
}
