//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::BrandId;
use countersign_domain::library::Claim;
use countersign_domain::place::Market;
use countersign_domain::wording::Wording;
use countersign_store_released::StoreError;
use crate::{Actor, Store};
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClaim { pub key: String, pub product: String, pub text: Wording, pub evidence: String, pub markets: Vec<Market>, pub expires_at: Option<Timestamp> }
impl Store {
    pub async fn claim_upsert(&self, brand: BrandId, claim: NewClaim, actor: Actor) -> Result<Claim, StoreError> { todo!() }
    pub async fn claims(&self, brand: BrandId) -> Result<Vec<Claim>, StoreError> { todo!() }
    pub async fn claim_by_key(&self, brand: BrandId, key: &str) -> Result<Option<Claim>, StoreError> { todo!() }
}
