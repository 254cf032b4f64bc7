//! What the framework refuses by itself (a query or a path that cannot be read, a method that a route has not) is
//! answered in its own words, as plain text or as nothing. Here those answers become problem documents like all others.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// The most bytes of the framework's words that are told.
const MAX_WORDS: usize = 4096;

/// A layer (`axum::middleware::from_fn`). It belongs inside [`crate::headers::secure`].
pub async fn worded(request: Request, next: Next) -> Response {
    as_problem(next.run(request).await).await
}

/// `response` as it is, unless it is a refusal of the framework's own.
pub async fn as_problem(response: Response) -> Response {
    if !is_bare(response.status(), response.headers()) {
        return response;
    }
    let (head, body) = response.into_parts();
    let words = axum::body::to_bytes(body, MAX_WORDS).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words).into_owned();
    let problem = match head.status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This address has no such method")
                .detail("The Allow header names those that it has.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large").detail(words)
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "This route takes another media type",
        )
        .detail(words),
        StatusCode::UNPROCESSABLE_ENTITY => Problem::invalid(words),
        StatusCode::BAD_REQUEST => Problem::malformed(words),
        status => {
            tracing::error!(http.status = status.as_u16(), "response.bare");
            return Response::from_parts(head, Body::from(words));
        }
    };
    let mut out = problem.into_response();
    if let Some(allow) = head.headers.get(header::ALLOW) {
        out.headers_mut().insert(header::ALLOW, allow.clone());
    }
    out
}

/// Ours say what they are, and a preview's plain text has a policy of its own.
fn is_bare(status: StatusCode, headers: &HeaderMap) -> bool {
    let plain = headers.get(header::CONTENT_TYPE).is_none_or(|media| media.as_bytes().starts_with(b"text/plain"));
    status.is_client_error() && plain && !headers.contains_key(header::CONTENT_SECURITY_POLICY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::extract::{Path, Query};
    use axum::http::HeaderValue;
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[derive(serde::Deserialize)]
    struct Asked {
        #[expect(dead_code, reason = "only that it can be read matters")]
        limit: Option<u32>,
    }

    async fn answer(method: &str, path: &str) -> (u16, HeaderMap, String) {
        let policy = (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        let app = Router::new()
            .route("/list", get(|_: Query<Asked>| async { "listed" }))
            .route("/one/{id}", get(|Path(id): Path<String>| async move { id }))
            .route("/framed", get(move || async move { (StatusCode::UNPROCESSABLE_ENTITY, [policy], "why") }))
            .layer(axum::middleware::from_fn(worded));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 9999).await.unwrap();
        (head.status.as_u16(), head.headers, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn what_the_framework_refuses_is_a_problem_document() {
        for (method, path, status, kind) in [
            ("GET", "/list?limit=-1", 400, "malformed-request"),
            ("GET", "/list?limit=1&limit=2", 400, "malformed-request"),
            ("GET", "/one/%ff", 400, "malformed-request"),
            ("DELETE", "/list", 405, "method-not-allowed"),
            ("GET", "/nowhere", 404, "not-found"),
        ] {
            let (got, headers, body) = answer(method, path).await;
            assert_eq!(
                (got, headers[header::CONTENT_TYPE].as_bytes()),
                (status, &b"application/problem+json"[..]),
                "{path}"
            );
            assert!(body.contains(&format!("/docs/errors#{kind}")), "{path}: {body}");
        }
        assert_eq!(answer("DELETE", "/list").await.1[header::ALLOW], "GET,HEAD");
    }

    #[tokio::test]
    async fn answers_of_ours_stay_as_they_are() {
        assert_eq!(answer("GET", "/list?limit=1").await.2, "listed");
        assert_eq!(answer("GET", "/one/x").await.2, "x");
        assert_eq!(answer("GET", "/framed").await.2, "why");
    }
}
