//! People: who may sign in, and as what. Nobody is deleted, because decisions keep their author.

use std::fmt;

use countersign_domain::clock::Timestamp;
use countersign_domain::id::UserId;
use countersign_domain::people::{Role, User};
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;

use crate::audit::{Act, append};
use crate::{Actor, Store};

#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// A PHC string, such as argon2id's.
    pub password_hash: String,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("roles", &self.roles).finish_non_exhaustive()
    }
}

const COLUMNS: &str = "SELECT id, email, name, roles, password_hash, created_at, disabled_at FROM users";

impl Store {
    /// [`StoreError::Conflict`] when somebody has that address already; case does not matter.
    pub async fn users_create(&self, new: NewUser, actor: Actor) -> Result<User, StoreError> {
        let now = self.now();
        let user = User {
            id: UserId::new(self.ids(), now),
            email: new.email.trim().to_lowercase(),
            name: new.name,
            roles: new.roles,
            created_at: now,
            disabled_at: None,
        };
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query(
            "INSERT INTO users (id, email, name, roles, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(user.id.to_string())
        .bind(user.email.as_str())
        .bind(user.name.as_str())
        .bind(json!(user.roles).to_string())
        .bind(new.password_hash)
        .bind(now.micros())
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows == 0 {
            return Err(StoreError::conflict("there is a user with this email address already"));
        }
        let detail = json!({ "roles": user.roles });
        append(&mut tx, now, Act { actor, action: "user.created", subject: format!("user:{}", user.id), detail })
            .await?;
        tx.commit().await?;
        Ok(user)
    }

    /// With the password's hash, for signing in. Disabled people are returned too: the caller answers alike.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>, StoreError> {
        let row = Sql::new(COLUMNS)
            .push(" WHERE email = ")
            .bind(email.trim().to_lowercase())
            .fetch_optional(self.db.reader())
            .await?;
        row.map(|row| {
            let read = Reader::new(&row, "users", "id");
            Ok((read_user(&read)?, read.text("password_hash")?))
        })
        .transpose()
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = Sql::new(COLUMNS).push(" WHERE id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        row.map(|row| read_user(&Reader::new(&row, "users", "id"))).transpose()
    }

    /// All of them, in order of address.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = Sql::new(COLUMNS).push(" ORDER BY email").fetch_all(self.db.reader()).await?;
        rows.iter().map(|row| read_user(&Reader::new(row, "users", "id"))).collect()
    }

    /// Ends every session and token of theirs.
    pub async fn user_set_password(&self, id: UserId, password_hash: &str, actor: Actor) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(password_hash)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        self.locked_out(tx, rows, id, actor, "user.password_changed").await
    }

    /// Ends every session and token of theirs, and every claim on a review. Their decisions stand.
    pub async fn user_disable(&self, id: UserId, actor: Actor) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query("UPDATE users SET disabled_at = COALESCE(disabled_at, $2) WHERE id = $1")
            .bind(id.to_string())
            .bind(self.now().micros())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        sqlx::query(
            "UPDATE reviews SET lease_holder = NULL, lease_token_hash = NULL, lease_expires_at = NULL
             WHERE lease_holder = $1 AND state = 'open'",
        )
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        self.locked_out(tx, rows, id, actor, "user.disabled").await
    }

    /// Lets a person sign in again who was disabled; what ended then stays ended. Of somebody who is not disabled it
    /// changes nothing.
    pub async fn user_enable(&self, id: UserId, actor: Actor) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query("UPDATE users SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL")
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if rows == 0 {
            let known = Sql::new(COLUMNS).push(" WHERE id = ").bind(id.to_string()).fetch_optional(&mut *tx).await?;
            return known.map(|_| ()).ok_or_else(|| StoreError::missing("user", id));
        }
        let subject = format!("user:{id}");
        append(&mut tx, self.now(), Act { actor, action: "user.enabled", subject, detail: json!({}) }).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn locked_out(
        &self,
        mut tx: Tx,
        rows: u64,
        id: UserId,
        actor: Actor,
        action: &'static str,
    ) -> Result<(), StoreError> {
        if rows == 0 {
            return Err(StoreError::missing("user", id));
        }
        let now = self.now();
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(id.to_string()).execute(&mut *tx).await?;
        sqlx::query("UPDATE user_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        append(&mut tx, now, Act { actor, action, subject: format!("user:{id}"), detail: json!({}) }).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What they may do at this moment; nothing where there is no such person.
pub(crate) async fn roles_of(tx: &mut Tx, id: UserId) -> Result<Vec<Role>, StoreError> {
    let row = Sql::new(COLUMNS).push(" WHERE id = ").bind(id.to_string()).fetch_optional(&mut **tx).await?;
    Ok(row
        .map(|row| read_user(&Reader::new(&row, "users", "id")))
        .transpose()?
        .map(|user| user.roles)
        .unwrap_or_default())
}

pub(crate) fn read_user(read: &Reader<'_>) -> Result<User, StoreError> {
    let created_at: Timestamp = read.time("created_at")?;
    Ok(User {
        id: read.parse("id")?,
        email: read.text("email")?,
        name: read.text("name")?,
        roles: read.json("roles")?,
        created_at,
        disabled_at: read.time_opt("disabled_at")?,
    })
}
