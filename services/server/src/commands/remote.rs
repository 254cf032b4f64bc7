//! A running service, asked as a program asks it: refusals are told with their title and detail, and who is told to come
//! back later comes back.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde_json::Value;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// Between two looks at something that takes a while.
pub const POLL: Duration = Duration::from_millis(400);
/// Times that a request is sent again after 429 or 503.
const TRIES: u32 = 5;
/// However long a service asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Service {
    agent: Agent,
    base: String,
    bearer: String,
}

/// Whoever asks, by COUNTERSIGN_TOKEN.
pub fn token() -> Result<String> {
    let token = std::env::var("COUNTERSIGN_TOKEN").unwrap_or_default();
    if token.is_empty() {
        bail!("set COUNTERSIGN_TOKEN to a token of yours (cs_user_…); the studio makes one under your account");
    }
    Ok(token)
}

impl Service {
    pub fn new(url: &url::Url, token: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self { agent, base: url.as_str().trim_end_matches('/').to_owned(), bearer: format!("Bearer {token}") }
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        let address = format!("{}{path}", self.base);
        self.ask(|| self.agent.get(&address).header("authorization", &self.bearer).call())
    }

    /// Creates something, once however often it must be sent.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        let address = format!("{}{path}", self.base);
        let key = countersign_session::secret::new("").as_str().to_owned();
        self.ask(|| {
            let request = self.agent.post(&address).header("authorization", &self.bearer);
            request.header("idempotency-key", &key).send_json(body)
        })
    }

    /// What is no JSON, such as a document.
    pub fn get_text(&self, path: &str) -> Result<String> {
        let address = format!("{}{path}", self.base);
        self.ask_text(|| self.agent.get(&address).header("authorization", &self.bearer).call()).map(|(_, body)| body)
    }

    /// Sends a document, which is taken once however often it must be sent.
    pub fn post_document(&self, path: &str, media: &str, body: &[u8]) -> Result<Value> {
        let address = format!("{}{path}", self.base);
        let key = countersign_session::secret::new("").as_str().to_owned();
        self.ask(|| {
            let request = self.agent.post(&address).header("authorization", &self.bearer);
            request.header("idempotency-key", &key).content_type(media).send(body)
        })
    }

    fn ask(&self, send: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Value> {
        let (status, body) = self.ask_text(send)?;
        serde_json::from_str(&body)
            .with_context(|| format!("{} answers {status} without JSON; is it a countersign?", self.base))
    }

    /// The status and the body of an answer that says yes.
    fn ask_text(&self, send: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<(StatusCode, String)> {
        let mut tries = 0;
        loop {
            let mut answer = send().with_context(|| format!("{} cannot be reached", self.base))?;
            let status = answer.status();
            if let Some(wait) = wait(status, retry_after(&answer)).filter(|_| tries < TRIES) {
                tries += 1;
                std::thread::sleep(wait);
                continue;
            }
            let body = answer.body_mut().read_to_string().unwrap_or_default();
            if !status.is_success() {
                let json = serde_json::from_str::<Value>(&body);
                bail!("{} answers {}", self.base, problem(status, json.ok().as_ref()));
            }
            return Ok((status, body));
        }
    }
}

/// Seconds of Retry-After (RFC 9110, section 10.2.3); its other form, a date, is not one that our services send.
fn retry_after(answer: &Response<Body>) -> Option<u64> {
    answer.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()
}

/// How long to wait before asking again, where that is what the answer means.
fn wait(status: StatusCode, seconds: Option<u64>) -> Option<Duration> {
    let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    later.then(|| Duration::from_secs(seconds.unwrap_or(1)).min(LONGEST_WAIT))
}

/// A problem document (RFC 9457) in words.
fn problem(status: StatusCode, body: Option<&Value>) -> String {
    let text = |key: &str| body.and_then(|body| body[key].as_str()).unwrap_or("");
    let mut said = status.to_string();
    for part in [text("title"), text("detail")].into_iter().filter(|part| !part.is_empty()) {
        said.push_str(": ");
        said.push_str(part.trim_end_matches('.'));
    }
    for fault in body.and_then(|body| body["errors"].as_array()).into_iter().flatten() {
        let of = |key: &str| fault[key].as_str().unwrap_or_default();
        said.push_str(&format!("\n  {}: {}", of("pointer"), of("detail")));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    /// Answers one request with each of `answers`, then is gone.
    fn service(answers: Vec<&'static str>) -> url::Url {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 4096];
                assert!(stream.read(&mut asked).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        url.parse().unwrap()
    }

    #[test]
    fn who_is_told_to_come_back_comes_back() {
        let busy = "HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let limited = "HTTP/1.1 429 Limited\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let done = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n{\"id\":\"x\"}";
        let service = service(vec![busy, limited, done]);
        assert_eq!(Service::new(&service, "t").get("/x").unwrap()["id"], "x");
    }

    #[test]
    fn a_refusal_is_told_with_its_title_its_detail_and_its_faults() {
        let refused = "HTTP/1.1 422 No\r\ncontent-length: 108\r\nconnection: close\r\n\r\n{\"title\":\"The input is not valid\",\"detail\":\"Look.\",\"errors\":[{\"pointer\":\"/product\",\"detail\":\"is required\"}]}";
        let service = service(vec![refused]);
        let said = format!("{:#}", Service::new(&service, "t").get("/x").unwrap_err());
        assert!(said.contains("422") && said.contains("The input is not valid: Look"), "{said}");
        assert!(said.contains("/product: is required"), "{said}");
    }

    #[test]
    fn only_overload_is_asked_again_and_not_for_ever() {
        assert_eq!(wait(StatusCode::SERVICE_UNAVAILABLE, Some(7)), Some(Duration::from_secs(7)));
        assert_eq!(wait(StatusCode::TOO_MANY_REQUESTS, Some(86_400)), Some(LONGEST_WAIT));
        assert_eq!(wait(StatusCode::INTERNAL_SERVER_ERROR, Some(7)), None);
    }
}
