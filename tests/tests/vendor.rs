//! A vendor adds an asset type with a layout of its own by writing files: checked, drafted, reviewed and pulled, without a
//! line of Rust.

use std::path::Path;

use countersign_tests::{Service, run, unzipped};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"name = "mastodon_post"
version = 1
channel = "mastodon"
medium = "social"
title = { en = "Mastodon post", de = "Mastodon-Beitrag" }
description = { en = "A post for Mastodon with a card.", de = "Ein Beitrag für Mastodon mit einer Bildkarte." }

[[slots]]
name = "text"
title = { en = "Post", de = "Beitrag" }
guide = "One thought in short sentences"
like = "text"
limit = { unit = "graphemes", min = 20, max = 440 }
draft = [{ parts = [{ piece = "opening" }, { refs = "one" }, { piece = "closing" }] }]

[pieces]
opening = { shape = "sentences", min_chars = 20, max_chars = 120, max_sentences = 2, product = true }
closing = { shape = "sentences", min_chars = 10, max_chars = 70, max_sentences = 2, partner = true }

[[layouts]]
name = "post"
title = { en = "Post", de = "Beitrag" }
html = "post.html"
text = "post.txt"

[[layouts]]
name = "card"
title = { en = "Card", de = "Bildkarte" }
svg = "card.svg"
width = 600
height = 314
max_bytes = 200_000
"#;

const HTML: &str = r#"<!doctype html>
<html lang="{{ lang }}" dir="{{ dir }}">
<head><meta charset="utf-8" /><title>{{ locked.heading }}</title></head>
<body>
<h1>{{ locked.heading }}</h1>
<p><strong>{{ partner.display_name }}</strong>: {{ slots.text.text }}</p>
<p><a href="{{ links.cta }}">{{ links.host }}</a></p>
</body>
</html>
"#;

const TEXT: &str = "{{ slots.text.text }}\n\n{{ links.cta }} {{ locked.tag }}\n";

const CARD: &str = r##"{%- import "shared/visual_parts.svg" as parts -%}
<svg xmlns="http://www.w3.org/2000/svg" width="600" height="314" viewBox="0 0 600 314">
<rect width="600" height="314" fill="{{ colors.brand }}" />
{%- set said = fit(slots.text.bare, width=540, height=190, size=26, min=10, lines=9, bold=true) -%}
{%- set x = 570 if dir == "rtl" else 30 -%}
{{ parts.lines(said, x, 24, colors.on_brand, start, true) }}
<rect y="244" width="600" height="70" fill="#ffffff" />
{%- set name = fit(partner.display_name, width=540, height=40, size=22, min=8, lines=2) -%}
{{ parts.lines(name, x, 279 - name.height / 2, "#1d2330", start) }}
</svg>
"##;

const FILES: [(&str, &str); 7] = [
    ("template.toml", TEMPLATE),
    ("post.html", HTML),
    ("post.txt", TEXT),
    ("card.svg", CARD),
    ("locked/en.toml", "heading = \"On Mastodon\"\ntag = \"#backup\"\n"),
    ("locked/de.toml", "heading = \"Auf Mastodon\"\ntag = \"#Datensicherung\"\n"),
    (
        "sample/en.toml",
        "text = \"A backup counts once it has been restored. {{partner.display_name}} shows you how.\"\n",
    ),
];

fn write(folder: &Path) {
    for (name, text) in FILES {
        let path = folder.join("mastodon_post").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn a_type_of_the_vendors_own_is_checked_drafted_released_and_pulled() {
    let data = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let dir = folder.path().to_str().unwrap();
    let checked = run(&["templates", "check", dir, "--json"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let row: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(
        (&row["asset_type"], &row["layouts"], &row["locales"]),
        (&json!("mastodon_post"), &json!(["post", "card"]), &json!(["de", "en"])),
        "{row:#}"
    );

    let service = Service::start(data.path(), &["--sample", "--templates", dir]);
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let kit = marketer.kit(&json!({
        "product": "vault", "language": "en", "campaign": "Fediverse", "seed": 3,
        "messages": [{"en": "Every backup is tested before you need it.", "de": "Jede Sicherung wird geprüft, bevor Sie sie brauchen."}],
        "locales": ["en-US", "de-DE"], "asset_types": ["mastodon_post"]
    }));
    let drafted = marketer.drafted(&kit);
    for asset in drafted["assets"].as_array().unwrap() {
        assert_eq!(asset["state"], "in_review", "{asset:#}");
        let findings = asset["revision"]["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["severity"] != "block"), "{findings:#?}");
    }
    let released = api.approve_all(&kit);
    let partner = api.partner();
    let german = released.iter().find(|asset| asset["locale"] == "de-DE").unwrap();
    let base = format!("/partner/v1/assets/{}/renditions", german["id"].as_str().unwrap());
    let pull = |what: &str| partner.get(&format!("{base}/{what}")).expect(200);
    let html = pull("html?layout=post").text();
    assert!(html.contains("<h1>Auf Mastodon</h1>") && html.contains("Nordlicht IT"), "{html}");
    assert!(pull("html").text().contains("data:image/png;base64,"), "the overview shows the card");
    let text = pull("text").text();
    assert!(text.contains("utm_medium=social") && text.contains("#Datensicherung"), "{text}");
    let png = pull("png?layout=card");
    assert_eq!(&png.bytes[..8], b"\x89PNG\r\n\x1a\n");
    // Width and height of the header.
    assert_eq!(png.bytes[16..24], [600_u32.to_be_bytes(), 314_u32.to_be_bytes()].concat());
    let names: Vec<String> = unzipped(&pull("zip").bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["manifest.json", "data.json", "post.html", "post.txt", "card.png"]);
    let whole = unzipped(&partner.get("/partner/v1/campaigns/Fediverse/archive").expect(200).bytes);
    assert!(whole.iter().any(|(name, bytes)| name == "mastodon_post/de-DE/card.png" && *bytes == png.bytes));
    assert!(service.stop());
}

#[test]
fn a_mistake_in_a_type_of_the_vendors_own_is_told_with_its_file_and_line() {
    let data = tempfile::tempdir().unwrap();
    for (file, from, to, told) in [
        (
            "post.html",
            "{{ partner.display_name }}",
            "{{ partner.nickname }}",
            "mastodon_post/post.html:6: undefined value",
        ),
        ("template.toml", "unit = \"graphemes\"", "unit = \"furlongs\"", "mastodon_post/template.toml:13: "),
        ("card.svg", "lines=9", "rows=9", "mastodon_post/card.svg:4: "),
        ("locked/de.toml", "heading", "headline", "mastodon_post/locked/"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let path = folder.path().join("mastodon_post").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let dir = folder.path().to_str().unwrap();
        for output in
            [run(&["templates", "check", dir]), Service::command(data.path(), &["--templates", dir]).output().unwrap()]
        {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(told), "{told}: {said}");
        }
    }
}
