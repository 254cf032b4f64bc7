//! Every asset type, in two languages: drafted by the starter model, reviewed, released, pulled in every format and
//! layout, checked against its receipt, had as one archive, and made again only where a profile's change shows.

use std::path::Path;

use countersign_tests::{Api, Reply, Service, run, unzipped};
use serde_json::{Value, json};

const TYPES: [&str; 11] = [
    "email",
    "email_sequence",
    "linkedin_post",
    "x_post",
    "meta_ad",
    "search_ad",
    "landing_page",
    "banner",
    "webinar_kit",
    "video_script",
    "one_pager",
];

fn brief() -> Value {
    json!({
        "product": "vault", "language": "en", "audience": "IT managers", "objective": "Book a restore test",
        "tone": "calm and exact", "campaign": "All kinds & more",
        "messages": [{"en": "Every backup is tested before you need it.", "de": "Jede Sicherung wird geprüft, bevor Sie sie brauchen."}],
        "claims": [{"text": {"en": "Customers restored in 38 minutes on average.", "de": "Kunden waren im Schnitt nach 38 Minuten wieder am Netz."}, "source": "Customer survey 2026"}],
        "values": {
            "event": {"date": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"},
            "length": {"duration": 45},
            "speaker": {"text": {"en": "Dr Ada Fjell, Head of Research", "de": "Dr. Ada Fjell, Leiterin Forschung"}}
        },
        "locales": ["en-US", "de-DE"], "markets": ["US", "DE"], "asset_types": TYPES, "seed": 7
    })
}

fn partner(api: &Api) -> (String, Api) {
    let form = json!({
        "slug": "twolands", "kind": "var", "tier": "gold", "certified_until": "2090-01-01",
        "markets": ["US", "DE"], "locales": ["en-US", "de-DE"],
        "profile": {
            "display_name": "Zwei & Lands <IT>", "legal_name": "Two Lands IT, LLC", "phone": "+1 512-555-0142",
            "email": "hello@twolands.example", "contact_role": "Account manager",
            "address": "4800 Sample Creek Road\nAustin, TX 78700", "site": "https://www.twolands.example",
            "description": "", "privacy_url": "https://www.twolands.example/privacy",
            "unsubscribe_url": "https://www.twolands.example/unsubscribe", "socials": {}, "time_zone": "America/Chicago",
            "logo": null, "logo_dark": null, "logo_vector": null
        }
    });
    api.new_partner(&form)
}

/// Kinds of asset of which something was held back, with what stood against it.
fn blocks(assets: &[Value]) -> Vec<String> {
    let mut all = Vec::new();
    for asset in assets {
        let what = format!("{} {}", asset["asset_type"], asset["locale"]);
        if asset["state"] != "in_review" {
            all.push(format!("{what} is {}: {}", asset["state"], asset["failure"]));
        }
        let findings = asset["revision"]["findings"].as_array().cloned().unwrap_or_default();
        let blocks = findings.iter().filter(|finding| finding["severity"] == "block");
        all.extend(blocks.map(|block| format!("{what}, {}: {} {}", block["slot"], block["rule"], block["message"])));
    }
    all
}

#[test]
fn every_asset_type_is_drafted_released_and_pulled_in_all_its_formats() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let (place, partner) = partner(&marketer);
    let kit = marketer.kit(&brief());
    let drafted = marketer.drafted(&kit);
    let assets = drafted["assets"].as_array().unwrap();
    assert_eq!(assets.len(), 2 * TYPES.len());
    assert_eq!(blocks(assets), Vec::<String>::new());
    let released = api.approve_all(&kit);
    let english = released.iter().filter(|asset| asset["locale"] == "en-US");
    let key = data.path().join("key.pem");
    std::fs::write(&key, partner.get("/partner/v1/receipt-key").expect(200).bytes).unwrap();
    for asset in english {
        pulled(&partner, asset["id"].as_str().unwrap(), &key, data.path());
    }
    one_archive(&api, &partner, &released, &key, data.path());
    what_shows_is_made_again(&marketer, &place, &partner, &released);
    assert!(service.stop(), "it stops cleanly when asked");
}

/// The first bytes of what a format is.
fn begins_rightly(format: &str, bytes: &[u8]) -> bool {
    let start: &[u8] = match format {
        "png" => b"\x89PNG\r\n\x1a\n",
        "pdf" => b"%PDF-",
        "zip" => b"PK\x03\x04",
        "html" => b"<!",
        "json" => b"{",
        _ => b"",
    };
    !bytes.is_empty() && bytes.starts_with(start)
}

fn pulled(partner: &Api, id: &str, key: &Path, folder: &Path) {
    let base = format!("/partner/v1/assets/{id}");
    let asset = partner.get(&base).expect(200).json();
    let kind = asset["asset_type"].as_str().unwrap();
    let links = asset["renditions"].as_array().unwrap();
    let formats: Vec<&str> = links.iter().map(|link| link["format"].as_str().unwrap()).collect();
    for wanted in ["html", "text", "json", "zip"] {
        assert!(formats.contains(&wanted), "{kind}: {formats:?}");
    }
    let receipt = receipt(partner, id, folder);
    for link in links {
        let (href, format) = (link["href"].as_str().unwrap(), link["format"].as_str().unwrap());
        let reply = partner.get(href).expect(200);
        assert_eq!(reply.header("content-type"), link["media_type"].as_str().unwrap(), "{kind} {href}");
        assert!(begins_rightly(format, &reply.bytes), "{kind} {href}");
        assert_eq!(partner.get_with(href, &[("if-none-match", &reply.header("etag"))]).status, 304, "{kind} {href}");
        verified(&receipt, key, &reply.bytes, folder);
    }
    for wrong in
        ["renditions/html?layout=brochure", "renditions/docx", "renditions/png?layout=", "renditions/zip?layout=first"]
    {
        let reply = partner.get(&format!("{base}/{wrong}"));
        assert_eq!(
            (reply.status, reply.header("content-type").as_str()),
            (404, "application/problem+json"),
            "{kind} {wrong}"
        );
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(
            detail.contains("there are") || detail.contains("formats are") || detail.contains("it has"),
            "{wrong}: {detail}"
        );
    }
}

fn receipt(partner: &Api, id: &str, folder: &Path) -> String {
    let path = folder.join("receipt.json");
    std::fs::write(&path, partner.get(&format!("/partner/v1/assets/{id}/receipt")).expect(200).bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn verified(receipt: &str, key: &Path, bytes: &[u8], folder: &Path) {
    let file = folder.join("rendition");
    std::fs::write(&file, bytes).unwrap();
    let output = run(&["verify", receipt, "--key", key.to_str().unwrap(), "--file", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The whole campaign at once: each file is one that a receipt speaks of, and each release counts as pulled.
fn one_archive(api: &Api, partner: &Api, released: &[Value], key: &Path, folder: &Path) {
    let path = "/partner/v1/campaigns/All%20kinds%20%26%20more/archive";
    let admin = api.sign_in("admin");
    let pulls = |asset: &Value| {
        let id = asset["release"].as_str().unwrap();
        admin.get(&format!("/api/v1/releases/{id}")).expect(200).json()["pulls"].as_u64().unwrap()
    };
    let german = released.iter().find(|asset| asset["locale"] == "de-DE").unwrap();
    assert_eq!(pulls(german), 0);
    let reply = partner.get(path).expect(200);
    assert_eq!(reply.header("content-type"), "application/zip");
    assert_eq!((pulls(german), partner.get(path).bytes == reply.bytes), (1, true));
    assert_eq!(partner.get_with(path, &[("if-none-match", &reply.header("etag"))]).status, 304);
    assert_eq!(pulls(german), 2, "what was had already is no copy");
    let files = unzipped(&reply.bytes);
    let manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    assert_eq!((&manifest["left_out"], manifest["assets"].as_array().unwrap().len()), (&json!([]), released.len()));
    let entries = manifest["files"].as_array().unwrap();
    assert_eq!(entries.len() + 1, files.len());
    for wanted in ["banner/en-US/300x250.png", "one_pager/de-DE/data.json", "webinar_kit/de-DE/reminder.html"] {
        assert!(files.iter().any(|(name, _)| name == wanted), "{wanted}: {manifest:#}");
    }
    // One asset's receipt for all its files in the archive.
    let of = entries.iter().find(|entry| entry["path"] == "banner/de-DE/300x250.png").unwrap()["asset"].clone();
    let receipt = receipt(partner, of.as_str().unwrap(), folder);
    for (entry, (name, bytes)) in entries.iter().zip(&files[1..]) {
        assert_eq!(entry["path"], name.as_str());
        if entry["asset"] == of {
            verified(&receipt, key, bytes, folder);
        }
    }
    let part = partner.get(&format!("{path}?locale=de-DE")).expect(200);
    assert!(unzipped(&part.bytes).iter().all(|(name, _)| name == "manifest.json" || name.contains("/de-DE/")));
    assert_eq!(partner.get("/partner/v1/campaigns/Autumn/archive").status, 404);
}

/// What a change of the profile leaves alone keeps its tag.
fn what_shows_is_made_again(marketer: &Api, place: &str, partner: &Api, released: &[Value]) {
    let of = |kind: &str, format: &str| -> Reply {
        let asset = released.iter().find(|asset| asset["asset_type"] == kind && asset["locale"] == "en-US").unwrap();
        partner.get(&format!("/partner/v1/assets/{}/renditions/{format}", asset["id"].as_str().unwrap())).expect(200)
    };
    let shown = [("x_post", "html"), ("x_post", "text"), ("email", "html"), ("email", "text"), ("one_pager", "png")];
    let tags = || shown.map(|(kind, format)| of(kind, format).header("etag"));
    let changed = |before: &[String; 5], after: &[String; 5]| -> Vec<bool> {
        before.iter().zip(after).map(|(before, after)| before != after).collect()
    };
    let first = tags();
    let profile = marketer.change(&format!("{place}/profile"), |profile| profile["phone"] = json!("+1 512-555-0199"));
    assert_eq!(profile.status, 200, "{}", profile.text());
    let second = tags();
    assert_eq!(changed(&first, &second), [false, false, true, true, true], "the phone number");
    assert!(of("email", "html").text().contains("555-0199"));

    assert!(of("email", "html").text().contains("Gold Partner"));
    let lapses = in_two_seconds();
    let partnership = marketer.change(place, |value| {
        let kept = ["tier", "markets", "locales", "active"].map(|name| (name.to_owned(), value[name].clone()));
        *value = kept.into_iter().collect();
        value["certified_until"] = json!(lapses);
    });
    assert_eq!(partnership.status, 200, "{}", partnership.text());
    // Nobody changes anything any more: time goes on.
    let _ = partner.until("/partner/v1/me", |me| me["badge"].is_null());
    let third = tags();
    assert_eq!(changed(&second, &third), [false, false, true, true, true], "the badge");
    assert!(!of("email", "html").text().contains("Gold Partner"));
}

#[expect(clippy::disallowed_methods, reason = "the service under test goes by the machine's clock")]
fn in_two_seconds() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2)).to_string()
}
