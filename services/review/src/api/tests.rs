//! The API by behaviour, against a store on SQLite.

use countersign_domain::digest::Digest;
use countersign_domain::people::Role;
use countersign_domain::profile::Profile;
use countersign_domain::wording::Wording;
use countersign_store::{Actor, NewClaim};
use serde_json::{Value, json};

use crate::testing::{Browser, HOSTILE, World};

const NO_SUCH: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f";

#[tokio::test]
async fn a_reviewer_claims_decides_and_may_take_it_back() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let lease = rita.claim(review).await;
    let answer = rita.decide(review, "approve", &world.digest(asset).await, &lease, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let decided = answer.json();
    assert_eq!(decided["effective_at"], decided["undo_until"]);
    let undo = format!("/api/v1/decisions/{}/undo", decided["decision_id"].as_str().unwrap());
    let sam = world.browser(&world.second).await;
    assert_eq!(sam.api("POST", &undo, Value::Null).await.status, 403, "only whoever decided");
    assert_eq!(rita.api("POST", &undo, Value::Null).await.status, 204);
    assert_eq!(rita.api("POST", &undo, Value::Null).await.status, 409, "once");
    assert_eq!(rita.get(&format!("/api/v1/reviews/{review}")).await.json()["state"]["name"], "open");
}

#[tokio::test]
async fn an_undo_after_its_time_is_refused() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let lease = rita.claim(world.reviews[0]).await;
    let digest = world.digest(world.assets[0]).await;
    let decided = rita.decide(world.reviews[0], "approve", &digest, &lease, "").await.json();
    world.clock.advance_seconds(crate::Face::UNDO_SECONDS + 1);
    let undo = format!("/api/v1/decisions/{}/undo", decided["decision_id"].as_str().unwrap());
    assert_eq!(rita.api("POST", &undo, Value::Null).await.status, 409);
}

#[tokio::test]
async fn a_decision_on_a_text_that_has_moved_on_is_refused_with_the_new_digest() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let sam = world.browser(&world.second).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let seen = world.digest(asset).await;
    let lease = rita.claim(review).await;
    let edit = json!({"base_digest": seen, "slots": {"cta": "Call us now"}});
    let edited = sam.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit.clone()).await;
    assert_eq!(edited.status, 201, "{}", edited.text);
    let answer = rita.decide(review, "approve", &seen, &lease, "").await;
    assert_eq!(answer.status, 412, "{}", answer.text);
    let new_review = edited.json()["review"].as_str().unwrap().parse().unwrap();
    let lease = rita.claim(new_review).await;
    let answer = rita.decide(new_review, "approve", &seen, &lease, "").await;
    assert_eq!(answer.status, 412, "{}", answer.text);
    assert_eq!(answer.headers["etag"], format!("\"{}\"", world.digest(asset).await));
    let again = sam.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await;
    assert_eq!(again.status, 412, "an edit of what is no longer the latest: {}", again.text);
}

#[tokio::test]
async fn nobody_decides_on_their_own_work() {
    let world = World::new().await;
    let mara = world.browser(&world.marketer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let claim = mara.api("POST", &format!("/api/v1/reviews/{review}/claim"), Value::Null).await;
    assert_eq!((claim.status.as_u16(), claim.json()["type"].as_str()), (403, Some("/docs/errors#own-work")));
    let decided = mara.decide(review, "reject", &world.digest(asset).await, "x", "no").await;
    assert_eq!(decided.status, 403, "{}", decided.text);
    let view = mara.get(&format!("/api/v1/reviews/{review}")).await.json();
    assert_eq!(view["may_decide"]["allowed"], false);
    assert!(view["may_decide"]["why"].as_str().unwrap().contains("You asked for this draft"));
    // An editor of a draft may not confirm the edit; who asked for the draft may.
    let rita = world.browser(&world.reviewer).await;
    let edit = json!({"base_digest": world.digest(asset).await, "slots": {"cta": "Call us now"}});
    let edited = rita.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await.json();
    let review = edited["review"].as_str().unwrap();
    assert_eq!(rita.api("POST", &format!("/api/v1/reviews/{review}/claim"), Value::Null).await.status, 403);
    mara.claim(review.parse().unwrap()).await;
}

#[tokio::test]
async fn a_review_that_somebody_holds_is_refused_by_name_until_it_lapses() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let sam = world.browser(&world.second).await;
    let path = format!("/api/v1/reviews/{}/claim", world.reviews[0]);
    let lease = rita.claim(world.reviews[0]).await;
    let refused = sam.api("POST", &path, Value::Null).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("Rita"), "{}", refused.text);
    world.clock.advance_seconds(60);
    let renewed = rita.api("POST", &format!("{path}/renew"), json!({"lease": lease})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let lease = renewed.json()["lease"].as_str().unwrap().to_owned();
    world.clock.advance_seconds(60);
    assert_eq!(sam.api("POST", &path, Value::Null).await.status, 409, "the renewal counts");
    world.clock.advance_seconds(60);
    sam.claim(world.reviews[0]).await;
    let digest = world.digest(world.assets[0]).await;
    let late = rita.decide(world.reviews[0], "approve", &digest, &lease, "").await;
    assert_eq!((late.status.as_u16(), late.json()["type"].as_str()), (409, Some("/docs/errors#lease-lost")));
    assert_eq!(rita.api("POST", &format!("{path}/renew"), json!({"lease": lease})).await.status, 409);
}

#[tokio::test]
async fn a_claim_that_is_given_back_is_free_at_once() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let sam = world.browser(&world.second).await;
    let path = format!("/api/v1/reviews/{}/claim", world.reviews[0]);
    let lease = rita.claim(world.reviews[0]).await;
    assert_eq!(rita.api("DELETE", &path, json!({"lease": lease})).await.status, 204);
    sam.claim(world.reviews[0]).await;
}

#[tokio::test]
async fn whoever_only_markets_cannot_claim_or_decide_but_may_edit() {
    let world = World::new().await;
    let max = world.user("Max", &[Role::Marketer]).await;
    let max = world.browser(&max).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let digest = world.digest(asset).await;
    assert_eq!(max.api("POST", &format!("/api/v1/reviews/{review}/claim"), Value::Null).await.status, 403);
    assert_eq!(max.decide(review, "approve", &digest, "x", "").await.status, 403);
    let edit = json!({"base_digest": digest, "slots": {"cta": "Call us now"}});
    assert_eq!(max.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await.status, 201);
    let admin = world.user("Ada", &[Role::Admin]).await;
    let admin = world.browser(&admin).await;
    assert_eq!(admin.decide(world.reviews[1], "reject", &digest, "x", "no").await.status, 403, "no role is exempt");
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_not_for_you_are_answered_word_for_word_alike() {
    let world = World::new().await;
    let nobody = world.user("Nobody", &[]).await;
    let nobody = world.browser(&nobody).await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let digest = world.digest(asset).await;
    for (method, there, not_there, body) in [
        ("GET", format!("/api/v1/reviews/{review}"), format!("/api/v1/reviews/{NO_SUCH}"), Value::Null),
        (
            "GET",
            format!("/api/v1/assets/{asset}/revisions"),
            format!("/api/v1/assets/{NO_SUCH}/revisions"),
            Value::Null,
        ),
        ("POST", format!("/api/v1/reviews/{review}/claim"), format!("/api/v1/reviews/{NO_SUCH}/claim"), Value::Null),
        (
            "POST",
            format!("/api/v1/reviews/{review}/decision"),
            format!("/api/v1/reviews/{NO_SUCH}/decision"),
            json!({"decision": "approve", "digest": digest, "lease": "x"}),
        ),
        (
            "POST",
            format!("/api/v1/assets/{asset}/revisions"),
            format!("/api/v1/assets/{NO_SUCH}/revisions"),
            json!({"base_digest": digest, "slots": {"cta": "x"}}),
        ),
    ] {
        let forbidden = nobody.api(method, &there, body.clone()).await;
        let unknown = rita.api(method, &not_there, body.clone()).await;
        let no_id = rita.api(method, &not_there.replace(NO_SUCH, "nonsense"), body).await;
        assert_eq!(forbidden.status, 404, "{method} {there}");
        assert_eq!(unknown.status, 404, "{method} {not_there}: {}", unknown.text);
        assert_eq!(forbidden.text, unknown.text);
        assert_eq!(no_id.text, unknown.text);
        assert!(!unknown.text.contains(NO_SUCH));
    }
}

#[tokio::test]
async fn a_call_that_another_site_could_have_made_is_refused() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let claim = format!("/api/v1/reviews/{}/claim", world.reviews[0]);
    let refused = rita.forged_api("POST", &claim, Value::Null).await;
    assert_eq!((refused.status.as_u16(), refused.json()["type"].as_str()), (403, Some("/docs/errors#csrf")));
}

#[tokio::test]
async fn sending_back_needs_a_reason_and_a_block_stands_against_approval() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[1], world.reviews[1]);
    let digest = world.digest(asset).await;
    let lease = rita.claim(review).await;
    let blocked = rita.decide(review, "approve", &digest, &lease, "fine by me").await;
    assert_eq!((blocked.status.as_u16(), blocked.json()["errors"][0]["pointer"].as_str()), (422, Some("/decision")));
    let silent = rita.decide(review, "request_changes", &digest, &lease, "  ").await;
    assert_eq!((silent.status.as_u16(), silent.json()["errors"][0]["pointer"].as_str()), (422, Some("/reason")));
    assert_eq!(rita.decide(review, "abstain", &digest, &lease, "x").await.status, 422);
    assert_eq!(rita.decide(review, "reject", "sha256:12", &lease, "x").await.status, 422);
    assert_eq!(rita.decide(review, "request_changes", &digest, &lease, "Less bold, please.").await.status, 200);
    assert_eq!(rita.decide(review, "reject", &digest, &lease, "x").await.status, 409, "it is closed");
}

#[tokio::test]
async fn an_error_stands_only_with_an_override_of_it() {
    let world = World::with_an_error().await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let (digest, lease) = (world.digest(asset).await, rita.claim(review).await);
    let view = rita.get(&format!("/api/v1/reviews/{review}")).await.json();
    assert_eq!((&view["errors"], &view["stuck"]), (&json!(1), &json!(0)));
    let own = json!({"allowed": true, "roles": ["reviewer"], "reason_required": true, "by_you": true});
    assert_eq!((&view["findings"][1]["override"], &view["findings"][0]["override"]), (&own, &Value::Null));
    let path = format!("/api/v1/reviews/{review}/decision");
    let vote =
        |overrides: Value| json!({"decision": "approve", "digest": digest, "lease": lease, "overrides": overrides});
    let refused = rita.api("POST", &path, vote(json!([]))).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let said = refused.json();
    assert_eq!(said["type"], "/docs/errors#open-errors");
    let open = &said["open_findings"][0];
    assert_eq!((&open["rule"], &open["slot"], &open["end"]), (&json!("core.figure"), &json!("body"), &json!(6)));
    assert_eq!((&open["override"]["roles"], &open["language"]), (&json!(["reviewer"]), &json!("en")));
    let it = |reason: &str| json!({"rule": "core.figure", "slot": "body", "start": 0, "end": 6, "reason": reason});
    let other = json!({"rule": "core.tone", "slot": "subject", "start": 0, "end": 6, "reason": "x"});
    for (overrides, pointer) in [
        (json!([it(" ")]), "/overrides/0/reason"),
        (json!([it(&"x".repeat(2001))]), "/overrides/0/reason"),
        (json!([it("x"), it("y")]), "/overrides/1"),
        (json!([it("x"), other]), "/overrides/1"),
        (json!([{"rule": "core.figure", "slot": "body", "start": 0, "end": 7, "reason": "x"}]), "/overrides/0"),
    ] {
        let refused = rita.api("POST", &path, vote(overrides)).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    let decided = rita.api("POST", &path, vote(json!([it("It is a quotation.")]))).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
    let view = rita.get(&format!("/api/v1/reviews/{review}")).await.json();
    let kept = &view["history"][0]["decisions"][0]["overrides"][0];
    assert_eq!((&kept["rule"], &kept["reason"]), (&json!("core.figure"), &json!("It is a quotation.")));
    assert!(kept["pack"].as_str().unwrap().starts_with("core@"), "{kept}");
}

#[tokio::test]
async fn sending_back_needs_no_override() {
    let world = World::with_an_error().await;
    let rita = world.browser(&world.reviewer).await;
    let (digest, lease) = (world.digest(world.assets[0]).await, rita.claim(world.reviews[0]).await);
    let sent_back = rita.decide(world.reviews[0], "request_changes", &digest, &lease, "A source, please.").await;
    assert_eq!(sent_back.status, 200, "{}", sent_back.text);
}

#[tokio::test]
async fn findings_are_told_in_the_readers_language() {
    let world = World::with_an_error().await;
    let rita = world.browser(&world.reviewer).await;
    let path = format!("/api/v1/reviews/{}", world.reviews[0]);
    let german = rita.get_with(&path, &[("accept-language", "fr;q=0.2, de-AT")]).await;
    assert_eq!(german.headers["vary"], "accept-language");
    let told: Vec<Value> = german.json()["findings"].as_array().unwrap().clone();
    assert_eq!((&told[1]["language"], &told[1]["message"]), (&json!("de"), &json!("Sag es <b>anders</b>.")));
    assert_eq!(told[0]["language"], "en", "a rule that speaks English only");
    let other = rita.get_with(&path, &[("accept-language", "it")]).await;
    assert_eq!(other.json()["findings"][1]["language"], "en");
    assert_ne!(german.headers["etag"], other.headers["etag"]);
    let page = rita.get_with(&format!("/reviews/{}", world.reviews[0]), &[("accept-language", "de")]).await;
    assert!(page.text.contains("<span lang=\"de\">Sag es &lt;b&gt;anders"), "{}", page.text);
}

#[tokio::test]
async fn an_edit_keeps_sources_runs_the_rules_and_shows_what_changed() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let mara = world.browser(&world.marketer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let lease = rita.claim(review).await;
    let path = format!("/api/v1/reviews/{review}/claim");
    assert_eq!(rita.api("DELETE", &path, json!({"lease": lease})).await.status, 204);
    let body =
        "Hello {{partner.display_name}}. Backups that restore. TODO: more, see {{message.1}} and a longer close of it.";
    let edit = json!({"base_digest": world.digest(asset).await, "slots": {"body": body}});
    let edited = mara.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await;
    assert_eq!(edited.status, 201, "{}", edited.text);
    assert_eq!(edited.headers["etag"], format!("\"{}\"", world.digest(asset).await));
    let new_review = edited.json()["review"].as_str().unwrap().to_owned();
    let view = rita.get(&format!("/api/v1/reviews/{new_review}")).await.json();
    assert_eq!(view["revision"]["origin"], "edited");
    assert_eq!(view["diff"]["since_last_seen"], true, "Rita had looked at revision 1");
    assert_eq!(view["diff"]["slots"].as_array().unwrap().len(), 1);
    let slot = view["revision"]["slots"].as_array().unwrap().iter().find(|s| s["name"] == "body").unwrap();
    let bound = slot["runs"].as_array().unwrap().iter().filter(|run| run["standing"] == "brief").count();
    assert_eq!(bound, 2, "found again by its wording, and named: {slot}");
    assert_eq!(slot["sources"][0]["origin"], "message 1 of the brief");
    assert_eq!(view["history"].as_array().unwrap().len(), 2);
    let old = rita.get(&format!("/api/v1/reviews/{review}")).await.json();
    assert_eq!((&old["state"]["name"], &old["state"]["newer_review"]), (&json!("superseded"), &json!(new_review)));
    let all = rita.get(&format!("/api/v1/assets/{asset}/revisions")).await.json();
    assert_eq!(all["items"][0]["number"], 2);
}

#[tokio::test]
async fn an_edit_that_cannot_be_taken_names_every_slot_and_writes_nothing() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let path = format!("/api/v1/assets/{}/revisions", world.assets[0]);
    let base = world.digest(world.assets[0]).await;
    let slots = json!({"subject": "a\nb", "body": "{{claim.99}}", "no/such~slot": "x", "cta": "fine"});
    let refused = rita.api("POST", &path, json!({"base_digest": base, "slots": slots})).await;
    assert_eq!(refused.status, 422);
    let pointers: Vec<String> = refused.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pointers, ["/slots/body", "/slots/no~1such~0slot", "/slots/subject"]);
    let same = json!({"base_digest": base, "slots": {"cta": "Book a call"}});
    assert_eq!(rita.api("POST", &path, same).await.status, 422, "nothing changes");
    assert_eq!(rita.api("POST", &path, json!({"base_digest": base, "slots": {}})).await.status, 422);
    assert_eq!(world.digest(world.assets[0]).await, base);
}

#[tokio::test]
async fn the_queue_filters_counts_and_says_who_holds_what() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let sam = world.browser(&world.second).await;
    let mara = world.browser(&world.marketer).await;
    rita.claim(world.reviews[0]).await;
    let all = sam.get("/api/v1/reviews").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all}");
    let row = all["items"].as_array().unwrap().iter().find(|row| row["asset_type"] == "email").unwrap().clone();
    assert_eq!(row["lease"]["holder"]["name"], "Rita");
    assert_eq!(row["counts"], json!([{"severity": "warn", "count": 1}]));
    let one = sam.get("/api/v1/reviews?asset_type=x_post&locale=en-US&market=us&state=&kit=").await.json();
    assert_eq!(one["items"][0]["counts"], json!([{"severity": "block", "count": 1}]));
    assert_eq!(sam.get("/api/v1/reviews?locale=de-DE").await.json()["items"], json!([]));
    assert_eq!(mara.get("/api/v1/reviews?mine=true").await.json()["items"], json!([]), "all of it is her own work");
    let first = sam.get("/api/v1/reviews?limit=1").await.json();
    let second = sam.get(&format!("/api/v1/reviews?limit=1&cursor={}", first["next"].as_str().unwrap())).await.json();
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(sam.get("/api/v1/reviews?locale=german").await.status, 422);
    assert_eq!(sam.get("/api/v1/reviews?cursor=nonsense").await.status, 400);
}

#[tokio::test]
async fn a_text_can_be_checked_before_it_is_written() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let live = json!({"asset": world.assets[0], "slots": {"subject": "x".repeat(90), "body": "Lorem ipsum TODO"}});
    let answer = rita.api("POST", "/api/v1/rules/check", live).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert_eq!(answer["slots"]["subject"]["count"], 90);
    assert!(
        answer["findings"].as_array().unwrap().iter().any(|f| f["slot"] == "subject" && f["severity"] == "block"),
        "{answer}"
    );
    let text = json!({"text": "Lorem ipsum dolor", "context": {"locale": "en-US", "market": "US"}});
    let answer = rita.api("POST", "/api/v1/rules/check", text).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.json()["findings"].as_array().unwrap().is_empty(), "{}", answer.text);
    for bad in [
        json!({}),
        json!({"text": "x", "slots": {"a": "b"}}),
        json!({"text": "{{claim.1}}"}),
        json!({"text": "x", "context": {"locale": "german"}}),
        json!({"text": "x", "context": {"asset_type": "leaflet"}}),
        json!({"nonsense": 1}),
    ] {
        assert_eq!(rita.api("POST", "/api/v1/rules/check", bad.clone()).await.status, 422, "{bad}");
    }
}

/// What the rules say of a text in a context: the rules' names.
async fn checked(rita: &Browser, text: &str, context: Value) -> (Vec<String>, Value) {
    let answer = rita.api("POST", "/api/v1/rules/check", json!({"text": text, "context": context})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let rules = answer["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect();
    (rules, answer)
}

#[tokio::test]
async fn a_check_knows_what_surrounds_the_text() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let number = "core.ungrounded_number".to_owned();
    let context = |more: Value| {
        let mut context = json!({"locale": "en-US", "market": "US"});
        context.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        context
    };
    let saves = "It saves 12 % of the time.";
    let (rules, answer) = checked(&rita, saves, context(json!({}))).await;
    assert!(rules.contains(&number), "{rules:?}");
    let said = answer["not_checked"].to_string();
    assert!(said.contains("original") && said.contains("metadata") && !said.contains("`locale`"), "{said}");
    for source in [json!("Saves 12 %."), json!({"id": "claim:1", "text": "Saves 12 %.", "kind": "claim"})] {
        let (rules, _) = checked(&rita, saves, context(json!({"sources": [source]}))).await;
        assert!(!rules.contains(&number), "{rules:?}");
    }
    // What is bound is approved, where and as long as its claim holds.
    let faster = "Restores run faster than with other tools.";
    let comparative = "claims.comparative".to_owned();
    assert!(checked(&rita, faster, context(json!({}))).await.0.contains(&comparative));
    for (known, holds) in [
        (json!({}), true),
        (json!({"markets": ["US", "DE"], "until": "2100-01-01"}), true),
        (json!({"markets": ["DE"]}), false),
        (json!({"until": "2020-01-01"}), false),
    ] {
        let mut claim = json!({"id": "claim:1", "text": faster, "kind": "claim"});
        claim.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
        let more = json!({"bound": {"claim.1": faster}, "sources": [claim]});
        let (rules, _) = checked(&rita, "{{claim.1}}", context(more)).await;
        assert_eq!(!rules.contains(&comparative), holds, "{known}: {rules:?}");
    }
    let lost = json!({"original": {"locale": "de-DE", "slots": {"text": "Fragen Sie {{partner.display_name}}."}}});
    let (rules, _) = checked(&rita, "Ask anybody.", context(lost)).await;
    assert!(rules.contains(&"core.references_of_original".to_owned()), "{rules:?}");
    for (bad, pointer) in [
        (json!({"formality": "stiff"}), "/context/formality"),
        (json!({"date": "soon"}), "/context/date"),
        (json!({"sources": [{"text": "x", "kind": "rumour"}]}), "/context/sources/0/kind"),
        (json!({"original": {"slots": {"text": "{{claim.9}}"}}}), "/context/original/slots"),
    ] {
        let body = json!({"text": "x", "context": bad});
        let refused = rita.api("POST", "/api/v1/rules/check", body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

#[tokio::test]
async fn a_live_check_knows_the_claims_that_the_kit_may_cite_and_where_they_hold() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let brand = world.face.store.brand_by_slug("halden").await.unwrap().unwrap().id;
    let body = json!({"asset": world.assets[0], "slots": {"headline": "Restored in 17 minutes"}});
    let ungrounded = async || {
        let answer = rita.api("POST", "/api/v1/rules/check", body.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let findings = answer.json()["findings"].as_array().unwrap().clone();
        findings.iter().any(|finding| finding["rule"] == "core.ungrounded_number")
    };
    assert!(ungrounded().await);
    for (product, market, holds) in [("vault", "US", true), ("vault", "DE", false), ("other", "US", false)] {
        let claim = NewClaim {
            key: "speed".into(),
            product: product.into(),
            text: Wording::One("Restores take 17 minutes.".into()),
            evidence: "test 2026".into(),
            markets: vec![market.parse().unwrap()],
            expires_at: None,
        };
        world.face.store.claim_upsert(brand, claim, Actor::Cli).await.unwrap();
        assert_eq!(!ungrounded().await, holds, "{product} {market}");
    }
}

#[tokio::test]
async fn a_review_that_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let path = format!("/api/v1/reviews/{}", world.reviews[0]);
    let first = rita.get(&path).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = rita.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    rita.claim(world.reviews[0]).await;
    let claimed = rita.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(claimed.status, 200, "somebody has claimed it");
    assert_ne!(claimed.headers["etag"], tag.as_str());
}

#[tokio::test]
async fn what_a_partner_says_is_decided_by_a_second_reviewer_who_read_it() {
    let world = World::new().await;
    let (rita, mara) = (world.browser(&world.reviewer).await, world.browser(&world.marketer).await);
    let partner = world.face.store.partner_by_slug("nordlicht").await.unwrap().unwrap();
    let profile = Profile { description: HOSTILE.into(), ..partner.profile.clone() };
    let author = Actor::User(world.marketer.id);
    world.face.store.partner_update_profile(partner.id, 1, profile, author).await.unwrap();
    let waiting = rita.get("/api/v1/partner-statements").await.json();
    let digest = waiting["items"][0]["digest"].as_str().unwrap().to_owned();
    assert_eq!((&waiting["items"][0]["text"], &waiting["items"][0]["state"]), (&HOSTILE.into(), &"waiting".into()));
    let path = format!("/api/v1/partners/{}/statement/decision", partner.id);
    let form = |decision: &str, digest: &str| json!({"decision": decision, "digest": digest});
    for (who, form, status) in [
        (&mara, form("approve", &digest), 403),
        (&rita, form("approve", &Digest::of_bytes(b"other").to_string()), 412),
        (&rita, form("reject", &digest), 422),
        (&rita, form("request_changes", &digest), 422),
        (&rita, form("approve", &digest), 200),
        (&rita, form("approve", &digest), 409),
    ] {
        let answer = who.api("POST", &path, form.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{form}: {}", answer.text);
    }
    assert_eq!(rita.get("/api/v1/partner-statements").await.json()["items"], json!([]));
    let nowhere = format!("/api/v1/partners/{NO_SUCH}/statement/decision");
    assert_eq!(rita.api("POST", &nowhere, form("approve", &digest)).await.status, 404);
}

#[tokio::test]
async fn an_edit_that_is_sent_twice_with_one_key_is_made_once() {
    let world = World::new().await;
    let sam = world.browser(&world.second).await;
    let asset = world.assets[0];
    let path = format!("/api/v1/assets/{asset}/revisions");
    let edit = json!({"base_digest": world.digest(asset).await, "slots": {"cta": "Call us now"}});
    let send = async |body: &Value| sam.api_with("POST", &path, body.clone(), &[("idempotency-key", "edit-1")]).await;
    let (first, again) = (send(&edit).await, send(&edit).await);
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", again.text);
    assert_eq!((&first.text, again.headers.get("idempotent-replayed").is_some()), (&again.text, true));
    let other = json!({"base_digest": world.digest(asset).await, "slots": {"cta": "Write to us"}});
    assert_eq!(send(&other).await.status, 422, "the key was used for another edit");
    assert_eq!(world.face.store.revisions(asset).await.unwrap().len(), 2);
}
