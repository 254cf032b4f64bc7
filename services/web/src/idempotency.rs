//! `Idempotency-Key` as HTTP has it: how a key is read, and the answers that it can lead to. What was done under which
//! key is each face's own store's business.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

pub const HEADER: &str = "idempotency-key";
/// The longest key, in bytes.
const MAX: usize = 128;
/// Says that an answer was given before.
const REPLAYED: &str = "idempotent-replayed";

/// The key of a request, without the quotation marks of a structured header; `None` when it sent none.
///
/// # Errors
/// The key is empty, longer than 128 characters or not visible ASCII, or there are several.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut sent = headers.get_all(HEADER).iter();
    let Some(value) = sent.next() else { return Ok(None) };
    let key = value.to_str().map(|text| text.trim().trim_matches('"')).unwrap_or_default();
    if sent.next().is_some() || key.is_empty() || key.len() > MAX {
        return Err(Problem::malformed("Send one Idempotency-Key of 1 to 128 visible ASCII characters."));
    }
    Ok(Some(key.to_owned()))
}

/// A JSON answer to a creating request: the first one, or the same again.
#[must_use]
pub fn answer(status: StatusCode, body: String, replayed: bool) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// The key came with another request before.
#[must_use]
pub fn mismatch() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency-mismatch",
        "This Idempotency-Key was used for another request",
    )
    .detail("Take a new key for a new request.")
}

/// The first request with the key is not answered yet.
#[must_use]
pub fn in_progress() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "idempotency-in-progress",
        "The first request with this Idempotency-Key is still at work",
    )
    .detail("Try again shortly.")
    .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        key(&headers).map_err(|problem| problem.status)
    }

    #[test]
    fn a_key_is_read_with_and_without_quotation_marks() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["\"order-7\""]), Ok(Some("order-7".to_owned())));
        assert_eq!(read(&[" order-7 "]), Ok(Some("order-7".to_owned())));
    }

    #[test]
    fn a_key_that_is_no_key_is_refused() {
        let long = "x".repeat(MAX + 1);
        for values in [&[""][..], &["\"\""], &["ä"], &[long.as_str()], &["a", "b"]] {
            assert_eq!(read(values), Err(400), "{values:?}");
        }
    }
}
