//! S
use countersign_domain::brief::Brief;
use countersign_domain::id::{BrandId, KitId, UserId};
use countersign_domain::kit::{AssetState, Kit};
use countersign_domain::place::{Locale, Market};
use countersign_store_released::{Page, PageRequest, StoreError};
use crate::{Reply, Store};
#[derive(Clone, Debug, PartialEq)]
pub struct NewKit { pub brand: BrandId, pub brief: Brief, pub created_by: UserId, pub assets: Vec<NewAsset> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAsset { pub asset_type: String, pub channel: String, pub locale: Locale, pub market: Market, pub audience: String, pub variant: u32, pub seed: u64 }
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KitFilter { pub brand: Option<BrandId>, pub created_by: Option<UserId> }
#[derive(Clone, Debug, PartialEq)]
pub struct KitSummary { pub kit: Kit, pub counts: Vec<(AssetState, u64)> }
impl Store {
    pub async fn kit_create(&self, new: NewKit, reply: Option<Reply>) -> Result<Kit, StoreError> { todo!() }
    pub async fn kit(&self, id: KitId) -> Result<Option<Kit>, StoreError> { todo!() }
    pub async fn kits(&self, filter: KitFilter, page: PageRequest) -> Result<Page<KitSummary>, StoreError> { todo!() }
}
