//! The way of one asset: drafted, claimed, decided, released, replaced, recalled.

use countersign_domain::finding::{Finding, Severity};
use countersign_domain::kit::AssetState;
use countersign_domain::overriding::Usual;
use countersign_domain::review::{Ballot, Refusal, ReviewState, Verdict};
use countersign_store::{
    Actor, ChangeKind, ClaimError, ClaimRefusal, DecideError, KitFilter, PageRequest, ReleaseFilter, ReviewFilter,
    ReviewStatus, StoreError, UndoError,
};

use crate::world::{UNDO, World, block, error, let_stand};

crate::conformance!(
    a_draft_is_read_as_it_was_written,
    an_approval_is_released_after_the_undo_window,
    an_edit_starts_without_approvals,
    a_decision_on_an_older_digest_is_refused,
    an_edit_of_an_older_digest_is_refused,
    an_approved_asset_is_not_edited_before_its_release,
    whoever_edited_may_not_decide_and_whoever_asked_may,
    a_block_stands_against_approval,
    an_error_stands_with_an_approval_that_says_so,
    a_decision_can_be_taken_back_for_a_while,
    a_review_is_held_by_one_at_a_time,
    of_two_decisions_at_once_one_wins,
    of_a_decision_and_an_edit_at_once_one_wins,
    a_second_release_replaces_the_first,
    a_recall_ends_a_release,
    the_queue_filters_and_pages,
    what_a_reviewer_saw_is_remembered,
    unknown_ids_are_not_found,
);

async fn state(world: &World, asset: countersign_domain::id::AssetId) -> AssetState {
    world.store.asset(asset).await.unwrap().unwrap().asset.state
}

async fn a_draft_is_read_as_it_was_written(world: World) {
    let kit = world.kit(&["de-DE"]).await;
    assert_eq!(world.store.kit(kit.id).await.unwrap().unwrap(), kit);
    let before = world.store.assets(kit.id).await.unwrap().remove(0);
    assert_eq!((before.asset.state, before.asset.seed), (AssetState::Drafting, u64::MAX));
    assert_eq!((before.revision, before.review, before.release), (None, None, None));
    let lease = world.lease("draft_asset").await;
    let mut revision = world.draft(before.asset.id, "Hallo {{partner.display_name}}, \"Grüße\" 🚀");
    revision.findings = vec![block()];
    let review = world.store.draft_done(&lease, revision.clone()).await.unwrap();
    let view = world.store.asset(before.asset.id).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.review), (AssetState::InReview, Some(review)));
    let read = view.revision.unwrap();
    assert_eq!((read.id, read.number, &read.digest), (revision.id, 1, &revision.digest));
    assert_eq!((read.content, read.origin), (revision.content, revision.origin));
    assert_eq!((read.context, read.findings), (revision.context, revision.findings));
    assert_eq!(world.store.revisions(before.asset.id).await.unwrap().len(), 1);
    let summary = world.store.kits(KitFilter::default(), PageRequest::default()).await.unwrap().items.remove(0);
    assert_eq!(summary.counts, [(AssetState::InReview, 1)]);
}

async fn an_approval_is_released_after_the_undo_window(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    assert_eq!(state(&world, asset).await, AssetState::Approved);
    assert_eq!(world.store.jobs_lease("w", &["release"], 60).await.unwrap(), None, "not yet");
    let release = world.release(decision.id).await.unwrap();
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.release, view.review), (AssetState::Released, Some(release), None));
    let row = world.store.release(release).await.unwrap().unwrap();
    assert_eq!((row.asset, row.decision, row.approver), (asset, decision.id, world.reviewer.id));
    assert_eq!((row.campaign.as_str(), row.pulls, row.ended), ("spring", 0, None));
    assert_eq!(world.store.jobs_lease("w", &["release"], 60).await.unwrap(), None, "done");
    let live = ReleaseFilter { live: Some(true), ..ReleaseFilter::default() };
    assert_eq!(world.store.releases(live, PageRequest::default()).await.unwrap().items, [row]);
}

async fn an_edit_starts_without_approvals(world: World) {
    let (asset, _) = world.released_asset().await;
    let review = world.edit(asset, &world.second, "Neu und ungeprüft.").await;
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.review), (AssetState::InReview, Some(review)));
    assert!(view.release.is_some(), "what was approved stays out until the new one replaces it");
    let latest = view.revision.unwrap();
    assert!(world.store.decisions(asset).await.unwrap().iter().all(|d| d.decision.revision != latest.id));
    let partner = world.key(&world.partner).await;
    let seen = world.released.asset(&partner, asset).await.unwrap().unwrap();
    assert_ne!(seen.digest, latest.digest);
}

async fn a_decision_on_an_older_digest_is_refused(world: World) {
    let (asset, review) = world.drafted().await;
    let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    let seen = ballot.digest.clone();
    let newer = world.edit(asset, &world.second, "Anders.").await;
    let now = world.latest(asset).await.digest;
    let refused = world.store.decide(review, ballot.clone(), world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(matches!(&refused, DecideError::Refusal(Refusal::Moved { seen: s, now: n }) if *s == seen && *n == now));
    // Nor does the old digest pass in the new review.
    let lease = world.store.review_claim(newer, world.reviewer.id, 60).await.unwrap();
    let stale = Ballot { lease: lease.token, ..ballot };
    let refused = world.store.decide(newer, stale, world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(matches!(refused, DecideError::Refusal(Refusal::Moved { .. })));
    let old = world.store.review(review).await.unwrap().unwrap();
    assert!(matches!(old.state, ReviewState::Superseded { .. }));
    assert!(world.store.decisions(asset).await.unwrap().is_empty());
}

async fn an_edit_of_an_older_digest_is_refused(world: World) {
    let (asset, _) = world.drafted().await;
    let (base, late) = world.edit_of(asset, &world.second, "Zu spät.").await;
    world.edit(asset, &world.reviewer, "Schneller.").await;
    let now = world.latest(asset).await.digest;
    let error = world.store.revision_edit(asset, &base, late).await.unwrap_err();
    assert!(matches!(error, StoreError::Moved { now: n } if n == now));
    let (base, same) = world.edit_of(asset, &world.second, "Schneller.").await;
    assert!(matches!(world.store.revision_edit(asset, &base, same).await, Err(StoreError::Conflict(_))));
}

async fn an_approved_asset_is_not_edited_before_its_release(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let (base, edit) = world.edit_of(asset, &world.second, "Schnell noch.").await;
    let error = world.store.revision_edit(asset, &base, edit).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    assert!(world.release(decision.id).await.is_some());
}

async fn whoever_edited_may_not_decide_and_whoever_asked_may(world: World) {
    let (asset, first) = world.drafted().await;
    let own = world.store.review_claim(first, world.author.id, 60).await.unwrap_err();
    assert!(matches!(own, ClaimError::Refused(ClaimRefusal::OwnWork)));
    let review = world.edit(asset, &world.reviewer, "Besser.").await;
    let own = world.store.review_claim(review, world.reviewer.id, 60).await.unwrap_err();
    assert!(matches!(own, ClaimError::Refused(ClaimRefusal::OwnWork)));
    let decision = world.decide(asset, review, &world.author, Verdict::Approve).await;
    assert_eq!((decision.author, decision.reviewer), (world.reviewer.id, world.author.id));
}

async fn a_block_stands_against_approval(world: World) {
    let (asset, review) = world.drafted_with(vec![block()]).await;
    let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    let refused = world.store.decide(review, ballot.clone(), world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(matches!(refused, DecideError::Refusal(Refusal::Blocked(1))));
    let back = Ballot { verdict: Verdict::RequestChanges, ..ballot };
    world.store.decide(review, back, world.reviewer.id, &Usual, UNDO).await.unwrap();
    assert_eq!(state(&world, asset).await, AssetState::ChangesRequested);
}

async fn an_error_stands_with_an_approval_that_says_so(world: World) {
    let (asset, review) = world.drafted_with(vec![block_as_warning(), error()]).await;
    let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    let refused = world.store.decide(review, ballot.clone(), world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(
        matches!(&refused, DecideError::Refusal(Refusal::Unanswered(u)) if u.open.len() == 1 && u.faults.is_empty())
    );
    let answered = Ballot { overrides: vec![let_stand()], ..ballot };
    let decision = world.store.decide(review, answered, world.reviewer.id, &Usual, UNDO).await.unwrap();
    let kept = world.store.decisions(asset).await.unwrap().remove(0).decision.overrides;
    assert_eq!((kept.len(), kept[0].finding, kept[0].pack.as_str()), (1, 1, "test@1"));
    assert_eq!((&kept, &world.store.overrides(decision.id).await.unwrap()), (&decision.overrides, &kept));
    let audit = world.column("SELECT detail FROM audit WHERE action = 'decision.made'").await.remove(0);
    assert!(audit.contains("test.error") && !audit.contains("quotation"), "{audit}");
    world.release(decision.id).await.unwrap();
    // Taken back, it stands no more: the next approval says so again.
    let (asset, review) = world.drafted_with(vec![error()]).await;
    let mut ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    ballot.overrides = vec![let_stand()];
    let decision = world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.unwrap();
    world.store.undo(decision.id, world.reviewer.id).await.unwrap();
    let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    assert!(world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.is_err());
    // A role is what it is at the moment of the decision, not what a page once showed.
    let mut ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    ballot.overrides = vec![let_stand()];
    world.sql(&format!("UPDATE users SET roles = '[\"marketer\"]' WHERE id = '{}'", world.reviewer.id)).await;
    let refused = world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    assert!(matches!(&refused, DecideError::Refusal(Refusal::Unanswered(u)) if u.faults.len() == 1), "{refused:?}");
}

fn block_as_warning() -> Finding {
    Finding { severity: Severity::Warn, ..block() }
}

async fn a_decision_can_be_taken_back_for_a_while(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    assert!(matches!(world.store.undo(decision.id, world.second.id).await, Err(UndoError::NotYours)));
    world.store.undo(decision.id, world.reviewer.id).await.unwrap();
    assert!(matches!(world.store.undo(decision.id, world.reviewer.id).await, Err(UndoError::Already)));
    assert_eq!(state(&world, asset).await, AssetState::InReview);
    let open = world.store.review(review).await.unwrap().unwrap();
    assert_eq!(open.state, ReviewState::Open { lease: None });
    assert_eq!(world.release(decision.id).await, None, "the job finds nothing to release");
    let again = world.decide(asset, review, &world.second, Verdict::Approve).await;
    world.clock.advance_seconds(UNDO);
    assert!(matches!(world.store.undo(again.id, world.second.id).await, Err(UndoError::TooLate)));
    assert!(world.release(again.id).await.is_some());
    let all = world.store.decisions(asset).await.unwrap();
    assert_eq!(all.iter().map(|d| d.undone_at.is_some()).collect::<Vec<_>>(), [true, false]);
    // A decision whose asset has moved on is not reopened.
    let (asset, review) = world.drafted().await;
    let back = world.decide(asset, review, &world.reviewer, Verdict::RequestChanges).await;
    world.edit(asset, &world.author, "Erledigt.").await;
    assert!(matches!(world.store.undo(back.id, world.reviewer.id).await, Err(UndoError::TooLate)));
}

async fn a_review_is_held_by_one_at_a_time(world: World) {
    let (_, review) = world.drafted().await;
    let first = world.store.review_claim(review, world.reviewer.id, 60).await.unwrap();
    let held = world.store.review_claim(review, world.second.id, 60).await.unwrap_err();
    assert!(matches!(held, ClaimError::Refused(ClaimRefusal::Held { ref by, .. }) if by == "reviewer"));
    world.clock.advance_seconds(50);
    let renewed = world.store.review_renew(review, world.reviewer.id, &first.token, 60).await.unwrap();
    assert_eq!(renewed.fence, first.fence);
    world.clock.advance_seconds(61);
    let taken = world.store.review_claim(review, world.second.id, 60).await.unwrap();
    assert!(taken.fence > first.fence && taken.token != first.token);
    let lost = world.store.review_renew(review, world.reviewer.id, &first.token, 60).await.unwrap_err();
    assert!(matches!(lost, ClaimError::Refused(ClaimRefusal::Lost)));
    // Giving back what was lost takes nothing from who has it now.
    world.store.review_release_claim(review, world.reviewer.id, &first.token).await.unwrap();
    world.store.review_renew(review, world.second.id, &taken.token, 60).await.unwrap();
    world.store.review_release_claim(review, world.second.id, &taken.token).await.unwrap();
    world.store.review_claim(review, world.reviewer.id, 60).await.unwrap();
}

async fn of_two_decisions_at_once_one_wins(world: World) {
    for _ in 0..5 {
        let (asset, review) = world.drafted().await;
        let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
        let attempts: Vec<_> = [Verdict::Approve, Verdict::Reject, Verdict::Approve, Verdict::RequestChanges]
            .into_iter()
            .map(|verdict| {
                let (store, by) = (world.store.clone(), world.reviewer.id);
                let ballot = Ballot { verdict, ..ballot.clone() };
                tokio::spawn(async move { store.decide(review, ballot, by, &Usual, UNDO).await })
            })
            .collect();
        let mut won = 0;
        for attempt in attempts {
            match attempt.await.unwrap() {
                Ok(_) => won += 1,
                Err(DecideError::Refusal(Refusal::Closed | Refusal::LeaseLost)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(world.store.decisions(asset).await.unwrap().len(), 1);
    }
    world.store.verify_audit().await.unwrap();
}

async fn of_a_decision_and_an_edit_at_once_one_wins(world: World) {
    for _ in 0..5 {
        let (asset, review) = world.drafted().await;
        let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
        let (base, edit) = world.edit_of(asset, &world.second, "Gleichzeitig.").await;
        let (store, by) = (world.store.clone(), world.reviewer.id);
        let deciding = tokio::spawn(async move { store.decide(review, ballot, by, &Usual, UNDO).await });
        let store = world.store.clone();
        let editing = tokio::spawn(async move { store.revision_edit(asset, &base, edit).await });
        let (decided, edited) = (deciding.await.unwrap().is_ok(), editing.await.unwrap().is_ok());
        assert!(decided != edited, "decided: {decided}, edited: {edited}");
    }
}

async fn a_second_release_replaces_the_first(world: World) {
    let (asset, first) = world.released_asset().await;
    let review = world.edit(asset, &world.second, "Zweite Fassung.").await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let second = world.release(decision.id).await.unwrap();
    let ended = world.store.release(first).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended.kind, ended.by_release), (ChangeKind::Replaced, Some(second)));
    let partner = world.key(&world.partner).await;
    assert_eq!(world.released.asset(&partner, asset).await.unwrap().unwrap().id, second);
    let feed = world.released.changes(&partner, PageRequest::default()).await.unwrap();
    let kinds: Vec<_> = feed.items.iter().map(|change| (change.kind, change.release)).collect();
    assert_eq!(kinds, [(ChangeKind::Released, first), (ChangeKind::Replaced, first), (ChangeKind::Released, second)]);
}

async fn a_recall_ends_a_release(world: World) {
    let (asset, release) = world.released_asset().await;
    let recall = world.store.recall(release, "wrong figure", world.second.id).await.unwrap().unwrap();
    assert!(matches!(world.store.recall(release, "again", world.second.id).await, Err(StoreError::Conflict(_))));
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.release), (AssetState::Recalled, None));
    let status = world.store.recall_status(release).await.unwrap().unwrap();
    assert_eq!((status.recall.id, status.partners.len()), (recall, 0));
    let ended = ReleaseFilter { live: Some(false), ..ReleaseFilter::default() };
    assert_eq!(world.store.releases(ended, PageRequest::default()).await.unwrap().items[0].id, release);
    // The way back is another revision.
    let review = world.edit(asset, &world.second, "Richtig.").await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    assert!(world.release(decision.id).await.is_some());
}

async fn the_queue_filters_and_pages(world: World) {
    let (plain, first) = world.drafted().await;
    let (_, blocked) = world.drafted_with(vec![block()]).await;
    let (edited, _) = world.drafted().await;
    let third = world.edit(edited, &world.reviewer, "Von mir.").await;
    let open = ReviewFilter { state: Some(ReviewStatus::Open), ..ReviewFilter::default() };
    let ids = async |filter: ReviewFilter| {
        let page = world.store.reviews(filter, PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(open.clone()).await, [first, blocked, third]);
    let not_mine = ReviewFilter { not_author: Some(world.reviewer.id), ..open.clone() };
    assert_eq!(ids(not_mine).await, [first, blocked]);
    let bad = ReviewFilter { severity: Some(Severity::Error), ..open.clone() };
    assert_eq!(ids(bad).await, [blocked]);
    let elsewhere = ReviewFilter { locale: Some("en-US".parse().unwrap()), ..open.clone() };
    assert!(ids(elsewhere).await.is_empty());
    let old = ReviewFilter { state: Some(ReviewStatus::Superseded), ..ReviewFilter::default() };
    assert_eq!(ids(old).await.len(), 1);
    let mut seen = Vec::new();
    let mut page = PageRequest { cursor: None, limit: 1 };
    loop {
        let got = world.store.reviews(open.clone(), page).await.unwrap();
        seen.extend(got.items.into_iter().map(|row| row.id));
        let Some(next) = got.next else { break };
        page = PageRequest { cursor: Some(next), limit: 1 };
    }
    assert_eq!(seen, [first, blocked, third]);
    world.store.review_claim(first, world.second.id, 60).await.unwrap();
    let row = world.store.reviews(open.clone(), PageRequest::default()).await.unwrap().items.remove(0);
    assert_eq!(row.holder.map(|(id, name, _)| (id, name)), Some((world.second.id, "second".into())));
    assert_eq!((row.asset.id, row.author_name.as_str(), row.findings), (plain, "author", 0));
    let forged = PageRequest { cursor: Some("x".into()), limit: 1 };
    assert!(matches!(world.store.reviews(open, forged).await, Err(StoreError::BadCursor)));
}

async fn what_a_reviewer_saw_is_remembered(world: World) {
    let (asset, _) = world.drafted().await;
    assert_eq!(world.store.last_seen(world.reviewer.id, asset).await.unwrap(), None);
    let first = world.latest(asset).await.id;
    world.store.mark_seen(world.reviewer.id, asset, first).await.unwrap();
    world.edit(asset, &world.second, "Weiter.").await;
    assert_eq!(world.store.last_seen(world.reviewer.id, asset).await.unwrap(), Some(first));
    let second = world.latest(asset).await.id;
    world.store.mark_seen(world.reviewer.id, asset, second).await.unwrap();
    assert_eq!(world.store.last_seen(world.reviewer.id, asset).await.unwrap(), Some(second));
    assert_eq!(world.store.last_seen(world.second.id, asset).await.unwrap(), None);
}

async fn unknown_ids_are_not_found(world: World) {
    let nobody = world.fresh();
    assert!(world.store.kit(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.asset(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.review(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.revision(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.release(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.recall(nobody.parse().unwrap(), "x", world.second.id).await.unwrap().is_none());
    assert!(world.store.recall_status(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.user(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.brand(nobody.parse().unwrap()).await.unwrap().is_none());
    assert!(world.store.partner(nobody.parse().unwrap()).await.unwrap().is_none());
    let claim = world.store.review_claim(nobody.parse().unwrap(), world.second.id, 60).await;
    assert!(matches!(claim, Err(ClaimError::NotFound)));
    let renew = world.store.review_renew(nobody.parse().unwrap(), world.second.id, "t", 60).await;
    assert!(matches!(renew, Err(ClaimError::NotFound)));
    let undo = world.store.undo(nobody.parse().unwrap(), world.second.id).await;
    assert!(matches!(undo, Err(UndoError::NotFound)));
    let restart = world.store.job_restart(nobody.parse().unwrap(), Actor::Cli).await;
    assert!(matches!(restart, Err(StoreError::Missing { .. })));
}
