//! `GET` and `PUT /api/v1/partners/{id}/profile`: conditional, because two people may mend the same profile.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::profile::Profile;
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, StoreError};
use countersign_web::conditional::{etag, if_match, not_modified};
use countersign_web::json::Json;
use countersign_web::problem::Problem;

use super::partners::found;
use crate::access;
use crate::profiles::{ProfileForm, faults};
use crate::state::Studio;

fn tagged(profile: &Profile) -> Response {
    let digest = profile.digest().to_string();
    let mut response = axum::Json(ProfileForm::of(profile)).into_response();
    response.headers_mut().insert(header::ETAG, etag(&digest));
    response
}

/// A partner's co-branding profile; its ETag is its digest.
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
    if not_modified(&headers, partner.profile.digest().as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(&partner.profile))
}

/// Replaces the profile. Renditions that are pulled from now on have the new values, and no asset needs a new review.
/// A new description is free text: renditions hold it once a reviewer has approved it, and the one before until then.
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
    let now = partner.profile.digest();
    let moved = |digest: &str| {
        Problem::precondition_failed("The profile has changed since you read it; read it again.")
            .header(header::ETAG, etag(digest))
    };
    if seen != now.as_str() {
        return Err(moved(now.as_str()));
    }
    let profile = form.profile(Some(&partner.profile));
    let wrong = faults(&profile);
    if !wrong.is_empty() {
        let problem = Problem::invalid("The profile is not valid.");
        return Err(wrong
            .into_iter()
            .fold(problem, |problem, (field, reason)| problem.fault(format!("/{field}"), reason)));
    }
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
        let refused = world.put(&url, "marketer", Some(&read.header("etag")), profile).await;
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!("/site")));
    }
}
