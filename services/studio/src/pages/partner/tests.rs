//! The partner's page as a browser uses it: what is typed, uploaded and taken back.

use crate::testing::{World, partner};

async fn made(world: &World) -> String {
    let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.json();
    format!("/partners/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_key_is_on_the_page_that_answers_and_on_no_other() {
    let world = World::new().await;
    let path = made(&world).await;
    let shown = world.submit(&format!("{path}/keys"), "marketer", "name=shop").await;
    assert_eq!(shown.status, 200);
    let start = shown.body.find("cs_partner_").unwrap();
    let key = shown.body[start..start + 54].to_owned();
    assert!(!world.page(&path, "marketer").await.body.contains(&key));
}

#[tokio::test]
async fn a_profile_that_moved_on_is_not_overwritten_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let path = made(&world).await;
    let form = |name: &str| format!("version=1&display_name={name}&site=https%3A%2F%2Fx.example");
    assert_eq!(world.submit(&format!("{path}/profile"), "marketer", &form("First")).await.status, 303);
    let late = world.submit(&format!("{path}/profile"), "admin", &form("Second")).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("value=\"Second\"") && late.body.contains("meanwhile"));
    assert!(world.page(&path, "admin").await.body.contains("value=\"First\""));
}

#[tokio::test]
async fn a_place_that_moved_on_is_not_overwritten_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let path = made(&world).await;
    let page = world.page(&path, "marketer").await.body;
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = |tier: &str| format!("seen={}&tier={tier}&markets=DE&locales=de-DE", seen.replace(':', "%3A"));
    assert_eq!(world.submit(&format!("{path}/place"), "marketer", &form("First")).await.status, 303);
    let late = world.submit(&format!("{path}/place"), "admin", &form("Second")).await;
    assert_eq!(late.status, 409);
    assert!(
        late.body.contains("value=\"Second\"") && late.body.contains("First, not certified; DE; de-DE; inactive"),
        "{}",
        late.body
    );
    assert!(world.page(&path, "admin").await.body.contains("value=\"First\""));
    assert_eq!(world.submit(&format!("{path}/place"), "admin", "tier=x&markets=DE&locales=de-DE").await.status, 409);
}

/// A bar with a margin, in one colour.
fn svg(color: &str) -> Vec<u8> {
    let bar = format!("<path fill=\"{color}\" d=\"M4 4h72v12H4z\"/>");
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 80 20\">{bar}</svg>").into_bytes()
}

#[tokio::test]
async fn a_logo_is_taken_in_as_pixels_and_what_is_no_image_is_refused_with_advice() {
    let world = World::new().await;
    let path = made(&world).await;
    let refused = world.upload(&format!("{path}/logo"), "marketer", "logo", "logo.gif", b"GIF89a\x01\x00").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("id=\"fault-logo\"") && refused.body.contains("PNG"), "{}", refused.body);
    let none = world.upload(&format!("{path}/logo-dark"), "marketer", "logo_dark", "logo.png", b"").await;
    assert!(none.status == 422 && none.body.contains("id=\"fault-logo_dark\""), "{}", none.body);
    let png = crate::testing::png();
    let taken = world.upload(&format!("{path}/logo"), "marketer", "logo", "logo.png", &png).await;
    assert_eq!(taken.status, 303, "{}", taken.body);
    let logo = world.page(&format!("{path}/logo"), "marketer").await;
    assert_eq!((logo.status, logo.header("content-type").as_str()), (200, "image/png"));
    assert_eq!(world.page(&format!("{path}/logo-dark"), "marketer").await.status, 404);
}

#[tokio::test]
async fn a_logo_that_cannot_be_told_from_its_ground_is_refused_with_what_was_measured() {
    let world = World::new().await;
    let path = made(&world).await;
    let (light, dark) = (format!("{path}/logo"), format!("{path}/logo-dark"));
    let white = world.upload(&light, "marketer", "logo", "w.svg", &svg("#fff")).await;
    assert_eq!(white.status, 422);
    assert!(white.body.contains("1.00:1 on white") && white.body.contains("for dark grounds"), "{}", white.body);
    let black = world.upload(&dark, "marketer", "logo_dark", "b.svg", &svg("#000")).await;
    assert_eq!(black.status, 422);
    assert!(black.body.contains(":1 on near-black (#111111)"), "{}", black.body);
    assert_eq!(world.upload(&dark, "marketer", "logo_dark", "w.svg", &svg("#fff")).await.status, 303);
    assert_eq!(world.upload(&light, "marketer", "logo", "b.svg", &svg("#000")).await.status, 303);
    let shown = world.page(&path, "marketer").await.body;
    assert!(shown.contains("/logo?v=") && shown.contains("/logo-dark?v="), "{shown}");
}

#[tokio::test]
async fn a_vector_is_of_the_logo_that_is_there_and_a_logo_can_be_taken_off() {
    let world = World::new().await;
    let path = made(&world).await;
    let profile = format!("/api/v1{path}/profile");
    let held = async || {
        let read = world.get(&profile, "marketer").await.json();
        ["logo", "logo_dark", "logo_vector"].map(|name| read[name].is_string())
    };
    world.upload(&format!("{path}/logo"), "marketer", "logo", "a.svg", &svg("#0b5c6b")).await;
    world.upload(&format!("{path}/logo-dark"), "marketer", "logo_dark", "b.svg", &svg("#fff")).await;
    assert_eq!(held().await, [true, true, true]);
    world.upload(&format!("{path}/logo"), "marketer", "logo", "a.png", &crate::testing::png()).await;
    assert_eq!(held().await, [true, true, false], "the vector was of the logo before");
    assert_eq!(world.submit(&format!("{path}/logo-dark/remove"), "marketer", "").await.status, 303);
    assert_eq!(held().await, [true, false, false]);
    assert_eq!(world.submit(&format!("{path}/logo/remove"), "reviewer", "").await.status, 403);
    assert_eq!(world.submit(&format!("{path}/logo/remove"), "marketer", "").await.status, 303);
    assert_eq!(held().await, [false, false, false]);
}

#[tokio::test]
async fn a_certification_is_set_on_the_page_and_said_in_words() {
    let world = World::new().await;
    let path = made(&world).await;
    let save = async |until: &str| {
        let page = world.page(&path, "marketer").await.body;
        let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = format!(
            "seen={}&tier=gold&certified_until={until}&markets=US&locales=en-US&active=on",
            seen.replace(':', "%3A")
        );
        world.submit(&format!("{path}/place"), "marketer", &form).await
    };
    assert!(world.page(&path, "marketer").await.body.contains("Not certified: its assets show no badge."));
    assert_eq!(save("2027-01-01").await.status, 303);
    let page = world.page(&path, "marketer").await.body;
    assert!(page.contains("Certified until 2027-01-01, 0:00 UTC. The brand has no badge for gold"), "{page}");
    assert_eq!(save("2026-11-22").await.status, 303);
    assert!(world.page(&path, "marketer").await.body.contains("The certification lapsed on 2026-11-22, 0:00 UTC"));
    let bad = save("soon").await;
    assert!(bad.status == 422 && bad.body.contains("id=\"fault-certified_until\""), "{}", bad.body);
    assert!(bad.body.contains("value=\"soon\""), "what was typed stays");
    assert_eq!(save("").await.status, 303);
    assert!(world.page(&path, "marketer").await.body.contains("Not certified"));
}
