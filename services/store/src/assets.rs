//! S
use countersign_domain::id::{AssetId, KitId, ReleaseId, ReviewId};
use countersign_domain::job::Lease;
use countersign_domain::kit::Asset;
use countersign_domain::review::Revision;
use countersign_store_released::StoreError;
use crate::Store;
#[derive(Clone, Debug, PartialEq)]
pub struct AssetView { pub asset: Asset, pub revision: Option<Revision>, pub review: Option<ReviewId>, pub release: Option<ReleaseId> }
impl Store {
    pub async fn assets(&self, kit: KitId) -> Result<Vec<AssetView>, StoreError> { todo!() }
    pub async fn asset(&self, id: AssetId) -> Result<Option<AssetView>, StoreError> { todo!() }
    pub async fn asset_failed(&self, lease: &Lease, asset: AssetId, reason: &str) -> Result<(), StoreError> { todo!() }
}
