//! The hub as a pull asks it: what a repository holds at a revision, and the bytes of one file from a place on.
//!
//! The requests are ours, over the ureq that the program has anyway. What hf-hub's clients do was read for it:
//! - hf-hub 0.5 (`api::sync`) resumes, but appends whatever comes, also the whole file where a server ignores `Range`; it
//!   cannot go on when only the renaming was cut (it asks for bytes past the end); has no timeout, so that a dead line
//!   hangs for ever; bounds neither a body nor a chain of redirects; panics on a redirect without `Location`; compares no
//!   digest; and uses the server's `ETag` and commit as parts of a path, which may then lead anywhere.
//! - hf-hub 1.0 starts every file anew after a cut, and brings 90 more crates (reqwest, aws-lc with its C, xet, quinn).
//!
//! `HF_ENDPOINT` and `HF_TOKEN` are honoured. The token goes to the endpoint's own host only, never in clear text over a
//! network, and is never printed.

use std::time::Duration;

use ureq::http::{HeaderValue, Response};
use ureq::{Agent, Body};
use url::{Host, Origin, Url};

use crate::models::names::{Commit, FileName, Repository};

const ENDPOINT: &str = "https://huggingface.co";
/// How long a server may be silent before the line counts as cut.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// A hub sends on to where its files lie, and from the former name of a repository to its new one.
const REDIRECTS: u32 = 8;

pub struct Hub {
    agent: Agent,
    /// Without a slash at its end.
    base: String,
    /// The only place that the token goes to.
    origin: Origin,
    token: Option<HeaderValue>,
}

/// The token stays out of logs and panics.
impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("base", &self.base).field("token", &self.token.is_some()).finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("{0}")]
    Settings(String),
    #[error("{base} cannot be reached: {reason}")]
    Unreachable { base: String, reason: String },
    #[error("{base} answers {status} for {what}: {advice}")]
    Refused { base: String, status: u16, what: String, advice: &'static str },
    #[error(
        "{base} has no {what} (404): its name, revision or files are others than the catalogue says, or it is private; `HF_TOKEN` opens a private one, an entry in DATA/models/catalog.toml corrects the catalogue"
    )]
    NotFound { base: String, what: String },
    #[error("{base} is busy: it answers {status} for {what}; try again later")]
    Busy { base: String, status: u16, what: String },
    #[error("{base} answers {what} with {reason}")]
    Strange { base: String, what: String, reason: String },
}

impl Hub {
    /// The hub that `HF_ENDPOINT` names, asked with `HF_TOKEN` or `login`, the token that a login left.
    ///
    /// # Errors
    /// A setting is wrong, or `HF_HUB_OFFLINE` forbids the network.
    pub fn from_environment(login: Option<String>) -> Result<Self, HubError> {
        let named = |name: &str| std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
        let base = named("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        if named("HF_HUB_OFFLINE").is_some_and(|value| !["0", "false", "no"].contains(&value.to_lowercase().as_str())) {
            return Err(HubError::Unreachable { base: host_of(&base), reason: "HF_HUB_OFFLINE is set".to_owned() });
        }
        Self::new(&base, named("HF_TOKEN").or(login).as_deref())
    }

    /// # Errors
    /// The endpoint is no address, or the token cannot be sent to it.
    pub fn new(endpoint: &str, token: Option<&str>) -> Result<Self, HubError> {
        let wrong = |reason: &str| HubError::Settings(format!("HF_ENDPOINT {reason}; an example is {ENDPOINT}"));
        let url = Url::parse(endpoint).map_err(|error| wrong(&format!("is no address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong("is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("may hold no password, `?` or `#`; a token goes into HF_TOKEN"));
        }
        let here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let token = token
            .map(|token| -> Result<HeaderValue, HubError> {
                if url.scheme() == "http" && !here {
                    return Err(wrong(
                        "is http, over which HF_TOKEN would travel in clear text; use https, or no token",
                    ));
                }
                // The error would quote the token.
                let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                    .map_err(|_| HubError::Settings("HF_TOKEN has characters that no token has".to_owned()))?;
                value.set_sensitive(true);
                Ok(value)
            })
            .transpose()?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(url.scheme() == "https")
            // Followed here: ureq would give the token to every port of the same host, or to none.
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            .timeout_recv_response(Some(SILENCE))
            // A body that was packed for the way has other lengths and places than the file.
            .accept_encoding("identity")
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self { agent, base: url.as_str().trim_end_matches('/').to_owned(), origin: url.origin(), token })
    }

    /// The file's bytes from `from` on: 206 with them, 200 with all of it, 416 where it has none there.
    pub fn open(
        &self,
        repository: &Repository,
        commit: &Commit,
        file: &FileName,
        from: u64,
    ) -> Result<Response<Body>, HubError> {
        let address = format!("{}/{repository}/resolve/{commit}/{file}", self.base);
        self.ask(&address, (from > 0).then_some(from), &format!("{file} of {repository}"))
    }

    /// The endpoint, for messages.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// An answer that has what was asked for; `what` is for the error that says it has not.
    pub fn ask(&self, address: &str, from: Option<u64>, what: &str) -> Result<Response<Body>, HubError> {
        let base = self.base.clone();
        let what = what.to_owned();
        let answer = self.follow(address, from, &what)?;
        let status = answer.status().as_u16();
        match status {
            200 | 206 => Ok(answer),
            416 if from.is_some() => Ok(answer),
            401 | 403 => {
                let advice = if self.token.is_some() {
                    "the token (HF_TOKEN, or the one of a login) may not read it; ask for access on its page, or use another token"
                } else {
                    "it wants a token; put one that may read it into HF_TOKEN"
                };
                Err(HubError::Refused { base, status, what, advice })
            }
            404 => Err(HubError::NotFound { base, what }),
            429 | 500..=599 => Err(HubError::Busy { base, status, what }),
            _ => Err(HubError::Strange { base, what, reason: answer.status().to_string() }),
        }
    }
}

impl Hub {
    /// The first answer that is no redirect.
    fn follow(&self, address: &str, from: Option<u64>, what: &str) -> Result<Response<Body>, HubError> {
        let strange = |reason: String| HubError::Strange { base: self.base.clone(), what: what.to_owned(), reason };
        let mut url = Url::parse(address).map_err(|error| strange(format!("no address: {error}")))?;
        for _ in 0..=REDIRECTS {
            let mut request = self.agent.get(url.as_str());
            if let Some(token) = self.token.as_ref().filter(|_| url.origin() == self.origin) {
                request = request.header("authorization", token.clone());
            }
            if let Some(from) = from {
                request = request.header("range", format!("bytes={from}-"));
            }
            let answer = request.call().map_err(|error| match error {
                ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::BadUri(_) => strange(error.to_string()),
                ureq::Error::RequireHttpsOnly(_) => strange("a redirect from https to http".to_owned()),
                error => HubError::Unreachable { base: at(&url), reason: error.to_string() },
            })?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.headers().get("location").and_then(|location| location.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .ok_or_else(|| strange("a redirect to nowhere".to_owned()))?;
        }
        Err(strange(format!("more than {REDIRECTS} redirects")))
    }
}

/// Who was asked, without what may be a signature in the address.
fn at(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The address without what might be secret in it.
fn host_of(endpoint: &str) -> String {
    Url::parse(endpoint).ok().and_then(|url| Some(url.host_str()?.to_owned())).unwrap_or_else(|| "the hub".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_an_address_without_secrets() {
        for (endpoint, words) in [
            ("not an address", "no address"),
            ("ftp://mirror.example", "neither http nor https"),
            ("https://me:s3cret@mirror.example", "no password"),
            ("https://mirror.example/?key=s3cret", "no password"),
        ] {
            let said = Hub::new(endpoint, None).unwrap_err().to_string();
            assert!(said.contains(words) && !said.contains("s3cret"), "{said}");
        }
        assert_eq!(Hub::new("https://mirror.example/hub/", None).unwrap().base(), "https://mirror.example/hub");
    }

    #[test]
    fn a_token_is_neither_shown_nor_sent_in_clear_text() {
        let hub = Hub::new("https://mirror.example", Some("hf_s3cret")).unwrap();
        assert!(!format!("{hub:?}").contains("s3cret"));
        let said = Hub::new("http://mirror.example", Some("hf_s3cret")).unwrap_err().to_string();
        assert!(said.contains("clear text") && !said.contains("s3cret"), "{said}");
        assert!(Hub::new("http://127.0.0.1:1", Some("hf_s3cret")).is_ok());
        let said = Hub::new("https://mirror.example", Some("hf_s3cret\n")).unwrap_err().to_string();
        assert!(!said.contains("s3cret"), "{said}");
    }
}
