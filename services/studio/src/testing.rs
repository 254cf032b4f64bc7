//! A whole studio on a fresh database, for tests: four people, requests as a browser or a program sends them, and what
//! other parts of the house do (draft, decide, release), done by hand.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode, header};
use axum::{Router, response::Response};
use countersign_domain::clock::{FixedClock, Timestamp};
use countersign_domain::digest::Digest;
use countersign_domain::id::{CountingIds, KitId, ReleaseId};
use countersign_domain::job::Work;
use countersign_domain::overriding::{Overriding, Usual};
use countersign_domain::people::Role;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_domain::review::{Ballot, Draft, NewRevision, Origin, SourceNote, Verdict};
use countersign_domain::{brand::BrandSheet, brand::Product, id::UserId};
use countersign_drafting::events::Hub;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_session::{Sessions, Ui, password, secret};
use countersign_store::{Actor, NewUser, Store};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::state::Studio;
use crate::{api, pages, sample_content};

pub(crate) const PASSWORD: &str = "open sesame please";

/// A person with a session.
#[derive(Debug)]
struct Person {
    role: &'static str,
    user: UserId,
    token: String,
    csrf: String,
}

#[derive(Debug)]
pub(crate) struct World {
    pub studio: Studio,
    clock: Arc<FixedClock>,
    people: Vec<Person>,
    router: Router,
    _folder: tempfile::TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        Self { status: head.status.as_u16(), headers: head.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

/// A brief of one email in two locales.
pub(crate) fn brief() -> Value {
    json!({
        "campaign": "Spring", "product": "Fjord", "audience": "small clinics", "objective": "book a demonstration",
        "messages": [{"en": "It keeps working.", "de": "Es läuft weiter."}],
        "locales": ["en-US", "de-DE"], "asset_types": ["email"]
    })
}

/// A partner whose name is hostile.
pub(crate) fn partner(slug: &str) -> Value {
    json!({
        "slug": slug, "kind": "msp", "tier": "gold", "markets": ["US"], "locales": ["en-US"],
        "profile": {"display_name": "<script>alert(1)</script>{{7*7}}", "site": "https://nordlicht.example"}
    })
}

/// A PNG of 8 × 4 pixels: a bar with a transparent margin.
pub(crate) fn png() -> Vec<u8> {
    vec![
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 8, 0, 0, 0, 4, 8, 6, 0, 0, 0, 179, 205,
        126, 240, 0, 0, 0, 31, 73, 68, 65, 84, 120, 218, 99, 96, 32, 0, 24, 25, 24, 24, 24, 248, 227, 99, 254, 99, 147,
        252, 184, 112, 9, 35, 19, 3, 165, 0, 0, 62, 82, 4, 4, 250, 1, 190, 142, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66,
        96, 130,
    ]
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp::parse("2026-11-22T09:00:00Z").unwrap()));
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("studio.db").display());
        let store = Store::open(&url, clock.clone(), Arc::new(CountingIds::default())).await.unwrap();
        let sheet = BrandSheet {
            identity: BrandIdentity {
                name: "Nordwind".into(),
                site: "https://nordwind.example".into(),
                ..BrandIdentity::default()
            },
            products: vec![Product { key: "fjord".into(), name: "Fjord".into(), summary: String::new() }],
            ..BrandSheet::default()
        };
        store.brand_upsert("nordwind", sheet, Actor::Cli).await.unwrap();
        let hash = password::hash(PASSWORD).await.unwrap();
        let mut people = Vec::new();
        for (role, roles) in [
            ("marketer", vec![Role::Marketer]),
            ("reviewer", vec![Role::Reviewer]),
            ("admin", vec![Role::Admin]),
            ("nobody", vec![]),
        ] {
            let new = NewUser {
                email: format!("{role}@x.example"),
                name: format!("The {role}"),
                roles,
                password_hash: hash.clone(),
            };
            let user = store.users_create(new, Actor::Cli).await.unwrap().id;
            let (token, csrf) = (secret::new(""), secret::new(""));
            let end = store.clock().now().plus_seconds(3600);
            store.session_create(&token.hash(), user, csrf.as_str(), end).await.unwrap();
            people.push(Person { role, user, token: token.as_str().into(), csrf: csrf.as_str().into() });
        }
        let ui = Ui::new().unwrap();
        let sessions = Sessions::new(store.clone(), ui.clone(), false);
        let (templates, packs) = (Templates::embedded().unwrap(), Packs::embedded().unwrap());
        let studio = Studio::new(store, sessions.clone(), ui, templates, packs, Hub::default());
        let (api, _) = api::router(studio.clone()).split_for_parts();
        let router = api.merge(pages::router(studio.clone())).merge(countersign_session::sign_in::pages(sessions));
        Self { studio, clock, people, router, _folder: folder }
    }

    fn person(&self, role: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.role == role)
    }

    pub async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// As our own pages' scripts send it. An empty role is nobody.
    fn request(&self, method: Method, path: &str, role: &str) -> axum::http::request::Builder {
        let mut builder = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        if let Some(person) = self.person(role) {
            builder = builder.header(header::COOKIE, format!("cs_session={}", person.token));
        }
        builder
    }

    async fn json(&self, method: Method, path: &str, role: &str, extra: Option<(&str, &str)>, body: Value) -> Answer {
        let mut request = self.request(method, path, role).header(header::CONTENT_TYPE, "application/json");
        if let Some((name, value)) = extra {
            request = request.header(name, value);
        }
        Answer::of(self.send(request.body(Body::from(body.to_string())).unwrap()).await).await
    }

    pub async fn get(&self, path: &str, role: &str) -> Answer {
        Answer::of(self.send(self.request(Method::GET, path, role).body(Body::empty()).unwrap()).await).await
    }

    /// A page in the browser: as [`Self::get`].
    pub async fn page(&self, path: &str, role: &str) -> Answer {
        self.get(path, role).await
    }

    pub async fn get_bearer(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        Answer::of(self.send(request.body(Body::empty()).unwrap()).await).await
    }

    pub async fn post(&self, path: &str, role: &str, body: Value) -> Answer {
        self.json(Method::POST, path, role, None, body).await
    }

    pub async fn post_keyed(&self, path: &str, role: &str, key: &str, body: Value) -> Answer {
        self.json(Method::POST, path, role, Some(("idempotency-key", key)), body).await
    }

    pub async fn put(&self, path: &str, role: &str, if_match: Option<&str>, body: Value) -> Answer {
        self.json(Method::PUT, path, role, if_match.map(|tag| ("if-match", tag)), body).await
    }

    pub async fn put_with(&self, path: &str, role: &str, header: (&str, &str), body: Value) -> Answer {
        self.json(Method::PUT, path, role, Some(header), body).await
    }

    pub async fn delete(&self, path: &str, role: &str) -> Answer {
        Answer::of(self.send(self.request(Method::DELETE, path, role).body(Body::empty()).unwrap()).await).await
    }

    pub async fn post_raw(&self, path: &str, role: &str, body: &'static str) -> Answer {
        Answer::of(self.send(self.request(Method::POST, path, role).body(Body::from(body)).unwrap()).await).await
    }

    pub async fn post_typed(&self, path: &str, role: &str, media: &str, key: Option<&str>, body: &[u8]) -> Answer {
        let mut request = self.request(Method::POST, path, role).header(header::CONTENT_TYPE, media);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        Answer::of(self.send(request.body(Body::from(body.to_vec())).unwrap()).await).await
    }

    pub fn user(&self, role: &str) -> UserId {
        self.person(role).unwrap().user
    }

    /// A form with its token.
    pub async fn submit(&self, path: &str, role: &str, form: &str) -> Answer {
        let csrf = self.person(role).map_or("", |person| person.csrf.as_str());
        self.submit_bare(path, role, &format!("_csrf={csrf}&{form}")).await
    }

    /// A form as it is.
    pub async fn submit_bare(&self, path: &str, role: &str, form: &str) -> Answer {
        let request = self
            .request(Method::POST, path, role)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        Answer::of(self.send(request.unwrap()).await).await
    }

    /// A form with a file.
    pub async fn upload(&self, path: &str, role: &str, field: &str, name: &str, bytes: &[u8]) -> Answer {
        let csrf = self.person(role).map_or("", |person| person.csrf.as_str());
        let mut body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"_csrf\"\r\n\r\n{csrf}\r\n--b\r\n\
             content-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let request = self
            .request(Method::POST, path, role)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(body));
        Answer::of(self.send(request.unwrap()).await).await
    }

    pub async fn stream(&self, path: &str, role: &str) -> Stream {
        let response = self.send(self.request(Method::GET, path, role).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        Stream { body: response.into_body().into_data_stream(), heard: String::new() }
    }

    /// Drafts whatever is queued, with sample words.
    pub async fn draft_all(&self) {
        self.draft_or_fail("", "").await;
    }

    /// As [`Self::draft_all`], but what is in `locale` cannot be drafted, for a reason.
    pub async fn draft_or_fail(&self, locale: &str, reason: &str) {
        self.draft(locale, reason, &|_| {}).await;
    }

    async fn draft(&self, locale: &str, reason: &str, change: &(dyn Fn(&mut Draft) + Sync)) {
        let store = &self.studio.store;
        while let Some(lease) = store.jobs_lease("test", &["draft_asset"], 60).await.unwrap() {
            let Work::DraftAsset { asset } = lease.work else { panic!("only drafts were asked for") };
            let view = store.asset(asset).await.unwrap().unwrap();
            if view.asset.locale.as_str() == locale {
                store.asset_failed(&lease, asset, reason).await.unwrap();
                continue;
            }
            let kit = store.kit(view.asset.kit).await.unwrap().unwrap();
            let template = self.studio.templates.get(&view.asset.asset_type).unwrap();
            let brand = store.brand(kit.brand).await.unwrap().unwrap();
            let context = Context {
                asset_type: template.name.clone(),
                channel: template.channel.clone(),
                market: view.asset.market,
                locale: view.asset.locale.clone(),
                template: template.tag(),
                rules: "test@1".into(),
                brand: brand.sheet.identity,
            };
            let origin = Origin::Drafted {
                asked_by: kit.created_by,
                model: "test".into(),
                prompt: Digest::of_bytes(b"prompt"),
                seed: view.asset.seed,
            };
            let mut draft = Draft {
                content: sample_content::words(template),
                origin,
                context,
                findings: Vec::new(),
                sources: vec![SourceNote {
                    reference: "message.1".into(),
                    source: "message:brief.1".into(),
                    text: "It keeps working.".into(),
                    origin: "message 1 of the brief".into(),
                    score: None,
                }],
            };
            change(&mut draft);
            let revision = NewRevision::drafted(draft, asset, store.ids(), store.clock().now());
            store.draft_done(&lease, revision).await.unwrap();
        }
    }

    /// Lets every queued job fail for good.
    pub async fn kill_jobs(&self, error: &str) {
        let store = &self.studio.store;
        while let Some(lease) = store.jobs_lease("test", &["draft_asset"], 60).await.unwrap() {
            store.job_failed(&lease, error, false).await.unwrap();
        }
    }

    /// One email, asked for by the marketer, approved by the reviewer, released.
    pub async fn released(&self) -> ReleaseId {
        self.released_with(&|_| {}, Vec::new()).await
    }

    /// The same of a draft that is changed before anybody sees it, approved with `overrides`.
    pub async fn released_with(&self, change: &(dyn Fn(&mut Draft) + Sync), overrides: Vec<Overriding>) -> ReleaseId {
        let store = &self.studio.store;
        let mut one = brief();
        one["locales"] = json!(["en-US"]);
        let kit: KitId =
            self.post("/api/v1/kits", "marketer", one).await.json()["id"].as_str().unwrap().parse().unwrap();
        self.draft("", "", change).await;
        let view = store.assets(kit).await.unwrap().remove(0);
        let (review, reviewer) = (view.review.unwrap(), self.person("reviewer").unwrap().user);
        let claimed = store.review_claim(review, reviewer, 60).await.unwrap();
        let ballot = Ballot {
            verdict: Verdict::Approve,
            digest: view.revision.unwrap().digest,
            lease: claimed.token,
            reason: String::new(),
            overrides,
        };
        store.decide(review, ballot, reviewer, &Usual, 5).await.unwrap();
        self.clock.advance_seconds(10);
        let lease = store.jobs_lease("test", &["release"], 60).await.unwrap().unwrap();
        let Work::Release { decision } = lease.work else { panic!("only releases were asked for") };
        store.release_now(&lease, decision).await.unwrap().unwrap()
    }
}

/// An event stream that is being read.
pub(crate) struct Stream {
    body: BodyDataStream,
    heard: String,
}

impl Stream {
    /// Reads until `needle` was heard; all that was heard so far.
    pub async fn until(&mut self, needle: &str) -> String {
        let read = async {
            while !self.heard.contains(needle) {
                let chunk = self.body.next().await.expect("the stream goes on").unwrap();
                self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        let in_time = tokio::time::timeout(std::time::Duration::from_secs(10), read).await;
        assert!(in_time.is_ok(), "`{needle}` was not heard in: {}", self.heard);
        self.heard.clone()
    }
}
