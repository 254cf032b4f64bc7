//! Conditional requests (RFC 9110, section 13): strong ETags that are digests.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Problem;

/// `"sha256:…"` as an ETag header.
#[must_use]
pub fn etag(digest: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The digest of `If-Match`; one strong tag. Missing is 428, unreadable is 400.
pub fn if_match(headers: &HeaderMap) -> Result<String, Problem> {
    let value = headers
        .get(header::IF_MATCH)
        .ok_or_else(|| Problem::precondition_required("Send If-Match with the ETag of the version that you read."))?;
    let text = value.to_str().unwrap_or("");
    text.trim()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|tag| !tag.is_empty() && !tag.contains('"'))
        .map(str::to_owned)
        .ok_or_else(|| Problem::malformed("If-Match must hold one strong ETag in double quotes."))
}

/// Whether `If-None-Match` says that the client already has `digest` (weak comparison).
#[must_use]
pub fn not_modified(headers: &HeaderMap, digest: &str) -> bool {
    let wanted = format!("\"{digest}\"");
    headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || tag == wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_write_must_name_one_strong_tag() {
        assert_eq!(if_match(&HeaderMap::new()).unwrap_err().status, 428);
        assert_eq!(if_match(&headers(header::IF_MATCH, "W/\"x\"")).unwrap_err().status, 400);
        assert_eq!(if_match(&headers(header::IF_MATCH, "\"sha256:ab\"")).unwrap(), "sha256:ab");
    }

    #[test]
    fn any_of_the_tags_that_a_client_has_is_enough() {
        let have = headers(header::IF_NONE_MATCH, "\"a\", W/\"b\"");
        assert!(not_modified(&have, "b"));
        assert!(!not_modified(&have, "c"));
    }
}
