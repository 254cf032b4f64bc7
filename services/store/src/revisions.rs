//! S
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, ReviewId, RevisionId};
use countersign_domain::job::Lease;
use countersign_domain::review::{NewRevision, Revision};
use countersign_store_released::StoreError;
use crate::Store;
impl Store {
    pub async fn revisions(&self, asset: AssetId) -> Result<Vec<Revision>, StoreError> { todo!() }
    pub async fn revision(&self, id: RevisionId) -> Result<Option<Revision>, StoreError> { todo!() }
    pub async fn draft_done(&self, lease: &Lease, revision: NewRevision) -> Result<ReviewId, StoreError> { todo!() }
    pub async fn revision_edit(&self, asset: AssetId, base: &Digest, revision: NewRevision) -> Result<ReviewId, StoreError> { todo!() }
}
