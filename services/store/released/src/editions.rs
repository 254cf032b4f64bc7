//! The files of a template's edition, by the tag that a release's context names.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub asset_type: String,
    /// `email@1+0f3c5a7e9b1d2c4f`.
    pub tag: String,
    /// Text by path within the template's folder.
    pub files: BTreeMap<String, String>,
}

impl ReleasedStore {
    pub async fn edition(&self, tag: &str) -> Result<Option<Edition>, StoreError> {
        let row = Sql::new("SELECT tag, asset_type, files FROM released_editions WHERE tag = ")
            .bind(tag)
            .fetch_optional(self.db.reader())
            .await?;
        row.as_ref().map(read_edition).transpose()
    }
}

pub fn read_edition(row: &AnyRow) -> Result<Edition, StoreError> {
    let read = Reader::new(row, "template_editions", "tag");
    Ok(Edition { asset_type: read.text("asset_type")?, tag: read.text("tag")?, files: read.json("files")? })
}
