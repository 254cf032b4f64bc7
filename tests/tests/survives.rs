//! Killed at any instant, it loses nothing and repeats nothing.

use std::time::{Duration, Instant};

use countersign_tests::{Api, Line, Service, fresh_database, postgres};
use serde_json::{Value, json};

fn brief() -> Value {
    json!({
        "product": "vault", "campaign": "Kill test",
        "messages": [{"en": "Restores are rehearsed every night.", "de": "Jede Nacht wird die Wiederherstellung geprobt."}],
        "locales": ["en-US", "de-DE"], "asset_types": ["email", "linkedin_post", "x_post"], "variants": 3, "seed": 5
    })
}

fn states(kit: &Value) -> Vec<&str> {
    kit["assets"].as_array().unwrap().iter().map(|asset| asset["state"].as_str().unwrap()).collect()
}

/// Revisions of each asset: a draft that was done twice would show as two.
fn revisions(api: &Api, kit: &Value) -> Vec<usize> {
    let assets = kit["assets"].as_array().unwrap();
    assets
        .iter()
        .map(|asset| {
            let path = format!("/api/v1/assets/{}/revisions", asset["id"].as_str().unwrap());
            api.get(&path).expect(200).json()["items"].as_array().unwrap().len()
        })
        .collect()
}

#[test]
fn a_kit_that_was_killed_in_the_middle_is_completed_once() {
    let data = tempfile::tempdir().unwrap();
    let mut service = Service::sample(data.path());
    let kit = service.api().sign_in("marketer").kit(&brief());
    for round in 0..3 {
        let api = service.api().sign_in("marketer");
        // Wait until more is drafted than before, so that the kill lies in the middle of something.
        let before = round * 3;
        let path = format!("/api/v1/kits/{kit}");
        let seen = api.until(&path, |kit| states(kit).iter().filter(|state| **state != "drafting").count() > before);
        assert_eq!(states(&seen).len(), 18);
        service.kill();
        service = Service::start(data.path(), &[]);
    }
    let api = service.api().sign_in("marketer");
    let done = api.drafted(&kit);
    assert!(states(&done).iter().all(|state| *state == "in_review"), "{done:#}");
    assert_eq!(revisions(&api.sign_in("reviewer"), &done), vec![1; 18], "nothing was drafted twice");
    let reviews = api.sign_in("reviewer").reviews(&kit);
    assert_eq!(reviews.len(), 18, "one review each");
}

#[test]
fn a_service_whose_words_nobody_reads_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut child = Service::command(data.path(), &["--sample"]).env("COUNTERSIGN_LISTEN", &address).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let begin = Instant::now();
    while std::net::TcpStream::connect(&address).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    // What it has to say at its start (where to sign in, with what) is said before the kit is drafted.
    let api = Api::new(&format!("http://{address}")).sign_in("marketer");
    let kits = api.get("/api/v1/kits").expect(200).json();
    api.drafted(kits["items"][0]["id"].as_str().unwrap());
    assert!(child.try_wait().unwrap().is_none(), "it still runs");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_decision_that_was_answered_survives_a_kill_and_is_released_once() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let marketer = service.api().sign_in("marketer");
    // For a market and a language of the partner that looks.
    let brief = json!({
        "product": "vault", "language": "de", "messages": ["Jede Wiederherstellung wird geprobt."],
        "locales": ["de-DE"], "asset_types": ["email"]
    });
    let kit = marketer.kit(&brief);
    let asset = marketer.drafted(&kit)["assets"][0]["id"].as_str().unwrap().to_owned();
    let reviewer = service.api().sign_in("reviewer");
    let review = reviewer.reviews(&kit)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(reviewer.decide(&review, "approve", "").status, 200);
    service.kill();
    let service = Service::start(data.path(), &[]);
    let marketer = service.api().sign_in("marketer");
    marketer.until(&format!("/api/v1/kits/{kit}"), |kit| kit["assets"][0]["state"] == "released");
    let service = {
        // Once more: what is released is not released again.
        service.kill();
        Service::start(data.path(), &[])
    };
    let changes = service.api().partner().get("/partner/v1/changes").expect(200).json();
    let of_asset = changes["items"].as_array().unwrap().iter().filter(|change| change["asset"] == asset.as_str());
    assert_eq!(of_asset.count(), 1, "released once: {changes:#}");
}

#[test]
fn a_database_that_goes_away_is_said_so_and_work_goes_on_when_it_is_back() {
    let server = postgres().expect("tests/run.sh starts PostgreSQL and sets COUNTERSIGN_TEST_POSTGRES");
    let database = fresh_database(&server);
    let host = database.url.split('@').next_back().unwrap().split('/').next().unwrap();
    let line = Line::to(host);
    let through = database.url.replace(host, &line.address);
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &["--sample", "--database", &through]);
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let kit = marketer.kit(&brief());
    line.cut();
    for reply in
        [marketer.get("/api/v1/kits"), marketer.post("/api/v1/kits", &brief()), api.partner().get("/partner/v1/assets")]
    {
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert_eq!(reply.json()["type"], "/docs/errors#unavailable");
        assert!(reply.header("retry-after").parse::<u32>().is_ok());
    }
    assert_eq!((api.get("/healthz").status, api.get("/readyz").status), (200, 503));
    line.mend();
    let begin = Instant::now();
    while api.get("/readyz").status != 200 {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not come back");
        std::thread::sleep(Duration::from_millis(100));
    }
    // The kit that was asked for before is drafted, each asset once.
    let done = marketer.drafted(&kit);
    assert!(states(&done).iter().all(|state| *state == "in_review"), "{done:#}");
    assert_eq!(revisions(&api.sign_in("reviewer"), &done), vec![1; 18]);
}
