//! A campaign in one archive.

use std::io::{Cursor, Read as _};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::house::{FOREIGN, HERE, House, IDLE};

/// The names and bytes of its files, in their order.
fn opened(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = |at: usize| {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().to_owned(), bytes)
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len()).map(read).collect()
}

async fn path(house: &House) -> String {
    let listed = house.get("/partner/v1/assets", HERE).await.json();
    let campaign = listed["items"][0]["campaign"].as_str().unwrap().replace(' ', "%20");
    format!("/partner/v1/campaigns/{campaign}/archive")
}

#[tokio::test]
async fn an_archive_holds_every_file_with_a_digest_that_its_receipt_has() {
    let house = House::new().await;
    let (asset, release) = house.released().await;
    house.drafted().await;
    let path = path(&house).await;
    let answer = house.get(&path, HERE).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!((answer.header("content-type"), answer.header("vary")), ("application/zip", "authorization"));
    let files = opened(&answer.body);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let folder = "x_post/en-US";
    let expected = ["data.json", "main.html", "main.txt"].map(|name| format!("{folder}/{name}"));
    assert_eq!(names[0], "manifest.json");
    assert_eq!(names[1..], expected);
    let manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    assert_eq!((&manifest["partner"], &manifest["left_out"]), (&"here".into(), &serde_json::json!([])));
    let entries = manifest["files"].as_array().unwrap();
    let pem = String::from_utf8(house.get("/partner/v1/receipt-key", "").await.body).unwrap();
    let key = crate::public_key(&pem).unwrap();
    for ((name, bytes), entry) in files[1..].iter().zip(entries) {
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((&entry["path"], &entry["digest"]), (&name.as_str().into(), &format!("sha256:{sum}").into()));
        assert_eq!((&entry["bytes"], &entry["asset"]), (&bytes.len().into(), &asset.to_string().into()));
        assert_eq!(entry["release"], release.to_string());
        let receipt = house.get(entry["receipt"].as_str().unwrap(), HERE).await;
        let envelope = serde_json::from_slice(&receipt.body).unwrap();
        assert!(crate::verify(&envelope, &key, Some(bytes)).is_ok(), "{name}");
    }
    let own = house.get(&format!("/partner/v1/assets/{asset}/renditions/zip"), HERE).await;
    let own: Vec<_> = opened(&own.body).into_iter().filter(|(name, _)| name != "manifest.json").collect();
    let mine: Vec<_> =
        files[1..].iter().map(|(name, bytes)| (name[folder.len() + 1..].to_owned(), bytes.clone())).collect();
    assert_eq!(mine, own, "as the asset's own zip has them");
}

#[tokio::test]
async fn an_archive_is_had_once_and_is_a_pull_of_each_release() {
    let house = House::new().await;
    let (one, first) = house.released().await;
    let (_, second) = house.released().await;
    let path = path(&house).await;
    let head = house.send("HEAD", &path, HERE, &[], "").await;
    assert_eq!((head.status, head.body.len(), house.pulls(first).await), (200, 0, (0, 0)), "no copy went out");
    let had = house.get(&path, HERE).await;
    assert_eq!(had.header("etag"), head.header("etag"));
    assert_eq!((house.pulls(first).await, house.pulls(second).await), ((1, 1), (1, 1)));
    assert!(
        opened(&had.body).iter().any(|(name, _)| *name == format!("x_post/en-US/{one}/main.txt")),
        "two share a place"
    );
    let again = house.send("GET", &path, HERE, &[("if-none-match", had.header("etag"))], "").await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, had.header("etag")));
    assert_eq!(house.get(&path, HERE).await.body, had.body, "the same bytes");
    assert_eq!(house.pulls(first).await, (2, 1));
    let idle = house.send("GET", &path, IDLE, &[("if-none-match", had.header("etag"))], "").await;
    assert!(idle.status == 200 && idle.body != had.body, "another partner's is another");
    house.recall(first).await;
    let open = house.get("/partner/v1/recalls", HERE).await.json();
    assert_eq!(open["items"].as_array().unwrap().len(), 1, "whoever had the archive hears of the recall");
    let rest = house.send("GET", &path, HERE, &[("if-none-match", had.header("etag"))], "").await;
    assert_eq!(rest.status, 200);
    let rest = opened(&rest.body);
    assert!(
        !rest
            .iter()
            .any(|(name, bytes)| name != "manifest.json" && String::from_utf8_lossy(bytes).contains(&one.to_string()))
    );
    assert_eq!((house.pulls(first).await.0, house.pulls(second).await.0), (3, 4));
}

#[tokio::test]
async fn a_campaign_of_which_nothing_is_there_for_a_partner_is_the_same_404_as_one_that_never_was() {
    let house = House::new().await;
    house.drafted().await;
    let (_, release) = house.released().await;
    let path = path(&house).await;
    let shape = async |path: &str, key: &str| {
        let answer = house.get(path, key).await;
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, names, answer.body)
    };
    let unknown = shape("/partner/v1/campaigns/never/archive", HERE).await;
    assert_eq!(unknown.0, 404);
    assert_eq!(shape(&path, FOREIGN).await, unknown);
    for other in ["?locale=de-DE", "?market=DE", "?locale=en-US&market=CA"] {
        assert_eq!(shape(&format!("{path}{other}"), HERE).await, unknown, "{other}");
    }
    for name in ["%00", "%FF", "..%2F..%2Fme", &"x".repeat(6000)] {
        assert_eq!(shape(&format!("/partner/v1/campaigns/{name}/archive"), HERE).await, unknown, "{name}");
    }
    assert_eq!(house.get(&format!("{path}?locale=en-US&market=US"), HERE).await.status, 200);
    for bad in ["?locale=de_DE", "?market=Germany", "?colour=red", &format!("?locale={}", "x".repeat(5000))] {
        let answer = house.get(&format!("{path}{bad}"), HERE).await;
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{bad}");
    }
    house.recall(release).await;
    assert_eq!(shape(&path, HERE).await, unknown, "nothing is live");
}

#[tokio::test]
async fn what_cannot_be_rendered_is_left_out_and_named() {
    let mut house = House::new().await;
    house.released().await;
    let path = path(&house).await;
    house.template.version += 1;
    let (lost, release) = house.released().await;
    let answer = house.get(&path, HERE).await;
    let manifest: Value = serde_json::from_slice(&opened(&answer.body)[0].1).unwrap();
    assert_eq!(manifest["left_out"][0]["asset"], lost.to_string(), "{manifest:#}");
    assert_eq!(manifest["assets"].as_array().unwrap().len(), 1);
    assert_eq!(house.pulls(release).await, (0, 0), "nothing of it went out");
}

#[tokio::test]
async fn more_than_an_archive_holds_is_refused_with_what_to_do() {
    let house = House::new().await;
    for _ in 0..=crate::archive::MAX_ASSETS {
        house.released().await;
    }
    let refused = house.get(&path(&house).await, HERE).await;
    assert_eq!((refused.status, &refused.json()["type"]), (422, &"/docs/errors#archive-too-large".into()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("?locale="));
}
