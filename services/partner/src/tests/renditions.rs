//! The bytes that partners get, and how a recall ends them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_render::Templates;
use sha2::{Digest as _, Sha256};

use super::house::{HERE, HOSTILE, House, IDLE};

#[tokio::test]
async fn a_rendition_says_its_digest_is_had_once_and_every_pull_is_on_record() {
    let house = House::new().await;
    let (asset, release) = house.released().await;
    for (format, media) in [("html", "text/html"), ("text", "text/plain"), ("json", "application/json")] {
        let path = format!("/partner/v1/assets/{asset}/renditions/{format}");
        let first = house.get(&path, HERE).await;
        assert_eq!(first.status, 200, "{}", String::from_utf8_lossy(&first.body));
        assert!(first.header("content-type").starts_with(media));
        let sum = STANDARD.encode(Sha256::digest(&first.body));
        assert_eq!(first.header("repr-digest"), format!("sha-256=:{sum}:"));
        assert_eq!((first.header("content-language"), first.header("vary")), ("en-US", "authorization"));
        assert!(first.header("cache-control").starts_with("private"));
        assert!(first.header("content-security-policy").contains("sandbox"));
        let again = house.send("GET", &path, HERE, &[("if-none-match", first.header("etag"))], "").await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, first.header("etag")));
        assert_eq!(house.send("GET", &path, HERE, &[("if-none-match", "\"other\"")], "").await.body, first.body);
        let head = house.send("HEAD", &path, HERE, &[], "").await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, first.header("etag")));
    }
    assert_eq!(house.pulls(release).await, (6, 1), "twice each; neither what was had already nor a HEAD is a copy");
    assert_eq!(house.get(&format!("/partner/v1/assets/{asset}/renditions/pdf"), HERE).await.status, 404);
    assert_eq!(house.pulls(release).await, (6, 1), "nothing was had");
}

#[tokio::test]
async fn two_partners_get_their_own_bytes_and_receipts() {
    let house = House::new().await;
    let (asset, release) = house.released().await;
    let path = format!("/partner/v1/assets/{asset}/renditions/text");
    let (here, idle) = (house.get(&path, HERE).await, house.get(&path, IDLE).await);
    assert_ne!((&here.body, here.header("etag")), (&idle.body, idle.header("etag")));
    assert!(String::from_utf8_lossy(&idle.body).contains("from Idle."));
    // Once more: the cache must not mix them up.
    assert_eq!(house.get(&path, HERE).await.body, here.body);
    // The other's tag is not this partner's.
    let crossed = house.send("GET", &path, HERE, &[("if-none-match", idle.header("etag"))], "").await;
    assert_eq!(crossed.status, 200);
    assert_eq!(house.pulls(release).await.1, 2);
    let receipt = house.get(&format!("/partner/v1/assets/{asset}/receipt"), IDLE).await;
    let envelope = serde_json::from_slice(&receipt.body).unwrap();
    let pem = String::from_utf8(house.get("/partner/v1/receipt-key", "").await.body).unwrap();
    let key = crate::public_key(&pem).unwrap();
    assert!(crate::verify(&envelope, &key, Some(&idle.body)).is_ok());
    assert!(crate::verify(&envelope, &key, Some(&here.body)).is_err(), "another partner's bytes");
}

#[tokio::test]
async fn what_a_partner_calls_itself_is_text_and_never_markup() {
    let house = House::new().await;
    let (asset, _) = house.released().await;
    let html = house.get(&format!("/partner/v1/assets/{asset}/renditions/html"), HERE).await;
    let html = String::from_utf8(html.body).unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(html.contains("{{7*7}}") && !html.contains("49"), "no engine runs over a profile");
    let json = house.get(&format!("/partner/v1/assets/{asset}/renditions/json"), HERE).await.json();
    assert!(json["slots"]["text"].as_str().unwrap().contains(HOSTILE));
}

#[tokio::test]
async fn a_recalled_release_is_gone_with_a_tombstone_and_can_be_acknowledged() {
    let house = House::new().await;
    let (asset, release) = house.released().await;
    let base = format!("/partner/v1/assets/{asset}");
    let had = house.get(&format!("{base}/renditions/html"), HERE).await;
    let recall = house.recall(release).await;
    let tag = had.header("etag").to_owned();
    for rest in ["", "/receipt", "/renditions/html", "/renditions/text"] {
        let answer = house.send("GET", &format!("{base}{rest}"), HERE, &[("if-none-match", &tag)], "").await;
        assert_eq!((answer.status, &answer.json()["type"]), (410, &"/docs/errors#recalled".into()), "{rest}");
    }
    assert_eq!(house.pulls(release).await, (1, 1));
    assert_eq!(house.get("/partner/v1/assets", HERE).await.json()["items"], serde_json::json!([]));
    let feed = house.get("/partner/v1/changes", HERE).await.json();
    let kinds: Vec<&str> = feed["items"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["released", "recalled"]);
    assert_eq!(feed["items"][1]["recall"], recall.to_string());
    assert_eq!(house.get("/partner/v1/recalls", IDLE).await.json()["items"], serde_json::json!([]));
    let open = house.get("/partner/v1/recalls", HERE).await.json();
    assert_eq!(
        (&open["items"][0]["id"], &open["items"][0]["reason"]),
        (&recall.to_string().into(), &"A wrong figure".into())
    );
    let ack = format!("/partner/v1/recalls/{recall}/ack");
    for _ in 0..2 {
        assert_eq!(house.send("POST", &ack, HERE, &[], "").await.status, 204);
    }
    assert_eq!(house.get("/partner/v1/recalls", HERE).await.json()["items"], serde_json::json!([]));
    assert_eq!(house.send("POST", "/partner/v1/recalls/nonsense/ack", HERE, &[], "").await.status, 404);
}

#[tokio::test]
async fn a_release_is_rendered_with_the_files_that_it_was_approved_with() {
    let mut house = House::new().await;
    let current = house.template.clone();
    // An edition of another time, whose text begins otherwise.
    let mut files = current.files().clone();
    let layout = files.get_mut("layout.txt").unwrap();
    *layout = format!("Once upon a time: {layout}");
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        let path = folder.path().join("x_post").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let former = Templates::load(folder.path()).unwrap().get("x_post").unwrap().clone();
    house.template = former.clone();
    let (asset, _) = house.released().await;
    let path = format!("/partner/v1/assets/{asset}/renditions/text");
    let lost = house.get(&path, HERE).await;
    assert_eq!(
        (lost.status, &lost.json()["type"]),
        (409, &"/docs/errors#cannot-render".into()),
        "nothing is kept of it"
    );
    house.store.edition_keep("x_post", &former.tag(), former.files()).await.unwrap();
    let old = house.get(&path, HERE).await;
    assert!(String::from_utf8_lossy(&old.body).starts_with("Once upon a time: "));
    house.template = current;
    let (asset, _) = house.released().await;
    let new = house.get(&format!("/partner/v1/assets/{asset}/renditions/text"), HERE).await;
    assert!(new.status == 200 && !String::from_utf8_lossy(&new.body).contains("Once upon a time"));
}
