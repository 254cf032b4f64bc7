//! Every kind by behaviour.

use super::{World, rule};
use crate::{SlotLimit, Unit};

fn limit(unit: Unit, min: usize, max: usize, count: usize) -> SlotLimit {
    SlotLimit { name: "subject".into(), unit, min, max, required: true, count }
}

#[test]
fn existence_finds_words_and_patterns_and_spares_exceptions() {
    let packs = rule(
        "warn",
        "kind: existence\nparams: {terms: [best], patterns: ['\\bbetter\\w*']}\nexceptions: [best practice]",
    );
    let world = World::new("en-US").slot("body", "BEST practice is best, betterment; {{partner.display_name}}");
    assert_eq!(world.spans(&packs), ["best", "betterment"]);
}

#[test]
fn existence_reads_patterns_composed_and_points_into_the_original() {
    let packs = rule("warn", "kind: existence\nparams: {patterns: ['günst\\w+']}");
    let world = World::new("de-DE").slot("body", "Das ist gu\u{308}nstiger.");
    assert_eq!(world.spans(&packs), ["gu\u{308}nstiger"]);
}

#[test]
fn a_rule_of_free_text_leaves_exact_wordings_alone() {
    let everywhere = rule("warn", "kind: existence\nparams: {terms: [saves]}");
    let free = rule("warn", "kind: existence\nscope: free_text\nparams: {terms: [saves]}");
    let world = World::new("en-US").slot("body", "{{claim.1}} It saves time.");
    assert_eq!(world.check(&everywhere).len(), 2);
    assert_eq!(world.check(&free).len(), 1);
}

#[test]
fn nothing_is_found_inside_a_partner_reference() {
    let packs = rule("warn", "kind: existence\nparams: {terms: [partner, display_name], patterns: ['_name']}");
    assert!(World::new("en-US").slot("body", "{{partner.display_name}}").check(&packs).is_empty());
}

#[test]
fn substitution_offers_the_better_word_in_the_same_case() {
    let packs = rule("warn", "kind: substitution\nparams: {swap: {utilize: use, white list: allowlist}}");
    let findings = World::new("en-US").slot("body", "Utilize the WHITE\nLIST.").check(&packs);
    let fixes: Vec<_> = findings.iter().map(|finding| finding.fix.as_deref().unwrap()).collect();
    assert_eq!(fixes, ["Use", "ALLOWLIST"]);
}

#[test]
fn length_compares_the_counts_that_it_is_given() {
    let packs = rule("block", "kind: length\nparams: {bound: max}");
    let mut world = World::new("en-US").slot("subject", "Hëllo {{partner.display_name}}");
    world.limits = vec![limit(Unit::Graphemes, 0, 40, 46)];
    assert_eq!(world.spans(&packs), ["<subject>"], "whose longest partner makes it too long");
    world.limits = vec![limit(Unit::Weighted, 0, 46, 46)];
    assert!(world.check(&packs).is_empty());
}

#[test]
fn length_points_at_what_is_too_much_where_that_is_exact() {
    let packs = rule("block", "kind: length\nparams: {bound: max}");
    let mut world = World::new("en-US").slot("subject", "cafe\u{301} au lait");
    world.limits = vec![limit(Unit::Graphemes, 0, 4, 12)];
    assert_eq!(world.spans(&packs), [" au lait"]);
}

#[test]
fn a_slot_that_is_missing_is_an_empty_slot() {
    let required = rule("block", "kind: length\nparams: {bound: required}");
    let short = rule("warn", "kind: length\nparams: {bound: min}");
    let mut world = World::new("en-US");
    world.limits = vec![limit(Unit::Graphemes, 5, 40, 0)];
    let findings = world.check(&required);
    assert_eq!((findings.len(), findings[0].slot.as_str()), (1, "subject"));
    assert!(world.check(&short).is_empty(), "empty is not short");
    world.limits[0].count = 4;
    assert_eq!(world.check(&short).len(), 1);
}

#[test]
fn unresolved_template_syntax_is_found_and_references_are_not() {
    let packs = rule("block", "kind: placeholder\nparams: {check: unresolved}");
    let mut world = World::new("en-US").slot("body", "{{partner.site}} ${x} %%NAME%% {name}");
    assert_eq!(world.spans(&packs), ["${x}", "%%NAME%%", "{name}"]);
    let text = "{{first_name}}".to_owned();
    world.slots[0].1.segments = vec![countersign_domain::content::Segment::Text { text }];
    assert_eq!(world.spans(&packs), ["{{first_name}}"]);
}

#[test]
fn dummies_are_found_and_links_are_none() {
    let packs = rule("block", "kind: placeholder\nparams: {check: dummy}");
    let world = World::new("de-DE").slot("body", "TODO [Ihre Firma] [Text](https://x.example) todo lorem Ipsum [1]");
    assert_eq!(world.spans(&packs), ["TODO", "[Ihre Firma]", "lorem Ipsum"]);
}

#[test]
fn partner_references_stand_only_where_they_may() {
    let packs =
        rule("block", "kind: placeholder\nwhen: {slots: [subject]}\nparams: {check: partner, allowed: [display_name]}");
    let world = World::new("en-US")
        .slot("body", "{{partner.phone}}")
        .slot("subject", "{{partner.display_name}} {{partner.phone}}");
    assert_eq!(world.spans(&packs), ["{{partner.phone}}"]);
    assert_eq!(world.check(&packs)[0].slot, "subject");
}

#[test]
fn a_required_reference_may_stand_in_any_slot_but_must_be_a_reference() {
    let packs = rule("warn", "kind: placeholder\nparams: {check: required, references: [product.name]}");
    assert!(World::new("en-US").slot("a", "x").slot("b", "{{product.name}}").check(&packs).is_empty());
    assert_eq!(World::new("en-US").slot("a", "Fjord Backup").check(&packs).len(), 1);
}

#[test]
fn a_required_text_is_the_markets_own_and_never_anothers() {
    let packs = rule(
        "block",
        "kind: required_text\nwhen: {slots: [body]}\nparams: {variants: {DE: [Für Sie.], AT: [Für Österreich.]}}",
    );
    let check = |locale: &str, slot: &str, text: &str| World::new(locale).slot(slot, text).check(&packs).len();
    assert_eq!(check("de-DE", "body", "Text.\nFu\u{308}r\n Sie."), 0, "composed, white space folded");
    assert_eq!(check("de-DE", "body", "Für Österreich."), 1, "another market's");
    assert_eq!(check("de-DE", "body", "für sie."), 1, "word for word");
    assert_eq!(check("de-DE", "subject", "Für Sie."), 1, "in no slot that allows it");
    assert_eq!(check("de-CH", "body", "Für Sie."), 1, "a market without a text is an offence, no fallback");
    let mut world = World::new("de-AT").slot("body", "x");
    world.locked = vec!["Hinweis: Für Österreich.".into()];
    assert!(world.check(&packs).is_empty(), "locked text counts");
}

#[test]
fn figures_of_free_text_stand_in_a_source_in_the_locales_reading() {
    let packs = rule("block", "kind: number_grounding\nexceptions: [24/7]");
    let mut world = World::new("de-DE").slot("body", "{{claim.1}} 24/7, 1.234,5 kWh, 12 %, 13 %, am 30.11.2026");
    world.sources = vec!["1234,5 kWh am 30. November 2026".into()];
    assert_eq!(world.spans(&packs), ["13 %"], "12 % is the claim's");
    world.locale = "en-US".parse().unwrap();
    world.slots.clear();
    let world = world.slot("body", "1.234 kWh");
    assert_eq!(world.spans(&packs).len(), 1, "in English that is a little more than one");
}
