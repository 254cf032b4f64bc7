//! What is brought from elsewhere: a revision like any other, with its importer as its author and without approvals.

use countersign_domain::content::{Content, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::id::AssetId;
use countersign_domain::kit::{AssetState, Kit};
use countersign_domain::overriding::Usual;
use countersign_domain::people::User;
use countersign_domain::review::{NewRevision, Origin, Refusal, ReviewState, Verdict};
use countersign_store::{ClaimError, ClaimRefusal, DecideError, NewImport, StoreError};

use crate::world::{UNDO, World, draft};

crate::conformance!(
    an_import_starts_without_approvals_and_the_partner_keeps_what_was_signed,
    whoever_imported_decides_nothing_and_another_may,
    an_asset_that_could_not_be_drafted_gets_its_first_text_from_an_import,
    of_an_import_with_one_fault_nothing_is_written,
    an_import_waits_for_no_draft_and_for_no_release,
);

fn text_of(world: &World, asset: AssetId, by: &User, text: &str) -> NewRevision {
    NewRevision::drafted(draft(text, Origin::Imported { by: by.id }), asset, &*world.ids, world.now())
}

async fn import(world: &World, asset: AssetId, by: &User, text: &str) -> NewImport {
    let base = world.store.asset(asset).await.unwrap().unwrap().revision.map(|revision| revision.digest);
    NewImport { base, revision: text_of(world, asset, by, text) }
}

async fn kit_of(world: &World, asset: AssetId) -> countersign_domain::id::KitId {
    world.store.asset(asset).await.unwrap().unwrap().asset.kit
}

async fn failed(world: &World) -> (Kit, AssetId) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let lease = world.lease("draft_asset").await;
    world.store.asset_failed(&lease, asset, "no source in de-DE").await.unwrap();
    (kit, asset)
}

async fn an_import_starts_without_approvals_and_the_partner_keeps_what_was_signed(world: World) {
    let (asset, release) = world.released_asset().await;
    let signed = world.latest(asset).await;
    let new = import(&world, asset, &world.second, "Übersetzt.").await;
    let reviews = world.store.revisions_import(kit_of(&world, asset).await, vec![new]).await.unwrap();
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.review, view.release), (AssetState::InReview, Some(reviews[0]), Some(release)));
    let latest = view.revision.unwrap();
    assert_eq!((latest.number, &latest.origin), (2, &Origin::Imported { by: world.second.id }));
    assert!(world.store.decisions(asset).await.unwrap().iter().all(|d| d.decision.revision != latest.id));
    let partner = world.key(&world.partner).await;
    assert_eq!(world.released.asset(&partner, asset).await.unwrap().unwrap().digest, signed.digest);
    assert_eq!(world.store.jobs_lease("w", &["release"], 60).await.unwrap(), None, "nothing is to be released");
    world.store.verify_audit().await.unwrap();
}

async fn whoever_imported_decides_nothing_and_another_may(world: World) {
    let (asset, first) = world.drafted().await;
    let ballot = world.ballot(asset, first, &world.reviewer, Verdict::Approve).await;
    let new = import(&world, asset, &world.reviewer, "Übersetzt.").await;
    let review = world.store.revisions_import(kit_of(&world, asset).await, vec![new]).await.unwrap()[0];
    assert!(matches!(world.store.review(first).await.unwrap().unwrap().state, ReviewState::Superseded { .. }));
    let stale = world.store.decide(first, ballot, world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(matches!(stale, DecideError::Refusal(Refusal::Moved { .. })));
    let own = world.store.review_claim(review, world.reviewer.id, 60).await.unwrap_err();
    assert!(matches!(own, ClaimError::Refused(ClaimRefusal::OwnWork)));
    let decision = world.decide(asset, review, &world.second, Verdict::Approve).await;
    assert!(world.release(decision.id).await.is_some());
}

async fn an_asset_that_could_not_be_drafted_gets_its_first_text_from_an_import(world: World) {
    let (kit, asset) = failed(&world).await;
    let new = import(&world, asset, &world.author, "Von Menschen.").await;
    assert_eq!(new.base, None);
    let review = world.store.revisions_import(kit.id, vec![new]).await.unwrap()[0];
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.asset.failure, view.review), (AssetState::InReview, None, Some(review)));
    assert_eq!(view.revision.unwrap().number, 1);
    let dead = world.store.jobs_dead().await.unwrap().remove(0);
    let restarted = world.store.job_restart(dead.id, countersign_store::Actor::Cli).await;
    assert!(matches!(restarted, Err(StoreError::Conflict(_))), "nothing is drafted over a person's text");
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    assert!(world.release(decision.id).await.is_some());
}

async fn of_an_import_with_one_fault_nothing_is_written(world: World) {
    let (good, _) = world.drafted().await;
    let kit = kit_of(&world, good).await;
    let (foreign, _) = world.drafted().await;
    let before = world.latest(good).await;
    let fine = import(&world, good, &world.second, "Gut.").await;
    let other = import(&world, foreign, &world.second, "Fremd.").await;
    let refused = world.store.revisions_import(kit, vec![fine.clone(), other]).await;
    assert!(matches!(refused, Err(StoreError::Missing { .. })), "{refused:?}");
    let stale = NewImport { base: Some(Digest::of_bytes(b"older")), ..fine.clone() };
    assert!(matches!(world.store.revisions_import(kit, vec![stale]).await, Err(StoreError::Moved { .. })));
    let none = NewImport { base: None, ..fine.clone() };
    assert!(matches!(world.store.revisions_import(kit, vec![none]).await, Err(StoreError::Moved { .. })));
    let mut forged = fine.clone();
    forged.revision.content = Content { slots: [("body".to_owned(), SlotText::parse("Anders.").unwrap())].into() };
    assert!(world.store.revisions_import(kit, vec![forged]).await.is_err(), "the digest is of another content");
    let mut drafted = fine.clone();
    drafted.revision.origin = Origin::Edited { by: world.second.id, base: before.id };
    assert!(matches!(world.store.revisions_import(kit, vec![drafted]).await, Err(StoreError::Conflict(_))));
    let twice = world.store.revisions_import(kit, vec![fine.clone(), fine.clone()]).await;
    assert!(twice.is_err(), "one asset twice");
    assert_eq!(world.latest(good).await, before);
    world.store.revisions_import(kit, vec![fine.clone()]).await.unwrap();
    assert!(world.store.revisions_import(kit, vec![fine]).await.is_err(), "not twice");
}

async fn an_import_waits_for_no_draft_and_for_no_release(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let new = import(&world, asset, &world.author, "Zu früh.").await;
    assert!(matches!(world.store.revisions_import(kit.id, vec![new]).await, Err(StoreError::Conflict(_))));
    let lease = world.lease("draft_asset").await;
    let revision = world.draft(asset, "Entwurf");
    let review = world.store.draft_done(&lease, revision).await.unwrap();
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let new = import(&world, asset, &world.author, "Schnell noch.").await;
    assert!(matches!(world.store.revisions_import(kit.id, vec![new]).await, Err(StoreError::Conflict(_))));
    assert!(world.release(decision.id).await.is_some());
}
