//! The files of every template edition that anything was made in, so that what was approved is rendered with the very
//! files that it was approved with, however many releases of the program come after.

use std::collections::BTreeMap;

use countersign_store_released::StoreError;
use countersign_store_released::editions::{Edition, read_edition};
use countersign_store_released::sql::Sql;
use serde_json::json;

use crate::Store;

impl Store {
    /// Keeps an edition's files; one that is kept already stays as it is.
    pub async fn edition_keep(
        &self,
        asset_type: &str,
        tag: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO template_editions (tag, asset_type, files, kept_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tag) DO NOTHING",
        )
        .bind(tag)
        .bind(asset_type)
        .bind(json!(files).to_string())
        .bind(self.now().micros())
        .execute(self.db.writer())
        .await?;
        Ok(())
    }

    /// All that are kept, the oldest first.
    pub async fn editions(&self) -> Result<Vec<Edition>, StoreError> {
        let rows = Sql::new("SELECT tag, asset_type, files FROM template_editions ORDER BY kept_at, tag")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(read_edition).collect()
    }
}
