//! What a partner says of itself, the description in its profile: free text, so a second person reads each wording
//! once before any copy holds it. Everything else in a profile is a typed value that needs no review.
//!
//! One decision about a wording stands for good; a partner that says something else has another statement.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{PartnerId, UserId};
use crate::review::MAX_REASON;

/// One wording of one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub partner: PartnerId,
    /// Of `text`, as UTF-8.
    pub digest: Digest,
    pub text: String,
    /// Who first wrote this wording; `None` when it was no person of the house (the command line, the partner itself).
    pub author: Option<UserId>,
    pub written_at: Timestamp,
    pub state: StatementState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementState {
    /// No copy holds it: partners get the wording that was approved before, or none.
    Waiting,
    Approved {
        by: UserId,
        at: Timestamp,
    },
    Rejected {
        by: UserId,
        at: Timestamp,
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementVerdict {
    Approve,
    Reject,
}

impl StatementVerdict {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

impl std::str::FromStr for StatementVerdict {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Approve, Self::Reject].into_iter().find(|verdict| verdict.as_str() == text).ok_or(())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementRefusal {
    #[error("you wrote this; another person decides about it")]
    OwnWork,
    #[error("this wording was decided already")]
    Decided,
    #[error("the profile has another description by now; look at that one")]
    Moved,
    #[error("a reason is required to reject")]
    ReasonMissing,
    #[error("the reason has {0} characters; {MAX_REASON} at most")]
    ReasonTooLong(usize),
}

impl Statement {
    /// The one way to a decided statement.
    pub fn decide(
        self,
        verdict: StatementVerdict,
        by: UserId,
        at: Timestamp,
        reason: &str,
    ) -> Result<Self, StatementRefusal> {
        let reason = reason.trim();
        let length = reason.chars().count();
        if self.state != StatementState::Waiting {
            return Err(StatementRefusal::Decided);
        }
        if self.author == Some(by) {
            return Err(StatementRefusal::OwnWork);
        }
        if length > MAX_REASON {
            return Err(StatementRefusal::ReasonTooLong(length));
        }
        let state = match verdict {
            StatementVerdict::Approve => StatementState::Approved { by, at },
            StatementVerdict::Reject if reason.is_empty() => return Err(StatementRefusal::ReasonMissing),
            StatementVerdict::Reject => StatementState::Rejected { by, at, reason: reason.to_owned() },
        };
        Ok(Self { state, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CountingIds;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn waiting(author: Option<UserId>) -> Statement {
        let text = "We look after small offices.".to_owned();
        let partner = PartnerId::new(&CountingIds::default(), NOW);
        let digest = Digest::of_bytes(text.as_bytes());
        Statement { partner, digest, text, author, written_at: NOW, state: StatementState::Waiting }
    }

    #[test]
    fn nobody_decides_about_their_own_words() {
        let ids = CountingIds::default();
        let (author, other) = (UserId::new(&ids, NOW), UserId::new(&ids, NOW));
        for verdict in [StatementVerdict::Approve, StatementVerdict::Reject] {
            let own = waiting(Some(author)).decide(verdict, author, NOW, "because");
            assert_eq!(own, Err(StatementRefusal::OwnWork));
        }
        let done = waiting(Some(author)).decide(StatementVerdict::Approve, other, NOW, "").unwrap();
        assert_eq!(done.state, StatementState::Approved { by: other, at: NOW });
        assert_eq!(done.decide(StatementVerdict::Reject, other, NOW, "no"), Err(StatementRefusal::Decided));
    }

    #[test]
    fn a_rejection_says_why() {
        let by = UserId::new(&CountingIds::default(), NOW);
        let reject = |reason: &str| waiting(None).decide(StatementVerdict::Reject, by, NOW, reason);
        assert_eq!(reject(" \n"), Err(StatementRefusal::ReasonMissing));
        assert_eq!(reject(&"x".repeat(MAX_REASON + 1)), Err(StatementRefusal::ReasonTooLong(MAX_REASON + 1)));
        let state = reject(" It names a competitor. ").unwrap().state;
        assert_eq!(state, StatementState::Rejected { by, at: NOW, reason: "It names a competitor.".into() });
    }
}
