//! The packs that ship.

use countersign_domain::finding::Severity;

use super::World;
use crate::{Packs, Unit};

#[test]
fn every_example_of_every_shipped_rule_holds() {
    let failures = Packs::embedded().unwrap().run_examples();
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn an_example_that_does_not_hold_is_told_with_file_and_line() {
    let rule = "id: r\nkind: existence\nseverity: warn\nmessage: m\nwhy: w\nparams: {terms: [bad]}\nfix: good\ntests:\n  pass:\n    - so bad\n  fail:\n    - fine\n    - {text: bad BAD, spans: [bad], fix: better}\n";
    let failures = super::try_pack(&[("r.yaml", rule)]).unwrap().run_examples();
    let lines: Vec<u64> = failures.iter().map(|failure| failure.line).collect();
    assert_eq!(lines, [10, 12, 13, 13], "{failures:?}");
    assert!(failures[0].to_string().contains("r.yaml:10: test.r: “so bad” should give no finding"), "{}", failures[0]);
}

#[test]
fn what_must_never_leave_blocks() {
    let packs = Packs::embedded().unwrap();
    let severity = |id: &str| packs.rules().iter().find(|rule| rule.id() == id).map(crate::Rule::severity);
    for id in [
        "core.too_long",
        "core.empty_slot",
        "core.unresolved_placeholder",
        "core.dummy_text",
        "core.ungrounded_number",
        "claims.generic_environmental_claim",
        "claims.allgemeine_umweltaussage",
    ] {
        assert_eq!(severity(id), Some(Severity::Block), "{id}");
    }
    for id in ["claims.guaranteed_outcome", "claims.garantiertes_ergebnis"] {
        assert_eq!(severity(id), Some(Severity::Error), "{id}");
    }
}

#[test]
fn german_rules_are_for_german_and_speak_it() {
    let packs = Packs::embedded().unwrap();
    for rule in packs.rules().iter().filter(|rule| rule.file().contains("/de/")) {
        assert!(rule.message("de").is_some(), "{}", rule.id());
        assert!(World::new("en-US").slot("body", "garantiert").check(&packs).iter().all(|f| f.rule != rule.id()));
    }
}

#[test]
fn honest_copy_passes_in_both_languages() {
    let packs = Packs::embedded().unwrap();
    let english = "{{product.name}} restores a server from last night's copy. {{claim.1}}\n\nTalk to {{partner.display_name}} about a date that suits you.";
    let german = "{{product.name}} stellt einen Server aus der Sicherung der letzten Nacht wieder her. {{claim.1}}\n\nSprechen Sie mit {{partner.display_name}} über einen Termin, der Ihnen passt.";
    for (locale, text) in [("en-US", english), ("en-GB", english), ("de-DE", german), ("de-AT", german)] {
        let mut world = World::new(locale).slot("body", text);
        world.limits = vec![crate::SlotLimit {
            name: "body".into(),
            unit: Unit::Graphemes,
            min: 40,
            max: 2400,
            required: true,
            count: 300,
        }];
        let mut findings = world.check(&packs);
        // Of what stands in no source a note may say so.
        findings.retain(|finding| finding.severity > countersign_domain::finding::Severity::Info);
        assert_eq!(findings, [], "{locale}");
    }
}

#[test]
fn the_decoder_is_told_what_may_not_be_said_where() {
    let packs = Packs::embedded().unwrap();
    let has = |locale: &str, term: &str| {
        packs.forbidden_terms(&World::new(locale).place(), &crate::BrandTerms::default()).iter().any(|t| t == term)
    };
    assert!(has("de-DE", "klimaneutral") && !has("de-CH", "klimaneutral"));
    assert!(has("en-US", "risk-free") && !has("de-DE", "risk-free"));
    assert!(has("en-US", "guaranteed") && !has("en-US", "best"), "a warning does not bind");
    assert!(has("en-IE", "carbon neutral") && !has("en-US", "carbon neutral"));
}
