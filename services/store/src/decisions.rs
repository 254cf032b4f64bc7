//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{AssetId, DecisionId, ReviewId, UserId};
use countersign_domain::review::{Ballot, Decision, Refusal};
use countersign_store_released::StoreError;
use crate::Store;
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error(transparent)] Refusal(#[from] Refusal),
    #[error("there is no such review")] NotFound,
    #[error(transparent)] Store(#[from] StoreError),
}
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error("there is no such decision")] NotFound,
    #[error("only whoever decided may take it back")] NotYours,
    #[error("it is too late: the decision has taken effect")] TooLate,
    #[error("this decision was taken back already")] Already,
    #[error(transparent)] Store(#[from] StoreError),
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionView { pub decision: Decision, pub reviewer_name: String, pub undone_at: Option<Timestamp> }
impl Store {
    pub async fn decide(&self, review: ReviewId, ballot: Ballot, reviewer: UserId, undo_seconds: i64) -> Result<Decision, DecideError> { todo!() }
    pub async fn undo(&self, decision: DecisionId, user: UserId) -> Result<(), UndoError> { todo!() }
    pub async fn decisions(&self, asset: AssetId) -> Result<Vec<DecisionView>, StoreError> { todo!() }
}
