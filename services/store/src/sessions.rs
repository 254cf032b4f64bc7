//! S
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{UserId, UserTokenId};
use countersign_domain::people::User;
use countersign_store_released::StoreError;
use crate::Store;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session { pub user: User, pub csrf: String, pub expires_at: Timestamp }
impl Store {
    pub async fn session_create(&self, token_hash: &str, user: UserId, csrf: &str, expires_at: Timestamp) -> Result<(), StoreError> { todo!() }
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> { todo!() }
    pub async fn session_end(&self, token_hash: &str) -> Result<(), StoreError> { todo!() }
    pub async fn user_token_create(&self, user: UserId, token_hash: &str, name: &str, expires_at: Option<Timestamp>) -> Result<UserTokenId, StoreError> { todo!() }
    pub async fn user_by_token(&self, token_hash: &str) -> Result<Option<User>, StoreError> { todo!() }
}
