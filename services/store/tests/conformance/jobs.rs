//! The queue under bad luck: workers that vanish, come back late, fail, or kill themselves on the same job each time.

use countersign_domain::job::Work;
use countersign_domain::kit::AssetState;
use countersign_domain::review::Verdict;
use countersign_store::jobs::{MAX_ATTEMPTS, MAX_RELEASE_ATTEMPTS};
use countersign_store::{Actor, StoreError};

use crate::world::{UNDO, World};

crate::conformance!(
    a_kit_queues_one_job_an_asset_and_each_is_leased_once,
    a_late_worker_writes_nothing,
    a_draft_is_done_once,
    a_failed_job_comes_back_later_and_dies_in_the_end,
    a_job_that_kills_its_workers_dies,
    a_draft_without_sources_says_so_and_can_be_restarted,
    a_killed_process_takes_its_jobs_back,
    a_clean_stop_costs_no_attempt,
    a_release_is_tried_for_a_day,
    workers_at_once_never_share_a_job,
    a_lease_is_good_for_its_own_job_only,
    drafts_of_one_locale_wait_for_each_other,
);

async fn drafts_of_one_locale_wait_for_each_other(world: World) {
    let kit = world.kit(&["de-DE", "de-DE", "en-US"]).await;
    let assets: Vec<_> = world.store.assets(kit.id).await.unwrap().into_iter().map(|view| view.asset.id).collect();
    let first = world.lease("draft_asset").await;
    let english = world.lease("draft_asset").await;
    assert_eq!([&first.work, &english.work], [assets[0], assets[2]].map(|asset| Work::DraftAsset { asset }).each_ref());
    let next = async || world.store.jobs_lease("w", &["draft_asset"], 60).await.unwrap();
    assert_eq!(next().await, None, "the second in German waits for the first");
    assert!(world.store.drafts_before(assets[1]).await.unwrap().is_empty());
    world.store.draft_done(&first, world.draft(assets[0], "Zuerst.")).await.unwrap();
    let second = next().await.unwrap();
    assert_eq!(second.work, Work::DraftAsset { asset: assets[1] });
    let before = world.store.drafts_before(assets[1]).await.unwrap();
    assert_eq!(before.iter().map(|revision| revision.asset).collect::<Vec<_>>(), [assets[0]]);
    assert!(world.store.drafts_before(assets[2]).await.unwrap().is_empty(), "another locale's are no concern of it");
    // One that fails for good holds nobody up.
    world.store.asset_failed(&english, assets[2], "no source").await.unwrap();
    world.store.job_failed(&second, "no model", true).await.unwrap();
    assert_eq!(next().await, None);
    world.clock.advance_seconds(3600);
    assert_eq!(next().await.unwrap().work, Work::DraftAsset { asset: assets[1] });
}

async fn a_kit_queues_one_job_an_asset_and_each_is_leased_once(world: World) {
    world.kit(&["de-DE", "en-US"]).await;
    let one = world.lease("draft_asset").await;
    let two = world.lease("draft_asset").await;
    assert_ne!(one.work, two.work);
    assert_eq!(world.store.jobs_lease("w", &["draft_asset"], 60).await.unwrap(), None);
    assert_eq!(world.store.jobs_lease("w", &[], 60).await.unwrap(), None);
    let counts = world.store.job_counts().await.unwrap();
    assert_eq!((counts.queued, counts.leased, counts.done, counts.dead), (0, 2, 0, 0));
    world.store.job_done(&one).await.unwrap();
    assert!(matches!(world.store.job_done(&one).await, Err(StoreError::LeaseLost)));
    assert_eq!(world.store.job_counts().await.unwrap().done, 1);
}

async fn a_late_worker_writes_nothing(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let slow = world.lease("draft_asset").await;
    let kept = world.store.job_heartbeat(&slow, 120).await.unwrap();
    world.clock.advance_seconds(61);
    assert_eq!(world.store.jobs_lease("other", &["draft_asset"], 60).await.unwrap(), None, "it has been kept");
    world.clock.advance_seconds(60);
    let quick = world.store.jobs_lease("other", &["draft_asset"], 60).await.unwrap().unwrap();
    assert_eq!((quick.job, quick.attempt), (slow.job, 2));
    for lease in [&slow, &kept] {
        let late = world.store.draft_done(lease, world.draft(asset, "Zu spät.")).await;
        assert!(matches!(late, Err(StoreError::LeaseLost)));
        assert!(matches!(world.store.job_heartbeat(lease, 60).await, Err(StoreError::LeaseLost)));
        assert!(matches!(world.store.job_failed(lease, "x", true).await, Err(StoreError::LeaseLost)));
        assert!(matches!(world.store.asset_failed(lease, asset, "x").await, Err(StoreError::LeaseLost)));
        assert!(matches!(world.store.job_done(lease).await, Err(StoreError::LeaseLost)));
    }
    assert!(world.store.revisions(asset).await.unwrap().is_empty());
    world.store.draft_done(&quick, world.draft(asset, "Pünktlich.")).await.unwrap();
    assert_eq!(world.store.revisions(asset).await.unwrap().len(), 1);
}

async fn a_draft_is_done_once(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let lease = world.lease("draft_asset").await;
    world.store.draft_done(&lease, world.draft(asset, "Eins.")).await.unwrap();
    let again = world.store.draft_done(&lease, world.draft(asset, "Zwei.")).await;
    assert!(matches!(again, Err(StoreError::LeaseLost)));
    assert_eq!(world.store.revisions(asset).await.unwrap().len(), 1);
    assert_eq!(world.store.job_counts().await.unwrap().done, 1);
}

async fn a_failed_job_comes_back_later_and_dies_in_the_end(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    for attempt in 1..=MAX_ATTEMPTS {
        let lease = world.lease("draft_asset").await;
        assert_eq!(lease.attempt, attempt);
        world.store.job_failed(&lease, "the model tripped", true).await.unwrap();
        assert_eq!(world.store.jobs_lease("w", &["draft_asset"], 60).await.unwrap(), None, "not at once");
        world.clock.advance_seconds(300);
    }
    let dead = world.store.jobs_dead().await.unwrap().remove(0);
    assert_eq!((dead.attempts, dead.last_error.as_deref()), (MAX_ATTEMPTS, Some("the model tripped")));
    let failed = world.store.asset(asset).await.unwrap().unwrap().asset;
    assert_eq!((failed.state, failed.failure.as_deref()), (AssetState::Failed, Some("the model tripped")));
    world.store.job_restart(dead.id, Actor::User(world.author.id)).await.unwrap();
    assert!(matches!(world.store.job_restart(dead.id, Actor::Cli).await, Err(StoreError::Conflict(_))));
    let lease = world.lease("draft_asset").await;
    assert_eq!(lease.attempt, 1);
    world.store.draft_done(&lease, world.draft(asset, "Doch noch.")).await.unwrap();
    let mended = world.store.asset(asset).await.unwrap().unwrap().asset;
    assert_eq!((mended.state, mended.failure), (AssetState::InReview, None));
}

async fn a_clean_stop_costs_no_attempt(world: World) {
    world.kit(&["de-DE"]).await;
    for _ in 0..=MAX_ATTEMPTS {
        let lease = world.lease("draft_asset").await;
        assert_eq!(lease.attempt, 1);
        world.store.job_give_back(&lease).await.unwrap();
        assert!(matches!(world.store.job_give_back(&lease).await, Err(StoreError::LeaseLost)));
    }
    let late = world.lease("draft_asset").await;
    world.clock.advance_seconds(61);
    world.store.jobs_lease("other", &["draft_asset"], 60).await.unwrap().unwrap();
    assert!(matches!(world.store.job_give_back(&late).await, Err(StoreError::LeaseLost)), "another has it by now");
}

async fn a_release_is_tried_for_a_day(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    world.clock.advance_seconds(UNDO);
    let begin = world.now();
    for _ in 0..MAX_ATTEMPTS * 2 {
        let lease = world.lease("release").await;
        world.store.job_failed(&lease, "the database is away", true).await.unwrap();
        world.clock.advance_seconds(300);
    }
    assert!(world.store.jobs_dead().await.unwrap().is_empty());
    assert!(i64::from(MAX_RELEASE_ATTEMPTS) * 300 > 86_400 && world.now() > begin);
    let lease = world.lease("release").await;
    assert!(world.store.release_now(&lease, decision.id).await.unwrap().is_some());
}

async fn a_job_that_kills_its_workers_dies(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    for _ in 0..MAX_ATTEMPTS {
        world.lease("draft_asset").await;
        world.clock.advance_seconds(61);
    }
    assert_eq!(world.store.jobs_lease("w", &["draft_asset"], 60).await.unwrap(), None);
    assert_eq!(world.store.jobs_dead().await.unwrap().len(), 1);
    assert_eq!(world.store.assets(kit.id).await.unwrap()[0].asset.state, AssetState::Failed);
}

async fn a_draft_without_sources_says_so_and_can_be_restarted(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let lease = world.lease("draft_asset").await;
    world.store.asset_failed(&lease, asset, "no message in German").await.unwrap();
    let failed = world.store.asset(asset).await.unwrap().unwrap().asset;
    assert_eq!((failed.state, failed.failure.as_deref()), (AssetState::Failed, Some("no message in German")));
    world.store.job_restart(lease.job, Actor::Cli).await.unwrap();
    assert_eq!(world.store.asset(asset).await.unwrap().unwrap().asset.state, AssetState::Drafting);
}

async fn a_killed_process_takes_its_jobs_back(world: World) {
    world.kit(&["de-DE", "en-US"]).await;
    let lost = world.store.jobs_lease("data-folder", &["draft_asset"], 600).await.unwrap().unwrap();
    let other = world.store.jobs_lease("elsewhere", &["draft_asset"], 600).await.unwrap().unwrap();
    assert_eq!(world.store.jobs_take_back("data-folder").await.unwrap(), 1);
    let again = world.store.jobs_lease("data-folder", &["draft_asset"], 600).await.unwrap().unwrap();
    assert_eq!((again.job, again.fence), (lost.job, lost.fence + 1));
    assert!(matches!(world.store.job_done(&lost).await, Err(StoreError::LeaseLost)));
    world.store.job_done(&other).await.unwrap();
}

async fn workers_at_once_never_share_a_job(world: World) {
    for _ in 0..12 {
        world.kit(&["de-DE"]).await;
    }
    let workers: Vec<_> = (0..4)
        .map(|number| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(lease) = store.jobs_lease(&format!("w{number}"), &["draft_asset"], 60).await.unwrap() {
                    mine.push(lease.job);
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    // A worker that finds every due job locked by others may stop early; the rest is then still there.
    while let Some(lease) = world.store.jobs_lease("last", &["draft_asset"], 60).await.unwrap() {
        all.push(lease.job);
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), count), (12, 12));
}

async fn a_lease_is_good_for_its_own_job_only(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let other = world.kit(&["de-DE"]).await;
    let lease = world.lease("draft_asset").await;
    let wrong = world.store.assets(other.id).await.unwrap()[0].asset.id;
    assert_eq!(lease.work, Work::DraftAsset { asset: world.store.assets(kit.id).await.unwrap()[0].asset.id });
    let error = world.store.draft_done(&lease, world.draft(wrong, "Falsch.")).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))));
    assert!(matches!(world.store.asset_failed(&lease, wrong, "x").await, Err(StoreError::Conflict(_))));
}
