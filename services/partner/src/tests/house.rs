//! A small house for tests: a store on a temporary SQLite file, two people, two partners of one brand and one of
//! another, and steps that make, release and recall an X post.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use countersign_domain::brand::BrandSheet;
use countersign_domain::brief::BriefForm;
use countersign_domain::clock::{Clock as _, FixedClock, Timestamp};
use countersign_domain::content::{Content, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, BrandId, CountingIds, RecallId, ReleaseId, ReviewId};
use countersign_domain::overriding::Usual;
use countersign_domain::people::{Role, User};
use countersign_domain::profile::Profile;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_domain::review::{Ballot, Draft, NewRevision, Origin, Verdict};
use countersign_render::{Template, Templates};
use countersign_store::{Actor, NewAsset, NewKit, NewPartner, NewUser, PartnerKind, Store};
use countersign_store_released::ReleasedStore;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use crate::{Limits, PartnerFace, Signer};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
pub(super) const HERE: &str = "cs_partner_here";
pub(super) const IDLE: &str = "cs_partner_idle";
pub(super) const FOREIGN: &str = "cs_partner_foreign";
/// What must come out as text wherever it went in.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'{{7*7}}";

pub(super) struct House {
    pub store: Store,
    pub clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    router: Router,
    brand: BrandId,
    /// The edition that drafts are made in.
    pub template: Template,
    author: User,
    reviewer: User,
    _folder: tempfile::TempDir,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl House {
    pub async fn new() -> Self {
        Self::with_limit(600).await
    }

    pub async fn with_limit(requests_per_minute: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let ids = Arc::new(CountingIds::default());
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("t.db").display());
        let store = Store::open(&url, clock.clone(), ids.clone()).await.unwrap();
        let brand = store.brand_upsert("halden", sheet(), Actor::Cli).await.unwrap().id;
        let other = store.brand_upsert("other", sheet(), Actor::Cli).await.unwrap().id;
        let author = user(&store, "mara", Role::Marketer).await;
        let reviewer = user(&store, "rita", Role::Reviewer).await;
        partner(&store, brand, "here", HOSTILE, HERE).await;
        partner(&store, brand, "idle", "Idle", IDLE).await;
        partner(&store, other, "foreign", "Foreign", FOREIGN).await;
        let face = PartnerFace {
            store: ReleasedStore::open(&url, clock.clone(), ids.clone()).await.unwrap(),
            templates: Templates::embedded().unwrap(),
            signer: Arc::new(Signer::load_or_create(&folder.path().join("receipt.pem")).unwrap()),
            limits: Limits { requests_per_minute },
            public_url: "https://content.example".into(),
            clock: clock.clone(),
        };
        let (router, _) = face.router().split_for_parts();
        let template = Templates::embedded().unwrap().get("x_post").unwrap().clone();
        Self { store, clock, ids, router, brand, template, author, reviewer, _folder: folder }
    }

    pub async fn send(&self, method: &str, path: &str, key: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub async fn get(&self, path: &str, key: &str) -> Answer {
        self.send("GET", path, key, &[], "").await
    }

    /// A fresh X post that waits for review.
    pub async fn drafted(&self) -> (AssetId, ReviewId) {
        let market = "US".parse().unwrap();
        let brief = BriefForm {
            product: "Vault".into(),
            locales: vec!["en-US".into()],
            asset_types: vec!["x_post".into()],
            ..BriefForm::default()
        };
        let asset = NewAsset {
            asset_type: "x_post".into(),
            channel: "x".into(),
            locale: "en-US".parse().unwrap(),
            market,
            audience: "IT".into(),
            variant: 1,
            seed: 1,
        };
        let new = NewKit {
            brand: self.brand,
            brief: brief.check(&["x_post"]).unwrap(),
            created_by: self.author.id,
            assets: vec![asset],
        };
        let kit = self.store.kit_create(new, None).await.unwrap();
        let asset = self.store.assets(kit.id).await.unwrap()[0].asset.id;
        let lease = self.store.jobs_lease("w", &["draft_asset"], 60).await.unwrap().unwrap();
        let text =
            SlotText::parse(&format!("Backups that restore, from {{{{partner.display_name}}}}. {asset}")).unwrap();
        let draft = Draft {
            content: Content { slots: BTreeMap::from([("text".to_owned(), text)]) },
            origin: Origin::Drafted {
                asked_by: self.author.id,
                model: "starter".into(),
                prompt: Digest::of_bytes(b"p"),
                seed: 1,
            },
            context: Context {
                asset_type: "x_post".into(),
                channel: "x".into(),
                market,
                locale: "en-US".parse().unwrap(),
                template: self.template.tag(),
                rules: "core@1".into(),
                brand: sheet().identity,
            },
            findings: Vec::new(),
            sources: Vec::new(),
        };
        let revision = NewRevision::drafted(draft, asset, &*self.ids, self.clock.now());
        (asset, self.store.draft_done(&lease, revision).await.unwrap())
    }

    pub async fn released(&self) -> (AssetId, ReleaseId) {
        let (asset, review) = self.drafted().await;
        let lease = self.store.review_claim(review, self.reviewer.id, 60).await.unwrap().token;
        let digest = self.store.asset(asset).await.unwrap().unwrap().revision.unwrap().digest;
        let ballot = Ballot { verdict: Verdict::Approve, digest, lease, reason: String::new(), overrides: Vec::new() };
        let decision = self.store.decide(review, ballot, self.reviewer.id, &Usual, 0).await.unwrap();
        let lease = self.store.jobs_lease("w", &["release"], 60).await.unwrap().unwrap();
        (asset, self.store.release_now(&lease, decision.id).await.unwrap().unwrap())
    }

    pub async fn recall(&self, release: ReleaseId) -> RecallId {
        self.store.recall(release, "A wrong figure", self.reviewer.id).await.unwrap().unwrap()
    }

    pub async fn pulls(&self, release: ReleaseId) -> (u64, u64) {
        let row = self.store.release(release).await.unwrap().unwrap();
        (row.pulls, row.partners)
    }
}

fn sheet() -> BrandSheet {
    let identity = BrandIdentity { name: "Halden".into(), color: "#0f5f5c".into(), ..BrandIdentity::default() };
    BrandSheet { identity, ..BrandSheet::default() }
}

async fn user(store: &Store, name: &str, role: Role) -> User {
    let new = NewUser {
        email: format!("{name}@x.example"),
        name: name.into(),
        roles: vec![role],
        password_hash: "$argon2id$".into(),
    };
    store.users_create(new, Actor::Cli).await.unwrap()
}

async fn partner(store: &Store, brand: BrandId, slug: &str, name: &str, key: &str) {
    let new = NewPartner {
        brand,
        slug: slug.into(),
        kind: PartnerKind::Msp,
        tier: "gold".into(),
        markets: vec!["US".parse().unwrap()],
        locales: vec!["en".parse().unwrap()],
        certified_until: None,
        profile: Profile { display_name: name.into(), site: format!("https://{slug}.example"), ..Profile::default() },
    };
    let partner = store.partner_create(new, Actor::Cli).await.unwrap();
    let hash: String = Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    store.partner_key_create(partner.id, "test", key, &hash, None, Actor::Cli).await.unwrap();
}
