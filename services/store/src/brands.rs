//! Brands, and the bytes (logos, badges) that they and their partners show.

use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::digest::{Digest, canonical_json};
use countersign_domain::id::BrandId;
use countersign_domain::release::BrandIdentity;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{Blob, StoreError};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::{Actor, Store};

const COLUMNS: &str = "SELECT id, slug, sheet FROM brands";

impl Store {
    /// Makes the brand, or gives it a new sheet. What was approved keeps the identity that it was approved with. Logos
    /// and badges must have been [`Store::blob_put`] before.
    pub async fn brand_upsert(&self, slug: &str, sheet: BrandSheet, actor: Actor) -> Result<Brand, StoreError> {
        let now = self.now();
        let fresh = BrandId::new(self.ids(), now);
        let mut tx = self.db.begin().await?;
        let row = sqlx::query(
            "INSERT INTO brands (id, slug, sheet, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (slug) DO UPDATE SET sheet = excluded.sheet, updated_at = excluded.updated_at
             RETURNING id, slug, sheet",
        )
        .bind(fresh.to_string())
        .bind(slug)
        .bind(canonical_json(&sheet))
        .bind(now.micros())
        .fetch_one(&mut *tx)
        .await?;
        let brand = read_brand(&row)?;
        let action = if brand.id == fresh { "brand.created" } else { "brand.changed" };
        self.brand_written(tx, brand, action, actor).await
    }

    /// Writes a sheet over the one that the writer saw: `seen` is its digest, `None` where the writer saw no brand.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when something else is there by now; nothing is written then.
    pub async fn brand_write(
        &self,
        slug: &str,
        sheet: BrandSheet,
        seen: Option<&Digest>,
        actor: Actor,
    ) -> Result<Brand, StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let row = match seen {
            None => {
                sqlx::query(
                    "INSERT INTO brands (id, slug, sheet, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
                     ON CONFLICT (slug) DO NOTHING RETURNING id, slug, sheet",
                )
                .bind(BrandId::new(self.ids(), now).to_string())
                .bind(slug)
                .bind(canonical_json(&sheet))
                .bind(now.micros())
                .fetch_optional(&mut *tx)
                .await?
            }
            Some(seen) => {
                let there = Sql::new(COLUMNS).push(" WHERE slug = ").bind(slug).fetch_optional(&mut *tx).await?;
                let Some(there) = there else { return Err(moved()) };
                if read_brand(&there)?.digest() != *seen {
                    return Err(moved());
                }
                // Compared as it is stored: a program that knows more fields may have written it.
                let stored = Reader::new(&there, "brands", "id").text("sheet")?;
                sqlx::query(
                    "UPDATE brands SET sheet = $2, updated_at = $3 WHERE slug = $1 AND sheet = $4
                     RETURNING id, slug, sheet",
                )
                .bind(slug)
                .bind(canonical_json(&sheet))
                .bind(now.micros())
                .bind(stored)
                .fetch_optional(&mut *tx)
                .await?
            }
        };
        let row = row.ok_or_else(moved)?;
        let action = if seen.is_none() { "brand.created" } else { "brand.changed" };
        self.brand_written(tx, read_brand(&row)?, action, actor).await
    }

    /// The brand's logos and badges are noted, for receipts and old renditions, and the audit row, in the transaction that wrote it.
    async fn brand_written(
        &self,
        mut tx: Tx,
        brand: Brand,
        action: &'static str,
        actor: Actor,
    ) -> Result<Brand, StoreError> {
        for image in images(&brand.sheet.identity) {
            sqlx::query(
                "INSERT INTO brand_logos (brand_id, digest) VALUES ($1, $2) ON CONFLICT (brand_id, digest) DO NOTHING",
            )
            .bind(brand.id.to_string())
            .bind(image.as_str())
            .execute(&mut *tx)
            .await?;
        }
        let detail = json!({ "digest": brand.digest() });
        append(&mut tx, self.now(), Act { actor, action, subject: format!("brand:{}", brand.id), detail }).await?;
        tx.commit().await?;
        Ok(brand)
    }

    pub async fn brand(&self, id: BrandId) -> Result<Option<Brand>, StoreError> {
        let row = Sql::new(COLUMNS).push(" WHERE id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read_brand).transpose()
    }

    pub async fn brand_by_slug(&self, slug: &str) -> Result<Option<Brand>, StoreError> {
        let row = Sql::new(COLUMNS).push(" WHERE slug = ").bind(slug).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read_brand).transpose()
    }

    pub async fn brands(&self) -> Result<Vec<Brand>, StoreError> {
        let rows = Sql::new(COLUMNS).push(" ORDER BY slug").fetch_all(self.db.reader()).await?;
        rows.iter().map(read_brand).collect()
    }

    /// Files `bytes` under their digest; filing them again changes nothing.
    pub async fn blob_put(&self, media_type: &str, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of_bytes(bytes);
        sqlx::query(
            "INSERT INTO blobs (digest, media_type, bytes, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (digest) DO NOTHING",
        )
        .bind(digest.as_str())
        .bind(media_type)
        .bind(bytes.to_vec())
        .bind(self.now().micros())
        .execute(self.db.writer())
        .await?;
        Ok(digest)
    }

    pub async fn blob(&self, digest: &Digest) -> Result<Option<Blob>, StoreError> {
        let row = Sql::new("SELECT digest, media_type, bytes FROM blobs WHERE digest = ")
            .bind(digest.as_str())
            .fetch_optional(self.db.reader())
            .await?;
        row.map(|row| Blob::checked(&Reader::new(&row, "blobs", "digest"), digest)).transpose()
    }
}

fn images(identity: &BrandIdentity) -> Vec<&Digest> {
    let badges = identity.badges.values().map(|badge| &badge.image);
    [&identity.logo, &identity.logo_dark].into_iter().chain(badges).flatten().collect()
}

fn moved() -> StoreError {
    StoreError::conflict("the brand has another sheet by now; load it again")
}

fn read_brand(row: &AnyRow) -> Result<Brand, StoreError> {
    let read = Reader::new(row, "brands", "id");
    Ok(Brand { id: read.parse("id")?, slug: read.text("slug")?, sheet: read.json("sheet")? })
}
