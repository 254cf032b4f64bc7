//! Checks as a whole: place and date, the brand's words, files, order, bounds.

use countersign_domain::brand::{BrandSheet, Product};
use countersign_domain::clock::Timestamp;
use countersign_domain::finding::Severity;
use countersign_domain::place::Locale;

use super::{World, rule};
use crate::{BrandTerms, Place, annotate};

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_speaks_only_in_its_place_and_time() {
    let packs = rule(
        "warn",
        "kind: existence\nwhen: {locales: [de], markets: [EU], asset_types: [email], from: 2026-09-27, until: 2027-01-01}\nparams: {terms: [x]}",
    );
    let heard = |locale: &str, asset_type: &str, date: &str| {
        let mut world = World::new(locale).slot("body", "x");
        world.asset_type = asset_type.into();
        world.date = Timestamp::parse(date).unwrap();
        !world.check(&packs).is_empty()
    };
    assert!(heard("de-AT", "email", "2026-09-27"));
    assert!(!heard("de-CH", "email", "2026-09-27"), "not in the EU");
    assert!(!heard("en-IE", "email", "2026-09-27"));
    assert!(!heard("de-AT", "x_post", "2026-09-27"));
    assert!(!heard("de-AT", "email", "2026-09-26"));
    assert!(!heard("de-AT", "email", "2027-01-01"), "`until` is the first day no more");
}

#[test]
fn rules_that_are_drafts_or_retired_find_nothing() {
    for (status, count) in [("active", 1), ("draft", 0), ("retired", 0)] {
        let packs = rule("warn", &format!("kind: existence\nstatus: {status}\nparams: {{terms: [x]}}"));
        assert_eq!(World::new("en-US").slot("body", "x").check(&packs).len(), count, "{status}");
    }
}

#[test]
fn the_brands_own_words_are_found_with_their_approved_spelling() {
    let packs = rule("info", "kind: existence\nparams: {terms: [zzz]}");
    let mut world =
        World::new("en-US").slot("body", "{{product.name}} FJORD backup beats Acme, cheaply. Fjord\nBackup");
    world.terms = BrandTerms::new(&words(&["cheaply"]), &words(&["acme"]), &words(&["Fjord Backup"]));
    let findings = world.check(&packs);
    let seen: Vec<_> = findings.iter().map(|f| (f.rule.as_str(), f.severity, f.fix.as_deref())).collect();
    assert_eq!(
        seen,
        [
            ("brand.protected_name_in_text", Severity::Error, Some("Fjord Backup")),
            ("brand.competitor", Severity::Error, None),
            ("brand.forbidden_term", Severity::Block, None),
        ]
    );
}

#[test]
fn a_file_is_checked_for_words_and_not_for_what_files_do_not_have() {
    let packs = crate::Packs::embedded().unwrap();
    let place = Place::unknown(Timestamp::parse("2026-11-30").unwrap());
    let text = "Hello {{partner.display_name}},\n\nit is risk-free. Dear {{name}}, 99 %.\n";
    let findings = packs.check_text(text, &place, &BrandTerms::default());
    let seen: Vec<_> = findings.iter().map(|f| (f.rule.as_str(), annotate(text, f))).collect();
    assert_eq!(seen, [("claims.absolute_promise", (3, 7)), ("core.unresolved_placeholder", (3, 23))]);
}

#[test]
fn the_decoder_is_bound_by_plain_terms_of_serious_rules() {
    let place = |packs: &crate::Packs| packs.forbidden_terms(&World::new("en-US").place(), &BrandTerms::default());
    let terms = "kind: existence\nparams: {terms: [sure, free], patterns: ['x+']}";
    assert_eq!(place(&rule("error", terms)), ["free", "sure"]);
    assert!(place(&rule("warn", terms)).is_empty());
    assert_eq!(
        place(&rule("block", &format!("{terms}\nexceptions: [feel free to]"))),
        ["free", "sure"],
        "it knows no exceptions"
    );
    assert!(place(&rule("block", &format!("{terms}\nwhen: {{slots: [body]}}"))).is_empty());
    assert!(place(&rule("block", &terms.replace("patterns", "ignore_case: false, patterns"))).is_empty());
}

#[test]
fn a_rule_for_a_product_speaks_whether_key_or_name_is_given() {
    let sheet = BrandSheet {
        products: vec![Product { key: "backup".into(), name: "Fjord Backup".into(), summary: String::new() }],
        ..BrandSheet::default()
    };
    let mut world = World::new("en-US").slot("body", "so free");
    world.terms = BrandTerms::of(&sheet);
    for (named, speaks) in [("backup", true), ("FJORD backup", true), ("Glacier", false)] {
        let packs =
            rule("block", &format!("kind: existence\nparams: {{terms: [free]}}\nwhen: {{products: [{named}]}}"));
        assert_eq!(world.check(&packs).len(), usize::from(speaks), "{named}");
        assert_eq!(packs.forbidden_terms(&world.place(), &world.terms).len(), usize::from(speaks), "{named}");
    }
}

#[test]
fn a_text_full_of_offences_is_cut_and_says_so() {
    let packs = rule("warn", "kind: existence\nparams: {terms: [x]}");
    let world = World::new("en-US").slot("body", &"x ".repeat(5_000));
    let findings = world.check(&packs);
    assert_eq!(findings.len(), 200);
    assert!(findings[199].message.contains("4800 more"), "{}", findings[199].message);
}

#[test]
fn huge_and_hostile_files_are_checked_in_bounded_time() {
    let packs = crate::Packs::embedded().unwrap();
    let place = Place::unknown(Timestamp::parse("2026-11-30").unwrap());
    let brand = BrandTerms::new(&words(&["best"]), &words(&["acme corp"]), &words(&["Fjord Backup"]));
    let texts = [
        "Größe! The best, guaranteed {{x}} 12 %. ".repeat(60_000),
        format!("a{}", "\u{301}\u{323}".repeat(500_000)),
        "{".repeat(2_000_000),
        "1.".repeat(1_000_000),
        "\u{ad}\u{fc}".repeat(500_000),
        "A ".repeat(1_000_000),
    ];
    for text in texts {
        for finding in packs.check_text(&text, &place, &brand) {
            assert!(text.is_char_boundary(finding.start) && text.is_char_boundary(finding.end));
            assert!(finding.message.len() < 1_000);
        }
    }
}

#[test]
fn a_brands_own_pack_is_silent_for_everybody_else() {
    let packs = crate::Packs::embedded().unwrap();
    let english: Locale = "en-US".parse().unwrap();
    let found = |brand: Option<&str>| {
        let place = Place { locale: Some(&english), brand, ..Place::unknown(Timestamp::from_micros(0)) };
        let findings = packs.check_text("Our back-up is here.", &place, &BrandTerms::default());
        findings.into_iter().any(|finding| finding.rule.starts_with("halvard."))
    };
    assert!(found(Some("Halvard Systems")) && found(Some("HALVARD systems")));
    assert!(!found(Some("Tidewater")) && !found(None));
}
