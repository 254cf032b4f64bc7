//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, BrandId, DecisionId, KitId, PartnerId, RecallId, ReleaseId, RevisionId, UserId};
use countersign_domain::job::Lease;
use countersign_domain::place::{Locale, Market};
use countersign_store_released::{ChangeKind, Page, PageRequest, StoreError};
use crate::Store;
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseFilter { pub brand: Option<BrandId>, pub kit: Option<KitId>, pub live: Option<bool>, pub market: Option<Market>, pub locale: Option<Locale>, pub asset_type: Option<String>, pub campaign: Option<String> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow { pub id: ReleaseId, pub asset: AssetId, pub kit: KitId, pub revision: RevisionId, pub digest: Digest, pub decision: DecisionId, pub brand: BrandId, pub asset_type: String, pub channel: String, pub market: Market, pub locale: Locale, pub campaign: String, pub product: String, pub audience: String, pub released_at: Timestamp, pub approver: UserId, pub approver_name: String, pub ended: Option<Ended>, pub pulls: u64, pub partners: u64, pub recall: Option<RecallNote> }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended { pub kind: ChangeKind, pub at: Timestamp, pub by_release: Option<ReleaseId> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallNote { pub id: RecallId, pub reason: String, pub by: UserId, pub at: Timestamp }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallStatus { pub recall: RecallNote, pub partners: Vec<PulledBy> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledBy { pub partner: PartnerId, pub slug: String, pub display_name: String, pub pulls: u64, pub last_pulled_at: Option<Timestamp>, pub acked_at: Option<Timestamp> }
impl Store {
    pub async fn release_now(&self, lease: &Lease, decision: DecisionId) -> Result<Option<ReleaseId>, StoreError> { todo!() }
    pub async fn releases(&self, filter: ReleaseFilter, page: PageRequest) -> Result<Page<ReleaseRow>, StoreError> { todo!() }
    pub async fn release(&self, id: ReleaseId) -> Result<Option<ReleaseRow>, StoreError> { todo!() }
    pub async fn recall(&self, release: ReleaseId, reason: &str, user: UserId) -> Result<Option<RecallId>, StoreError> { todo!() }
    pub async fn recall_status(&self, release: ReleaseId) -> Result<Option<RecallStatus>, StoreError> { todo!() }
}
