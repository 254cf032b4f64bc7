//! The pages by behaviour, without JavaScript.

use countersign_domain::people::Role;
use serde_json::{Value, json};

use super::encoded;
use crate::testing::{HOSTILE, World};

/// No markup of anybody's made it into the page as markup, and no template engine ran over it.
fn is_text(html: &str) {
    assert!(!html.contains("<script>alert"), "script as markup");
    assert!(!html.contains("<b>otherwise"), "a finding's message as markup");
    assert!(!html.contains("Sam <b>"), "a person's name as markup");
    assert!(!html.contains("49</"), "a template engine ran over it");
}

#[tokio::test]
async fn whoever_is_not_signed_in_goes_to_the_sign_in() {
    let world = World::new().await;
    let mut rita = world.browser(&world.reviewer).await;
    rita.forget();
    let answer = rita.get("/reviews").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/sign-in?next=/reviews"));
}

#[tokio::test]
async fn the_queue_shows_what_waits_and_keeps_filters_that_are_not_right() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let page = rita.get("/reviews").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains(&format!("/reviews/{}", world.reviews[0])));
    assert!(page.text.contains("1 warn") && page.text.contains("1 block"));
    let wrong = rita.get("/reviews?locale=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("is not a locale"), "{}", wrong.text);
    is_text(&wrong.text);
}

#[tokio::test]
async fn a_whole_review_works_by_forms_alone_and_goes_on_to_the_next() {
    let world = World::new().await;
    let mut rita = world.browser(&world.reviewer).await;
    let review = world.reviews[0];
    let page = rita.get(&format!("/reviews/{review}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Start review") && page.text.contains("disabled"));
    assert!(page.text.contains("sandbox=\"\""));
    // Shown to the letter: the box keeps white space, so the template may add none.
    assert!(page.text.contains("dir=\"ltr\">See how small teams get their files back.</div>"), "{}", page.text);
    let bound = "<span class=\"rv-brief\">Backups that restore.</span><a class=\"rv-ref\" href=\"#src-message.1\"";
    assert!(page.text.contains(bound) && page.text.contains("id=\"src-message.1\""), "{}", page.text);
    let claimed = rita.form(&format!("/reviews/{review}/claim"), &[]).await;
    assert_eq!((claimed.status.as_u16(), claimed.location()), (303, format!("/reviews/{review}").as_str()));
    rita.keep_cookies(&claimed);
    let page = rita.get(&format!("/reviews/{review}")).await;
    let lease = rita.field(&page.text, "lease");
    assert!(!lease.is_empty() && page.text.contains("Yours to decide."), "{}", page.text);
    let digest = world.digest(world.assets[0]).await;
    let decided = rita
        .form(
            &format!("/reviews/{review}/decision"),
            &[("decision", "approve"), ("digest", &digest), ("lease", &lease), ("reason", "")],
        )
        .await;
    assert_eq!(decided.status, 303, "{}", decided.text);
    assert!(decided.location().starts_with(&format!("/reviews/{}?done=", world.reviews[1])), "{}", decided.location());
    let next = rita.get(decided.location()).await;
    assert!(next.text.contains("Approved: ") && next.text.contains("/undo"), "{}", next.text);
    let path = next.text.split("action=\"/decisions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let undone = rita.form(&format!("/decisions/{path}"), &[("review", &review.to_string())]).await;
    assert_eq!((undone.status.as_u16(), undone.location()), (303, format!("/reviews/{review}").as_str()));
    assert_eq!(rita.get(&format!("/api/v1/reviews/{review}")).await.json()["state"]["name"], "open");
    let after = rita.get(decided.location()).await;
    assert!(!after.text.contains("Approved: "), "what was taken back is no longer said");
}

#[tokio::test]
async fn a_form_without_the_pages_token_is_refused() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let review = world.reviews[0];
    for path in
        [format!("/reviews/{review}/claim"), format!("/reviews/{review}/decision"), format!("/reviews/{review}/edit")]
    {
        assert_eq!(rita.forged_form(&path, &[("_csrf", "guess"), ("decision", "approve")]).await.status, 403, "{path}");
        assert_eq!(rita.forged_form(&path, &[]).await.status, 403, "{path}");
    }
    assert_eq!(rita.get(&format!("/api/v1/reviews/{review}")).await.json()["lease"], Value::Null);
}

#[tokio::test]
async fn own_work_is_shown_with_the_reason_why_it_cannot_be_decided() {
    let world = World::new().await;
    let mara = world.browser(&world.marketer).await;
    let page = mara.get(&format!("/reviews/{}", world.reviews[0])).await;
    assert!(page.text.contains("You asked for this draft"), "{}", page.text);
    assert!(!page.text.contains("name=\"decision\""));
}

#[tokio::test]
async fn a_refused_decision_comes_back_with_what_was_typed() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let lease = rita.claim(review).await;
    let digest = world.digest(asset).await;
    let form = [("decision", "approve"), ("digest", digest.as_str()), ("lease", "wrong"), ("reason", HOSTILE)];
    let answer = rita.form(&format!("/reviews/{review}/decision"), &form).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"), "{}", answer.text);
    is_text(&answer.text);
    let form = [("decision", "reject"), ("digest", digest.as_str()), ("lease", lease.as_str()), ("reason", " ")];
    let answer = rita.form(&format!("/reviews/{review}/decision"), &form).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("A reason is required"), "{}", answer.text);
    assert_eq!(rita.field(&answer.text, "lease"), lease, "the claim is kept");
}

#[tokio::test]
async fn a_claim_by_form_outlasts_reading_and_keeps_the_reason_that_was_typed() {
    let world = World::new().await;
    let mut rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let page = rita.get(&format!("/reviews/{review}")).await;
    let (_, form) = page.text.split_once("<form id=\"decide\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    assert!(form.contains(&format!("formaction=\"/reviews/{review}/claim\"")), "one form, so that nothing is lost");
    let digest = world.digest(asset).await;
    let typed = [("reason", HOSTILE), ("digest", digest.as_str()), ("lease", "")];
    let claimed = rita.form(&format!("/reviews/{review}/claim"), &typed).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text);
    assert!(claimed.text.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}</textarea>"), "{}", claimed.text);
    is_text(&claimed.text);
    rita.keep_cookies(&claimed);
    let lease = rita.field(&claimed.text, "lease");
    world.clock.advance_seconds(14 * 60);
    let form = [("decision", "reject"), ("digest", digest.as_str()), ("lease", lease.as_str()), ("reason", HOSTILE)];
    let decided = rita.form(&format!("/reviews/{review}/decision"), &form).await;
    assert_eq!(decided.status, 303, "{}", decided.text);
}

#[tokio::test]
async fn a_claim_that_is_refused_keeps_the_reason_that_was_typed() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let review = world.reviews[0];
    world.browser(&world.second).await.claim(review).await;
    let refused = rita.form(&format!("/reviews/{review}/claim"), &[("reason", "Too loud.")]).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("Too loud.</textarea>") && refused.text.contains("Try to claim it"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn an_error_is_let_stand_by_forms_alone() {
    let world = World::with_an_error().await;
    let mut rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let page = rita.get(&format!("/reviews/{review}")).await;
    assert!(page.text.contains("name=\"let.1\"") && page.text.contains("form=\"decide\""), "{}", page.text);
    assert!(!page.text.contains("name=\"let.0\""), "a warning needs no answer");
    let digest = world.digest(asset).await;
    // What was typed before the claim is there after it.
    let typed = [("reason", ""), ("let.1", "yes"), ("why.1", HOSTILE), ("digest", digest.as_str()), ("lease", "")];
    let claimed = rita.form(&format!("/reviews/{review}/claim"), &typed).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text);
    is_text(&claimed.text);
    assert!(claimed.text.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}</textarea>"), "{}", claimed.text);
    assert!(claimed.text.contains("value=\"yes\" data-let checked"), "{}", claimed.text);
    rita.keep_cookies(&claimed);
    let lease = rita.field(&claimed.text, "lease");
    let path = format!("/reviews/{review}/decision");
    let form = |more: &[(&'static str, &'static str)]| {
        let mut form: Vec<(&str, String)> =
            vec![("decision", "approve".into()), ("digest", digest.clone()), ("lease", lease.clone())];
        form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        form
    };
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        rita.form(&path, &fields).await
    };
    let open = send(form(&[("why.1", "Typed already.")])).await;
    assert_eq!(open.status, 422);
    assert!(open.text.contains("id=\"let-1-fault\"") && open.text.contains("Typed already."), "{}", open.text);
    assert_eq!(rita.field(&open.text, "lease"), lease, "the claim is kept");
    let silent = send(form(&[("let.1", "yes"), ("why.1", " ")])).await;
    assert!(silent.status == 422 && silent.text.contains("This rule asks for a reason."), "{}", silent.text);
    let nowhere = send(form(&[("let.1", "yes"), ("why.1", "x"), ("let.9", "yes")])).await;
    assert_eq!(nowhere.status, 422);
    let decided = send(form(&[("let.1", "yes"), ("why.1", "It is a quotation.")])).await;
    assert_eq!(decided.status, 303, "{}", decided.text);
    let after = rita.get(&format!("/reviews/{review}")).await;
    assert!(after.text.contains("let stand") && after.text.contains("It is a quotation."), "{}", after.text);
}

#[tokio::test]
async fn hostile_text_is_text_on_every_page() {
    let world = World::with_campaign(HOSTILE).await;
    let rita = world.browser(&world.reviewer).await;
    let sam = world.browser(&world.second).await;
    let asset = world.assets[0];
    let typed = "<script>alert(1)</script>";
    let edit = json!({"base_digest": world.digest(asset).await, "slots": {"cta": typed, "headline": "\"><img src=x onerror=alert(1)>"}});
    let edited = sam.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await;
    assert_eq!(edited.status, 201, "{}", edited.text);
    let review = edited.json()["review"].as_str().unwrap().to_owned();
    let lease = rita.claim(review.parse().unwrap()).await;
    let digest = world.digest(asset).await;
    let page = rita.get(&format!("/reviews/{review}?partner=nordlicht&done=%3Cscript%3E")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    is_text(&page.text);
    assert!(page.text.contains("&lt;script&gt;alert(1)"), "it is shown, escaped");
    assert!(!page.text.contains("<img src=x"));
    assert_eq!(rita.decide(review.parse().unwrap(), "reject", &digest, &lease, HOSTILE).await.status, 200);
    for path in
        [format!("/reviews/{review}"), "/reviews?state=all".to_owned(), format!("/reviews/{}", world.reviews[0])]
    {
        let page = rita.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        is_text(&page.text);
    }
}

#[tokio::test]
async fn an_edit_by_form_makes_a_revision_and_a_refused_one_loses_nothing() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let (asset, review) = (world.assets[0], world.reviews[0]);
    let base = world.digest(asset).await;
    let path = format!("/reviews/{review}/edit");
    let form = [("base_digest", base.as_str()), ("slot.subject", "A new subject"), ("slot.cta", "See {{claim.9}}")];
    let refused = rita.form(&path, &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("A new subject") && refused.text.contains("See {{claim.9}}"), "{}", refused.text);
    assert!(refused.text.contains("aria-invalid=\"true\""));
    assert_eq!(world.digest(asset).await, base);
    let form = [("base_digest", base.as_str()), ("slot.subject", "A new subject"), ("slot.cta", "Book a call")];
    let made = rita.form(&path, &form).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let page = rita.get(made.location()).await;
    assert!(page.text.contains("This is your own edit"), "{}", page.text);
    assert!(page.text.contains("<ins>") && page.text.contains("What changed since"));
    let old = rita.get(&format!("/reviews/{review}")).await;
    assert!(old.text.contains("moved on"), "{}", old.text);
    let moved = rita.form(&path, &form).await;
    assert_eq!(moved.status, 412, "{}", moved.text);
}

#[tokio::test]
async fn the_preview_is_the_rendition_in_a_sandbox_and_for_people_with_a_role_only() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let asset = world.assets[0];
    let revision = world.face.store.asset(asset).await.unwrap().unwrap().revision.unwrap().id;
    let path = format!("/assets/{asset}/revisions/{revision}/preview");
    let sample = rita.get(&path).await;
    assert_eq!(sample.status, 200, "{}", sample.text);
    assert_eq!(sample.headers["content-security-policy"], countersign_web::headers::PREVIEW_CSP);
    assert!(sample.text.contains("Your partner"));
    let partner = rita.get(&format!("{path}?partner=nordlicht")).await;
    assert!(partner.text.contains("Nordlicht &amp; Söhne &lt;i&gt;"), "{}", partner.text);
    let text = rita.get(&format!("{path}?format=text")).await;
    assert!(text.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    for missing in [
        format!("{path}?partner=nobody"),
        format!("{path}?worst=shortest"),
        format!("{path}?layout=nonsense"),
        format!("{path}?format=exe"),
        format!("{path}?format=png"),
        format!("/assets/{}/revisions/{revision}/preview", world.assets[1]),
    ] {
        assert_eq!(rita.get(&missing).await.status, 404, "{missing}");
    }
    assert_eq!(rita.get(&format!("{path}?partner=nordlicht&worst=rtl")).await.status, 400);
    let nobody = world.user("Nobody", &[]).await;
    assert_eq!(world.browser(&nobody).await.get(&path).await.status, 404);
    let max = world.user("Max", &[Role::Marketer]).await;
    assert_eq!(world.browser(&max).await.get(&path).await.status, 200);
}

#[tokio::test]
async fn findings_are_marked_in_the_rendered_page_where_somebody_asks() {
    let world = World::new().await;
    let mara = world.browser(&world.marketer).await;
    let asset = world.assets[0];
    let body = "Hello {{partner.display_name}}, TODO & more of it.";
    let edit = json!({"base_digest": world.digest(asset).await, "slots": {"body": body}});
    let edited = mara.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await.json();
    let path = format!("/assets/{asset}/revisions/{}/preview?format=html", edited["revision"]["id"].as_str().unwrap());
    let plain = mara.get(&path).await;
    assert!(plain.status == 200 && !plain.text.contains("<mark"), "{}", plain.text);
    let marked = mara.get(&format!("{path}&findings=yes")).await;
    assert_eq!(marked.status, 200);
    assert!(marked.text.contains("\">TODO</mark>"), "{}", marked.text);
    assert!(!marked.text.chars().any(|c| u32::from(c) >= 0xF_0000));
    assert_eq!(mara.get(&format!("{path}&findings=yes&for=worst%3Drtl")).await.status, 200);
    let page = mara.get(&format!("/reviews/{}", edited["review"].as_str().unwrap())).await;
    assert!(page.text.contains("findings=yes"), "{}", page.text);
}

#[tokio::test]
async fn a_review_is_shown_for_any_partner_and_for_the_worst_that_one_can_be() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    let path = format!("/reviews/{}", world.reviews[0]);
    for chosen in ["worst=longest", "worst=least", "worst=rtl", "partner=nordlicht"] {
        let query = format!("for={}", encoded(chosen));
        let page = rita.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status, 200, "{chosen}");
        assert!(page.text.contains(&format!("<option value=\"{chosen}\" selected>")), "{}", page.text);
        let (_, frame) = page.text.split_once("<iframe").unwrap();
        let src = frame.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
        let src = src.replace("&#x2f;", "/").replace("&amp;", "&");
        assert!(src.contains(&query), "{src}");
        assert_eq!(rita.get(&src).await.status, 200, "{src}");
        is_text(&page.text);
    }
    for (bad, status) in [("for=x", 400), ("worst=x", 404), ("layout=x", 404), ("format=exe", 404)] {
        assert_eq!(rita.get(&format!("{path}?{bad}")).await.status, status, "{bad}");
    }
}

#[tokio::test]
async fn a_page_of_what_does_not_exist_is_not_found_as_a_page() {
    let world = World::new().await;
    let rita = world.browser(&world.reviewer).await;
    for path in ["/reviews/nonsense", "/reviews/01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f"] {
        let page = rita.get(path).await;
        assert_eq!(page.status, 404);
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    }
}
