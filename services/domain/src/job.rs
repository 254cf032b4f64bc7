//! Work that outlives a process: leased, with a heartbeat, a fencing token, attempts with backoff, and dead letters.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{AssetId, DecisionId, JobId};

/// What is to be done. Closed: a job of an unknown kind cannot be queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// Draft one asset of a kit.
    DraftAsset { asset: AssetId },
    /// Turn an approval whose undo window has passed into a release.
    Release { decision: DecisionId },
}

impl Work {
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::DraftAsset { .. } => "draft_asset",
            Self::Release { .. } => "release",
        }
    }

    /// At most one live job has this key, so that queueing twice is queueing once.
    #[must_use]
    pub fn dedupe_key(&self) -> String {
        match self {
            Self::DraftAsset { asset } => format!("draft_asset:{asset}"),
            Self::Release { decision } => format!("release:{decision}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    Queued,
    Leased,
    Done,
    /// Out of attempts; a person can see why and restart it.
    Dead,
}

/// A job as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub work: Work,
    pub state: JobState,
    pub attempts: u32,
    pub max_attempts: u32,
    pub run_at: Timestamp,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
}

/// A job in hand. Whatever is written in its name must carry `fence`: a lease that was lost writes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: JobId,
    pub work: Work,
    pub attempt: u32,
    pub fence: i64,
    pub expires_at: Timestamp,
}

/// Seconds before attempt `attempt + 1`: 2, 4, 8 … capped at five minutes.
#[must_use]
pub fn backoff_seconds(attempt: u32) -> i64 {
    1_i64.checked_shl(attempt.min(16)).unwrap_or(300).min(300)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_is_bounded() {
        assert_eq!([1, 2, 3, 20, u32::MAX].map(backoff_seconds), [2, 4, 8, 300, 300]);
    }
}
