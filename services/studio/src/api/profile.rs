//! `GET` and `PUT /api/v1/partners/{id}/profile`: conditional, because two people may mend the same profile.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::digest::Digest;
use countersign_domain::profile::Profile;
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, StoreError};
use countersign_web::conditional::{etag, if_match, not_modified};
use countersign_web::json::Json;
use countersign_web::problem::Problem;

use super::partners::found;
use crate::access;
use crate::profiles::ProfileForm;
use crate::state::Studio;

/// The version of what people write: a badge that lapses is no change of theirs.
fn version(profile: &Profile) -> Digest {
    profile.written().digest()
}

fn tagged(profile: &Profile) -> Response {
    let mut response = axum::Json(ProfileForm::of(profile)).into_response();
    response.headers_mut().insert(header::ETAG, etag(version(profile).as_str()));
    response
}

/// A partner's co-branding profile; its ETag is its digest. Of badges see the partner itself: they follow from its tier
/// and certification.
#[utoipa::path(get, path = "/api/v1/partners/{id}/profile", tag = "partners", params(("id" = String, Path)),
    responses((status = 200, body = inline(ProfileForm)), (status = 304, description = "It is what you have"),
        (status = 403, description = "Neither marketer nor administrator", body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    if not_modified(&headers, version(&partner.profile).as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(&partner.profile))
}

/// Replaces the profile. Renditions that are pulled from now on have the new values, and no asset needs a new review.
/// A new description, the value proposition in two or three sentences, is free text: renditions hold it once a reviewer
/// has approved it, and the one before until then. Logos come in on the partner's page.
#[utoipa::path(put, path = "/api/v1/partners/{id}/profile", tag = "partners",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The ETag that you read")),
    request_body = inline(ProfileForm), responses(
    (status = 200, body = inline(ProfileForm)),
    (status = 404, body = Problem),
    (status = 412, description = "It has changed since", body = Problem),
    (status = 422, body = Problem),
    (status = 428, description = "If-Match is missing", body = Problem)))]
pub(super) async fn replace(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(form): Json<ProfileForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let seen = if_match(&headers)?;
    let now = version(&partner.profile);
    let moved = |digest: &str| {
        Problem::precondition_failed("The profile has changed since you read it; read it again.")
            .header(header::ETAG, etag(digest))
    };
    if seen != now.as_str() {
        return Err(moved(now.as_str()));
    }
    let profile = form.check(Some(&partner.profile)).map_err(|wrong| {
        let problem = Problem::invalid("The profile is not valid.");
        wrong.into_iter().fold(problem, |problem, (place, reason)| problem.fault(format!("/{place}"), reason))
    })?;
    let actor = Actor::User(who.id());
    let written = studio.store.partner_update_profile(partner.id, partner.profile_version, profile, actor).await;
    match written {
        Ok(version) => Ok(tagged(&version.profile)),
        Err(StoreError::Conflict(_)) => Err(moved(now.as_str())),
        Err(error) => Err(fault::of(error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};
    use serde_json::json;

    #[tokio::test]
    async fn a_profile_is_replaced_by_whoever_saw_the_latest() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        let url = format!("{}/profile", made.header("location"));
        let read = world.get(&url, "marketer").await;
        let tag = read.header("etag");
        let mut profile = read.json();
        profile["phone"] = json!("+49 30 1234567");
        assert_eq!(world.put(&url, "marketer", None, profile.clone()).await.status, 428);
        assert_eq!(world.put(&url, "marketer", Some("\"sha256:old\""), profile.clone()).await.status, 412);
        let done = world.put(&url, "marketer", Some(&tag), profile.clone()).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.json()["phone"], "+49 30 1234567");
        assert_eq!(world.put(&url, "marketer", Some(&tag), profile).await.status, 412);
    }

    #[tokio::test]
    async fn a_bad_profile_names_its_fields() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        let url = format!("{}/profile", made.header("location"));
        let read = world.get(&url, "marketer").await;
        let mut profile = read.json();
        profile["site"] = json!("javascript:alert(1)");
        profile["display_name"] = json!("N".repeat(400));
        profile["socials"] =
            json!({"linkedin": "https://linkedin.com.evil.example/company/n", "orkut": "https://x.example"});
        let refused = world.put(&url, "marketer", Some(&read.header("etag")), profile).await;
        assert_eq!(refused.status, 422);
        let errors = refused.json()["errors"].clone();
        let pointers: Vec<_> = errors.as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/socials/orkut", "/display_name", "/site", "/socials/linkedin"]);
        assert_eq!(errors[1]["detail"], "has 400 characters; 40 at most");
    }

    #[tokio::test]
    async fn hostile_values_come_back_as_they_were_written() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        let url = format!("{}/profile", made.header("location"));
        let read = world.get(&url, "marketer").await;
        let mut profile = read.json();
        profile["contact_role"] = json!("{{7*7}} \"Head\" of <script>alert(1)</script> 🚀");
        profile["address"] = json!("〒100-0005\n東京都千代田区丸の内1丁目9番1号");
        profile["socials"] = json!({"xing": "https://www.xing.com/pages/n?a=%22%3E"});
        profile["time_zone"] = json!("Asia/Tokyo");
        let done = world.put(&url, "marketer", Some(&read.header("etag")), profile.clone()).await;
        assert_eq!((done.status, done.json()), (200, profile), "{}", done.body);
    }

    #[tokio::test]
    async fn a_badge_is_no_part_of_a_profile_that_anybody_writes() {
        let world = World::new().await;
        let mut certified = partner("nordlicht");
        certified["certified_until"] = json!("2027-01-01");
        let made = world.post("/api/v1/partners", "marketer", certified).await;
        assert_eq!(made.json()["badge"], "gold", "{}", made.body);
        let url = format!("{}/profile", made.header("location"));
        let read = world.get(&url, "marketer").await;
        assert!(read.json().get("badge").is_none());
        let mut claimed = read.json();
        claimed["badge"] = json!("platinum");
        assert_eq!(world.put(&url, "marketer", Some(&read.header("etag")), claimed).await.status, 422);
        // The version of a profile is of what people wrote: the same with a badge and without.
        let change =
            json!({"tier": "gold", "markets": ["US"], "locales": ["en-US"], "active": true, "certified_until": null});
        let partner = world.get(&made.header("location"), "marketer").await;
        world.put(&made.header("location"), "marketer", Some(&partner.header("etag")), change).await;
        assert_eq!(world.get(&url, "marketer").await.header("etag"), read.header("etag"));
    }
}
