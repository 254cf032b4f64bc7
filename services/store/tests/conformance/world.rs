//! A fresh database with a brand, people and a partner in it, and the steps that most cases share.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_domain::brand::BrandSheet;
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::{Clock, FixedClock, Timestamp};
use countersign_domain::content::{Content, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::{AssetId, BrandId, CountingIds, DecisionId, IdSource, ReleaseId, ReviewId};
use countersign_domain::job::Lease;
use countersign_domain::kit::Kit;
use countersign_domain::overriding::{Overriding, Usual};
use countersign_domain::people::{Role, User};
use countersign_domain::profile::Profile;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_domain::review::{Ballot, Decision, Draft, NewRevision, Origin, Revision, Verdict};
use countersign_store::{Actor, NewAsset, NewKit, NewPartner, NewUser, Partner, PartnerKind, Store};
use countersign_store_released::dialect::Dialect;
use countersign_store_released::{PartnerIdentity, ReleasedStore};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

pub const START: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
pub const UNDO: i64 = 5;

#[derive(Debug)]
pub struct World {
    pub url: String,
    pub store: Store,
    pub released: ReleasedStore,
    pub clock: Arc<FixedClock>,
    pub ids: Arc<CountingIds>,
    pub brand: BrandId,
    pub author: User,
    pub reviewer: User,
    pub second: User,
    pub partner: Partner,
}

impl World {
    async fn open(url: String) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let ids = Arc::new(CountingIds::default());
        let store = Store::open(&url, clock.clone(), ids.clone()).await.unwrap();
        let released = ReleasedStore::open(&url, clock.clone(), ids.clone()).await.unwrap();
        let brand = store.brand_upsert("fjord", BrandSheet::default(), Actor::Cli).await.unwrap().id;
        let author = user(&store, "author", Role::Marketer).await;
        let reviewer = user(&store, "reviewer", Role::Reviewer).await;
        let second = user(&store, "second", Role::Reviewer).await;
        let partner = partner(&store, brand, "nordlicht", "DE", "de").await;
        Self { url, store, released, clock, ids, brand, author, reviewer, second, partner }
    }

    pub fn dialect(&self) -> Dialect {
        self.store.db().dialect
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A kit with one email for each locale.
    pub async fn kit(&self, locales: &[&str]) -> Kit {
        self.store.kit_create(self.new_kit(locales), None).await.unwrap()
    }

    pub fn new_kit(&self, locales: &[&str]) -> NewKit {
        let assets = locales
            .iter()
            .map(|locale| NewAsset {
                asset_type: "email".into(),
                channel: "email".into(),
                locale: locale.parse().unwrap(),
                market: locale[3..].parse().unwrap(),
                audience: "admins".into(),
                variant: 1,
                seed: u64::MAX,
            })
            .collect();
        NewKit { brand: self.brand, brief: brief(locales), created_by: self.author.id, assets }
    }

    /// A fresh asset whose draft is in review.
    pub async fn drafted(&self) -> (AssetId, ReviewId) {
        self.drafted_with(Vec::new()).await
    }

    pub async fn drafted_with(&self, findings: Vec<Finding>) -> (AssetId, ReviewId) {
        let kit = self.kit(&["de-DE"]).await;
        let asset = self.store.assets(kit.id).await.unwrap()[0].asset.id;
        let lease = self.lease("draft_asset").await;
        let mut revision = self.draft(asset, &format!("Hallo {asset}"));
        revision.findings = findings;
        let review = self.store.draft_done(&lease, revision).await.unwrap();
        (asset, review)
    }

    pub async fn lease(&self, kind: &str) -> Lease {
        self.store.jobs_lease("worker", &[kind], 60).await.unwrap().expect("a job is due")
    }

    pub fn draft(&self, asset: AssetId, text: &str) -> NewRevision {
        let origin = Origin::Drafted {
            asked_by: self.author.id,
            model: "starter sha256:00".into(),
            prompt: Digest::of_bytes(b"prompt"),
            seed: u64::MAX,
        };
        NewRevision::drafted(draft(text, origin), asset, &*self.ids, self.now())
    }

    pub async fn latest(&self, asset: AssetId) -> Revision {
        self.store.asset(asset).await.unwrap().unwrap().revision.unwrap()
    }

    pub async fn edit_of(&self, asset: AssetId, by: &User, text: &str) -> (Digest, NewRevision) {
        let last = self.latest(asset).await;
        let origin = Origin::Edited { by: by.id, base: last.id };
        (last.digest, NewRevision::drafted(draft(text, origin), asset, &*self.ids, self.now()))
    }

    pub async fn edit(&self, asset: AssetId, by: &User, text: &str) -> ReviewId {
        let (base, revision) = self.edit_of(asset, by, text).await;
        self.store.revision_edit(asset, &base, revision).await.unwrap()
    }

    /// A claim, and what its holder would say of the asset's latest revision.
    pub async fn ballot(&self, asset: AssetId, review: ReviewId, by: &User, verdict: Verdict) -> Ballot {
        let lease = self.store.review_claim(review, by.id, 60).await.unwrap();
        let digest = self.latest(asset).await.digest;
        Ballot { verdict, digest, lease: lease.token, reason: "because".into(), overrides: Vec::new() }
    }

    pub async fn decide(&self, asset: AssetId, review: ReviewId, by: &User, verdict: Verdict) -> Decision {
        let ballot = self.ballot(asset, review, by, verdict).await;
        self.store.decide(review, ballot, by.id, &Usual, UNDO).await.unwrap()
    }

    /// Lets the undo window pass and runs the release job.
    pub async fn release(&self, decision: DecisionId) -> Option<ReleaseId> {
        self.clock.advance_seconds(UNDO);
        let lease = self.lease("release").await;
        self.store.release_now(&lease, decision).await.unwrap()
    }

    /// A fresh asset, drafted, approved and released.
    pub async fn released_asset(&self) -> (AssetId, ReleaseId) {
        let (asset, review) = self.drafted().await;
        let decision = self.decide(asset, review, &self.reviewer, Verdict::Approve).await;
        (asset, self.release(decision.id).await.unwrap())
    }

    pub async fn key(&self, partner: &Partner) -> PartnerIdentity {
        let hash = format!("hash-{}", self.ids.uuid(self.now()));
        self.store.partner_key_create(partner.id, "test", "cs_partner_x", &hash, None, Actor::Cli).await.unwrap();
        self.released.partner_by_key(&hash).await.unwrap().unwrap()
    }
}

pub fn draft(text: &str, origin: Origin) -> Draft {
    let slots = BTreeMap::from([("body".to_owned(), SlotText::parse(text).unwrap())]);
    Draft { content: Content { slots }, origin, context: context(), findings: Vec::new(), sources: Vec::new() }
}

pub fn context() -> Context {
    Context {
        asset_type: "email".into(),
        channel: "email".into(),
        market: "DE".parse().unwrap(),
        locale: "de-DE".parse().unwrap(),
        template: "email@1".into(),
        rules: "test@1".into(),
        brand: BrandIdentity::default(),
    }
}

pub fn block() -> Finding {
    Finding {
        rule: "test.block".into(),
        severity: Severity::Block,
        slot: "body".into(),
        start: 0,
        end: 1,
        message: "no".into(),
        messages: Default::default(),
        fix: None,
    }
}

/// An error on the first letter of the body.
pub fn error() -> Finding {
    Finding { rule: "test.error".into(), severity: Severity::Error, ..block() }
}

/// What answers [`error`].
pub fn let_stand() -> Overriding {
    Overriding { rule: "test.error".into(), slot: "body".into(), start: 0, end: 1, reason: "It is a quotation.".into() }
}

fn brief(locales: &[&str]) -> Brief {
    BriefForm {
        product: "Fjord Backup".into(),
        campaign: "spring".into(),
        // Assets may be many in a locale; a brief names each once.
        locales: locales
            .iter()
            .copied()
            .collect::<std::collections::BTreeSet<_>>()
            .iter()
            .map(ToString::to_string)
            .collect(),
        asset_types: vec!["email".into()],
        ..BriefForm::default()
    }
    .check(&["email"])
    .unwrap()
}

async fn user(store: &Store, name: &str, role: Role) -> User {
    let new = NewUser {
        email: format!("{name}@sample.example"),
        name: name.into(),
        roles: vec![role],
        password_hash: "$argon2id$".into(),
    };
    store.users_create(new, Actor::Cli).await.unwrap()
}

pub async fn partner(store: &Store, brand: BrandId, slug: &str, market: &str, locale: &str) -> Partner {
    let profile = Profile { display_name: slug.into(), site: format!("https://{slug}.example"), ..Profile::default() };
    let new = NewPartner {
        brand,
        slug: slug.into(),
        kind: PartnerKind::Msp,
        tier: "gold".into(),
        markets: vec![market.parse().unwrap()],
        locales: vec![locale.parse().unwrap()],
        certified_until: None,
        profile,
    };
    store.partner_create(new, Actor::Cli).await.unwrap()
}

fn run<F: Future<Output = ()>>(future: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future);
}

pub fn on_sqlite<F: Future<Output = ()>>(case: impl FnOnce(World) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("test.db").display());
    run(async {
        let world = World::open(url).await;
        let (store, released) = (world.store.clone(), world.released.clone());
        case(world).await;
        released.close().await;
        store.close().await;
    });
}

pub const SERVER: &str = "COUNTERSIGN_TEST_POSTGRES";

/// The server that tests may make databases in; says so where there is none.
pub fn server() -> Option<String> {
    let url = std::env::var(SERVER).ok();
    if url.is_none() {
        eprintln!("IGNORED: set {SERVER}=postgres://USER@HOST:PORT/postgres to run this case on PostgreSQL");
    }
    url
}

/// The same server's address, with another database.
pub fn with_database(url: &str, name: &str) -> String {
    let (before, query) = url.split_once('?').map_or((url, None), |(before, query)| (before, Some(query)));
    let start = before.find("://").unwrap() + 3;
    let host = before[start..].find('/').map_or(before, |slash| &before[..start + slash]);
    query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"))
}

pub fn on_postgres<F: Future<Output = ()>>(case: impl FnOnce(World) -> F) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(server) = server() else { return };
    sqlx::any::install_default_drivers();
    let name = format!("cs_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    let admin = |statement: String| {
        let server = server.clone();
        run(async move {
            let mut connection = AnyConnection::connect(&server).await.unwrap();
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
            connection.close().await.unwrap();
        });
    };
    admin(format!("CREATE DATABASE {name}"));
    let url = with_database(&server, &name);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(async {
            let world = World::open(url).await;
            let (store, released) = (world.store.clone(), world.released.clone());
            case(world).await;
            released.close().await;
            store.close().await;
        });
    }));
    admin(format!("DROP DATABASE {name} WITH (FORCE)"));
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// The case must fail once that guard is gone: a case that would not notice proves nothing.
pub fn on_sqlite_without<F: Future<Output = ()>>(guard: &str, case: impl FnOnce(World) -> F) {
    let gone = std::cell::Cell::new(false);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        on_sqlite(async |world: World| {
            world.drop_guard(guard).await;
            gone.set(true);
            case(world).await;
        });
    }));
    assert!(gone.get(), "{guard} could not be taken away");
    assert!(outcome.is_err(), "nobody noticed that {guard} was gone");
}

pub fn on_postgres_without<F: Future<Output = ()>>(guard: &str, case: impl FnOnce(World) -> F) {
    if server().is_none() {
        return;
    }
    let gone = std::cell::Cell::new(false);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        on_postgres(async |world: World| {
            world.drop_guard(guard).await;
            gone.set(true);
            case(world).await;
        });
    }));
    assert!(gone.get(), "{guard} could not be taken away");
    assert!(outcome.is_err(), "nobody noticed that {guard} was gone");
}

/// Stamps cases onto both databases.
#[macro_export]
macro_rules! conformance {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $case() { $crate::world::on_sqlite(super::$case) })*
        }
        mod postgres {
            $(#[test] fn $case() { $crate::world::on_postgres(super::$case) })*
        }
    };
}
