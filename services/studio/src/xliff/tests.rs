//! Out and back through the API and the page, with the gate behind both.

use countersign_domain::kit::AssetState;
use countersign_domain::overriding::Usual;
use countersign_domain::review::{Ballot, Verdict};
use countersign_store::{ClaimError, ClaimRefusal};
use serde_json::{Value, json};

use crate::testing::{Answer, World, brief};

/// A kit of one email in English and German, drafted.
struct Kit {
    world: World,
    id: String,
}

impl Kit {
    async fn drafted() -> Self {
        let kit = Self::queued(brief()).await;
        kit.world.draft_all().await;
        kit
    }

    async fn queued(brief: Value) -> Self {
        let world = World::new().await;
        let made = world.post("/api/v1/kits", "marketer", brief).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        Self { world, id }
    }

    fn path(&self) -> String {
        format!("/api/v1/kits/{}/xliff", self.id)
    }

    async fn export(&self, source: &str, target: &str) -> String {
        let answer = self.world.get(&format!("{}?source={source}&target={target}", self.path()), "reviewer").await;
        assert_eq!(
            (answer.status, answer.header("content-type").as_str()),
            (200, "application/xliff+xml"),
            "{}",
            answer.body
        );
        assert!(answer.header("content-disposition").contains(".xlf"));
        answer.body
    }

    async fn import(&self, role: &str, document: &str) -> Answer {
        self.world.post_typed(&self.path(), role, "application/xliff+xml", None, document.as_bytes()).await
    }

    async fn asset(&self, locale: &str) -> Value {
        let kit = self.world.get(&format!("/api/v1/kits/{}", self.id), "reviewer").await.json();
        kit["assets"].as_array().unwrap().iter().find(|asset| asset["locale"] == locale).unwrap().clone()
    }
}

/// The German subject, as the sample words have it, told otherwise.
fn translated(document: &str) -> String {
    let german = document.replace("<target>A word from <ph", "<target>Ein Wort von <ph");
    assert_ne!(german, document);
    german
}

#[tokio::test]
async fn an_export_comes_back_unchanged_and_writes_nothing() {
    let kit = Kit::drafted().await;
    let before = kit.asset("de-DE").await;
    for (source, target) in [("en-US", "de-DE"), ("de-DE", "de-DE")] {
        let document = kit.export(source, target).await;
        assert!(document.contains("Subject") && document.contains("4 to 60 characters"), "{document}");
        let answer = kit.import("marketer", &document).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["files"][0]["fate"], "unchanged");
    }
    assert_eq!(kit.asset("de-DE").await, before);
}

#[tokio::test]
async fn a_translation_is_a_revision_of_whoever_imported_it_and_waits_for_another_person() {
    let kit = Kit::drafted().await;
    let before = kit.asset("de-DE").await;
    let answer = kit.import("reviewer", &translated(&kit.export("en-US", "de-DE").await)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let file = answer.json()["files"][0].clone();
    assert_eq!(file["fate"], "imported", "{file}");
    let after = kit.asset("de-DE").await;
    assert_eq!((&after["revision"]["origin"], &after["revision"]["number"]), (&json!("imported"), &json!(2)));
    assert_eq!(after["revision"]["slots"]["subject"], "Ein Wort von {{partner.display_name}}");
    assert_eq!(after["revision"]["slots"]["body"], before["revision"]["slots"]["body"]);
    assert_eq!(after["revision"]["sources"], before["revision"]["sources"], "what it draws on stays with it");
    assert_eq!((&after["state"], &after["review"]), (&json!("in_review"), &file["review"]));
    assert_ne!(after["review"], before["review"]);
    let store = &kit.world.studio.store;
    let (reviewer, review) = (kit.world.user("reviewer"), file["review"].as_str().unwrap().parse().unwrap());
    let own = store.review_claim(review, reviewer, 60).await.unwrap_err();
    assert!(matches!(own, ClaimError::Refused(ClaimRefusal::OwnWork)));
    assert_eq!(kit.world.get("/api/v1/releases", "marketer").await.json()["items"], json!([]));
}

#[tokio::test]
async fn an_import_is_examined_as_an_edit_is() {
    let kit = Kit::drafted().await;
    let long = "x".repeat(100);
    let document =
        kit.export("en-US", "de-DE").await.replace("<target>A word from <ph", &format!("<target>{long} 77 % von <ph"));
    let answer = kit.import("marketer", &document).await;
    assert_eq!(answer.status, 200, "a limit is a finding and no refusal: {}", answer.body);
    let findings = answer.json()["files"][0]["revision"]["findings"].clone();
    let rules: Vec<&str> =
        findings.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert!(rules.iter().any(|rule| rule.ends_with("too_long")), "{rules:?}");
    assert!(rules.iter().any(|rule| rule.ends_with("ungrounded_number")), "{rules:?}");
}

#[tokio::test]
async fn an_approval_that_was_on_its_way_does_not_cover_what_was_imported() {
    let kit = Kit::drafted().await;
    let store = &kit.world.studio.store;
    let document = translated(&kit.export("en-US", "de-DE").await);
    let asset = kit.asset("de-DE").await;
    let (reviewer, review) = (kit.world.user("reviewer"), asset["review"].as_str().unwrap().parse().unwrap());
    let claimed = store.review_claim(review, reviewer, 60).await.unwrap();
    let seen = asset["revision"]["digest"].as_str().unwrap().parse().unwrap();
    let ballot = Ballot {
        verdict: Verdict::Approve,
        digest: seen,
        lease: claimed.token,
        reason: String::new(),
        overrides: Vec::new(),
    };
    assert_eq!(kit.import("marketer", &document).await.status, 200);
    assert!(store.decide(review, ballot, reviewer, &Usual, 5).await.is_err(), "the approval was of another text");
    let view = store.asset(asset["id"].as_str().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.release), (AssetState::InReview, None));
    assert!(store.decisions(view.asset.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn placeholders_that_are_missing_doubled_or_invented_refuse_the_document() {
    let kit = Kit::drafted().await;
    let before = kit.asset("de-DE").await;
    let document = kit.export("en-US", "de-DE").await;
    let start = document.find("<target>A word from ").unwrap();
    let end = start + document[start..].find("</target>").unwrap();
    let ph = &document[start + "<target>A word from ".len()..end];
    for (target, wanted) in [
        ("Ein Wort".to_owned(), "`{{partner.display_name}}` is missing"),
        (format!("{ph} und {ph}"), "is there 2 times"),
        (format!("{ph} {{{{partner.phone}}}}"), "`{{partner.phone}}` is not in the source"),
        (format!("{ph} {{{{7*7}}}}"), "7*7"),
        (format!("{ph}\nzwei Zeilen"), "one line"),
        (format!("{ph}<cp hex=\"0007\"/>"), "U+0007"),
        (format!("{ph}{}", "x".repeat(20_001)), "20000 at most"),
    ] {
        let answer =
            kit.import("marketer", &format!("{}<target>{target}{}", &document[..start], &document[end..])).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        let fault = answer.json()["errors"][0].clone();
        assert!(fault["pointer"].as_str().unwrap().ends_with("/units/subject"), "{fault}");
        let said = fault["detail"].as_str().unwrap();
        assert!(said.starts_with("line ") && said.contains(wanted), "{said}");
    }
    assert_eq!(kit.asset("de-DE").await, before);
}

#[tokio::test]
async fn what_moved_on_is_refused_as_a_whole_and_a_repeated_import_is_no_second_one() {
    let kit = Kit::drafted().await;
    let document = kit.export("en-US", "de-DE").await;
    let first = translated(&document);
    assert_eq!(kit.import("marketer", &first).await.json()["files"][0]["fate"], "imported");
    assert_eq!(kit.import("marketer", &first).await.json()["files"][0]["fate"], "unchanged", "it is there already");
    let late = kit.import("reviewer", &document.replace("<target>A word from <ph", "<target>Spät von <ph")).await;
    assert_eq!((late.status, late.json()["type"].as_str().unwrap()), (412, "/docs/errors#moved-on"), "{}", late.body);
    assert!(late.json()["errors"][0]["detail"].as_str().unwrap().contains("moved on since the export"));
    // The English text moved on: the German one may come in, and says so.
    let english =
        kit.export("en-US", "en-US").await.replace("<target>A word from <ph", "<target>Another word from <ph");
    let german =
        kit.export("en-US", "de-DE").await.replace("<target>Ein Wort von <ph", "<target>Noch ein Wort von <ph");
    assert_eq!(kit.import("marketer", &english).await.json()["files"][0]["fate"], "imported");
    let after = kit.import("marketer", &german).await.json();
    assert_eq!(after["files"][0]["fate"], "imported");
    assert!(after["files"][0]["reason"].as_str().unwrap().contains("the source has another text"));
}

#[tokio::test]
async fn the_same_key_imports_once() {
    let kit = Kit::drafted().await;
    let document = translated(&kit.export("en-US", "de-DE").await);
    let post = async |body: &str| {
        kit.world.post_typed(&kit.path(), "marketer", "application/xliff+xml", Some("k"), body.as_bytes()).await
    };
    let (first, again) = (post(&document).await, post(&document).await);
    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(post(&document.replace("Ein Wort", "Zwei")).await.status, 422);
}

#[tokio::test]
async fn an_asset_without_a_draft_gets_its_first_text_from_a_translator() {
    let kit = Kit::queued(brief()).await;
    kit.world.draft_or_fail("de-DE", "no model writes de-DE").await;
    assert_eq!(kit.asset("de-DE").await["state"], "failed");
    let document = kit.export("en-US", "de-DE").await;
    assert!(document.contains(">none</mda:meta>") && !document.contains("<target>"), "{document}");
    assert_eq!(kit.import("marketer", &document).await.json()["files"][0]["fate"], "unchanged");
    let answer = kit.import("marketer", &with_targets(&document)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let asset = kit.asset("de-DE").await;
    assert_eq!((&asset["state"], &asset["failure"]), (&json!("in_review"), &Value::Null));
    assert_eq!((&asset["revision"]["number"], &asset["revision"]["origin"]), (&json!(1), &json!("imported")));
    let sources = asset["revision"]["sources"].to_string();
    assert!(sources.contains("Es läuft weiter."), "what the brief has in German: {sources}");
    let late = document.replacen("<source>Learn more</source>", "<source>Learn more</source><target>Mehr</target>", 1);
    assert_eq!(kit.import("marketer", &late).await.status, 412);
}

/// Every source as its own translation.
fn with_targets(document: &str) -> String {
    let mut out = String::new();
    let mut rest = document;
    while let Some(start) = rest.find("<source>") {
        let end = start + rest[start..].find("</source>").unwrap();
        let inside = &rest[start + "<source>".len()..end];
        out.push_str(&rest[..end + "</source>".len()]);
        out.push_str(&format!("<target>{inside}</target>"));
        rest = &rest[end + "</source>".len()..];
    }
    out + rest
}

#[tokio::test]
async fn one_bad_file_keeps_all_out() {
    let mut two = brief();
    two["asset_types"] = json!(["email", "x_post"]);
    let kit = Kit::queued(two).await;
    kit.world.draft_all().await;
    let document = kit.export("en-US", "de-DE").await;
    assert_eq!(document.matches("<file ").count(), 2);
    let good = document.replace("<target>A word from <ph", "<target>Ein Wort von <ph");
    let bad = good.replace("id=\"text\" name=\"text\"", "id=\"nonsense\"");
    let answer = kit.import("marketer", &bad).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.json()["errors"][0]["pointer"].as_str().unwrap().ends_with("/units/nonsense"));
    assert_eq!(kit.asset("de-DE").await["revision"]["number"], 1);
    let fates = kit.import("marketer", &good).await.json();
    let fates: Vec<&str> =
        fates["files"].as_array().unwrap().iter().map(|file| file["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["imported", "unchanged"]);
}

#[tokio::test]
async fn a_document_of_another_kit_language_or_source_is_refused() {
    let kit = Kit::drafted().await;
    let other = kit.world.post("/api/v1/kits", "marketer", brief()).await.json()["id"].as_str().unwrap().to_owned();
    kit.world.draft_all().await;
    let document = kit.export("en-US", "de-DE").await;
    let digest = kit.asset("en-US").await["revision"]["digest"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/kits/{other}/xliff");
    let elsewhere = kit.world.post_typed(&path, "marketer", "application/xliff+xml", None, document.as_bytes()).await;
    assert!(elsewhere.status == 422 && elsewhere.body.contains("and you import into"), "{}", elsewhere.body);
    for (old, new, wanted) in [
        ("trgLang=\"de-DE\"", "trgLang=\"fr-FR\"", "trgLang is fr-FR, and this asset is in de-DE"),
        ("srcLang=\"en-US\"", "srcLang=\"de-DE\"", "counterpart in de-DE"),
        (
            &format!("\"source-digest\">{digest}"),
            &format!("\"source-digest\">sha256:{}", "0".repeat(64)),
            "never a text of this kit",
        ),
        (&kit.id, &other, "and you import into"),
    ] {
        let answer = kit.import("marketer", &document.replace(old, new)).await;
        assert!(answer.status == 422 && answer.body.contains(wanted), "{wanted}: {}", answer.body);
    }
    let hostile = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>";
    let answer = kit.import("marketer", hostile).await;
    assert!(answer.status == 422 && answer.body.contains("remove the DOCTYPE"), "{}", answer.body);
}

#[tokio::test]
async fn who_may_what_and_what_is_sent() {
    let kit = Kit::drafted().await;
    let document = translated(&kit.export("en-US", "de-DE").await);
    assert_eq!(kit.import("admin", &document).await.status, 403);
    assert_eq!(kit.import("nobody", &document).await.status, 404);
    assert_eq!(kit.import("", &document).await.status, 401);
    let export = format!("{}?source=en-US&target=de-DE", kit.path());
    assert_eq!(kit.world.get(&export, "nobody").await.status, 404);
    for (query, pointer) in [("source=en-US&target=fr-FR", "/target"), ("source=x_y&target=de-DE", "/source")] {
        let answer = kit.world.get(&format!("{}?{query}", kit.path()), "marketer").await;
        assert_eq!((answer.status, answer.json()["errors"][0]["pointer"].as_str().unwrap()), (422, pointer));
    }
    let json = kit.world.post(&kit.path(), "marketer", json!({})).await;
    assert_eq!(json.status, 415);
    let large = kit.import("marketer", &" ".repeat(countersign_xliff::MAX_BYTES + 1)).await;
    assert_eq!(large.status, 413);
}

#[tokio::test]
async fn nothing_is_exported_or_imported_while_it_is_being_drafted() {
    let kit = Kit::queued(brief()).await;
    let answer = kit.world.get(&format!("{}?source=en-US&target=de-DE", kit.path()), "marketer").await;
    assert_eq!(answer.status, 409, "{}", answer.body);
}

#[tokio::test]
async fn the_page_takes_a_file_and_tells_what_is_wrong_with_another() {
    let kit = Kit::drafted().await;
    let (page, target) = (format!("/kits/{}", kit.id), format!("/kits/{}/translations", kit.id));
    assert!(kit.world.page(&page, "marketer").await.body.contains("Download XLIFF"));
    assert!(!kit.world.page(&page, "admin").await.body.contains("Import translations"));
    let document = translated(&kit.export("en-US", "de-DE").await);
    let done = kit.world.upload(&target, "marketer", "file", "de.xlf", document.as_bytes()).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(kit.asset("de-DE").await["revision"]["origin"], "imported");
    let bad = kit.world.upload(&target, "marketer", "file", "de.xlf", b"<html><script>alert(1)</script></html>").await;
    assert_eq!(bad.status, 422);
    assert!(bad.body.contains("is no XLIFF document") && !bad.body.contains("<script>alert"), "{}", bad.body);
    assert_eq!(kit.world.upload(&target, "admin", "file", "de.xlf", document.as_bytes()).await.status, 403);
    assert_eq!(kit.world.upload(&target, "marketer", "file", "de.xlf", b"").await.status, 422);
}
