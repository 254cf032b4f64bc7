//! `GET /api/v1/reviews/{id}`: one review with all that a decision needs.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use countersign_domain::digest::Digest;
use countersign_session::SignedIn;
use countersign_web::conditional::{etag, not_modified};
use countersign_web::json::Json;
use countersign_web::languages::{Languages, vary};
use countersign_web::problem::Problem;

use crate::view::{self, ReviewView};
use crate::{Face, faults};

/// One review: its text with findings and sources, what changed, the history, and whether you may decide
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    responses(
        (status = 200, description = "The review; its ETag is the answer's digest", body = ReviewView),
        (status = 304, description = "As you have it"),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
    ))]
pub(crate) async fn one(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    languages: Languages,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    faults::may_see(&who.user)?;
    let view = view::load(&face, &who.user, faults::id(&id)?, &languages).await?.view;
    let digest = Digest::of_json(&view);
    let mut response = if not_modified(&headers, digest.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(view).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag(digest.as_str()));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    vary(&mut response);
    Ok(response)
}
