//! What is asked of a text beside the one that it was translated from, of its layout and its length.

use countersign_domain::brand::{BrandSheet, GlossaryEntry};
use countersign_domain::content::Content;

use super::{World, rule};
use crate::{BrandTerms, Laid, SlotLimit, Unit};

fn translated(text: &str, original: &str) -> World {
    let mut world = World::new("de-DE").slot("body", text);
    let there = World::new("en-US").slot("body", original);
    world.original = Some((Content { slots: there.slots.into_iter().collect() }, "en-US".parse().unwrap()));
    world
}

#[test]
fn references_stand_as_often_as_in_the_original() {
    let packs = rule("block", "kind: placeholder\nparams: {check: same_as_original}");
    assert_eq!(translated("{{partner.site}} {{claim.1}}", "{{claim.1}} {{partner.site}}").spans(&packs), [""; 0]);
    assert_eq!(translated("nichts", "{{claim.1}}").spans(&packs), ["<body>"]);
    assert_eq!(
        translated("{{partner.site}}, {{partner.site}}", "{{partner.site}}").spans(&packs),
        ["{{partner.site}}"]
    );
    assert_eq!(World::new("de-DE").slot("body", "{{claim.1}}").spans(&packs), [""; 0]);
}

#[test]
fn protected_terms_stand_as_often_as_in_the_original_and_in_their_case() {
    let packs = rule("error", "kind: do_not_translate\nparams: {terms: [Fjord]}");
    assert_eq!(translated("Die Tests des Fjords, von Fjord.", "Fjord's tests, by Fjord.").spans(&packs), [""; 0]);
    assert_eq!(translated("Die Förde hilft.", "Fjord helps.").spans(&packs), ["<body>"]);
    assert_eq!(translated("fjord hilft.", "Fjord helps.").spans(&packs), ["<body>"], "case counts");
    assert_eq!(translated("Fjord hilft. Fjord bleibt.", "Fjord helps.").spans(&packs), ["Fjord"]);
    assert_eq!(World::new("de-DE").slot("body", "Fjord").spans(&packs), [""; 0]);
}

#[test]
fn the_brands_glossary_is_asked_for_without_terms_of_the_rule() {
    let entry = |term: &str, german: Option<&str>| GlossaryEntry {
        term: term.into(),
        translations: german.map(|german| ("de".parse().unwrap(), german.to_owned())).into_iter().collect(),
        do_not_translate: german.is_none(),
        note: String::new(),
    };
    let glossary = vec![entry("Cloud Desk", None), entry("restore test", Some("Wiederherstellungstest"))];
    let terms = BrandTerms::of(&BrandSheet { glossary, ..BrandSheet::default() });
    let (kept, term) = (rule("error", "kind: do_not_translate"), rule("warn", "kind: term"));
    let mut world = translated("Der Rücksicherungstest am Wolkentisch.", "The restore test at the Cloud Desk.");
    world.terms = terms.clone();
    assert_eq!(world.spans(&kept), ["<body>"]);
    assert_eq!(world.spans(&term), ["<body>"]);
    let mut world = translated(
        "Zwei Wiederherstellungstests im Cloud Desk.",
        "Two restore tests and a restore test at the Cloud Desk.",
    );
    world.terms = terms;
    assert!(world.check(&kept).is_empty() && world.check(&term).is_empty(), "{:?}", world.check(&term));
}

#[test]
fn words_that_are_not_approved_offend_and_concepts_need_their_word() {
    let concepts =
        "[{name: restore, source: {en: [restore]}, approved: [Wiederherstellung], forbidden: [Rücksicherung]}]";
    let packs = rule("warn", &format!("kind: term\nparams: {{concepts: {concepts}}}"));
    let world = World::new("de-DE").slot("body", "Die RÜCKSICHERUNG läuft.");
    assert_eq!(world.spans(&packs), ["RÜCKSICHERUNG"]);
    assert_eq!(world.check(&packs)[0].fix.as_deref(), Some("WIEDERHERSTELLUNG"));
    assert_eq!(translated("Das Zurückholen läuft.", "The restore runs.").spans(&packs), ["<body>"]);
    assert_eq!(translated("Mit Cloudwiederherstellungen.", "The restore runs.").spans(&packs), [""; 0]);
    assert_eq!(translated("Das Zurückholen läuft.", "The backup runs.").spans(&packs), [""; 0]);
}

#[test]
fn a_layout_offends_by_what_was_measured() {
    let packs = rule("error", "kind: layout");
    let mut world = World::new("en-US").slot("body", "x");
    let fine = Laid {
        what: "logo".into(),
        aspect_change: Some(0.01),
        contrast: Some(4.5),
        width: Some(10.0),
        ..Laid::default()
    };
    world.layout = vec![fine.clone(), Laid { contrast: Some(3.0), large: true, ..Laid::default() }];
    assert_eq!(world.check(&packs), []);
    for wrong in [
        Laid { aspect_change: Some(-0.02), ..fine.clone() },
        Laid { contrast: Some(4.49), ..fine.clone() },
        Laid { contrast: Some(2.9), large: true, ..fine.clone() },
        Laid { clear_space: Some(8.0), clear_space_wanted: Some(20.0), ..fine.clone() },
        Laid { min_width: Some(48.0), ..fine },
    ] {
        world.layout = vec![wrong.clone()];
        assert_eq!(world.spans(&packs), ["<body>"], "{wrong:?}");
    }
}

#[test]
fn a_rules_own_length_counts_the_text_or_takes_the_templates_count() {
    let packs = rule("info", "kind: length\nwhen: {slots: [subject]}\nparams: {unit: graphemes, max: 10}");
    assert_eq!(
        World::new("en-US").slot("subject", "Ten letter").slot("body", "far more than ten").spans(&packs),
        [""; 0]
    );
    assert_eq!(World::new("en-US").slot("subject", "Ten letters").spans(&packs), ["s"]);
    let mut world = World::new("en-US").slot("subject", "{{partner.site}}");
    let limit = |unit, count| SlotLimit { name: "subject".into(), unit, min: 0, max: 99, required: true, count };
    world.limits = vec![limit(Unit::Graphemes, 9)];
    assert_eq!(world.check(&packs), [], "no partner's site is longer than nine");
    world.limits = vec![limit(Unit::Graphemes, 11)];
    assert_eq!(world.spans(&packs), ["<subject>"]);
    let short = rule("info", "kind: length\nparams: {unit: words, min: 3}");
    assert_eq!(
        World::new("en-US").slot("a", "Too short").slot("b", "").slot("c", "long enough now").spans(&short),
        ["<a>"]
    );
}
