//! `GET /logos/{file}`: the logos that renditions point to. Readers of an email have no key; an address is a digest.

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_released::digest::Digest;
use countersign_web::conditional::{etag, not_modified};
use countersign_web::problem::Problem;

use crate::face::{State, fault};

/// A logo by the digest of its PNG.
#[utoipa::path(get, path = "/logos/{file}", tag = "partner", params(("file" = String, Path, description = "DIGEST.png")),
    responses((status = 200, description = "A PNG", content_type = "image/png"), (status = 304, description = "You have it already"),
        (status = 404, body = Problem, description = "No such logo")))]
pub(super) async fn logo(
    Shared(state): Shared<State>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let hex = file.strip_suffix(".png").unwrap_or_default();
    let digest: Digest = format!("sha256:{hex}").parse().map_err(|_| Problem::not_found())?;
    let blob = state.face.store.logo(&digest).await.map_err(fault)?;
    // Vectors are on file too, and none of them goes out under the name of a PNG.
    let blob = blob.filter(|blob| blob.media_type == "image/png").ok_or_else(Problem::not_found)?;
    let mut response = if not_modified(&headers, digest.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut full = blob.bytes.into_response();
        full.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
        full
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, etag(digest.as_str()));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    Ok(response)
}
