//! The gate's state machine: the life of a revision, a review and a decision.
//!
//! A revision is never changed; an edit makes a new one without approvals. A decision names the digest that its
//! reviewer saw and is refused when the asset has moved on. The types here make the wrong order unwritable in code;
//! the database's constraints refuse it again, for whatever code there may ever be.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::content::Content;
use crate::digest::Digest;
use crate::finding::{Finding, blocks};
use crate::id::{AssetId, DecisionId, IdSource, ReviewId, RevisionId, UserId};
use crate::overriding::{Overridden, Overriding, Powers, Unanswered, answer};
use crate::release::Context;

/// The longest reason of a decision, in characters.
pub const MAX_REASON: usize = 2000;

/// How a revision came to be, and so who its author is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// By the model, asked for by a person.
    Drafted { asked_by: UserId, model: String, prompt: Digest, seed: u64 },
    /// By a person, from another revision.
    Edited { by: UserId, base: RevisionId },
    /// Brought in from elsewhere by a person.
    Imported { by: UserId },
}

impl Origin {
    /// Of a draft who asked for it, of an edit its editor, of an import who imported it.
    #[must_use]
    pub const fn author(&self) -> UserId {
        match self {
            Self::Drafted { asked_by: by, .. } | Self::Edited { by, .. } | Self::Imported { by } => *by,
        }
    }

    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Edited { .. } => "edited",
            Self::Imported { .. } => "imported",
        }
    }
}

/// What a draft drew on: kept with it, shown beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNote {
    /// `claim.1`, `passage.2` where the draft may refer to it, else empty (retrieved, not offered).
    pub reference: String,
    /// `claim:KEY`, `passage:ID`, `message:brief.1`, `product:KEY`.
    pub source: String,
    pub text: String,
    /// Evidence, file and heading, or the brief's own words on the source.
    pub origin: String,
    /// Retrieval score, where it was retrieved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// An immutable content of an asset.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub id: RevisionId,
    pub asset: AssetId,
    /// From 1, within the asset.
    pub number: u32,
    pub digest: Digest,
    pub content: Content,
    pub origin: Origin,
    pub context: Context,
    pub findings: Vec<Finding>,
    pub sources: Vec<SourceNote>,
    pub created_at: Timestamp,
}

/// A revision about to be written: only its making is possible, never its change.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRevision {
    pub id: RevisionId,
    pub asset: AssetId,
    pub digest: Digest,
    pub content: Content,
    pub origin: Origin,
    pub context: Context,
    pub findings: Vec<Finding>,
    pub sources: Vec<SourceNote>,
    pub at: Timestamp,
}

impl NewRevision {
    #[must_use]
    pub fn drafted(draft: Draft, asset: AssetId, ids: &dyn IdSource, at: Timestamp) -> Self {
        let digest = draft.content.digest();
        Self {
            id: RevisionId::new(ids, at),
            asset,
            digest,
            content: draft.content,
            origin: draft.origin,
            context: draft.context,
            findings: draft.findings,
            sources: draft.sources,
            at,
        }
    }
}

/// Content with all that was found out about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub content: Content,
    pub origin: Origin,
    pub context: Context,
    pub findings: Vec<Finding>,
    pub sources: Vec<SourceNote>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    RequestChanges,
    Reject,
}

impl Verdict {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::RequestChanges => "request_changes",
            Self::Reject => "reject",
        }
    }
}

impl std::str::FromStr for Verdict {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Approve, Self::RequestChanges, Self::Reject].into_iter().find(|v| v.as_str() == text).ok_or(())
    }
}

/// A short claim on a review, so that two people do not examine the same thing. `fence` counts claims: only the
/// latest may decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLease {
    pub holder: UserId,
    /// What the holder shows: opaque.
    pub token: String,
    pub fence: i64,
    pub expires_at: Timestamp,
}

/// Where a review stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewState {
    Open {
        lease: Option<ReviewLease>,
    },
    Decided {
        decision: DecisionId,
        verdict: Verdict,
        by: UserId,
        at: Timestamp,
    },
    /// The asset moved on to another revision before anyone decided.
    Superseded {
        by: RevisionId,
        at: Timestamp,
    },
}

/// The examination of one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub id: ReviewId,
    pub asset: AssetId,
    pub revision: Revision,
    pub state: ReviewState,
    pub created_at: Timestamp,
}

/// What a reviewer says: the digest is the one that they saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    pub verdict: Verdict,
    pub digest: Digest,
    pub lease: String,
    pub reason: String,
    /// Errors that stand with an approval; any other verdict needs none and keeps none.
    pub overrides: Vec<Overriding>,
}

/// A decision that passed every check and may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub id: DecisionId,
    pub review: ReviewId,
    pub asset: AssetId,
    pub revision: RevisionId,
    pub digest: Digest,
    pub author: UserId,
    pub context_digest: Digest,
    pub rules: String,
    pub reviewer: UserId,
    pub verdict: Verdict,
    pub reason: String,
    /// The errors that stand with an approval: all that the revision has.
    pub overrides: Vec<Overridden>,
    pub decided_at: Timestamp,
    /// When it takes effect: until then its reviewer may take it back.
    pub effective_at: Timestamp,
}

/// Why a decision was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("you are the author of this revision; another person must decide")]
    OwnWork,
    #[error("the asset has moved on: you saw {seen}, it is now {now}; load it again")]
    Moved { seen: Digest, now: Digest },
    #[error("this review is closed")]
    Closed,
    #[error("your claim on this review has lapsed or was taken over; claim it again")]
    LeaseLost,
    #[error("a reason is required, so that the author knows what to do")]
    ReasonMissing,
    #[error("the reason has {0} characters; {MAX_REASON} at most")]
    ReasonTooLong(usize),
    #[error("{0} finding(s) of severity block stand against approval; edit the text or send it back")]
    Blocked(usize),
    /// Errors that nobody has let stand, or overrides that answer none.
    #[error("{0}")]
    Unanswered(Unanswered),
    /// What it cites may not be said any more.
    #[error("{0}; edit the text or send it back")]
    Lapsed(String),
}

impl Review {
    /// The one way to a [`Decision`].
    pub fn decide(
        self,
        ballot: Ballot,
        reviewer: UserId,
        powers: Powers<'_>,
        ids: &dyn IdSource,
        now: Timestamp,
        undo_seconds: i64,
    ) -> Result<Decision, Refusal> {
        if ballot.digest != self.revision.digest {
            return Err(Refusal::Moved { seen: ballot.digest, now: self.revision.digest });
        }
        let lease = match self.state {
            ReviewState::Open { lease } => lease,
            ReviewState::Decided { .. } | ReviewState::Superseded { .. } => return Err(Refusal::Closed),
        };
        let author = self.revision.origin.author();
        if author == reviewer {
            return Err(Refusal::OwnWork);
        }
        match lease {
            Some(lease) if lease.holder == reviewer && lease.token == ballot.lease && now < lease.expires_at => {}
            _ => return Err(Refusal::LeaseLost),
        }
        let reason = ballot.reason.trim().to_owned();
        if reason.is_empty() && ballot.verdict != Verdict::Approve {
            return Err(Refusal::ReasonMissing);
        }
        let length = reason.chars().count();
        if length > MAX_REASON {
            return Err(Refusal::ReasonTooLong(length));
        }
        let standing = blocks(&self.revision.findings);
        if ballot.verdict == Verdict::Approve && standing > 0 {
            return Err(Refusal::Blocked(standing));
        }
        let overrides = match ballot.verdict {
            Verdict::Approve => {
                let Revision { findings, context, .. } = &self.revision;
                answer(findings, &context.rules, &ballot.overrides, powers).map_err(Refusal::Unanswered)?
            }
            Verdict::RequestChanges | Verdict::Reject => Vec::new(),
        };
        Ok(Decision {
            id: DecisionId::new(ids, now),
            review: self.id,
            asset: self.asset,
            revision: self.revision.id,
            digest: self.revision.digest,
            author,
            context_digest: self.revision.context.digest(),
            rules: self.revision.context.rules,
            reviewer,
            verdict: ballot.verdict,
            reason,
            overrides,
            decided_at: now,
            effective_at: now.plus_seconds(undo_seconds),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::finding::Severity;
    use crate::id::CountingIds;
    use crate::overriding::Usual;
    use crate::people::Role;
    use crate::release::BrandIdentity;

    const POWERS: Powers<'_> = Powers { roles: &[Role::Reviewer], conditions: &Usual };

    struct World {
        ids: CountingIds,
        author: UserId,
        reviewer: UserId,
        review: Review,
    }

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn world() -> World {
        let ids = CountingIds::default();
        let author = UserId::new(&ids, NOW);
        let reviewer = UserId::new(&ids, NOW);
        let content = Content::default();
        let context = Context {
            asset_type: "email".into(),
            channel: "email".into(),
            market: "US".parse().unwrap(),
            locale: "en-US".parse().unwrap(),
            template: "email@1".into(),
            rules: "test@1".into(),
            brand: BrandIdentity::default(),
        };
        let origin = Origin::Drafted { asked_by: author, model: "m".into(), prompt: Digest::of_bytes(b"p"), seed: 1 };
        let draft = Draft { content, origin, context, findings: Vec::new(), sources: Vec::new() };
        let asset = AssetId::new(&ids, NOW);
        let new = NewRevision::drafted(draft, asset, &ids, NOW);
        let revision = Revision {
            id: new.id,
            asset,
            number: 1,
            digest: new.digest,
            content: new.content,
            origin: new.origin,
            context: new.context,
            findings: new.findings,
            sources: new.sources,
            created_at: NOW,
        };
        let lease = ReviewLease { holder: reviewer, token: "t".into(), fence: 1, expires_at: NOW.plus_seconds(60) };
        let review = Review {
            id: ReviewId::new(&ids, NOW),
            asset,
            revision,
            state: ReviewState::Open { lease: Some(lease) },
            created_at: NOW,
        };
        World { ids, author, reviewer, review }
    }

    fn ballot(review: &Review, verdict: Verdict) -> Ballot {
        Ballot {
            verdict,
            digest: review.revision.digest.clone(),
            lease: "t".into(),
            reason: "because".into(),
            overrides: Vec::new(),
        }
    }

    #[test]
    fn another_person_may_approve_what_they_saw() {
        let World { ids, author, reviewer, review } = world();
        let ballot = ballot(&review, Verdict::Approve);
        let decision = review.decide(ballot, reviewer, POWERS, &ids, NOW, 5).unwrap();
        assert_eq!((decision.author, decision.reviewer), (author, reviewer));
        assert_eq!(decision.effective_at, NOW.plus_seconds(5));
    }

    #[test]
    fn nobody_decides_on_their_own_work_not_even_to_reject_it() {
        for verdict in [Verdict::Approve, Verdict::Reject, Verdict::RequestChanges] {
            let World { ids, author, mut review, .. } = world();
            review.state = ReviewState::Open {
                lease: Some(ReviewLease {
                    holder: author,
                    token: "t".into(),
                    fence: 1,
                    expires_at: NOW.plus_seconds(60),
                }),
            };
            let ballot = ballot(&review, verdict);
            assert_eq!(review.decide(ballot, author, POWERS, &ids, NOW, 5), Err(Refusal::OwnWork));
        }
    }

    #[test]
    fn a_decision_on_another_digest_is_refused() {
        let World { ids, reviewer, review, .. } = world();
        let mut ballot = ballot(&review, Verdict::Approve);
        ballot.digest = Digest::of_bytes(b"what I saw before");
        assert!(matches!(review.decide(ballot, reviewer, POWERS, &ids, NOW, 5), Err(Refusal::Moved { .. })));
    }

    #[test]
    fn a_lapsed_or_foreign_claim_decides_nothing() {
        let World { ids, reviewer, review, .. } = world();
        let late = NOW.plus_seconds(61);
        assert_eq!(
            review.clone().decide(ballot(&review, Verdict::Approve), reviewer, POWERS, &ids, late, 5),
            Err(Refusal::LeaseLost)
        );
        let mut forged = ballot(&review, Verdict::Approve);
        forged.lease = "guess".into();
        assert_eq!(review.decide(forged, reviewer, POWERS, &ids, NOW, 5), Err(Refusal::LeaseLost));
    }

    fn finding(severity: Severity) -> Finding {
        Finding {
            rule: "test.rule".into(),
            severity,
            slot: "subject".into(),
            start: 0,
            end: 0,
            message: "no".into(),
            messages: Default::default(),
            fix: None,
        }
    }

    #[test]
    fn a_block_finding_stands_against_approval_only() {
        let World { ids, reviewer, mut review, .. } = world();
        review.revision.findings.push(finding(Severity::Block));
        let approve = ballot(&review, Verdict::Approve);
        assert_eq!(review.clone().decide(approve, reviewer, POWERS, &ids, NOW, 5), Err(Refusal::Blocked(1)));
        let reject = ballot(&review, Verdict::Reject);
        assert!(review.decide(reject, reviewer, POWERS, &ids, NOW, 5).is_ok());
    }

    #[test]
    fn an_error_stands_only_when_whoever_approves_says_so() {
        let World { ids, reviewer, mut review, .. } = world();
        review.revision.findings.push(finding(Severity::Error));
        let approve = ballot(&review, Verdict::Approve);
        let refused = review.clone().decide(approve.clone(), reviewer, POWERS, &ids, NOW, 5);
        assert!(matches!(refused, Err(Refusal::Unanswered(Unanswered { ref open, .. })) if open.len() == 1));
        let said = Overriding {
            rule: "test.rule".into(),
            slot: "subject".into(),
            start: 0,
            end: 0,
            reason: "It is a quotation.".into(),
        };
        let answered = Ballot { overrides: vec![said], ..approve };
        let decision = review.clone().decide(answered.clone(), reviewer, POWERS, &ids, NOW, 5).unwrap();
        assert_eq!((decision.overrides.len(), decision.overrides[0].pack.as_str()), (1, "test@1"));
        let rejected = Ballot { verdict: Verdict::Reject, ..answered };
        assert!(review.decide(rejected, reviewer, POWERS, &ids, NOW, 5).unwrap().overrides.is_empty());
    }

    #[test]
    fn sending_back_needs_a_reason() {
        let World { ids, reviewer, review, .. } = world();
        let mut ballot = ballot(&review, Verdict::RequestChanges);
        ballot.reason = "  ".into();
        assert_eq!(review.decide(ballot, reviewer, POWERS, &ids, NOW, 5), Err(Refusal::ReasonMissing));
    }
}
