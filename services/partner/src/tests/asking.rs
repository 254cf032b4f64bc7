//! How often a partner may ask, and what happens to what it says.

use super::house::{HERE, House, IDLE};

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let house = House::with_limit(2).await;
    let first = house.get("/partner/v1/me", HERE).await;
    assert_eq!((first.status, first.header("ratelimit-policy")), (200, "\"default\";q=2;w=60"));
    assert!(first.header("ratelimit").starts_with("\"default\";r=1;"));
    let nothing = house.get("/partner/v1/assets/nonsense", HERE).await;
    assert_eq!((nothing.status, nothing.header("ratelimit")), (404, "\"default\";r=0;t=60"));
    let nobody = house.get("/partner/v1/me", "cs_partner_unknown").await;
    assert!(nobody.status == 401 && !nobody.headers.contains_key("ratelimit"));
    let refused = house.get("/partner/v1/me", HERE).await;
    assert_eq!(
        (refused.status, refused.header("retry-after"), refused.header("ratelimit")),
        (429, "30", "\"default\";r=0;t=30")
    );
    assert_eq!(refused.json()["type"], "/docs/errors#too-many-requests");
    assert_eq!(house.get("/partner/v1/me", IDLE).await.status, 200, "another's bucket is its own");
    house.clock.advance_seconds(31);
    assert_eq!(house.get("/partner/v1/me", HERE).await.status, 200);
}

#[tokio::test]
async fn feedback_with_one_key_is_heard_once_and_the_key_is_one_partners() {
    let house = House::new().await;
    let (asset, _) = house.released().await;
    let path = format!("/partner/v1/assets/{asset}/feedback");
    let json = ("content-type", "application/json");
    let say =
        async |who: &str, body: &str| house.send("POST", &path, who, &[json, ("idempotency-key", "k")], body).await;
    let useful = r#"{"kind":"useful","comment":"<b>Good</b>"}"#;
    let first = say(HERE, useful).await;
    assert_eq!(first.status, 201);
    let again = say(HERE, useful).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = say(HERE, r#"{"kind":"problem"}"#).await;
    assert_eq!((other.status, &other.json()["type"]), (422, &"/docs/errors#idempotency-mismatch".into()));
    let idle = say(IDLE, useful).await;
    assert_eq!(idle.status, 201);
    assert_ne!(idle.body, first.body, "another partner's answer is never repeated");
    assert_ne!(house.send("POST", &path, HERE, &[json], useful).await.body, first.body, "without a key it is new");
    for (bad, status) in [("{", 400), (r#"{"kind":"rude"}"#, 422), (r#"{"kind":"useful","more":1}"#, 422)] {
        assert_eq!(house.send("POST", &path, HERE, &[json], bad).await.status, status, "{bad}");
    }
    let long = format!(r#"{{"kind":"useful","comment":"{}"}}"#, "x".repeat(2001));
    assert_eq!(house.send("POST", &path, HERE, &[json], &long).await.status, 422);
    assert_eq!(house.send("POST", &path, HERE, &[("content-type", "text/plain")], useful).await.status, 415);
}
