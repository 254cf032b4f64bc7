//! For any text at all.

use std::sync::LazyLock;

use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Segment, SlotText};
use proptest::prelude::*;

use super::World;
use crate::{BrandTerms, LineIndex, Packs, Place};

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::embedded().unwrap());

/// The kinds that read language, each as wide as it goes.
static LANGUAGE: LazyLock<Packs> = LazyLock::new(|| {
    let rules = [
        "kind: occurrence\nparams: {patterns: ['\\w+'], per: sentence, min: 2, max: 3}",
        "kind: occurrence\nparams: {terms: [du, guaranteed], per: paragraph, min: 1}",
        "kind: repetition",
        "kind: repetition\nparams: {patterns: ['\\w', '\\W+']}",
        "kind: consistency\nparams: {either: {du: guaranteed, Fjord: fjord, risk-free: klimaneutral}}",
        "kind: conditional\nparams: {first: ['\\w+'], then: ['du'], within: sentence}",
        "kind: capitalization\nparams: {style: sentence, exceptions: [TODO]}",
        "kind: capitalization\nparams: {style: lower}",
        "kind: capitalization\nwhen: {locales: [en]}\nparams: {style: title}",
        "kind: metric\nwhen: {locales: [en]}\nparams: {measure: flesch_kincaid, max: 1, min_words: 1}",
        "kind: metric\nparams: {measure: lix, max: 1, min_words: 1}",
    ];
    let file = |(index, fields): (usize, &&str)| {
        let rest = "message: m\nwhy: w\ntests: {pass: [a], fail: [b]}";
        (format!("r{index}.yaml"), format!("id: r{index}\nseverity: warn\n{fields}\n{rest}\n"))
    };
    let files: Vec<(String, String)> = rules.iter().enumerate().map(file).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    super::try_pack(&files).unwrap()
});

/// Text of everything that rules look for, in pieces, with any characters between.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[0-9.,:/ %€$-]{0,12}",
        "[a-zäöüß\u{301}\u{308}\u{ad}\u{200b} ]{0,12}",
        "[{}%$<>\\[\\]*|]{0,6}",
        prop::sample::select(vec![
            "guaranteed",
            "RISK\u{2011}FREE",
            "klimaneutral",
            "du",
            "Whitelist",
            "{{partner.site}}",
            "{{x}}",
            "TODO",
            "30. November 2026",
            "EUR 5 Mio. ",
            "\u{1f469}\u{200d}\u{1f4bb}",
            "Fjord",
            "½",
            "١٢٪",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn kinds_that_read_language_never_panic_and_stand_on_character_borders(text in text(), locale in prop::sample::select(vec!["en-US", "de-DE", "it-IT"])) {
        let mut world = World::new(locale);
        for name in ["a", "b"] {
            world.slots.push((name.into(), SlotText { segments: vec![Segment::Text { text: text.clone() }] }));
        }
        for finding in world.check(&LANGUAGE) {
            prop_assert!(finding.start <= finding.end && text.get(finding.start..finding.end).is_some(), "{finding:?}");
        }
    }

    #[test]
    fn checks_never_panic_and_spans_lie_on_character_borders(text in text(), locale in prop::sample::select(vec!["en-US", "de-DE", "fr-FR", "ar-EG"])) {
        let mut world = World::new(locale);
        let segments = vec![Segment::Text { text: text.clone() }];
        world.slots.push(("body".into(), SlotText { segments }));
        world.sources = vec![text.chars().rev().collect()];
        world.terms = BrandTerms::new(&["du".into()], std::slice::from_ref(&text), &["Fjord".into()]);
        let findings = world.check(&PACKS);
        for finding in &findings {
            prop_assert!(finding.start <= finding.end && text.get(finding.start..finding.end).is_some(), "{finding:?}");
        }
        prop_assert!(findings.is_sorted_by_key(|f| (f.slot.clone(), f.start, f.end)));
        prop_assert_eq!(findings, world.check(&PACKS));
    }

    #[test]
    fn files_never_panic_and_every_finding_has_a_line(text in text()) {
        let place = Place::unknown(Timestamp::from_micros(1_795_000_000_000_000));
        let index = LineIndex::new(&text);
        for finding in PACKS.check_text(&text, &place, &BrandTerms::default()) {
            prop_assert!(text.get(finding.start..finding.end).is_some());
            let (line, column) = index.at(finding.start);
            prop_assert!(line >= 1 && column >= 1);
        }
    }

    #[test]
    fn a_figure_is_grounded_by_its_own_text(text in text()) {
        let mut world = World::new("de-DE");
        let segments = vec![Segment::Text { text: text.clone() }];
        world.slots.push(("body".into(), SlotText { segments }));
        world.sources = vec![text];
        prop_assert!(world.check(&PACKS).iter().all(|finding| finding.rule != "core.ungrounded_number"));
    }
}

/// A megabyte of one thing, and a million marks on a letter.
#[test]
fn kinds_that_read_language_come_to_an_end_on_any_length() {
    let mut texts: Vec<String> = ["a ", "A b. ", "du du ", "a\n", "\n\n", "Fjord fjord ", "., ", "ß"]
        .iter()
        .map(|piece| piece.repeat((1 << 20) / piece.len()))
        .collect();
    texts.push(format!("e{}", "\u{301}".repeat(1_000_000)));
    for text in texts {
        let mut world = World::new("en-US");
        world.slots.push(("a".into(), SlotText { segments: vec![Segment::Text { text }] }));
        assert!(world.check(&LANGUAGE).len() < 11 * 200 + 1, "each rule tells of so many and no more");
    }
}
