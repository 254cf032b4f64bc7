//! Passages of the library: imported file by file, so that importing a file again changes only what changed in it.

use std::collections::HashMap;

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::{BrandId, PassageId};
use countersign_domain::library::Passage;
use countersign_domain::place::{Locale, Market};
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde::Serialize;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::{Actor, Store};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewPassage {
    pub product: String,
    pub locale: Locale,
    /// `None` means every market.
    pub market: Option<Market>,
    pub text: String,
    /// `FILE#HEADING`.
    pub source: String,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub added: usize,
    pub kept: usize,
    pub withdrawn: usize,
}

pub(crate) const COLUMNS: &str = "SELECT id, brand_id, product, locale, market, body, source, valid_from, valid_until,
       withdrawn_at
FROM passages WHERE brand_id = ";

impl Store {
    /// Makes `passages` all that is live of `source_file`: what is the same keeps its id, what is missing is withdrawn.
    pub async fn passages_replace_source(
        &self,
        brand: BrandId,
        source_file: &str,
        passages: Vec<NewPassage>,
        actor: Actor,
    ) -> Result<ImportCounts, StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        // The version's row is the lock under which a brand's library changes.
        sqlx::query(
            "INSERT INTO library_versions (brand_id, version) VALUES ($1, 0) ON CONFLICT (brand_id) DO NOTHING",
        )
        .bind(brand.to_string())
        .execute(&mut *tx)
        .await?;
        Sql::new("SELECT brand_id, version FROM library_versions WHERE brand_id = ")
            .bind(brand.to_string())
            .push(self.db.dialect.for_update())
            .fetch_optional(&mut *tx)
            .await?;
        let rows = sqlx::query(
            "SELECT id, fingerprint FROM passages
             WHERE brand_id = $1 AND source_file = $2 AND withdrawn_at IS NULL",
        )
        .bind(brand.to_string())
        .bind(source_file)
        .fetch_all(&mut *tx)
        .await?;
        let mut live: HashMap<String, String> = HashMap::new();
        for row in &rows {
            let read = Reader::new(row, "passages", "id");
            live.insert(read.text("fingerprint")?, read.text("id")?);
        }
        let mut counts = ImportCounts::default();
        let mut seen = std::collections::HashSet::new();
        for passage in passages {
            let fingerprint = Digest::of_json(&passage).to_string();
            if !seen.insert(fingerprint.clone()) {
                continue; // The same passage twice in one file is one passage.
            }
            if live.remove(&fingerprint).is_some() {
                counts.kept += 1;
                continue;
            }
            counts.added += 1;
            sqlx::query(
                "INSERT INTO passages (id, brand_id, source_file, fingerprint, product, locale, market, body, source,
                                       valid_from, valid_until, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind(PassageId::new(self.ids(), now).to_string())
            .bind(brand.to_string())
            .bind(source_file)
            .bind(fingerprint)
            .bind(passage.product)
            .bind(passage.locale.to_string())
            .bind(passage.market.map(|market| market.to_string()))
            .bind(passage.text)
            .bind(passage.source)
            .bind(passage.valid_from.map(Timestamp::micros))
            .bind(passage.valid_until.map(Timestamp::micros))
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        }
        for id in live.into_values() {
            counts.withdrawn += 1;
            sqlx::query("UPDATE passages SET withdrawn_at = $2 WHERE id = $1")
                .bind(id)
                .bind(now.micros())
                .execute(&mut *tx)
                .await?;
        }
        if counts.added + counts.withdrawn > 0 {
            sqlx::query("UPDATE library_versions SET version = version + 1 WHERE brand_id = $1")
                .bind(brand.to_string())
                .execute(&mut *tx)
                .await?;
            let detail = json!({ "file": source_file, "added": counts.added, "kept": counts.kept,
                "withdrawn": counts.withdrawn });
            append(&mut tx, now, Act { actor, action: "library.imported", subject: format!("brand:{brand}"), detail })
                .await?;
        }
        tx.commit().await?;
        Ok(counts)
    }

    /// The live ones, in order of ids. Whether one may run now and there is [`Passage::may_run`]'s answer.
    pub async fn passages(&self, brand: BrandId) -> Result<Vec<Passage>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .bind(brand.to_string())
            .push(" AND withdrawn_at IS NULL ORDER BY id")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(read_passage).collect()
    }

    /// Those of `ids` that there are or ever were: one that was withdrawn is valid until then.
    pub async fn passages_by_id(&self, brand: BrandId, ids: &[PassageId]) -> Result<Vec<Passage>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = Sql::new(COLUMNS)
            .bind(brand.to_string())
            .push(" AND id IN (")
            .list(ids)
            .push(") ORDER BY id")
            .fetch_all(self.db.reader())
            .await?;
        let read = |row: &AnyRow| {
            let mut passage = read_passage(row)?;
            let withdrawn = Reader::new(row, "passages", "id").time_opt("withdrawn_at")?;
            passage.valid_until = passage.valid_until.into_iter().chain(withdrawn).min();
            Ok(passage)
        };
        rows.iter().map(read).collect()
    }

    /// Grows with every change of the brand's passages; 0 when there never were any.
    pub async fn passages_version(&self, brand: BrandId) -> Result<i64, StoreError> {
        let row = Sql::new("SELECT brand_id, version FROM library_versions WHERE brand_id = ")
            .bind(brand.to_string())
            .fetch_optional(self.db.reader())
            .await?;
        row.map_or(Ok(0), |row| Reader::new(&row, "library_versions", "brand_id").number("version"))
    }
}

pub(crate) fn read_passage(row: &AnyRow) -> Result<Passage, StoreError> {
    let read = Reader::new(row, "passages", "id");
    Ok(Passage {
        id: read.parse("id")?,
        brand: read.parse("brand_id")?,
        product: read.text("product")?,
        locale: read.parse("locale")?,
        market: read.parse_opt("market")?,
        text: read.text("body")?,
        source: read.text("source")?,
        valid_from: read.time_opt("valid_from")?,
        valid_until: read.time_opt("valid_until")?,
    })
}
