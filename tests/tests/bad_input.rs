//! What is wrong is said clearly: where, and what to do.

use std::process::Output;

use countersign_tests::{Service, run};
use serde_json::{Value, json};

fn said(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_port_in_use_and_a_folder_in_use_are_told_apart() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &[]);
    let same_folder = Service::command(data.path(), &[]).output().unwrap();
    assert!(said(&same_folder).contains("in use by another countersign"));
    let other = tempfile::tempdir().unwrap();
    let port = service.url.trim_start_matches("http://");
    let same_port = Service::command(other.path(), &["--listen", port]).output().unwrap();
    let text = said(&same_port);
    assert!(text.contains("is in use") && text.contains("--listen"), "{text}");
}

#[test]
fn a_folder_of_a_newer_version_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("VERSION"), "7\n").unwrap();
    let text = said(&run(&["up", "--listen", "127.0.0.1:0", "--data", data.path().to_str().unwrap()]));
    assert!(text.contains("layout 7") && text.contains("newer countersign"), "{text}");
}

#[test]
fn a_model_that_is_missing_broken_or_of_another_kind_is_named() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let start = |model: &str| said(&run(&["up", "--listen", "127.0.0.1:0", "--data", folder, "--model", model]));
    assert!(start("no-such-model").contains("there is no model `no-such-model`"));
    let broken = data.path().join("broken.gguf");
    std::fs::write(&broken, b"GGUF\x03\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f").unwrap();
    let text = start(broken.to_str().unwrap());
    assert!(text.contains("broken.gguf"), "{text}");
    let other = data.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("config.json"), r#"{"architectures":["MambaForCausalLM"],"model_type":"mamba"}"#)
        .unwrap();
    std::fs::write(other.join("tokenizer.json"), "{}").unwrap();
    let text = start(other.to_str().unwrap());
    assert!(text.contains("Mamba") || text.contains("mamba"), "{text}");
}

#[test]
fn a_database_that_is_not_there_is_said_so_without_its_password() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let url = "postgres://someone:s3cret@127.0.0.1:1/nothing";
    let text = said(&run(&["up", "--listen", "127.0.0.1:0", "--data", folder, "--database", url]));
    assert!(text.contains("database"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn a_brief_on_the_command_line_is_checked_as_a_whole() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("brief.yaml");
    let folder = data.path().join("data");
    let draft = |text: &str| {
        std::fs::write(&path, text).unwrap();
        run(&["kit", "draft", "--brief", path.to_str().unwrap(), "--data", folder.to_str().unwrap(), "--json"])
    };
    let text = said(&draft("product: x\nlocales: [de_DE]\nasset_types: [hologram]\n"));
    assert!(text.contains("/locales/0") && text.contains("/asset_types/0"), "{text}");
    let text = said(&draft("product: x\nsneaky: true\n"));
    assert!(text.contains("sneaky"), "{text}");
    let text = said(&draft("product: [unclosed\n"));
    assert!(text.contains("brief.yaml"), "{text}");
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    let text = said(&run(&["kit", "draft", "--brief", path.to_str().unwrap()]));
    assert!(text.contains("UTF-8"), "{text}");
}

#[test]
fn a_brief_is_drafted_on_an_empty_folder() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("brief.json");
    let folder = data.path().join("data");
    let brief = json!({
        "product": "Tidewater Pumps", "language": "en", "messages": ["Service visits are planned ahead."],
        "locales": ["en-GB", "nl-NL"], "asset_types": ["x_post"], "seed": 1
    });
    std::fs::write(&path, brief.to_string()).unwrap();
    let draft =
        || run(&["kit", "draft", "--brief", path.to_str().unwrap(), "--data", folder.to_str().unwrap(), "--json"]);
    let output = draft();
    let lines: Vec<Value> = String::from_utf8(output.stdout.clone())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "two assets and a summary");
    let text = lines[0]["slots"]["text"].as_str().unwrap();
    assert!(!text.is_empty() && !text.contains("{{product"), "{text}");
    for key in ["asset_type", "locale", "market", "audience", "seed", "slots", "findings", "sources", "model"] {
        assert!(lines[0].get(key).is_some(), "{key}");
    }
    assert!(lines[1]["error"].as_str().unwrap().contains("nl-NL"), "no Dutch is invented: {:#}", lines[1]);
    assert_eq!(lines[2]["summary"]["assets"], 2);
    assert_eq!(draft().stdout, output.stdout, "the same every time");
}

#[test]
fn a_brief_to_the_service_is_refused_with_pointers() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let marketer = service.api().sign_in("marketer");
    for (brief, place) in [
        (json!({}), "/product"),
        (
            json!({"product": "vault", "locales": ["en-US"], "asset_types": ["email"], "tone": "x".repeat(5000)}),
            "/tone",
        ),
        (json!({"product": "vault", "locales": ["xx_YY"], "asset_types": ["email"]}), "/locales/0"),
        (json!({"product": "vault", "locales": ["en-US"], "asset_types": ["fax"]}), "/asset_types/0"),
        (
            json!({"product": "vault", "locales": ["en-US"], "asset_types": ["email"], "messages": ["a\u{0}b"]}),
            "/messages/0",
        ),
    ] {
        let reply = marketer.post("/api/v1/kits", &brief);
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert!(reply.text().contains(place), "{place}: {}", reply.text());
    }
    let unknown = json!({"product": "vault", "locales": ["en-US"], "asset_types": ["email"], "sneaky": 1});
    let reply = marketer.post("/api/v1/kits", &unknown);
    assert!(reply.status == 422 && reply.text().contains("sneaky"), "{}", reply.text());
    assert_eq!(service.api().post("/api/v1/kits", &json!({})).status, 401);
    assert_eq!(service.api().sign_in("reviewer").post("/api/v1/kits", &json!({})).status, 403);
    assert_eq!(service.api().with_key("cs_partner_wrong").get("/partner/v1/assets").status, 401);
}

#[test]
fn rules_are_checked_and_tested_on_the_command_line() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("copy.txt");
    std::fs::write(&path, "Fine words.\nOur results are guaranteed.\n").unwrap();
    let output = run(&["rules", "check", path.to_str().unwrap(), "--json"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let finding: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(finding["line"], 2, "{finding:#}");
    for key in ["file", "line", "column", "rule", "severity", "message", "start", "end"] {
        assert!(finding.get(key).is_some(), "{key}");
    }
    assert!(run(&["rules", "test"]).status.success());
    let pack = data.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    std::fs::write(pack.join("rule.yaml"), "id: broken\nkind: telepathy\n").unwrap();
    let output = run(&["rules", "test", pack.to_str().unwrap()]);
    assert!(!output.status.success());
}
