//! Recalls as partners meet them: which are open for them, and their word that they have acted.

use countersign_released::clock::Timestamp;
use countersign_released::id::{AssetId, RecallId, ReleaseId};

use crate::assets::entitled;
use crate::error::StoreError;
use crate::identity::PartnerIdentity;
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

/// A recall of something that the partner has pulled and not yet acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecall {
    pub id: RecallId,
    pub release: ReleaseId,
    pub asset: AssetId,
    /// For partners to read.
    pub reason: String,
    pub recalled_at: Timestamp,
}

impl ReleasedStore {
    pub async fn recalls_open(&self, partner: &PartnerIdentity) -> Result<Vec<OpenRecall>, StoreError> {
        let rows = Sql::new(
            "SELECT recall_id, release_id, asset_id, reason, recalled_at FROM released_recalls r
             WHERE EXISTS (SELECT 1 FROM pulls p WHERE p.release_id = r.release_id AND p.partner_id = ",
        )
        .bind(partner.id.to_string())
        .push(") AND NOT EXISTS (SELECT 1 FROM recall_acks a WHERE a.recall_id = r.recall_id AND a.partner_id = ")
        .bind(partner.id.to_string())
        .push(") ORDER BY recalled_at, recall_id LIMIT 500")
        .fetch_all(self.db.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let read = Reader::new(row, "recalls", "recall_id");
                Ok(OpenRecall {
                    id: read.parse("recall_id")?,
                    release: read.parse("release_id")?,
                    asset: read.parse("asset_id")?,
                    reason: read.text("reason")?,
                    recalled_at: read.time("recalled_at")?,
                })
            })
            .collect()
    }

    /// `None` when there is no such recall for this partner. Acknowledging again changes nothing.
    pub async fn ack_recall(&self, partner: &PartnerIdentity, recall: RecallId) -> Result<Option<()>, StoreError> {
        // Whoever pulled it has a copy to take down, wherever it may sell by now.
        let pulled = Sql::new(
            "SELECT 1 AS one FROM released_recalls r
             WHERE EXISTS (SELECT 1 FROM pulls p WHERE p.release_id = r.release_id AND p.partner_id = ",
        )
        .bind(partner.id.to_string())
        .push(") AND recall_id = ")
        .bind(recall.to_string())
        .fetch_optional(self.db.reader())
        .await?;
        let entitled = entitled(
            Sql::new("SELECT 1 AS one FROM released_recalls WHERE brand_id = ").bind(partner.brand.to_string()),
            partner,
        )
        .push(" AND recall_id = ")
        .bind(recall.to_string())
        .fetch_optional(self.db.reader())
        .await?;
        let known = pulled.or(entitled);
        if known.is_none() {
            return Ok(None);
        }
        Sql::new("INSERT INTO recall_acks (recall_id, partner_id, acked_at) VALUES (")
            .bind(recall.to_string())
            .push(", ")
            .bind(partner.id.to_string())
            .push(", ")
            .bind(self.clock.now().micros())
            .push(") ON CONFLICT (recall_id, partner_id) DO NOTHING")
            .execute(self.db.writer())
            .await?;
        Ok(Some(()))
    }
}
