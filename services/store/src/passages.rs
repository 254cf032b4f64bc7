//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::BrandId;
use countersign_domain::library::Passage;
use countersign_domain::place::{Locale, Market};
use countersign_store_released::StoreError;
use crate::{Actor, Store};
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassage { pub product: String, pub locale: Locale, pub market: Option<Market>, pub text: String, pub source: String, pub valid_from: Option<Timestamp>, pub valid_until: Option<Timestamp> }
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts { pub added: usize, pub kept: usize, pub withdrawn: usize }
impl Store {
    pub async fn passages_replace_source(&self, brand: BrandId, source_file: &str, passages: Vec<NewPassage>, actor: Actor) -> Result<ImportCounts, StoreError> { todo!() }
    pub async fn passages(&self, brand: BrandId) -> Result<Vec<Passage>, StoreError> { todo!() }
    pub async fn passages_version(&self, brand: BrandId) -> Result<i64, StoreError> { todo!() }
}
