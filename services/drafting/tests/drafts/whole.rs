//! What every draft is, whatever the brief.

use std::collections::BTreeSet;

use countersign_domain::brand::{BrandSheet, Product};
use countersign_domain::content::Segment;
use countersign_domain::finding::Severity;
use countersign_domain::id::{CountingIds, PassageId};
use countersign_domain::library::Passage;
use countersign_domain::review::Draft;
use countersign_drafting::drafter::{DraftingError, Task};
use countersign_render::{Templates, longest};
use serde_json::json;

use crate::world::{NOW, World, brand, brief, briefs, task};

/// Free text as whole words, lower case, each run of text on its own.
fn free_texts(draft: &Draft) -> Vec<&str> {
    let segments = draft.content.slots.values().flat_map(|slot| &slot.segments);
    segments
        .filter_map(|segment| if let Segment::Text { text } = segment { Some(text.as_str()) } else { None })
        .collect()
}

fn says(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.trim().to_lowercase());
    let border = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    text.match_indices(&name)
        .any(|(at, _)| border(text[..at].chars().next_back()) && border(text[at + name.len()..].chars().next()))
}

fn check(name: &str, task: &Task, draft: &Draft) {
    let at = format!("{name}, {} in {}: {:?}", task.asset_type, task.locale, draft.content.plain());
    let templates = Templates::embedded().unwrap();
    let template = templates.get(&task.asset_type).unwrap();
    assert_eq!(draft.content.slots.len(), template.slots.len(), "{at}");
    for slot in &template.slots {
        let length = longest(&draft.content.slots[&slot.name], slot.limit.unit);
        assert!((slot.limit.min..=slot.limit.max).contains(&length), "{} has {length}; {at}", slot.name);
    }
    for laid in draft.sources.iter().filter(|source| !source.reference.is_empty()) {
        let times = draft.content.bound().filter(|bound| bound.reference == laid.reference).count();
        assert_eq!(times, 1, "{}; {at}", laid.reference);
    }
    for text in free_texts(draft) {
        let bad = text.contains(|c: char| c.is_numeric() || "@{}\\\"<>|#".contains(c)) || text.contains("://");
        assert!(!bad, "{text:?}; {at}");
        assert!(!says(text, &task.brief.product), "{text:?}; {at}");
        let sheet = &task.brand.sheet;
        for term in
            sheet.forbidden_terms.iter().chain(&sheet.competitors).filter(|term| term.chars().all(char::is_alphabetic))
        {
            assert!(!says(text, term), "{term} in {text:?}; {at}");
        }
    }
    let blocks: Vec<_> = draft.findings.iter().filter(|finding| finding.severity == Severity::Block).collect();
    assert!(blocks.is_empty() || name == "common words are forbidden", "{blocks:?}; {at}");
}

async fn every_draft_is_whole(asset_type: &str) {
    let world = World::new();
    for (name, brand, brief) in briefs() {
        for locale in ["en-US", "de-DE"] {
            let task = task(&brand, &brief, asset_type, locale, 5);
            let draft =
                world.draft(&task).await.unwrap_or_else(|error| panic!("{name}, {asset_type} in {locale}: {error}"));
            check(name, &task, &draft);
        }
    }
}

#[tokio::test]
async fn every_email_is_whole() {
    every_draft_is_whole("email").await;
}

#[tokio::test]
async fn every_linkedin_post_is_whole() {
    every_draft_is_whole("linkedin_post").await;
}

#[tokio::test]
async fn every_x_post_is_whole() {
    every_draft_is_whole("x_post").await;
}

#[tokio::test]
async fn a_locale_without_sources_says_so_and_uses_nothing_of_another_language() {
    let world = World::new();
    let brief =
        brief(json!({"messages": [{"en": "Backups are checked every night."}], "claims": ["It restores fast."]}));
    let draft = world.draft(&task(&brand(Default::default()), &brief, "email", "de-DE", 1)).await.unwrap();
    let rules: Vec<&str> = draft.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(rules.contains(&"drafting.no_sources"), "{rules:?}");
    assert_eq!(rules.iter().filter(|rule| **rule == "drafting.missing_source").count(), 2, "{rules:?}");
    assert!(draft.content.bound().all(|bound| bound.reference == "product.name"));
}

#[tokio::test]
async fn a_language_that_the_model_does_not_write_is_refused_with_a_sentence() {
    let world = World::new();
    let brief = brief(json!({"locales": ["nl-NL"], "messages": [{"nl": "De back-ups zijn gecontroleerd."}]}));
    let error = world.draft(&task(&brand(Default::default()), &brief, "email", "nl-NL", 1)).await.unwrap_err();
    assert!(matches!(error, DraftingError::Impossible(_)) && !error.is_passing(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the model countersign-starter writes de, en, es, fr, it only; nl-NL needs a model that writes it (see docs/MODELS.md)"
    );
}

#[tokio::test]
async fn a_passage_is_found_by_its_products_key_and_by_its_name() {
    let world = World::new();
    let sheet = BrandSheet {
        products: vec![Product { key: "fjord".into(), name: "Fjord Backup".into(), summary: String::new() }],
        ..BrandSheet::default()
    };
    let (brand, brief) = (brand(sheet), brief(json!({"messages": [{"en": "Restores are rehearsed every week."}]})));
    let ids = CountingIds::default();
    let passage = |product: &str, text: &str| Passage {
        id: PassageId::new(&ids, NOW),
        brand: brand.id,
        product: product.into(),
        locale: "en".parse().unwrap(),
        market: None,
        text: text.into(),
        source: "guide.md".into(),
        valid_from: None,
        valid_until: None,
    };
    let (by_name, by_key) = ("Each restore is rehearsed in isolation.", "Restores are rehearsed by a schedule.");
    let other = "Restores are rehearsed elsewhere, every week.";
    let mut task = task(&brand, &brief, "email", "en-US", 3);
    task.passages = [passage("Fjord Backup", by_name), passage("fjord", by_key), passage("other", other)].into();
    let draft = world.draft(&task).await.unwrap();
    let passages: BTreeSet<&str> = (draft.sources.iter())
        .filter(|note| note.source.starts_with("passage:"))
        .map(|note| note.text.as_str())
        .collect();
    assert_eq!(passages, BTreeSet::from([by_name, by_key]));
}
