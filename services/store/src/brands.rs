//! S
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::digest::Digest;
use countersign_domain::id::BrandId;
use countersign_store_released::{Blob, StoreError};
use crate::{Actor, Store};
impl Store {
    pub async fn brand_upsert(&self, slug: &str, sheet: BrandSheet, actor: Actor) -> Result<Brand, StoreError> { todo!() }
    pub async fn brand(&self, id: BrandId) -> Result<Option<Brand>, StoreError> { todo!() }
    pub async fn brand_by_slug(&self, slug: &str) -> Result<Option<Brand>, StoreError> { todo!() }
    pub async fn brands(&self) -> Result<Vec<Brand>, StoreError> { todo!() }
    pub async fn blob_put(&self, media_type: &str, bytes: &[u8]) -> Result<Digest, StoreError> { todo!() }
    pub async fn blob(&self, digest: &Digest) -> Result<Option<Blob>, StoreError> { todo!() }
}
