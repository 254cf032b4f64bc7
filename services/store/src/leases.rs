//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{ReviewId, UserId};
use countersign_store_released::StoreError;
use crate::Store;
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedLease { pub token: String, pub fence: i64, pub expires_at: Timestamp }
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    #[error("{by} is at it until {until}")] Held { by: String, until: Timestamp },
    #[error("this review is closed")] Closed,
    #[error("you are the author of this revision; another person must review it")] OwnWork,
    #[error("your claim on this review has lapsed or was taken over; claim it again")] Lost,
}
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(transparent)] Refused(#[from] ClaimRefusal),
    #[error("there is no such review")] NotFound,
    #[error(transparent)] Store(#[from] StoreError),
}
impl Store {
    pub async fn review_claim(&self, review: ReviewId, user: UserId, ttl_seconds: i64) -> Result<ClaimedLease, ClaimError> { todo!() }
    pub async fn review_renew(&self, review: ReviewId, user: UserId, token: &str, ttl_seconds: i64) -> Result<ClaimedLease, ClaimError> { todo!() }
    pub async fn review_release_claim(&self, review: ReviewId, user: UserId, token: &str) -> Result<(), ClaimError> { todo!() }
}
