//! The API as a program speaks it: JSON and cookies for people, a key for partners.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{HeaderMap, Response};

use crate::{PARTNER_KEY, PASSWORD};

/// How long a kit of six may take before a test gives up; far above what it takes.
const DRAFTED: Duration = Duration::from_secs(180);

/// One client with its own cookies.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    agent: Agent,
    bearer: Option<String>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The JSON body; the test stops when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
    }

    /// The reply itself when its status is `status`.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Api {
    #[must_use]
    pub fn new(base: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A connection of its own for each request: one that was idle may be closed by the time a test goes on.
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self { base: base.to_owned(), agent, bearer: None }
    }

    /// Signed in as a person of the sample.
    #[must_use]
    pub fn sign_in(&self, who: &str) -> Self {
        let person = Self::new(&self.base);
        let body = json!({"email": format!("{who}@sample.example"), "password": PASSWORD});
        let reply = person.post("/api/v1/session", &body);
        assert_eq!(reply.status, 204, "{}", reply.text());
        person
    }

    /// The first partner of the sample.
    #[must_use]
    pub fn partner(&self) -> Self {
        self.with_key(PARTNER_KEY)
    }

    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { bearer: Some(format!("Bearer {key}")), ..Self::new(&self.base) }
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    #[must_use]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer);
        }
        read(request.call().unwrap())
    }

    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, body, &[])
    }

    #[must_use]
    pub fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer);
        }
        // A route that takes no body may answer, and close, before one arrives.
        read(if body.is_null() { request.send_empty() } else { request.send_json(body) }.unwrap())
    }

    /// A body that is no JSON.
    #[must_use]
    pub fn post_document(&self, path: &str, media: &str, body: &[u8]) -> Reply {
        let request = self.agent.post(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin");
        read(request.content_type(media).send(body).unwrap())
    }

    /// Replaces what is at `path` with what `change` makes of it, for the version that was read.
    #[must_use]
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Value)) -> Reply {
        let seen = self.get(path).expect(200);
        let mut value = seen.json();
        change(&mut value);
        let request = self.agent.put(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin");
        read(request.header("if-match", seen.header("etag")).send_json(&value).unwrap())
    }

    /// A form of the page `page` with a file, as a browser sends it to `path`.
    #[must_use]
    pub fn upload(&self, page: &str, path: &str, field: &str, bytes: &[u8]) -> Reply {
        let shown = self.get(page).expect(200).text();
        let token = shown.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let mut body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"_csrf\"\r\n\r\n{token}\r\n--b\r\n\
             content-disposition: form-data; name=\"{field}\"; filename=\"a.file\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        self.post_document(path, "multipart/form-data; boundary=b", &body)
    }

    /// A new partner of the sample's brand, and the client that has its key.
    #[must_use]
    pub fn new_partner(&self, form: &Value) -> (String, Self) {
        let made = self.post("/api/v1/partners", form).expect(201).json();
        let path = made["url"].as_str().unwrap().to_owned();
        let key = self.post(&format!("{path}/keys"), &json!({"name": "test"})).expect(201).json();
        (path, self.with_key(key["key"].as_str().unwrap()))
    }

    /// Approves the open reviews of a kit and waits until everything is released.
    pub fn approve_all(&self, kit: &str) -> Vec<Value> {
        let reviewer = self.sign_in("reviewer");
        for review in reviewer.reviews(kit) {
            let _ = reviewer.decide(review["id"].as_str().unwrap(), "approve", "").expect(200);
        }
        let kit = self.sign_in("marketer").until(&format!("/api/v1/kits/{kit}"), |kit| {
            kit["assets"].as_array().unwrap().iter().all(|asset| asset["state"] == "released")
        });
        kit["assets"].as_array().unwrap().clone()
    }

    /// Asks for a kit and gives its id.
    #[must_use]
    pub fn kit(&self, brief: &Value) -> String {
        self.post("/api/v1/kits", brief).expect(202).json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until no asset of the kit is being drafted.
    pub fn drafted(&self, kit: &str) -> Value {
        self.until(&format!("/api/v1/kits/{kit}"), |kit| {
            kit["assets"].as_array().unwrap().iter().all(|asset| asset["state"] != "drafting")
        })
    }

    /// Asks again until the answer is as wanted.
    pub fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begin = Instant::now();
        loop {
            let reply = self.get(path).expect(200).json();
            if wanted(&reply) {
                return reply;
            }
            assert!(begin.elapsed() < DRAFTED, "{path} stays {reply:#}");
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    /// The open reviews of a kit.
    #[must_use]
    pub fn reviews(&self, kit: &str) -> Vec<Value> {
        let reply = self.get(&format!("/api/v1/reviews?state=open&kit={kit}&limit=100")).expect(200).json();
        reply["items"].as_array().unwrap().clone()
    }

    /// Claims a review and decides on the digest that it shows. Whoever approves lets every error stand that the review
    /// shows, with a reason, as a person has to.
    #[must_use]
    pub fn decide(&self, review: &str, decision: &str, reason: &str) -> Reply {
        let digest = self.digest(review);
        self.decide_on(review, decision, reason, &digest)
    }

    #[must_use]
    pub fn decide_on(&self, review: &str, decision: &str, reason: &str, digest: &str) -> Reply {
        let claim = self.post(&format!("/api/v1/reviews/{review}/claim"), &Value::Null);
        if claim.status != 200 {
            return claim;
        }
        let lease = claim.json()["lease"].clone();
        let overrides = if decision == "approve" { self.overrides(review) } else { Vec::new() };
        let ballot = json!({"decision": decision, "digest": digest, "lease": lease, "reason": reason,
            "overrides": overrides});
        self.post(&format!("/api/v1/reviews/{review}/decision"), &ballot)
    }

    /// An override for each error of a review.
    fn overrides(&self, review: &str) -> Vec<Value> {
        let reply = self.get(&format!("/api/v1/reviews/{review}")).expect(200).json();
        let findings = reply["findings"].as_array().unwrap();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        let answer = |finding: &Value| {
            json!({"rule": finding["rule"], "slot": finding["slot"], "start": finding["start"], "end": finding["end"],
                "reason": "The test's reviewer read it and lets it stand."})
        };
        errors.map(answer).collect()
    }

    /// What a reviewer of `review` sees.
    #[must_use]
    pub fn digest(&self, review: &str) -> String {
        let reply = self.get(&format!("/api/v1/reviews/{review}")).expect(200).json();
        reply["revision"]["digest"].as_str().unwrap_or_else(|| panic!("{reply:#}")).to_owned()
    }
}

fn read(mut response: Response<ureq::Body>) -> Reply {
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        bytes: response.body_mut().read_to_vec().unwrap(),
    }
}
