//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::finding::Severity;
use countersign_domain::id::{AssetId, KitId, ReviewId, RevisionId, UserId};
use countersign_domain::kit::Asset;
use countersign_domain::place::{Locale, Market};
use countersign_domain::review::{Review, Verdict};
use countersign_store_released::{Page, PageRequest, StoreError};
use crate::Store;
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReviewStatus { #[default] Open, Decided, Superseded }
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewFilter { pub state: Option<ReviewStatus>, pub locale: Option<Locale>, pub market: Option<Market>, pub asset_type: Option<String>, pub kit: Option<KitId>, pub not_author: Option<UserId>, /** At least. */ pub severity: Option<Severity> }
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewRow { pub id: ReviewId, pub asset: Asset, pub campaign: String, pub product: String, pub revision: RevisionId, pub number: u32, pub digest: Digest, pub author: UserId, pub author_name: String, pub state: ReviewStatus, pub verdict: Option<Verdict>, pub holder: Option<(UserId, String, Timestamp)>, pub findings: usize, pub worst: Option<Severity>, pub created_at: Timestamp }
impl Store {
    pub async fn reviews(&self, filter: ReviewFilter, page: PageRequest) -> Result<Page<ReviewRow>, StoreError> { todo!() }
    pub async fn review(&self, id: ReviewId) -> Result<Option<Review>, StoreError> { todo!() }
    pub async fn last_seen(&self, user: UserId, asset: AssetId) -> Result<Option<RevisionId>, StoreError> { todo!() }
    pub async fn mark_seen(&self, user: UserId, asset: AssetId, revision: RevisionId) -> Result<(), StoreError> { todo!() }
}
