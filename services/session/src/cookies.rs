//! The two cookies: the session, and a sentence that survives one redirect.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

pub const SESSION: &str = "cs_session";
pub const FLASH: &str = "cs_flash";

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    Bad,
}

/// One sentence for the next page, after a redirect. It is shown as text, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
}

impl Flash {
    #[must_use]
    pub fn good(text: impl Into<String>) -> Self {
        Self { tone: Tone::Good, text: text.into() }
    }

    #[must_use]
    pub fn bad(text: impl Into<String>) -> Self {
        Self { tone: Tone::Bad, text: text.into() }
    }

    /// As a `Set-Cookie` value that lives for a minute.
    #[must_use]
    pub fn cookie(&self) -> HeaderValue {
        let clipped = Self { tone: self.tone, text: self.text.chars().take(500).collect() };
        let json = serde_json::to_vec(&clipped).unwrap_or_default();
        value(&format!("{FLASH}={}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", URL_SAFE_NO_PAD.encode(json)))
    }

    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(read(headers, FLASH)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// The value of the cookie `name`.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then(|| value.to_owned())
        })
}

/// Sets the session cookie for `seconds`.
#[must_use]
pub fn session(token: &str, seconds: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    value(&format!("{SESSION}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"))
}

/// Takes a cookie away.
#[must_use]
pub fn gone(name: &str) -> HeaderValue {
    value(&format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"))
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("tokens and base64 are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flash_comes_back_as_it_was_said() {
        let flash = Flash::good("Saved „Grüße“; <b>done</b>");
        let set = flash.cookie();
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap())]);
        assert_eq!(Flash::read(&headers), Some(flash));
    }

    #[test]
    fn a_forged_flash_is_no_flash() {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("cs_flash=%%%"))]);
        assert_eq!(Flash::read(&headers), None);
    }

    #[test]
    fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        assert_eq!(
            session("t", 60, true).to_str().unwrap(),
            "cs_session=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(!session("t", 60, false).to_str().unwrap().contains("Secure"));
    }
}
