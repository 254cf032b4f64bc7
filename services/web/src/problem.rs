//! Errors as RFC 9457 problem documents: a stable `type`, a fixed title, a detail that says where and what to do.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The start of every `type`; the rest is the fragment in docs/ERRORS.md, served at this path by the server.
pub const TYPE_BASE: &str = "/docs/errors#";

/// One problem. The detail is for the client; what only the house may know goes to the log, never here.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/docs/errors#KIND`, stable.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Single faults of the input, each with its JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Members of this type of problem alone (RFC 9457, section 3.2); docs/ERRORS.md says which.
    #[serde(flatten)]
    #[schema(ignore)]
    more: Option<Box<serde_json::Map<String, serde_json::Value>>>,
    #[serde(skip)]
    #[schema(ignore)]
    headers: Option<Box<HeaderMap>>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// RFC 6901 JSON pointer into the request's body.
    pub pointer: String,
    pub detail: String,
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self {
            kind: format!("{TYPE_BASE}{kind}"),
            title,
            status: status.as_u16(),
            detail: String::new(),
            errors: Vec::new(),
            more: None,
            headers: None,
        }
    }

    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }

    #[must_use]
    pub fn fault(mut self, pointer: impl Into<String>, detail: impl ToString) -> Self {
        self.errors.push(Fault { pointer: pointer.into(), detail: detail.to_string() });
        self
    }

    /// A member that only this type of problem has.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.more.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().insert(name, value);
        self
    }

    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same answer, word for word, for what does not exist and for what the asker may not see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found")
    }

    #[must_use]
    pub fn invalid(detail: impl ToString) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-input", "The input is not valid").detail(detail)
    }

    #[must_use]
    pub fn malformed(detail: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-request", "The request cannot be read").detail(detail)
    }

    #[must_use]
    pub fn unauthenticated(detail: impl ToString) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in first")
            .detail(detail)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    #[must_use]
    pub fn forbidden(detail: impl ToString) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this").detail(detail)
    }

    #[must_use]
    pub fn conflict(detail: impl ToString) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This conflicts with what is there").detail(detail)
    }

    /// RFC 9110: the client's idea of the thing is not the current one.
    #[must_use]
    pub fn precondition_failed(detail: impl ToString) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "moved-on", "It has changed since you saw it").detail(detail)
    }

    /// RFC 6585: a write must say which version it is for.
    #[must_use]
    pub fn precondition_required(detail: impl ToString) -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required", "Say which version you mean")
            .detail(detail)
    }

    #[must_use]
    pub fn too_many(retry_after_seconds: u64, detail: impl ToString) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            .detail(detail)
            .header(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds))
    }

    /// A part of the service is away for the moment.
    #[must_use]
    pub fn unavailable(detail: impl ToString) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available right now")
            .detail(detail)
            .header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// Something is broken in the house. The cause is logged by the caller; the client sees a fixed sentence.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here")
            .detail("The fault is logged with this answer's x-request-id; try again or tell your administrator.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status_code();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().extend(self.headers.map(|headers| *headers).unwrap_or_default());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_type_status_and_faults() {
        let problem = Problem::invalid("two fields are wrong").fault("/locales/0", "no such locale");
        let json: serde_json::Value = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["type"], "/docs/errors#invalid-input");
        assert_eq!(json["status"], 422);
        assert_eq!(json["errors"][0]["pointer"], "/locales/0");
        assert!(json.get("headers").is_none() && json.get("more").is_none());
        let json = serde_json::to_value(problem.member("open", ["x"])).unwrap();
        assert_eq!((&json["open"][0], &json["status"]), (&serde_json::json!("x"), &serde_json::json!(422)));
    }

    #[test]
    fn overload_says_when_to_come_back() {
        let response = Problem::too_many(7, "the queue is full").into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
