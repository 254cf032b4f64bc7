//! S
use countersign_domain::id::UserId;
use countersign_domain::people::{Role, User};
use countersign_store_released::StoreError;
use crate::{Actor, Store};

#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// A PHC string, such as argon2id's.
    pub password_hash: String,
}
impl std::fmt::Debug for NewUser { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("NewUser") } }
impl Store {
    pub async fn users_create(&self, new: NewUser, actor: Actor) -> Result<User, StoreError> { todo!() }
    pub async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>, StoreError> { todo!() }
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> { todo!() }
    pub async fn users(&self) -> Result<Vec<User>, StoreError> { todo!() }
    pub async fn user_set_password(&self, id: UserId, password_hash: &str, actor: Actor) -> Result<(), StoreError> { todo!() }
    pub async fn user_disable(&self, id: UserId, actor: Actor) -> Result<(), StoreError> { todo!() }
}
