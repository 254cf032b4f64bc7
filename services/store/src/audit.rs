//! S
use countersign_domain::clock::Timestamp;
use countersign_store_released::{Page, PageRequest, StoreError};
use crate::Store;
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter { pub actor: Option<String>, pub action: Option<String>, pub subject: Option<String>, pub since: Option<Timestamp>, pub until: Option<Timestamp> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow { pub seq: i64, pub at: Timestamp, pub actor: String, pub action: String, pub subject: String, pub detail: serde_json::Value, pub hash: String }
impl Store {
    pub async fn audit(&self, filter: AuditFilter, page: PageRequest) -> Result<Page<AuditRow>, StoreError> { todo!() }
    pub async fn verify_audit(&self) -> Result<u64, StoreError> { todo!() }
}
