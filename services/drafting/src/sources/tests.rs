//! Sources by locale: what is offered, what is missing, what came by an allowed fallback.

use super::*;
use countersign_domain::brand::{BrandSheet, Product};
use countersign_domain::brief::BriefForm;
use countersign_domain::id::{BrandId, ClaimId, CountingIds, PassageId};
use countersign_domain::wording::Wording;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fn world(json: &str) -> (Brand, Brief, Claim) {
    let ids = CountingIds::default();
    let brand = Brand { id: BrandId::new(&ids, NOW), slug: "b".into(), sheet: BrandSheet::default() };
    let brief = serde_json::from_str::<BriefForm>(json).unwrap().check(&["email"]).unwrap();
    let claim = Claim {
        id: ClaimId::new(&ids, NOW),
        brand: brand.id,
        key: "uptime".into(),
        product: String::new(),
        text: serde_json::from_str(r#"{"en":"Up 99.9 percent.","de":"Zu 99,9 Prozent da."}"#).unwrap(),
        evidence: "Audit 2026".into(),
        markets: vec!["US".parse().unwrap()],
        expires_at: None,
    };
    (brand, brief, claim)
}

const BRIEF: &str = r#"{"product":"Fjord","locales":["en-US","de-DE"],"asset_types":["email"],
    "messages":["Nightly checks.","lower costs"],"claims":["uptime","Saves time."]}"#;

#[test]
fn each_locale_gets_only_its_own_wordings_and_says_what_is_missing() {
    let (brand, brief, claim) = world(BRIEF);
    let de = "de-DE".parse().unwrap();
    let place = Place { locale: &de, market: "DE".parse().unwrap(), now: NOW };
    let sources = gather(&brand, &brief, &[claim], &[], place);
    assert!(sources.messages.is_empty() && sources.claims.is_empty());
    let why: Vec<_> = sources.missing.iter().map(|m| m.why.as_str()).collect();
    assert_eq!(why.len(), 4, "{why:?}");
    assert!(why.contains(&"it may not be made in DE"), "{why:?}");
}

#[test]
fn a_claim_of_the_library_comes_with_its_evidence() {
    let (brand, brief, claim) = world(BRIEF);
    let en = "en-US".parse().unwrap();
    let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
    let sources = gather(&brand, &brief, &[claim], &[], place);
    assert_eq!(sources.find("claim.1").unwrap().source, "claim:uptime");
    assert_eq!(sources.claims[0].origin, "Audit 2026");
    assert_eq!(sources.messages.iter().map(|m| m.form).collect::<Vec<_>>(), [Form::Sentence, Form::Phrase]);
}

fn in_us(brand: &Brand, brief: &Brief, claim: Claim) -> Sources {
    let en = "en-US".parse().unwrap();
    gather(brand, brief, &[claim], &[], Place { locale: &en, market: "US".parse().unwrap(), now: NOW })
}

#[test]
fn a_key_that_the_library_does_not_know_is_missing_and_never_a_claim() {
    let (brand, brief, claim) = world(&BRIEF.replace("\"Saves time.\"", "\"up-time.v2\", \"saves time\""));
    let sources = in_us(&brand, &brief, claim);
    let texts: Vec<_> = sources.claims.iter().map(|claim| claim.bound.text.as_str()).collect();
    assert_eq!(texts, ["Up 99.9 percent.", "saves time"]);
    assert_eq!(sources.missing.len(), 1);
    assert_eq!(sources.missing[0].what, "claim `up-time.v2`");
}

#[test]
fn a_claim_whose_language_nobody_named_is_not_offered() {
    let (brand, brief, mut claim) = world(BRIEF);
    claim.text = Wording::One("Zu 99,9 Prozent da.".into());
    let sources = in_us(&brand, &brief, claim);
    assert!(sources.claims.iter().all(|claim| claim.bound.source != "claim:uptime"));
    assert!(sources.missing[0].why.contains("names no language"), "{:?}", sources.missing);
}

#[test]
fn a_claim_about_a_product_is_for_that_product_alone_by_key_or_name() {
    let (mut brand, brief, mut claim) = world(BRIEF);
    let product = |key: &str, name: &str| Product { key: key.into(), name: name.into(), summary: String::new() };
    brand.sheet.products = vec![product("fj", "Fjord"), product("gl", "Glacier")];
    for (about, offered) in [("fj", true), ("FJORD", true), ("", true), ("gl", false), ("Glacier", false)] {
        claim.product = about.into();
        let sources = in_us(&brand, &brief, claim.clone());
        assert_eq!(sources.claims.iter().any(|c| c.bound.source == "claim:uptime"), offered, "{about}");
        assert_eq!(sources.missing.is_empty(), offered, "{about}");
    }
}

#[test]
fn a_text_that_the_library_holds_twice_is_offered_once() {
    let (brand, brief, claim) = world(BRIEF);
    let ids = CountingIds::default();
    let passage = |text: &str| Passage {
        id: PassageId::new(&ids, NOW),
        brand: brand.id,
        product: String::new(),
        locale: "en".parse().unwrap(),
        market: None,
        text: text.into(),
        source: "guide.md".into(),
        valid_from: None,
        valid_until: None,
    };
    let retrieved = ["It rests on tests.", "It rests on tests. ", "It keeps watch."].map(|text| (passage(text), 1.0));
    let en = "en-US".parse().unwrap();
    let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
    let sources = gather(&brand, &brief, &[claim], &retrieved, place);
    let texts: Vec<_> = sources.passages.iter().map(|passage| passage.bound.text.as_str()).collect();
    assert_eq!(texts, ["It rests on tests.", "It keeps watch."]);
}

#[test]
fn an_expired_claim_is_not_offered() {
    let (brand, brief, mut claim) = world(BRIEF);
    claim.expires_at = Some(NOW);
    let en = "en-US".parse().unwrap();
    let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
    let sources = gather(&brand, &brief, &[claim], &[], place);
    assert_eq!(sources.missing[0].why, "its evidence has expired");
}

/// A brand that allows de-DE and en-US in place of de-AT, asked for a draft in de-AT.
fn in_austria(brand: &mut Brand, brief: &Brief, retrieved: &[(Passage, f32)]) -> Sources {
    let tag = |text: &str| text.parse::<Locale>().unwrap();
    brand.sheet.fallbacks = [(tag("de-AT"), vec![tag("de-DE"), tag("en-US")])].into();
    let at = tag("de-AT");
    gather(brand, brief, &[], retrieved, Place { locale: &at, market: "AT".parse().unwrap(), now: NOW })
}

#[test]
fn an_allowed_fallback_of_the_same_language_is_used_and_marked_and_another_language_is_only_named() {
    let (mut brand, brief, _) = world(
        r#"{"product":"Fjord","locales":["de-AT"],"asset_types":["email"],
            "messages":[{"de-DE":"Jede Nacht geprüft."},{"de-AT":"Gleich da.","de-DE":"Sofort da."},{"en-US":"Fast."}],
            "claims":[{"text":{"de-DE":"Mit {{text.speaker}}."},"source":"Audit"}],
            "values":{"speaker":{"text":{"de-DE":"Ada Fjell"}}}}"#,
    );
    let sources = in_austria(&mut brand, &brief, &[]);
    let texts: Vec<&str> = sources.all().map(|source| source.bound.text.as_str()).collect();
    assert_eq!(texts, ["Jede Nacht geprüft.", "Gleich da.", "Mit Ada Fjell."]);
    assert_eq!(sources.messages[0].origin, "message 1 of the brief (de-DE, allowed fallback for de-AT)");
    assert_eq!(sources.messages[1].origin, "message 2 of the brief");
    let fallen: Vec<(&str, &str)> =
        sources.fallbacks.iter().map(|fallen| (fallen.reference.as_str(), fallen.what.as_str())).collect();
    assert_eq!(
        fallen,
        [
            ("text.speaker", "value `speaker` of the brief"),
            ("message.1", "message 1 of the brief"),
            ("claim.1", "value `speaker` of the brief"),
            ("claim.1", "claim 1 of the brief"),
        ]
    );
    assert_eq!(sources.missing.len(), 1);
    assert!(sources.missing[0].why.contains("the fallback en-US is another language"), "{:?}", sources.missing);
}

#[test]
fn a_passage_of_a_fallback_is_marked_and_one_of_no_allowed_locale_is_not_taken() {
    let (mut brand, brief, _) = world(BRIEF);
    let ids = CountingIds::default();
    let passage = |locale: &str, text: &str| Passage {
        id: PassageId::new(&ids, NOW),
        brand: brand.id,
        product: String::new(),
        locale: locale.parse().unwrap(),
        market: None,
        text: text.into(),
        source: "guide.md".into(),
        valid_from: None,
        valid_until: None,
    };
    let retrieved = [("en-US", "It keeps watch."), ("de-CH", "Es wacht."), ("de-DE", "Es ruht auf Tests.")]
        .map(|(locale, text)| (passage(locale, text), 1.0));
    let sources = in_austria(&mut brand, &brief, &retrieved);
    let origins: Vec<&str> = sources.passages.iter().map(|passage| passage.origin.as_str()).collect();
    assert_eq!(origins, ["guide.md (de-DE, allowed fallback for de-AT)"]);
    assert_eq!(sources.fallbacks[0].what, "a passage of guide.md");
}

#[test]
fn values_are_found_by_reference_kept_with_the_draft_and_ground_figures() {
    let (brand, brief, claim) = world(
        r#"{"product":"Fjord","locales":["en-US"],"asset_types":["email"],"messages":["See you on {{date.event}}."],
            "claims":["From {{price.fee}}."],
            "values":{"event":{"date":"2026-12-01"},"fee":{"price":"49.90","currency":"EUR","per":"month"}}}"#,
    );
    let sources = in_us(&brand, &brief, claim);
    assert_eq!(sources.messages[0].bound.text, "See you on December 1, 2026.");
    assert_eq!(
        (sources.claims[0].bound.text.as_str(), sources.claims[0].form),
        ("From €49.90 per month.", Form::Sentence)
    );
    let date = sources.find("date.event").unwrap();
    assert_eq!((date.text.as_str(), date.source.as_str()), ("December 1, 2026", "value:brief.event"));
    assert_eq!(sources.find("time.event"), None);
    assert!(sources.texts().any(|text| text == "€49.90 per month"));
    let notes = sources.notes(&"en-US".parse().unwrap());
    assert!(notes.iter().any(|note| note.reference == "price.fee" && note.origin == "value `fee` of the brief"));
}

#[test]
fn a_message_whose_value_has_no_wording_here_is_missing_with_the_reason() {
    let (brand, brief, claim) = world(
        r#"{"product":"Fjord","locales":["en-US"],"asset_types":["email"],"messages":["Hear {{text.speaker}}."],
            "values":{"speaker":{"text":{"de":"Ada Fjell"}}}}"#,
    );
    let sources = in_us(&brand, &brief, claim);
    let why: Vec<String> = sources.missing.iter().map(|missing| format!("{}: {}", missing.what, missing.why)).collect();
    assert_eq!(
        why,
        [
            "value `speaker` of the brief: it has no wording in en-US",
            "message 1 of the brief: it holds {{text.speaker}}, and it has no wording in en-US",
        ]
    );
    assert!(sources.messages.is_empty());
}

#[test]
fn braces_of_the_librarys_claims_and_of_values_stay_as_they_are() {
    let (brand, brief, mut claim) = world(
        r#"{"product":"Fjord","locales":["en-US"],"asset_types":["email"],"messages":["Say {{text.odd}} {{7*7}}."],
            "claims":["uptime"],"values":{"odd":{"text":"{{date.x}} {{partner.phone}}"}}}"#,
    );
    claim.text = serde_json::from_str(r#"{"en":"Up {{text.odd}}."}"#).unwrap();
    let sources = in_us(&brand, &brief, claim);
    assert_eq!(sources.messages[0].bound.text, "Say {{date.x}} {{partner.phone}} {{7*7}}.");
    assert_eq!(sources.claims[0].bound.text, "Up {{text.odd}}.");
}
