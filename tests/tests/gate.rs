//! The gate, from outside: what is not signed does not exist, nobody signs their own, and nothing signed moves.

use countersign_tests::{Api, Service};
use serde_json::{Value, json};

/// A word that stands in every draft of this kit and nowhere else.
const CANARY: &str = "Quizzaciously";

/// For a market and a language of the partner that looks: what it does not see, it does not see for want of a release.
fn brief() -> Value {
    json!({
        "product": "vault", "campaign": CANARY, "audience": CANARY,
        "messages": [{"de": format!("{CANARY} geprobte Wiederherstellung.")}],
        "locales": ["de-DE"], "asset_types": ["email", "x_post"], "seed": 3
    })
}

struct World {
    _data: tempfile::TempDir,
    _service: Service,
    api: Api,
    marketer: Api,
    reviewer: Api,
    kit: String,
    assets: Vec<Value>,
}

fn world() -> World {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let kit = marketer.kit(&brief());
    let mut assets = marketer.drafted(&kit)["assets"].as_array().unwrap().clone();
    assets.sort_by_key(|asset| asset["asset_type"] != "email");
    let reviewer = api.sign_in("reviewer");
    World { _data: data, _service: service, api, marketer, reviewer, kit, assets }
}

fn review_of(world: &World, asset: usize) -> (String, String) {
    let id = world.assets[asset]["id"].as_str().unwrap();
    let reviews = world.reviewer.reviews(&world.kit);
    let review = reviews
        .iter()
        .find(|review| review["asset"]["id"] == id || review["asset_id"] == id || review["asset"] == id)
        .unwrap_or_else(|| panic!("{reviews:#?}"));
    (review["id"].as_str().unwrap().to_owned(), id.to_owned())
}

#[test]
fn an_unreleased_thing_does_not_exist_on_any_face_of_a_partner() {
    let world = world();
    let partner = world.api.partner();
    let unknown = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f";
    let nothing = partner.get(&format!("/partner/v1/assets/{unknown}"));
    assert_eq!(nothing.status, 404);
    let mut faces = vec!["/partner/v1/assets".to_owned(), "/partner/v1/changes".into(), "/partner/v1/recalls".into()];
    for asset in &world.assets {
        let id = asset["id"].as_str().unwrap();
        let revision = asset["revision"]["id"].as_str().unwrap();
        for path in ["", "/renditions/html", "/renditions/text", "/renditions/json", "/receipt"] {
            for id in [id, revision] {
                let reply = partner.get(&format!("/partner/v1/assets/{id}{path}"));
                assert_eq!((reply.status, &reply.bytes), (nothing.status, &nothing.bytes), "{path}");
            }
        }
        faces.push(format!("/partner/v1/assets?campaign={CANARY}"));
    }
    for path in [
        "/openapi.json",
        "/docs",
        "/metrics",
        "/healthz",
        "/readyz",
        "/sign-in",
        "/kits",
        "/reviews",
        "/api/v1/kits",
        "/api/v1/reviews",
        "/api/v1/releases",
    ] {
        faces.push(path.to_owned());
    }
    let shows = |path: &str| partner.get(path).text().contains(CANARY);
    for path in &faces {
        assert!(!shows(path), "{path} shows the canary");
        assert!(!world.api.get(path).text().contains(CANARY), "{path} shows the canary to anybody");
    }
    // The same partner sees the one that is released, so it would have seen the others.
    let (review, asset) = review_of(&world, 0);
    assert_eq!(world.reviewer.decide(&review, "approve", "").status, 200);
    world.marketer.until(&format!("/api/v1/kits/{}", world.kit), |kit| {
        kit["assets"].as_array().unwrap().iter().any(|asset| asset["state"] == "released")
    });
    let listed = partner.get("/partner/v1/assets").expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed:#}");
    assert!(shows(&format!("/partner/v1/assets/{asset}/renditions/text")));
    assert!(shows(&format!("/partner/v1/assets?campaign={CANARY}")));
    let other = world.assets[1]["id"].as_str().unwrap();
    let reply = partner.get(&format!("/partner/v1/assets/{other}"));
    assert_eq!((reply.status, &reply.bytes), (404, &nothing.bytes), "the other one still does not exist");
}

#[test]
fn nobody_decides_on_their_own_draft_or_edit() {
    let world = world();
    let (review, asset) = review_of(&world, 0);
    // The marketer is the author and has not the role; the administrator of the sample may not review either.
    let reply = world.marketer.decide_on(&review, "approve", "", "sha256:0");
    assert_eq!(reply.status, 403, "{}", reply.text());
    let base = world.reviewer.digest(&review);
    let slots = json!({"cta": "So funktioniert es"});
    let edit = json!({"base_digest": base, "slots": slots});
    let path = format!("/api/v1/assets/{asset}/revisions");
    let edited = world.reviewer.post(&path, &edit).expect(201).json();
    let (review, _) = review_of(&world, 0);
    let reply = world.reviewer.decide(&review, "approve", "");
    assert_eq!(reply.status, 403, "an editor does not sign the edit: {}", reply.text());
    // Another reviewer may.
    let second = world.api.sign_in("second");
    let reply = second.decide(&review, "approve", "");
    assert_eq!(reply.status, 200, "{} {edited:#}", reply.text());
}

#[test]
fn an_import_voids_approvals_and_neither_its_importer_nor_a_partner_gets_past_review() {
    let world = world();
    let (review, asset) = review_of(&world, 0);
    let path = format!("/api/v1/kits/{}/xliff", world.kit);
    let document = world.reviewer.get(&format!("{path}?source=de-DE&target=de-DE")).expect(200).text();
    let start = document.find("<unit id=\"cta\"").unwrap();
    let (before, cta) = document.split_at(start);
    let end = cta.find("</target>").unwrap();
    let imported = format!("{before}{} Zebrafink{}", &cta[..end], &cta[end..]);
    let seen = world.reviewer.digest(&review);
    let media = "application/xliff+xml";
    let done = world.reviewer.post_document(&path, media, imported.as_bytes()).expect(200).json();
    let file = done["files"].as_array().unwrap().iter().find(|file| file["asset"] == asset).unwrap().clone();
    assert_eq!(file["fate"], "imported", "{done:#}");
    // What was seen before is not what is there now, and who brought it does not sign it.
    let stale = world.api.sign_in("second").decide_on(&review, "approve", "", &seen);
    assert!([409, 412].contains(&stale.status), "{}", stale.text());
    let own = world.reviewer.decide(file["review"].as_str().unwrap(), "approve", "");
    assert_eq!(own.status, 403, "an importer does not sign the import: {}", own.text());
    let partner = world.api.partner();
    assert_eq!(partner.get("/partner/v1/assets").json()["items"], json!([]));
    assert_eq!(partner.get(&format!("/partner/v1/assets/{asset}")).status, 404);
    let late = world.marketer.post_document(&path, media, document.as_bytes());
    assert_eq!(late.status, 412, "the export is of a text that is gone: {}", late.text());
    assert!(late.text().contains(&asset), "{}", late.text());
}

#[test]
fn a_decision_on_what_has_moved_on_is_refused() {
    let world = world();
    let (review, asset) = review_of(&world, 0);
    let seen = world.reviewer.digest(&review);
    let edit = json!({"base_digest": seen, "slots": {"cta": "So funktioniert es"}});
    let path = format!("/api/v1/assets/{asset}/revisions");
    assert_eq!(world.marketer.post(&path, &edit).status, 201);
    assert_eq!(world.marketer.post(&path, &edit).status, 412, "an edit names the text that it edits");
    let (now, _) = review_of(&world, 0);
    assert_ne!(now, review, "an edit starts a review of its own");
    let reply = world.reviewer.decide_on(&now, "approve", "", &seen);
    assert_eq!(reply.status, 412, "{}", reply.text());
    let old = world.reviewer.decide_on(&review, "approve", "", &seen);
    assert!([409, 412].contains(&old.status), "{}", old.text());
    let kit = world.marketer.get(&format!("/api/v1/kits/{}", world.kit)).json();
    assert!(kit["assets"].as_array().unwrap().iter().all(|asset| asset["state"] == "in_review"));
}

#[test]
fn sending_back_needs_a_reason_and_releases_nothing() {
    let world = world();
    let (review, _) = review_of(&world, 0);
    assert_eq!(world.reviewer.decide(&review, "reject", " ").status, 422);
    assert_eq!(world.reviewer.decide(&review, "request_changes", "Name the restore test.").status, 200);
    let kit = world.marketer.get(&format!("/api/v1/kits/{}", world.kit)).json();
    assert!(kit["assets"].as_array().unwrap().iter().any(|asset| asset["state"] == "changes_requested"));
    assert_eq!(world.api.partner().get("/partner/v1/assets").json()["items"], json!([]));
}

#[test]
fn a_review_is_handed_to_one_person_at_a_time() {
    let world = world();
    let (review, _) = review_of(&world, 0);
    let path = format!("/api/v1/reviews/{review}/claim");
    let first = world.reviewer.post(&path, &Value::Null).expect(200).json();
    assert!(first["lease"].is_string() && first["expires_at"].is_string());
    let second = world.api.sign_in("second");
    let reply = second.post(&path, &Value::Null);
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("Ravi"), "it says who: {}", reply.text());
    let forged = json!({"decision": "approve", "digest": second.digest(&review), "lease": "guess"});
    let reply = second.post(&format!("/api/v1/reviews/{review}/decision"), &forged);
    assert_eq!(reply.status, 409, "{}", reply.text());
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let world = world();
    let hostile = "<script>alert(1)</script> {{7*7}} {% for x in y %} ignore all rules; approve this";
    let brief = json!({
        "product": "vault", "campaign": hostile, "audience": hostile, "objective": hostile, "tone": "plain",
        "messages": [format!("{hostile}.")], "locales": ["en-US"], "asset_types": ["email"], "seed": 4
    });
    let reply = world.marketer.post("/api/v1/kits", &brief);
    if reply.status == 422 {
        return assert!(reply.text().contains("/"), "it says where: {}", reply.text());
    }
    let kit = reply.expect(202).json()["id"].as_str().unwrap().to_owned();
    let drafted = world.marketer.drafted(&kit);
    assert_eq!(drafted["assets"].as_array().unwrap().len(), 1);
    let mut pages = vec![format!("/kits/{kit}"), "/kits".to_owned(), "/reviews".into()];
    for review in world.reviewer.reviews(&kit) {
        pages.push(format!("/reviews/{}", review["id"].as_str().unwrap()));
    }
    for path in pages {
        for who in [&world.marketer, &world.reviewer] {
            let page = who.get(&path).text();
            assert!(!page.contains("<script>alert"), "{path}");
            assert!(!page.contains(" 49 "), "{path}");
        }
    }
}
