//! A small house for tests: a store on a temporary SQLite file, three people, one kit with two drafted assets, and a
//! browser that keeps cookies and sends the form's token.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use countersign_domain::brand::{BrandSheet, Product};
use countersign_domain::brief::BriefForm;
use countersign_domain::clock::{FixedClock, Timestamp};
use countersign_domain::content::{Bound, Content, PartnerField, Segment, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::{AssetId, CountingIds, ReviewId, UserId};
use countersign_domain::people::{Role, User};
use countersign_domain::profile::Profile;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_domain::review::{Draft, NewRevision, Origin, SourceNote};
use countersign_domain::wording::Wording;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_session::{Sessions, Ui, secret};
use countersign_store::{Actor, NewAsset, NewKit, NewPartner, NewUser, PartnerKind, Store};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Face;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
/// What must come out as text wherever it went in.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>{{7*7}}";

/// Somebody without a store.
pub(crate) fn person() -> User {
    let ids = CountingIds::default();
    User {
        id: UserId::new(&ids, NOW),
        email: "p@x.example".into(),
        name: "P".into(),
        roles: vec![Role::Reviewer],
        created_at: NOW,
        disabled_at: None,
    }
}

#[derive(Debug)]
pub(crate) struct World {
    pub clock: Arc<FixedClock>,
    pub face: Face,
    pub marketer: User,
    pub reviewer: User,
    pub second: User,
    /// The first has a warning, the second a block.
    pub assets: Vec<AssetId>,
    pub reviews: Vec<ReviewId>,
    _folder: tempfile::TempDir,
}

/// A browser of one person.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    router: Router,
    cookie: String,
    pub csrf: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with_campaign("Autumn").await
    }

    pub async fn with_campaign(campaign: &str) -> Self {
        let warning = finding("core.tone", Severity::Warn, "subject", 0, 6);
        Self::with(campaign, vec![warning]).await
    }

    /// As [`Self::new`], but what the rules say of the email is a warning and an error, which speaks German too.
    pub async fn with_an_error() -> Self {
        let warning = finding("core.tone", Severity::Warn, "subject", 0, 6);
        let mut error = finding("core.figure", Severity::Error, "body", 0, 6);
        error.messages.insert("de".into(), "Sag es <b>anders</b>.".into());
        Self::with("Autumn", vec![warning, error]).await
    }

    /// `findings` are of the email.
    async fn with(campaign: &str, findings: Vec<Finding>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("t.db").display());
        let store = Store::open(&url, clock.clone(), Arc::new(CountingIds::default())).await.unwrap();
        let marketer = user(&store, "Mara", &[Role::Marketer, Role::Reviewer]).await;
        let reviewer = user(&store, "Rita", &[Role::Reviewer]).await;
        let second = user(&store, "Sam <b>", &[Role::Reviewer]).await;
        let sheet = BrandSheet {
            identity: BrandIdentity { name: "Halden".into(), color: "#0f5f5c".into(), ..BrandIdentity::default() },
            products: vec![Product { key: "vault".into(), name: "Halden Vault".into(), summary: String::new() }],
            ..BrandSheet::default()
        };
        let brand = store.brand_upsert("halden", sheet, Actor::Cli).await.unwrap();
        let partner = NewPartner {
            brand: brand.id,
            slug: "nordlicht".into(),
            kind: PartnerKind::Msp,
            tier: "gold".into(),
            markets: vec!["US".parse().unwrap()],
            locales: vec!["en-US".parse().unwrap()],
            certified_until: None,
            profile: Profile {
                display_name: "Nordlicht & Söhne <i>".into(),
                site: "https://nordlicht.example".into(),
                ..Profile::default()
            },
        };
        store.partner_create(partner, Actor::Cli).await.unwrap();
        let templates = Templates::embedded().unwrap();
        let names: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
        let brief = BriefForm {
            campaign: campaign.into(),
            product: "Halden Vault".into(),
            audience: HOSTILE.into(),
            messages: vec![Wording::One("Backups that restore.".into())],
            locales: vec!["en-US".into()],
            asset_types: vec!["email".into(), "x_post".into()],
            ..BriefForm::default()
        };
        let asset = |asset_type: &str, channel: &str| NewAsset {
            asset_type: asset_type.into(),
            channel: channel.into(),
            locale: "en-US".parse().unwrap(),
            market: "US".parse().unwrap(),
            audience: "IT managers".into(),
            variant: 1,
            seed: 7,
        };
        let new = NewKit {
            brand: brand.id,
            brief: brief.check(&names).unwrap(),
            created_by: marketer.id,
            assets: vec![asset("email", "email"), asset("x_post", "x")],
        };
        store.kit_create(new, None).await.unwrap();
        let ui = Ui::new().unwrap();
        let sessions = Sessions::new(store.clone(), ui.clone(), false);
        let face = Face::new(store, sessions, ui, templates, Packs::embedded().unwrap());
        let mut world =
            Self { clock, face, marketer, reviewer, second, assets: Vec::new(), reviews: Vec::new(), _folder: folder };
        world.draft(&findings).await;
        world
    }

    /// Drafts every asset of the kit, as a worker would.
    async fn draft(&mut self, of_email: &[Finding]) {
        let store = &self.face.store;
        let mut made = Vec::new();
        while let Some(lease) = store.jobs_lease("test", &["draft_asset"], 60).await.unwrap() {
            let countersign_domain::job::Work::DraftAsset { asset } = lease.work.clone() else { unreachable!() };
            let asset = store.asset(asset).await.unwrap().unwrap().asset;
            let email = asset.asset_type == "email";
            let content = if email { email_content() } else { post_content() };
            let template = self.face.templates.get(&asset.asset_type).unwrap();
            let context = Context {
                asset_type: asset.asset_type.clone(),
                channel: asset.channel.clone(),
                market: asset.market,
                locale: asset.locale.clone(),
                template: template.tag(),
                rules: self.face.packs.version().to_string(),
                brand: store.brand(asset.brand).await.unwrap().unwrap().sheet.identity,
            };
            let draft = Draft {
                content,
                origin: Origin::Drafted {
                    asked_by: self.marketer.id,
                    model: "starter sha256:ab".into(),
                    prompt: Digest::of_bytes(b"p"),
                    seed: asset.seed,
                },
                context,
                findings: if email {
                    of_email.to_vec()
                } else {
                    vec![finding("core.absolute", Severity::Block, "text", 0, 3)]
                },
                sources: vec![SourceNote {
                    reference: "message.1".into(),
                    source: "message:brief.1".into(),
                    text: "Backups that restore.".into(),
                    origin: "message 1 of the brief".into(),
                    score: None,
                }],
            };
            let new = NewRevision::drafted(draft, asset.id, store.ids(), NOW);
            let review = store.draft_done(&lease, new).await.unwrap();
            made.push((email, asset.id, review));
        }
        made.sort_by_key(|(email, _, _)| !email);
        self.assets = made.iter().map(|(_, asset, _)| *asset).collect();
        self.reviews = made.iter().map(|(_, _, review)| *review).collect();
    }

    pub async fn browser(&self, user: &User) -> Browser {
        let token = secret::new("");
        let csrf = format!("csrf-of-{}", user.name.chars().take(4).collect::<String>());
        let expires = NOW.plus_seconds(86_400);
        self.face.store.session_create(&token.hash(), user.id, &csrf, expires).await.unwrap();
        let (api, _) = crate::api::router(self.face.clone()).split_for_parts();
        let router = api.merge(crate::pages::router(self.face.clone()));
        Browser { router, cookie: format!("cs_session={}", token.as_str()), csrf }
    }

    pub async fn user(&self, name: &str, roles: &[Role]) -> User {
        user(&self.face.store, name, roles).await
    }

    /// The latest digest of an asset.
    pub async fn digest(&self, asset: AssetId) -> String {
        self.face.store.asset(asset).await.unwrap().unwrap().revision.unwrap().digest.to_string()
    }
}

async fn user(store: &Store, name: &str, roles: &[Role]) -> User {
    let email = format!("{}@x.example", name.split(' ').next().unwrap().to_lowercase());
    let new = NewUser { email, name: name.into(), roles: roles.into(), password_hash: "none".into() };
    store.users_create(new, Actor::Cli).await.unwrap()
}

fn finding(rule: &str, severity: Severity, slot: &str, start: usize, end: usize) -> Finding {
    Finding {
        rule: rule.into(),
        severity,
        slot: slot.into(),
        start,
        end,
        message: "Say it <b>otherwise</b>.".into(),
        messages: Default::default(),
        fix: None,
    }
}

fn text(text: &str) -> Segment {
    Segment::Text { text: text.into() }
}

fn message() -> Segment {
    Segment::Bound(Bound {
        reference: "message.1".into(),
        source: "message:brief.1".into(),
        text: "Backups that restore.".into(),
    })
}

fn email_content() -> Content {
    let slots = [
        ("subject", vec![text("Faster restores for your team")]),
        ("preheader", vec![text("See how small teams get their files back.")]),
        ("headline", vec![text("Get it back")]),
        (
            "body",
            vec![
                text("Losing a file costs a morning, and a whole server costs a week. "),
                message(),
                text("\n\nTalk to "),
                Segment::Partner { partner: PartnerField::DisplayName },
                text(" about a plan that fits how your team works today."),
            ],
        ),
        ("cta", vec![text("Book a call")]),
    ];
    Content { slots: slots.into_iter().map(|(name, segments)| (name.into(), SlotText { segments })).collect() }
}

fn post_content() -> Content {
    let segments = vec![text("Who tests a restore before it counts? "), message(), text(" Ask us how.")];
    Content { slots: [("text".to_owned(), SlotText { segments })].into() }
}

impl Browser {
    async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 4 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Signs out, without telling the server.
    pub fn forget(&mut self) {
        self.cookie.clear();
    }

    /// Keeps what an answer set.
    pub fn keep_cookies(&mut self, answer: &Answer) {
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = format!("{}; {pair}", self.cookie);
        }
    }

    /// The value of a hidden field of a page.
    pub fn field(&self, html: &str, name: &str) -> String {
        let after = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header(header::COOKIE, &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request =
            headers.iter().fold(self.request("GET", path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// An API call, with the token in its header.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> Answer {
        self.api_with(method, path, body, &[]).await
    }

    pub async fn api_with(&self, method: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let request = self.request(method, path).header("x-csrf-token", &self.csrf);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()).unwrap()).await
    }

    /// An API call with the cookie alone, as another site could make it.
    pub async fn forged_api(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("sec-fetch-site", "cross-site");
        self.send(request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()).unwrap()).await
    }

    /// A form with the page's token.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("_csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        self.forged_form(path, &all).await
    }

    /// A form exactly as given.
    pub async fn forged_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = crate::pages::encoded;
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let request = self.request("POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body.join("&").into()).unwrap()).await
    }

    /// Claims a review and gives the lease.
    pub async fn claim(&self, review: ReviewId) -> String {
        let answer = self.api("POST", &format!("/api/v1/reviews/{review}/claim"), Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["lease"].as_str().unwrap().to_owned()
    }

    pub async fn decide(&self, review: ReviewId, decision: &str, digest: &str, lease: &str, reason: &str) -> Answer {
        let body = serde_json::json!({"decision": decision, "digest": digest, "lease": lease, "reason": reason});
        self.api("POST", &format!("/api/v1/reviews/{review}/decision"), body).await
    }
}
