//! From a brief to a partner's pull and a recall, through HTTP, on SQLite and on PostgreSQL.

use countersign_tests::{Api, Service, postgres};
use serde_json::{Value, json};

fn brief() -> Value {
    json!({
        "product": "vault", "language": "en", "audience": "IT managers", "objective": "Book a meeting",
        "tone": "friendly", "campaign": "Spring tests",
        "messages": [{"en": "Every backup is tested before you need it.", "de": "Jede Sicherung wird geprüft, bevor Sie sie brauchen."}],
        "claims": [{"text": {"en": "Customers restored in 38 minutes on average.", "de": "Kunden waren im Schnitt nach 38 Minuten wieder am Netz."}, "source": "Customer survey 2026"}],
        "locales": ["en-US", "de-DE"], "asset_types": ["email", "linkedin_post", "x_post"], "seed": 11
    })
}

fn whole_path(more: &[&str]) {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), more);
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let kit = marketer.kit(&brief());
    let drafted = marketer.drafted(&kit);
    let assets = drafted["assets"].as_array().unwrap();
    assert_eq!(assets.len(), 6);
    for asset in assets {
        assert_eq!(asset["state"], "in_review", "{asset:#}");
        let slots = asset["revision"]["slots"].as_object().unwrap();
        let text: String = slots.values().map(|slot| slot.as_str().unwrap()).collect::<Vec<_>>().join("\n");
        let (message, claim) = if asset["locale"] == "en-US" {
            ("Every backup is tested before you need it.", "Customers restored in 38 minutes on average.")
        } else {
            (
                "Jede Sicherung wird geprüft, bevor Sie sie brauchen.",
                "Kunden waren im Schnitt nach 38 Minuten wieder am Netz.",
            )
        };
        assert!(text.contains(message) || text.contains(claim), "{text}");
        // Whatever the model wrote, the only figures are the claim's.
        let figures: String = text.replace(claim, "").chars().filter(char::is_ascii_digit).collect();
        assert_eq!(figures, "", "{text}");
    }
    let partner = api.partner();
    assert_eq!(partner.get("/partner/v1/assets").expect(200).json()["items"], json!([]), "nothing unreviewed leaves");
    let released = api.approve_all(&kit);
    let me = partner.get("/partner/v1/me").expect(200).json();
    let listed = partner.get("/partner/v1/assets?limit=100").expect(200).json();
    let listed: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    assert!(!listed.is_empty(), "{me:#}");
    let asset = released.iter().filter_map(|asset| asset["id"].as_str()).find(|id| listed.contains(id)).unwrap();
    pull(&partner, asset, &me);
    countersign_what_the_partner_says(&api, &partner, asset);
    recall(&api, &partner, asset);
    assert!(service.stop(), "it stops cleanly when asked");
}

fn pull(partner: &Api, asset: &str, me: &Value) {
    let name =
        me["profile"]["display_name"].as_str().or(me["display_name"].as_str()).unwrap_or_else(|| panic!("{me:#}"));
    for (format, media) in [("html", "text/html"), ("text", "text/plain"), ("json", "application/json")] {
        let path = format!("/partner/v1/assets/{asset}/renditions/{format}");
        let reply = partner.get(&path).expect(200);
        assert!(reply.header("content-type").starts_with(media), "{}", reply.header("content-type"));
        if format != "text" {
            assert!(reply.text().contains(name), "{format} is in the partner's name");
        }
        let etag = reply.header("etag");
        assert!(etag.contains("sha256:") && reply.header("repr-digest").starts_with("sha-256=:"));
        assert_eq!(partner.get_with(&path, &[("if-none-match", &etag)]).status, 304);
        assert_eq!(partner.get(&path).bytes, reply.bytes, "the same bytes every time");
    }
    let receipt = partner.get(&format!("/partner/v1/assets/{asset}/receipt")).expect(200).json();
    assert_eq!(receipt["payloadType"], "application/vnd.in-toto+json");
    let changes = partner.get("/partner/v1/changes").expect(200).json();
    assert!(changes["items"].as_array().unwrap().iter().any(|change| change["kind"] == "released"), "{changes:#}");
    let feedback = json!({"kind": "useful", "comment": "Went out on Monday."});
    let path = format!("/partner/v1/assets/{asset}/feedback");
    let reply = partner.post_with(&path, &feedback, &[("idempotency-key", "monday-1")]);
    assert!((200..300).contains(&reply.status), "{}", reply.text());
}

/// The sample's partners say something of themselves, which nobody has read yet.
fn countersign_what_the_partner_says(api: &Api, partner: &Api, asset: &str) {
    let path = format!("/partner/v1/assets/{asset}/renditions/json");
    let says = || partner.get(&path).expect(200).json()["partner"]["description"].as_str().unwrap().to_owned();
    assert_eq!(says(), "", "nobody has read it");
    let reviewer = api.sign_in("reviewer");
    let waiting = reviewer.get("/api/v1/partner-statements").expect(200).json();
    let all = waiting["items"].as_array().unwrap();
    assert_eq!(all.len(), 6, "{waiting:#}");
    let one = all.iter().find(|statement| statement["slug"] == "nordlicht").unwrap();
    let decision = json!({"decision": "approve", "digest": one["digest"]});
    let id = one["partner"].as_str().unwrap();
    assert_eq!(reviewer.post(&format!("/api/v1/partners/{id}/statement/decision"), &decision).status, 200);
    assert_eq!(says(), one["text"].as_str().unwrap());
}

fn recall(api: &Api, partner: &Api, asset: &str) {
    let marketer = api.sign_in("admin");
    let releases = marketer.get("/api/v1/releases?limit=100").expect(200).json();
    let release = releases["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["asset"] == asset || r["asset_id"] == asset)
        .unwrap_or_else(|| panic!("{releases:#}"));
    let id = release["id"].as_str().unwrap();
    assert!(release["pulls"].as_u64().unwrap() >= 3, "the pulls are known: {release:#}");
    let heard = marketer.get(&format!("/api/v1/releases/{id}/feedback")).expect(200).json();
    assert_eq!(heard[0]["comment"], "Went out on Monday.", "{heard:#}");
    let reply =
        marketer.post(&format!("/api/v1/releases/{id}/recall"), &json!({"reason": "The survey is being checked."}));
    assert!((200..300).contains(&reply.status), "{}", reply.text());
    assert_eq!(partner.get(&format!("/partner/v1/assets/{asset}/renditions/html")).status, 410);
    let open = partner.get("/partner/v1/recalls").expect(200).json();
    let recall = open["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{open:#}")).to_owned();
    let ack = partner.post(&format!("/partner/v1/recalls/{recall}/ack"), &Value::Null);
    assert!((200..300).contains(&ack.status), "{}", ack.text());
    let changes = partner.get("/partner/v1/changes").expect(200).json();
    assert!(changes["items"].as_array().unwrap().iter().any(|change| change["kind"] == "recalled"), "{changes:#}");
}

#[test]
fn a_brief_becomes_a_pull_and_a_recall_on_sqlite() {
    whole_path(&["--sample"]);
}

#[test]
fn a_brief_becomes_a_pull_and_a_recall_on_postgresql() {
    let server = postgres().expect("tests/run.sh starts PostgreSQL and sets COUNTERSIGN_TEST_POSTGRES");
    let database = countersign_tests::fresh_database(&server);
    whole_path(&["--sample", "--database", &database.url]);
}

#[test]
fn the_same_brief_gives_the_same_drafts() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let marketer = service.api().sign_in("marketer");
    let draft = |kit: &str| -> Vec<(String, Value)> {
        let kit = marketer.drafted(kit);
        let assets = kit["assets"].as_array().unwrap().iter();
        let mut slots: Vec<_> =
            assets.map(|a| (format!("{} {}", a["asset_type"], a["locale"]), a["revision"]["slots"].clone())).collect();
        slots.sort_by(|a, b| a.0.cmp(&b.0));
        slots
    };
    assert_eq!(draft(&marketer.kit(&brief())), draft(&marketer.kit(&brief())));
}
