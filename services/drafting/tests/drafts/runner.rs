//! Kits through the runner, on a database of their own.

use std::sync::Arc;
use std::time::Duration;

use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::FixedClock;
use countersign_domain::id::{BrandId, CountingIds, KitId, UserId};
use countersign_domain::kit::AssetState;
use countersign_domain::people::Role;
use countersign_drafting::events::{Hub, KitEventKind};
use countersign_drafting::plan::plan;
use countersign_drafting::runner::Runner;
use countersign_render::Templates;
use countersign_store::{Actor, AssetView, NewKit, NewUser, Store};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::world::{NOW, World, brief};

struct House {
    store: Store,
    clock: Arc<FixedClock>,
    hub: Hub,
    brand: BrandId,
    marketer: UserId,
    drafting: World,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("drafting.db").display());
        let store = Store::open(&url, clock.clone(), Arc::new(CountingIds::default())).await.unwrap();
        let brand = store.brand_upsert("nordwind", BrandSheet::default(), Actor::Cli).await.unwrap().id;
        let new = NewUser {
            email: "marketer@x.example".into(),
            name: "The marketer".into(),
            roles: vec![Role::Marketer],
            password_hash: String::new(),
        };
        let marketer = store.users_create(new, Actor::Cli).await.unwrap().id;
        Self { store, clock, hub: Hub::default(), brand, marketer, drafting: World::new(), _folder: folder }
    }

    async fn kit(&self, locales: &[&str], messages: Value) -> KitId {
        let brief = brief(json!({"locales": locales, "messages": messages}));
        let assets = plan(&brief, &Templates::embedded().unwrap()).unwrap();
        let new = NewKit { brand: self.brand, brief, created_by: self.marketer, assets };
        self.store.kit_create(new, None).await.unwrap().id
    }

    fn run(&self) -> (watch::Sender<bool>, JoinHandle<()>) {
        let (stop, stopped) = watch::channel(false);
        let runner =
            Runner::new(self.store.clone(), Some(self.drafting.drafter.clone()), self.hub.clone(), "here".into());
        (stop, tokio::spawn(runner.run(stopped)))
    }

    /// The kit's assets once none but `left` of them is being drafted.
    async fn drafted(&self, kit: KitId, left: usize) -> Vec<AssetView> {
        for _ in 0..1200 {
            let assets = self.store.assets(kit).await.unwrap();
            if assets.iter().filter(|view| view.asset.state == AssetState::Drafting).count() <= left {
                return assets;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the kit is not drafted after a minute");
    }
}

#[tokio::test]
async fn a_kit_becomes_one_revision_and_one_open_review_an_asset() {
    let house = House::new().await;
    let kit = house
        .kit(&["en-US", "de-DE"], json!([{"en": "Backups are checked.", "de": "Sicherungen werden geprüft."}]))
        .await;
    let (stop, running) = house.run();
    let assets = house.drafted(kit, 0).await;
    stop.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(assets.len(), 6);
    for view in assets {
        assert_eq!(view.asset.state, AssetState::InReview);
        assert!(view.review.is_some());
        let revisions = house.store.revisions(view.asset.id).await.unwrap();
        assert_eq!(revisions.len(), 1);
    }
    let counts = house.store.job_counts().await.unwrap();
    assert_eq!((counts.done, counts.queued, counts.leased, counts.dead), (6, 0, 0, 0));
}

#[tokio::test]
async fn a_job_whose_lease_was_lost_writes_nothing() {
    let house = House::new().await;
    let kit = house.kit(&["en-US"], json!([{"en": "Backups are checked."}])).await;
    let mut events = house.hub.subscribe(kit);
    let (stop, running) = house.run();
    let first = events.recv().await.unwrap();
    assert!(matches!(first.kind, KitEventKind::Started));
    // As if this process had slept: another one takes over what has run out.
    house.clock.advance_seconds(3600);
    let mut taken = Vec::new();
    while let Some(lease) = house.store.jobs_lease("elsewhere", &["draft_asset"], 7200).await.unwrap() {
        taken.push(lease);
    }
    // The runner is done with what it had when it takes up and finishes new work.
    let next = house.kit(&["de-DE"], json!([{"de": "Sicherungen werden geprüft."}])).await;
    house.hub.wake();
    let done = house.drafted(next, 0).await;
    stop.send(true).unwrap();
    running.await.unwrap();
    assert!(done.iter().all(|view| view.asset.state == AssetState::InReview));
    assert!(
        taken.iter().any(|lease| lease.work.dedupe_key().ends_with(&first.asset.to_string()) && lease.attempt == 2)
    );
    for view in house.store.assets(kit).await.unwrap() {
        assert_eq!((view.asset.state, view.review), (AssetState::Drafting, None));
        assert!(house.store.revisions(view.asset.id).await.unwrap().is_empty());
    }
    for lease in &taken {
        house.store.job_heartbeat(lease, 60).await.unwrap();
    }
}

#[tokio::test]
async fn an_asset_that_cannot_be_drafted_says_why_and_its_job_is_dead() {
    let house = House::new().await;
    let kit = house.kit(&["nl-NL"], json!([{"nl": "De back-ups zijn gecontroleerd."}])).await;
    let (stop, running) = house.run();
    let assets = house.drafted(kit, 0).await;
    stop.send(true).unwrap();
    running.await.unwrap();
    let dead = house.store.jobs_dead().await.unwrap();
    assert_eq!((assets.len(), dead.len()), (3, 3));
    for view in assets {
        assert_eq!(view.asset.state, AssetState::Failed);
        assert!(view.asset.failure.unwrap().contains("writes de, en, es, fr, it only"));
        assert!(view.revision.is_none() && view.review.is_none());
    }
    assert!(
        dead.iter().all(|job| job.attempts == 1 && job.last_error.as_deref().is_some_and(|why| why.contains("nl-NL")))
    );
}
