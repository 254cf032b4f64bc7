//! For whoever may not see it, a thing does not exist: one answer, byte for byte.

use super::house::{FOREIGN, HERE, House};

const UNKNOWN: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f";

#[tokio::test]
async fn unknown_malformed_unreleased_and_another_brands_are_one_and_the_same_404() {
    let house = House::new().await;
    let (unreleased, _) = house.drafted().await;
    let (released, release) = house.released().await;
    let shape = async |id: &str, key: &str, rest: &str| {
        let answer = house.get(&format!("/partner/v1/assets/{id}{rest}"), key).await;
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, names, answer.body)
    };
    for rest in ["", "/receipt", "/renditions/html", "/renditions/text", "/renditions/nonsense"] {
        let unknown = shape(UNKNOWN, HERE, rest).await;
        assert_eq!(unknown.0, 404);
        for id in ["nonsense", "%00", "..%2Fme", &unreleased.to_string(), &release.to_string(), &"x".repeat(4000)] {
            assert_eq!(shape(id, HERE, rest).await, unknown, "{id}{rest}");
        }
        assert_eq!(shape(&released.to_string(), FOREIGN, rest).await, unknown, "another brand's{rest}");
    }
    let say = async |id: &str, key: &str| {
        let path = format!("/partner/v1/assets/{id}/feedback");
        let answer =
            house.send("POST", &path, key, &[("content-type", "application/json")], r#"{"kind":"useful"}"#).await;
        (answer.status, answer.body)
    };
    let unknown = say(UNKNOWN, HERE).await;
    assert_eq!(unknown.0, 404);
    assert_eq!(say(&unreleased.to_string(), HERE).await, unknown);
    assert_eq!(say(&released.to_string(), FOREIGN).await, unknown);
}

#[tokio::test]
async fn lists_and_the_feed_hold_what_was_released_for_this_partner_and_nothing_else() {
    let house = House::new().await;
    let (unreleased, _) = house.drafted().await;
    let (released, _) = house.released().await;
    for path in ["/partner/v1/assets", "/partner/v1/changes"] {
        let here = String::from_utf8(house.get(path, HERE).await.body).unwrap();
        assert!(here.contains(&released.to_string()) && !here.contains(&unreleased.to_string()), "{here}");
        assert_eq!(house.get(path, FOREIGN).await.json()["items"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn every_key_that_does_not_open_gets_the_same_refusal() {
    let house = House::new().await;
    let unknown = house.get("/partner/v1/me", "cs_partner_guess").await;
    assert_eq!((unknown.status, unknown.header("www-authenticate")), (401, "Bearer"));
    for key in ["", "cs_user_token", "here", &format!("cs_partner_{}", "x".repeat(500))] {
        let answer = house.get("/partner/v1/me", key).await;
        assert_eq!((answer.status, answer.body), (401, unknown.body.clone()), "{key}");
    }
}

#[tokio::test]
async fn limits_and_cursors_out_of_range_are_refused_and_never_a_fault_of_ours() {
    let house = House::new().await;
    for path in ["/partner/v1/assets", "/partner/v1/changes"] {
        for query in
            ["limit=0", "limit=-1", "limit=4294967296", "limit=201", "cursor=%00", "cursor=YzE6eA%", "colour=red"]
        {
            let answer = house.get(&format!("{path}?{query}"), HERE).await;
            assert!(matches!(answer.status, 400), "{path}?{query}: {}", answer.status);
            assert_eq!(answer.header("content-type"), "application/problem+json", "{query}");
        }
    }
}
