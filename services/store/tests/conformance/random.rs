//! Random lives of assets: whatever people and workers do in whatever order, the gate's invariants hold after each
//! step, and now and then something is indeed released.

use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, DecisionId, ReleaseId};
use countersign_domain::job::Work;
use countersign_domain::overriding::Usual;
use countersign_domain::people::User;
use countersign_domain::review::{Ballot, Verdict};
use countersign_store::StoreError;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::world::World;

crate::conformance!(the_gate_holds_in_every_order);

#[derive(Clone, Debug)]
enum Step {
    Edit { who: u8, stale: bool },
    Claim { who: u8 },
    Decide { who: u8, verdict: u8, stale: bool },
    Undo { who: u8 },
    Work,
    Recall { who: u8 },
    Wait { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..3_u8, prop::bool::weighted(0.2)).prop_map(|(who, stale)| Step::Edit { who, stale }),
        5 => (0..3_u8).prop_map(|who| Step::Claim { who }),
        8 => (0..3_u8, 0..5_u8, prop::bool::weighted(0.15))
            .prop_map(|(who, verdict, stale)| Step::Decide { who, verdict, stale }),
        1 => (0..3_u8).prop_map(|who| Step::Undo { who }),
        6 => Just(Step::Work),
        1 => (0..3_u8).prop_map(|who| Step::Recall { who }),
        5 => (0..8_i64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// One asset, and what its people have in their hands.
struct Life {
    asset: AssetId,
    digests: Vec<Digest>,
    tokens: [Option<String>; 3],
    decisions: Vec<DecisionId>,
    releases: Vec<ReleaseId>,
    texts: u32,
}

async fn the_gate_holds_in_every_order(world: World) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut releases, mut refused, mut recalls) = (0, 0, 0);
    for _ in 0..12 {
        let steps = prop::collection::vec(step(), 40).new_tree(&mut runner).unwrap().current();
        let (asset, _) = world.drafted().await;
        let digests = vec![world.latest(asset).await.digest];
        let mut life =
            Life { asset, digests, tokens: [None, None, None], decisions: vec![], releases: vec![], texts: 0 };
        for (at, step) in steps.iter().enumerate() {
            if !life.take(&world, step).await {
                refused += 1;
            } else if matches!(step, Step::Recall { .. }) {
                recalls += 1;
            }
            life.check(&world).await.unwrap_or_else(|broken| panic!("{broken} after {:?}", &steps[..=at]));
        }
        releases += life.releases.len();
    }
    assert!(releases > 3 && refused > 20 && recalls > 0, "{releases} releases, {refused} refusals, {recalls} recalls");
    world.store.verify_audit().await.unwrap();
}

impl Life {
    fn who<'w>(&self, world: &'w World, who: u8) -> &'w User {
        [&world.author, &world.reviewer, &world.second][usize::from(who)]
    }

    /// Whether it was allowed.
    async fn take(&mut self, world: &World, step: &Step) -> bool {
        match *step {
            Step::Edit { who, stale } => self.edit(world, who, stale).await,
            Step::Claim { who } => {
                let Some(review) = world.store.asset(self.asset).await.unwrap().unwrap().review else { return false };
                let claimed = world.store.review_claim(review, self.who(world, who).id, 4).await;
                let won = claimed.is_ok();
                if let Ok(lease) = claimed {
                    self.tokens[usize::from(who)] = Some(lease.token);
                }
                won
            }
            Step::Decide { who, verdict, stale } => self.decide(world, who, verdict, stale).await,
            Step::Undo { who } => match self.decisions.last() {
                Some(last) => world.store.undo(*last, self.who(world, who).id).await.is_ok(),
                None => false,
            },
            Step::Work => match world.store.jobs_lease("w", &["release"], 60).await.unwrap() {
                Some(lease) => {
                    let Work::Release { decision } = lease.work else { panic!("another kind of work") };
                    let released = world.store.release_now(&lease, decision).await.unwrap();
                    self.releases.extend(released);
                    released.is_some()
                }
                None => false,
            },
            Step::Recall { who } => match self.releases.last() {
                Some(last) => world.store.recall(*last, "r", self.who(world, who).id).await.is_ok(),
                None => false,
            },
            Step::Wait { seconds } => {
                world.clock.advance_seconds(seconds);
                true
            }
        }
    }

    async fn edit(&mut self, world: &World, who: u8, stale: bool) -> bool {
        self.texts += 1;
        let (now, edit) = world.edit_of(self.asset, self.who(world, who), &format!("Text {}", self.texts)).await;
        let base = if stale { self.digests.first().unwrap().clone() } else { now.clone() };
        let digest = edit.digest.clone();
        match world.store.revision_edit(self.asset, &base, edit).await {
            Ok(_) => {
                assert_eq!(base, now, "an edit of an older revision was taken");
                self.digests.push(digest);
                true
            }
            Err(StoreError::Moved { .. }) => {
                assert_ne!(base, now);
                false
            }
            Err(StoreError::Conflict(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn decide(&mut self, world: &World, who: u8, verdict: u8, stale: bool) -> bool {
        let Some(review) = world.store.asset(self.asset).await.unwrap().unwrap().review else { return false };
        let latest = world.latest(self.asset).await;
        let digest = if stale { self.digests.first().unwrap().clone() } else { latest.digest.clone() };
        let by = self.who(world, who);
        let ballot = Ballot {
            verdict: [Verdict::Approve, Verdict::Approve, Verdict::Approve, Verdict::RequestChanges, Verdict::Reject]
                [usize::from(verdict)],
            digest: digest.clone(),
            lease: self.tokens[usize::from(who)].clone().unwrap_or_default(),
            reason: "because".into(),
            overrides: Vec::new(),
        };
        match world.store.decide(review, ballot, by.id, &Usual, 3).await {
            Ok(decision) => {
                assert_eq!(digest, latest.digest, "a decision on an older digest was taken");
                assert_ne!(by.id, latest.origin.author(), "somebody decided on their own work");
                self.decisions.push(decision.id);
                true
            }
            Err(_) => false,
        }
    }

    /// Invariants 1 to 4, asked of the tables themselves.
    async fn check(&self, world: &World) -> Result<(), String> {
        let asset = self.asset;
        let bad = world
            .column(&format!(
                "SELECT r.id FROM releases r
                 JOIN decisions d ON d.id = r.decision_id JOIN revisions v ON v.id = r.revision_id
                 WHERE r.asset_id = '{asset}' AND (d.verdict <> 'approve' OR d.reviewer_id = v.author_id
                    OR d.digest <> v.digest OR r.digest <> v.digest OR d.context_digest <> v.context_digest
                    OR d.revision_id <> v.id OR r.released_at < d.effective_at
                    OR EXISTS (SELECT 1 FROM decision_undos u WHERE u.decision_id = d.id))"
            ))
            .await;
        if !bad.is_empty() {
            return Err(format!("released without a standing approval by another person: {bad:?}"));
        }
        let live = world.column(&format!("SELECT release_id FROM released_assets WHERE asset_id = '{asset}'")).await;
        if live.len() > 1 {
            return Err(format!("more than one live release: {live:?}"));
        }
        let double = world
            .column(&format!(
                "SELECT d.review_id FROM decisions d WHERE d.asset_id = '{asset}'
                 AND NOT EXISTS (SELECT 1 FROM decision_undos u WHERE u.decision_id = d.id)
                 GROUP BY d.review_id HAVING COUNT(*) > 1"
            ))
            .await;
        if !double.is_empty() {
            return Err(format!("two decisions stand for one review: {double:?}"));
        }
        let open = world
            .column(&format!(
                "SELECT w.id FROM reviews w JOIN revisions v ON v.id = w.revision_id
                 WHERE w.asset_id = '{asset}' AND w.state = 'open'
                 AND v.number < (SELECT MAX(number) FROM revisions WHERE asset_id = '{asset}')"
            ))
            .await;
        if !open.is_empty() {
            return Err(format!("an older revision is still in review: {open:?}"));
        }
        Ok(())
    }
}
