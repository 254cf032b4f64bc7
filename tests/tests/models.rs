//! Models are pulled from a hub, whole or not at all, and found changed when they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use countersign_tests::binary;
use countersign_tests::hub::{COMMIT, Hub, Manner, sha256};
use serde_json::Value;
use tempfile::TempDir;

/// Weights that say at each place which place it is: a part put in the wrong place shows.
fn weights() -> Vec<u8> {
    (0..50_000_u32).flat_map(u32::to_le_bytes).collect()
}

const TOKENIZER: &[u8] = b"{\"version\": \"1.0\"}";

fn hub() -> Hub {
    Hub::with(&[
        ("tiny.gguf", &weights()),
        ("tokenizer.json", TOKENIZER),
        (".gitattributes", b"x"),
        ("README.md", b"x"),
    ])
}

/// A data folder whose own catalogue has the model `Tiny`, and an empty cache.
struct Place {
    data: TempDir,
    cache: TempDir,
    endpoint: String,
    token: Option<&'static str>,
}

impl Place {
    fn new(endpoint: &str) -> Self {
        let place = Self {
            data: TempDir::new().unwrap(),
            cache: TempDir::new().unwrap(),
            endpoint: endpoint.into(),
            token: None,
        };
        place.catalogue("");
        place
    }

    fn catalogue(&self, more: &str) {
        fs::create_dir_all(self.data.path().join("models")).unwrap();
        let text = format!(
            "[[model]]\nname = \"Tiny\"\nkind = \"drafting\"\narchitecture = \"llama\"\nparameters = 50_000\n\
             licence = \"MIT\"\nlanguages = [\"en\"]\ncontext = 512\nprompt = {{ format = \"chat\" }}\n\
             translates = false\ndownload_mib = 1\nmemory_mib = 1\n\n[[model.source]]\nrepository = \"test/tiny\"\n\
             revision = \"main\"\nfiles = [\"*.gguf\", \"tokenizer.json\"]\noptional = [\"chat_template.jinja\"]\n{more}\n"
        );
        fs::write(self.data.path().join("models/catalog.toml"), text).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.data.path().join("models/Tiny")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).arg("--data").arg(self.data.path());
        for name in ["HF_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE"] {
            command.env_remove(name);
        }
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.env("HF_ENDPOINT", &self.endpoint).env("HF_HOME", self.cache.path());
        if let Some(token) = self.token {
            command.env("HF_TOKEN", token);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        if let Some(token) = self.token {
            let said = [output.stdout.clone(), output.stderr.clone()].concat();
            assert!(!String::from_utf8_lossy(&said).contains(token), "a token is never printed");
        }
        output
    }

    fn pull(&self) -> Output {
        self.run(&["models", "pull", "Tiny", "--json"])
    }

    /// What a failing pull says; it leaves no model.
    fn refused(&self) -> String {
        let text = said(&self.pull());
        assert!(!self.folder().exists(), "{text}");
        assert_eq!(self.state(), "not_here", "{text}");
        text
    }

    /// Until so many bytes of the weights have come.
    fn wait_for_part(&self, bytes: u64) {
        let part = || -> Option<u64> {
            let staged = fs::read_dir(self.data.path().join("models/.pulling/Tiny")).ok()?.next()?.ok()?.path();
            Some(fs::metadata(staged.join("tiny.gguf.part")).ok()?.len())
        };
        let begin = Instant::now();
        while part() != Some(bytes) {
            assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", part());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn state(&self) -> String {
        let output = self.run(&["models", "list", "--json"]);
        let tiny = lines(&output).into_iter().find(|model| model["name"] == "Tiny").unwrap();
        tiny["state"].as_str().unwrap().to_owned()
    }
}

fn said(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verdicts(output: &Output) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    lines.filter(|line| line["file"].is_string()).map(|line| (word(&line, "file"), word(&line, "verdict"))).collect()
}

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn a_model_is_pulled_whole_locked_and_not_asked_for_again() {
    let hub = hub();
    let mut place = Place::new(&hub.url);
    place.token = Some("hf_test_s3cret");
    assert_eq!(place.state(), "not_here");
    let line = lines(&place.pull()).remove(0);
    assert_eq!((&line["model"], &line["state"], &line["bytes"]), (&"Tiny".into(), &"pulled".into(), &200_018.into()));
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
    let asked = hub.asked();
    assert_eq!(asked.len(), 3, "a listing and two files: {asked:?}");
    assert!(asked.iter().all(|asked| asked.token.as_deref() == Some("Bearer hf_test_s3cret") && asked.range.is_none()));

    let lock: Value = serde_json::from_slice(&fs::read(place.folder().join("countersign.lock")).unwrap()).unwrap();
    assert_eq!(lock["files"][0]["digest"], format!("sha256:{}", sha256(&weights())));
    assert_eq!((&lock["files"][0]["commit"], &lock["files"][0]["repository"]), (&COMMIT.into(), &"test/tiny".into()));
    let mut there: Vec<_> =
        fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(there, ["countersign.lock", "tiny.gguf", "tokenizer.json"], "only what the catalogue names");
    assert_eq!(place.state(), "pulled");

    assert!(lines(&place.pull())[0]["state"].as_str().unwrap().contains("was here"));
    assert_eq!(hub.asked(), [], "what is here is not asked for");
}

#[test]
fn a_line_that_is_cut_again_and_again_is_gone_on_with() {
    let hub = hub();
    hub.behave(Manner { cut_after: Some(90_000), ..Manner::default() });
    let place = Place::new(&hub.url);
    lines(&place.pull());
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
    let ranges: Vec<_> = hub.asked().into_iter().filter_map(|asked| asked.range).collect();
    assert_eq!(ranges, ["bytes=90000-", "bytes=180000-"]);
}

#[test]
fn a_pull_that_was_killed_is_no_model_and_goes_on_where_it_was() {
    let hub = hub();
    hub.behave(Manner { stall_after: Some(70_000), ..Manner::default() });
    let place = Place::new(&hub.url);
    let mut child = place.command(&["models", "pull", "Tiny"]).spawn().unwrap();
    place.wait_for_part(70_000);
    let other = said(&place.pull());
    assert!(other.contains("being pulled by another process"), "{other}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.state(), "not_here");
    let brief = place.data.path().join("brief.yaml");
    fs::write(&brief, "product: Fjord\nlocales: [en-US]\nasset_types: [x_post]\nmessages: [Hi there.]\n").unwrap();
    let draft = ["kit", "draft", "--brief", brief.to_str().unwrap(), "--model", "tiny"];
    let text = said(&place.run(&draft));
    assert!(text.contains("`countersign models pull Tiny`") && text.contains("*.gguf, tokenizer.json"), "{text}");
    assert!(text.contains(place.folder().to_str().unwrap()), "{text}");

    hub.behave(Manner::default());
    hub.asked();
    lines(&place.pull());
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
    assert_eq!(hub.asked()[1].range.as_deref(), Some("bytes=70000-"));

    // And a model that was locked is not used when it has become shorter.
    fs::write(place.folder().join("tiny.gguf"), b"GGUF").unwrap();
    let text = said(&place.run(&draft));
    assert!(text.contains("has 4 bytes and was locked with 200000"), "{text}");
}

#[test]
fn a_server_that_knows_no_ranges_gives_no_file_with_a_beginning_twice() {
    let hub = hub();
    let place = Place::new(&hub.url);
    hub.behave(Manner { stall_after: Some(70_000), ..Manner::default() });
    let mut child = place.command(&["models", "pull", "Tiny"]).spawn().unwrap();
    place.wait_for_part(70_000);
    child.kill().unwrap();
    child.wait().unwrap();
    hub.behave(Manner { knows_no_range: true, ..Manner::default() });
    lines(&place.pull());
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
}

#[test]
fn a_file_that_is_not_what_was_announced_is_thrown_away() {
    let hub = hub();
    hub.behave(Manner { digest_of: Some(b"another".to_vec()), ..Manner::default() });
    let place = Place::new(&hub.url);
    let text = place.refused();
    assert!(text.contains("tiny.gguf") && text.contains("the hub says") && text.contains("thrown away"), "{text}");

    hub.behave(Manner::default());
    place.catalogue(&format!("digests = {{ \"tokenizer.json\" = \"sha256:{}\" }}", sha256(b"another")));
    let text = place.refused();
    assert!(text.contains("tokenizer.json") && text.contains("the catalogue says"), "{text}");

    place.catalogue(&format!("digests = {{ \"tokenizer.json\" = \"sha256:{}\" }}", sha256(TOKENIZER)));
    lines(&place.pull());
}

#[test]
fn what_is_not_there_or_not_open_is_said_with_what_to_do() {
    let hub = hub();
    let mut place = Place::new(&hub.url);
    hub.behave(Manner { status: Some(404), ..Manner::default() });
    let text = place.refused();
    assert!(text.contains("test/tiny at revision main") && text.contains("404"), "{text}");

    hub.behave(Manner { token: Some("right".into()), ..Manner::default() });
    let text = place.refused();
    assert!(text.contains("401") && text.contains("put one that may read it into HF_TOKEN"), "{text}");
    place.token = Some("hf_test_wr0ng");
    let text = place.refused();
    assert!(text.contains("401") && text.contains("may not read it"), "{text}");

    let empty = Hub::with(&[("tokenizer.json", TOKENIZER)]);
    let text = Place::new(&empty.url).refused();
    assert!(text.contains("has no *.gguf") && text.contains("catalog.toml"), "{text}");

    let text = said(&place.run(&["models", "pull", "Tinny"]));
    assert!(text.contains("no model `Tinny`") && text.contains("Tiny") && text.contains("SmolLM3-3B"), "{text}");
}

#[test]
fn without_a_network_it_says_which_files_go_where_and_takes_them_from_there() {
    let place = Place::new(NOBODY);
    let text = place.refused();
    let folder = place.folder();
    for words in ["cannot be reached", "test/tiny (revision main): *.gguf, tokenizer.json", folder.to_str().unwrap()] {
        assert!(text.contains(words), "{words}: {text}");
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("tiny.gguf"), weights()).unwrap();
    let text = said(&place.pull());
    assert!(text.contains("lacks tokenizer.json"), "{text}");
    assert_eq!(place.state(), "incomplete");
    fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    assert_eq!(place.state(), "copied");
    assert!(lines(&place.pull())[0]["state"].as_str().unwrap().contains("locked now"));
    assert_eq!(place.state(), "pulled");
    lines(&place.run(&["models", "verify", "Tiny", "--json"]));
}

#[test]
fn the_cache_is_looked_at_before_the_network() {
    let place = Place::new(NOBODY);
    let repository = place.cache.path().join("hub/models--test--tiny");
    let (blobs, snapshot) = (repository.join("blobs"), repository.join("snapshots").join(COMMIT));
    for folder in [&blobs, &snapshot, &repository.join("refs")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(repository.join("refs/main"), COMMIT).unwrap();
    let blob = blobs.join(sha256(&weights()));
    fs::write(&blob, weights()).unwrap();
    link(&blob, &snapshot.join("tiny.gguf"));
    assert_eq!(place.state(), "not_here", "a part of a model is no model");
    fs::write(snapshot.join("tokenizer.json"), TOKENIZER).unwrap();
    assert_eq!(place.state(), "cached");
    assert_eq!(lines(&place.pull())[0]["state"], "taken from the cache");
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
    assert!(!fs::symlink_metadata(place.folder().join("tiny.gguf")).unwrap().is_symlink());

    // A cache whose file is not what its own name says.
    let broken = Place { cache: place.cache, ..Place::new(NOBODY) };
    fs::write(&blob, b"GGUF").unwrap();
    let text = said(&broken.pull());
    assert!(text.contains("the cache says") && text.contains("remove"), "{text}");
    assert!(!broken.folder().exists());
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) {
    std::os::unix::fs::symlink(to, from).unwrap();
}

#[cfg(not(unix))]
fn link(to: &Path, from: &Path) {
    fs::copy(to, from).unwrap();
}

#[test]
fn a_flipped_bit_is_found_by_verify_and_mended_by_pull() {
    let hub = hub();
    let place = Place::new(&hub.url);
    lines(&place.pull());
    let verify = || place.run(&["models", "verify", "--json"]);
    let same = |file: &str| (file.to_owned(), "same".to_owned());
    assert_eq!(verdicts(&verify()), [same("tiny.gguf"), same("tokenizer.json")]);
    assert!(verify().status.success());

    let mut bytes = weights();
    bytes[123_456] ^= 4;
    fs::write(place.folder().join("tiny.gguf"), bytes).unwrap();
    let output = verify();
    assert!(!output.status.success(), "a difference is a failure");
    assert_eq!(verdicts(&output)[0], ("tiny.gguf".into(), "differs".into()));
    let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap().to_owned();
    assert!(last.contains("\"wrong\":1"), "{last}");
    let text = place.run(&["models", "verify", "tiny"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("Tiny/tiny.gguf DIFFERS"), "{text:?}");

    lines(&place.pull());
    assert!(verify().status.success());
    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());
    assert!(!said(&place.run(&["models", "verify", "../models"])).is_empty());
    assert!(said(&place.run(&["models", "verify", "SmolLM3-3B"])).contains("is not there"));
}

#[test]
fn a_hostile_hub_writes_nothing_outside_and_gets_no_token_elsewhere() {
    let files = hub();
    let hub = hub();
    let mut place = Place::new(&hub.url);
    place.token = Some("hf_test_s3cret");
    let lists_too = ["../evil.gguf", "/tmp/evil.gguf", "a/../../evil.gguf", ".evil.gguf", "evil.gguf\u{0}"];
    hub.behave(Manner {
        lists_too: lists_too.map(str::to_owned).to_vec(),
        elsewhere: Some(files.url.clone()),
        ..Manner::default()
    });
    lines(&place.pull());
    let elsewhere = files.asked();
    assert_eq!(elsewhere.len(), 2);
    assert!(elsewhere.iter().all(|asked| asked.token.is_none()), "{elsewhere:?}");
    assert!(hub.asked().iter().all(|asked| !asked.path.contains("evil")));

    assert_eq!(fs::read(place.folder().join("tiny.gguf")).unwrap(), weights());

    let place = Place::new(&hub.url);
    hub.behave(Manner { elsewhere: Some(hub.url.clone()), ..Manner::default() });
    let text = place.refused();
    assert!(text.contains("more than 8 redirects"), "{text}");
    hub.behave(Manner { elsewhere: Some("file://".into()), ..Manner::default() });
    let text = place.refused();
    assert!(text.contains("a redirect to nowhere"), "{text}");
}
