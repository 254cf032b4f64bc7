//! Sessions and personal tokens: only hashes are kept, so that a stolen backup opens nothing.

use countersign_domain::clock::Timestamp;
use countersign_domain::id::{UserId, UserTokenId};
use countersign_domain::people::User;
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;

use crate::audit::{Act, append};
use crate::people::read_user;
use crate::{Actor, Store};

#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub user: User,
    /// What this session's forms must carry.
    pub csrf: String,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("user", &self.user.id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Also forgets this user's sessions that have expired.
    pub async fn session_create(
        &self,
        token_hash: &str,
        user: UserId,
        csrf: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2")
            .bind(user.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (token_hash, user_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash)
        .bind(user.to_string())
        .bind(csrf)
        .bind(now.micros())
        .bind(expires_at.micros())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// `None` when unknown, expired, or its user is disabled.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let row = Sql::new(
            "SELECT u.id, u.email, u.name, u.roles, u.created_at, u.disabled_at, s.csrf, s.expires_at
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE u.disabled_at IS NULL AND s.token_hash = ",
        )
        .bind(token_hash)
        .push(" AND s.expires_at > ")
        .bind(self.now().micros())
        .fetch_optional(self.db.reader())
        .await?;
        row.map(|row| {
            let read = Reader::new(&row, "sessions", "id");
            Ok(Session { user: read_user(&read)?, csrf: read.text("csrf")?, expires_at: read.time("expires_at")? })
        })
        .transpose()
    }

    /// Forgets sessions that have expired; how many. To be called now and then.
    pub async fn sessions_sweep(&self) -> Result<u64, StoreError> {
        Sql::new("DELETE FROM sessions WHERE expires_at <= ").bind(self.now().micros()).execute(self.db.writer()).await
    }

    pub async fn session_end(&self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(self.db.writer()).await?;
        Ok(())
    }

    pub async fn user_token_create(
        &self,
        user: UserId,
        token_hash: &str,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<UserTokenId, StoreError> {
        let now = self.now();
        let id = UserTokenId::new(self.ids(), now);
        let mut tx = self.db.begin().await?;
        sqlx::query(
            "INSERT INTO user_tokens (id, user_id, token_hash, name, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(token_hash)
        .bind(name)
        .bind(now.micros())
        .bind(expires_at.map(Timestamp::micros))
        .execute(&mut *tx)
        .await?;
        let act = Act {
            actor: Actor::User(user),
            action: "user.token_created",
            subject: format!("user:{user}"),
            detail: json!({ "token": id }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// `None` when unknown, expired or revoked, or its user is disabled.
    pub async fn user_by_token(&self, token_hash: &str) -> Result<Option<User>, StoreError> {
        let row = Sql::new(
            "SELECT u.id, u.email, u.name, u.roles, u.created_at, u.disabled_at
             FROM user_tokens t JOIN users u ON u.id = t.user_id
             WHERE u.disabled_at IS NULL AND t.revoked_at IS NULL AND t.token_hash = ",
        )
        .bind(token_hash)
        .push(" AND (t.expires_at IS NULL OR t.expires_at > ")
        .bind(self.now().micros())
        .push(")")
        .fetch_optional(self.db.reader())
        .await?;
        row.map(|row| read_user(&Reader::new(&row, "users", "id"))).transpose()
    }
}
