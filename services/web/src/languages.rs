//! The languages that a reader asks for, from `Accept-Language` (RFC 9110, section 12.5.4).
//!
//! Only the language counts, not its region: whoever reads `de-AT` is told in `de`. What cannot be read is passed over,
//! since a header of a browser is nobody's mistake to mend.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::json::Json;

/// More than anybody reads; what comes after is not looked at.
const MAX: usize = 32;

/// Languages such as `de`, the best first. None means English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages(Vec<String>);

impl Languages {
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut ranges: Vec<(u16, String)> =
            sent.flat_map(|value| value.split(',')).take(MAX).filter_map(range).collect();
        // Stable: of equal weights the first one named is wanted first.
        ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let mut languages: Vec<String> = Vec::new();
        for (weight, language) in ranges {
            if weight > 0 && !languages.contains(&language) {
                languages.push(language);
            }
        }
        Self(languages)
    }

    /// The best first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Weight in thousandths, and the language. `*` is anything, which is what whoever names nothing gets, too.
fn range(text: &str) -> Option<(u16, String)> {
    let mut parts = text.split(';').map(str::trim);
    let language = parts.next()?.split('-').next()?.to_ascii_lowercase();
    let is_language = matches!(language.len(), 2..=8) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let weight = match parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))) {
        None => 1.0,
        Some(weight) => weight.trim().parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight))?,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
    let thousandths = (weight * 1000.0).round() as u16;
    is_language.then_some((thousandths, language))
}

impl<S: Send + Sync> FromRequestParts<S> for Languages {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// What a cache must know of an answer that holds messages for people.
pub const VARY: (HeaderName, HeaderValue) = (header::VARY, HeaderValue::from_static("accept-language"));

/// Notes that another reader may get another answer, beside what else it varies by.
pub fn vary(response: &mut Response) {
    response.headers_mut().append(VARY.0, VARY.1);
}

/// A JSON answer with messages in the reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Told<T>(pub T);

impl<T: Serialize> IntoResponse for Told<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        vary(&mut response);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(value: &str) -> Vec<String> {
        let value = HeaderValue::from_str(value).unwrap();
        Languages::of(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)])).0
    }

    #[test]
    fn the_language_that_is_wanted_most_comes_first() {
        assert_eq!(languages("de-AT, fr;q=0.5, es;q=0.9"), ["de", "es", "fr"]);
        assert_eq!(languages("fr;q=0.8,DE;Q=0.8,de-CH;q=0.1"), ["fr", "de"]);
        assert_eq!(languages("en-GB,en;q=0.9,*;q=0.1"), ["en"]);
    }

    #[test]
    fn what_is_not_wanted_or_cannot_be_read_is_passed_over() {
        assert_eq!(languages("de;q=0, fr;q=2, it;q=x, es ; q=0.3, ;;, 12, *"), ["es"]);
        assert_eq!(languages(""), [""; 0]);
        assert_eq!(Languages::of(&HeaderMap::new()), Languages::default());
    }

    #[test]
    fn an_answer_says_that_it_depends_on_the_reader() {
        assert_eq!(Told("x").into_response().headers()[header::VARY], "accept-language");
    }
}
