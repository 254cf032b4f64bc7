//! The audit trail: complete, in order, and unable to lie.

use countersign_domain::overriding::Usual;
use countersign_domain::review::Verdict;
use countersign_store::{AuditFilter, PageRequest, StoreError};
use countersign_store_released::dialect::Dialect;

use crate::world::{UNDO, World};

crate::conformance!(
    acts_are_on_record_with_who_and_what,
    a_changed_row_is_found,
    a_trail_cut_short_is_found,
    what_is_refused_leaves_no_trace,
);

async fn acts_are_on_record_with_who_and_what(world: World) {
    let (asset, release) = world.released_asset().await;
    world.store.recall(release, "r", world.second.id).await.unwrap();
    let rows = world.store.verify_audit().await.unwrap();
    let of_asset = AuditFilter { subject: Some(format!("asset:{asset}")), ..AuditFilter::default() };
    let page = world.store.audit(of_asset, PageRequest::default()).await.unwrap();
    let acts: Vec<_> = page.items.iter().map(|row| (row.action.as_str(), row.actor.clone())).collect();
    assert_eq!(
        acts,
        [
            ("release.recalled", format!("user:{}", world.second.id)),
            ("release.made", "system".to_owned()),
            ("decision.made", format!("user:{}", world.reviewer.id)),
            ("revision.drafted", "system".to_owned()),
        ]
    );
    let one = PageRequest { cursor: None, limit: 1 };
    let newest = world.store.audit(AuditFilter::default(), one).await.unwrap();
    assert_eq!(u64::try_from(newest.items[0].seq).unwrap(), rows);
    assert!(newest.next.is_some());
}

async fn without_guard(world: &World) {
    match world.dialect() {
        Dialect::Sqlite => {
            world.sql("DROP TRIGGER audit_no_update").await;
            world.sql("DROP TRIGGER audit_no_delete").await;
        }
        Dialect::Postgres => {
            world.sql("DROP TRIGGER audit_append_only ON audit").await;
        }
    }
}

async fn a_changed_row_is_found(world: World) {
    world.released_asset().await;
    without_guard(&world).await;
    world.sql("UPDATE audit SET actor = 'nobody' WHERE seq = 3").await;
    let error = world.store.verify_audit().await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { table: "audit", .. }), "{error}");
}

async fn a_trail_cut_short_is_found(world: World) {
    let (asset, _) = world.released_asset().await;
    without_guard(&world).await;
    world.sql(&format!("DELETE FROM audit WHERE subject = 'asset:{asset}' AND action = 'release.made'")).await;
    let error = world.store.verify_audit().await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { table: "audit", .. }), "{error}");
}

async fn what_is_refused_leaves_no_trace(world: World) {
    let (asset, review) = world.drafted().await;
    let mut ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    ballot.lease = "forged".into();
    let before = world.store.verify_audit().await.unwrap();
    assert!(world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.is_err());
    assert_eq!(world.store.verify_audit().await.unwrap(), before);
    assert!(world.store.decisions(asset).await.unwrap().is_empty());
}
