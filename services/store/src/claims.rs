//! Claims: what may be said of a product, and what substantiates it.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::{Digest, canonical_json};
use countersign_domain::id::{BrandId, ClaimId};
use countersign_domain::library::Claim;
use countersign_domain::place::Market;
use countersign_domain::wording::Wording;
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::{Actor, Store};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClaim {
    /// What briefs and drafts call it.
    pub key: String,
    /// The product's key, or empty for the brand as a whole.
    pub product: String,
    pub text: Wording,
    pub evidence: String,
    /// Where it may be made; empty means everywhere.
    pub markets: Vec<Market>,
    pub expires_at: Option<Timestamp>,
}

pub(crate) const COLUMNS: &str =
    "SELECT id, brand_id, claim_key, product, wording, evidence, markets, expires_at FROM claims WHERE brand_id = ";

impl Store {
    /// Makes the claim, or gives it a new wording, evidence and reach. Drafts hold the wording they were made with.
    pub async fn claim_upsert(&self, brand: BrandId, claim: NewClaim, actor: Actor) -> Result<Claim, StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let row = sqlx::query(
            "INSERT INTO claims (id, brand_id, claim_key, product, wording, evidence, markets, expires_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (brand_id, claim_key) DO UPDATE SET product = excluded.product, wording = excluded.wording,
                 evidence = excluded.evidence, markets = excluded.markets, expires_at = excluded.expires_at,
                 updated_at = excluded.updated_at
             RETURNING id, brand_id, claim_key, product, wording, evidence, markets, expires_at",
        )
        .bind(ClaimId::new(self.ids(), now).to_string())
        .bind(brand.to_string())
        .bind(claim.key.as_str())
        .bind(claim.product.as_str())
        .bind(canonical_json(&claim.text))
        .bind(claim.evidence.as_str())
        .bind(json!(claim.markets).to_string())
        .bind(claim.expires_at.map(Timestamp::micros))
        .bind(now.micros())
        .fetch_one(&mut *tx)
        .await?;
        let claim = read_claim(&row)?;
        let detail = json!({ "brand": brand, "key": claim.key, "wording": Digest::of_json(&claim.text),
            "expires_at": claim.expires_at });
        append(&mut tx, now, Act { actor, action: "claim.set", subject: format!("claim:{}", claim.id), detail })
            .await?;
        tx.commit().await?;
        Ok(claim)
    }

    /// All of a brand, expired ones too, in order of keys.
    pub async fn claims(&self, brand: BrandId) -> Result<Vec<Claim>, StoreError> {
        let rows =
            Sql::new(COLUMNS).bind(brand.to_string()).push(" ORDER BY claim_key").fetch_all(self.db.reader()).await?;
        rows.iter().map(read_claim).collect()
    }

    pub async fn claim_by_key(&self, brand: BrandId, key: &str) -> Result<Option<Claim>, StoreError> {
        let row = Sql::new(COLUMNS)
            .bind(brand.to_string())
            .push(" AND claim_key = ")
            .bind(key)
            .fetch_optional(self.db.reader())
            .await?;
        row.as_ref().map(read_claim).transpose()
    }
}

pub(crate) fn read_claim(row: &AnyRow) -> Result<Claim, StoreError> {
    let read = Reader::new(row, "claims", "id");
    Ok(Claim {
        id: read.parse("id")?,
        brand: read.parse("brand_id")?,
        key: read.text("claim_key")?,
        product: read.text("product")?,
        text: read.json("wording")?,
        evidence: read.text("evidence")?,
        markets: read.json("markets")?,
        expires_at: read.time_opt("expires_at")?,
    })
}
