//! Whether a request with a cookie was meant by the person whose cookie it is.
//!
//! Pages send the session's token in a form field; API calls from a browser are told by `Sec-Fetch-Site` (the browser
//! sets it and no script can) or, in older browsers, by `Origin`; or they send the token as `x-csrf-token`. Requests
//! with a bearer token need none of it: no browser adds those by itself.

use axum::http::{HeaderMap, Method, header};
use countersign_web::problem::Problem;

use crate::secret::same;

pub const HEADER: &str = "x-csrf-token";
pub const FIELD: &str = "_csrf";

/// Whether the method may change something (RFC 9110, section 9.2.1).
#[must_use]
pub fn is_unsafe(method: &Method) -> bool {
    !(method.is_safe())
}

/// Whether the headers alone prove that the request comes from our own pages, or from no page at all.
#[must_use]
pub fn headers_prove(headers: &HeaderMap, token: &str) -> bool {
    if let Some(sent) = headers.get(HEADER) {
        return sent.to_str().is_ok_and(|sent| same(sent, token));
    }
    same_origin(headers).unwrap_or(false)
}

/// What the browser says of where the request comes from; `None` when it says nothing.
#[must_use]
pub fn same_origin(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(matches!(site.as_bytes(), b"same-origin" | b"none"));
    }
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    Some(authority.is_some() && authority == host)
}

#[must_use]
pub fn refused() -> Problem {
    Problem::new(axum::http::StatusCode::FORBIDDEN, "csrf", "This request was not sent from our own pages").detail(
        "Load the page again and repeat what you did. A program should send a bearer token instead of a cookie.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect()
    }

    #[test]
    fn nothing_said_is_nothing_proved() {
        assert!(!headers_prove(&headers(&[]), "t"));
    }

    #[test]
    fn the_token_or_the_browsers_word_proves() {
        assert!(headers_prove(&headers(&[("x-csrf-token", "t")]), "t"));
        assert!(headers_prove(&headers(&[("sec-fetch-site", "same-origin")]), "t"));
        assert!(headers_prove(&headers(&[("origin", "http://h:1"), ("host", "h:1")]), "t"));
    }

    #[test]
    fn another_site_proves_nothing() {
        for pairs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example"), ("host", "h:1")],
            &[("origin", "null"), ("host", "h:1")],
            &[("x-csrf-token", "wrong"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://h:1"), ("host", "h:1")],
        ] {
            assert!(!headers_prove(&headers(pairs), "t"), "{pairs:?}");
        }
    }
}
