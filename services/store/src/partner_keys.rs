//! Partners' API keys: made, revoked, listed. The keys themselves are nowhere.

use countersign_domain::clock::Timestamp;
use countersign_domain::id::{PartnerId, PartnerKeyId};
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;

use crate::audit::{Act, append};
use crate::partners::subject;
use crate::{Actor, Store};

/// A key as people see it: the key itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerKey {
    pub id: PartnerKeyId,
    pub partner: PartnerId,
    pub name: String,
    pub prefix: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// `prefix` is what of the key may be shown again, `key_hash` what it is known by.
    pub async fn partner_key_create(
        &self,
        partner: PartnerId,
        name: &str,
        prefix: &str,
        key_hash: &str,
        expires_at: Option<Timestamp>,
        actor: Actor,
    ) -> Result<PartnerKeyId, StoreError> {
        let now = self.now();
        let id = PartnerKeyId::new(self.ids(), now);
        let mut tx = self.db.begin().await?;
        sqlx::query(
            "INSERT INTO partner_keys (id, partner_id, name, prefix, key_hash, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.to_string())
        .bind(partner.to_string())
        .bind(name)
        .bind(prefix)
        .bind(key_hash)
        .bind(now.micros())
        .bind(expires_at.map(Timestamp::micros))
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "key": id, "prefix": prefix, "expires_at": expires_at });
        append(&mut tx, now, Act { actor, action: "partner.key_created", subject: subject(partner), detail }).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Revoking again changes nothing.
    pub async fn partner_key_revoke(&self, key: PartnerKeyId, actor: Actor) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let row = sqlx::query(
            "UPDATE partner_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING id, partner_id",
        )
        .bind(key.to_string())
        .bind(now.micros())
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| StoreError::missing("key", key))?;
        let partner = Reader::new(&row, "partner_keys", "id").parse("partner_id")?;
        let detail = json!({ "key": key });
        append(&mut tx, now, Act { actor, action: "partner.key_revoked", subject: subject(partner), detail }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Newest first, revoked ones too.
    pub async fn partner_keys(&self, partner: PartnerId) -> Result<Vec<PartnerKey>, StoreError> {
        let rows = Sql::new(
            "SELECT id, partner_id, name, prefix, created_at, expires_at, revoked_at FROM partner_keys
             WHERE partner_id = ",
        )
        .bind(partner.to_string())
        .push(" ORDER BY id DESC")
        .fetch_all(self.db.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let read = Reader::new(row, "partner_keys", "id");
                Ok(PartnerKey {
                    id: read.parse("id")?,
                    partner: read.parse("partner_id")?,
                    name: read.text("name")?,
                    prefix: read.text("prefix")?,
                    created_at: read.time("created_at")?,
                    expires_at: read.time_opt("expires_at")?,
                    revoked_at: read.time_opt("revoked_at")?,
                })
            })
            .collect()
    }
}
