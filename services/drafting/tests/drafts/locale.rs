//! Values and fallbacks as they come out of a whole draft.

use countersign_domain::brand::BrandSheet;
use countersign_domain::finding::Severity;
use countersign_domain::id::{CountingIds, PassageId};
use countersign_domain::library::Passage;
use countersign_domain::review::Draft;
use serde_json::{Value, json};

use crate::world::{NOW, World, brand, brief, task};

fn whole(draft: &Draft) -> String {
    draft.content.plain().into_values().collect::<Vec<_>>().join("\n")
}

fn event() -> Value {
    json!({
        "messages": [{"en": "We meet on {{date_time.event}}.", "de": "Wir sehen uns am {{date_time.event}}."}],
        "claims": [{"text": {"en": "Plans start at {{price.basic}}.", "de": "Tarife gibt es ab {{price.basic}}."}, "source": "list"}],
        "values": {
            "event": {"date": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"},
            "basic": {"price": "1249.90", "currency": "EUR", "per": "month"},
        },
    })
}

#[tokio::test]
async fn a_draft_holds_its_values_as_the_market_writes_them_and_no_rule_objects() {
    let world = World::new();
    let (brand, brief) = (brand(BrandSheet::default()), brief(event()));
    for (locale, wanted) in [
        ("en-US", ["December 1, 2026 at 2:00\u{202f}PM GMT+1", "€1,249.90 per month"]),
        ("de-DE", ["1. Dezember 2026 um 14:00 MEZ", "1.249,90\u{a0}€ pro Monat"]),
        ("de-AT", ["1. Dezember 2026 um 14:00 MEZ", "€\u{a0}1\u{a0}249,90 pro Monat"]),
    ] {
        let draft = world.draft(&task(&brand, &brief, "email", locale, 7)).await.unwrap();
        let text = whole(&draft);
        assert!(wanted.iter().all(|wanted| text.contains(wanted)), "{locale}: {text}");
        assert!(!text.contains("{{date") && !text.contains("{{price"), "{text}");
        let numbers: Vec<_> =
            draft.findings.iter().filter(|finding| finding.rule == "core.ungrounded_number").collect();
        assert!(
            numbers.is_empty() && draft.findings.iter().all(|f| f.severity != Severity::Block),
            "{:?}",
            draft.findings
        );
        let note = draft.sources.iter().find(|note| note.source == "value:brief.basic").unwrap();
        assert_eq!((note.text.as_str(), note.reference.as_str()), (wanted[1], ""));
    }
}

#[tokio::test]
async fn passages_of_an_allowed_fallback_are_looked_at_only_where_the_locale_has_none() {
    let world = World::new();
    let sheet =
        BrandSheet { fallbacks: serde_json::from_value(json!({"de-AT": ["de-DE"]})).unwrap(), ..BrandSheet::default() };
    let (brand, brief) = (brand(sheet), brief(json!({"messages": [{"de": "Sicherungen werden geprüft."}]})));
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
    let german = passage("de-DE", "Sicherungen ruhen auf Tests.");
    let austrian = passage("de-AT", "Sicherungen sind gleich da.");
    let swiss = passage("de-CH", "Sicherungen sind bereit.");
    let mut task = task(&brand, &brief, "email", "de-AT", 7);
    task.passages = [german.clone(), swiss.clone()].into();
    let origins = |draft: &Draft| -> Vec<String> {
        let notes = draft.sources.iter().filter(|note| note.source.starts_with("passage:"));
        notes.map(|note| note.origin.clone()).collect()
    };
    let draft = world.draft(&task).await.unwrap();
    assert_eq!(origins(&draft), ["guide.md (de-DE, allowed fallback for de-AT)"]);
    let said = draft.findings.iter().find(|finding| finding.rule == "drafting.fallback").unwrap();
    assert_eq!(said.severity, Severity::Info);
    task.passages = [german, austrian, swiss].into();
    task.passages_version = 2;
    let draft = world.draft(&task).await.unwrap();
    assert_eq!(origins(&draft), ["guide.md"]);
    assert!(draft.findings.iter().all(|finding| finding.rule != "drafting.fallback"), "{:?}", draft.findings);
}
