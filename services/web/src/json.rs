//! JSON bodies whose faults are problem documents, not plain text.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The most bytes of a JSON body.
pub const MAX_BODY: usize = 1 << 20;

/// A JSON request body, read strictly: the right media type, at most [`MAX_BODY`] bytes, no unknown fields where the
/// type says so; or a JSON answer.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let essence = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if essence != "application/json" && !essence.ends_with("+json") {
            return Err(Problem::new(
                axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Send JSON",
            )
            .detail("Set content-type: application/json."));
        }
        let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| too_large())?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let detail = placed(&error);
            if error.is_data() { Problem::invalid(detail) } else { Problem::malformed(detail) }
        })
    }
}

/// A mistake in JSON with its place first. The error itself ends with the place; once is enough.
#[must_use]
pub fn placed(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    format!("line {}, column {}: {said}", error.line(), error.column())
}

fn too_large() -> Problem {
    Problem::new(axum::http::StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large")
        .detail(format!("A body has {MAX_BODY} bytes at most, and must arrive whole."))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}
