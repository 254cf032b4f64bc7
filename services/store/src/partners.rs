//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{BrandId, PartnerId, PartnerKeyId};
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_store_released::{PartnerKind, StoreError};
use crate::{Actor, Store};
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartner { pub brand: BrandId, pub slug: String, pub kind: PartnerKind, pub tier: String, pub markets: Vec<Market>, pub locales: Vec<Locale>, pub profile: Profile }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner { pub id: PartnerId, pub brand: BrandId, pub slug: String, pub kind: PartnerKind, pub tier: String, pub markets: Vec<Market>, pub locales: Vec<Locale>, pub active: bool, pub profile: Profile, pub profile_version: i64, pub created_at: Timestamp }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerUpdate { pub tier: String, pub markets: Vec<Market>, pub locales: Vec<Locale>, pub active: bool }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileVersion { pub partner: PartnerId, pub version: i64, pub profile: Profile, pub created_at: Timestamp }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerKey { pub id: PartnerKeyId, pub partner: PartnerId, pub name: String, pub prefix: String, pub created_at: Timestamp, pub expires_at: Option<Timestamp>, pub revoked_at: Option<Timestamp> }
impl Store {
    pub async fn partner_create(&self, new: NewPartner, actor: Actor) -> Result<Partner, StoreError> { todo!() }
    pub async fn partner(&self, id: PartnerId) -> Result<Option<Partner>, StoreError> { todo!() }
    pub async fn partners(&self, brand: Option<BrandId>) -> Result<Vec<Partner>, StoreError> { todo!() }
    pub async fn partner_by_slug(&self, slug: &str) -> Result<Option<Partner>, StoreError> { todo!() }
    pub async fn partner_update_profile(&self, id: PartnerId, expected_version: i64, profile: Profile, actor: Actor) -> Result<ProfileVersion, StoreError> { todo!() }
    pub async fn partner_update(&self, id: PartnerId, update: PartnerUpdate, actor: Actor) -> Result<Partner, StoreError> { todo!() }
    pub async fn partner_key_create(&self, partner: PartnerId, name: &str, prefix: &str, key_hash: &str, expires_at: Option<Timestamp>, actor: Actor) -> Result<PartnerKeyId, StoreError> { todo!() }
    pub async fn partner_key_revoke(&self, key: PartnerKeyId, actor: Actor) -> Result<(), StoreError> { todo!() }
    pub async fn partner_keys(&self, partner: PartnerId) -> Result<Vec<PartnerKey>, StoreError> { todo!() }
}
