//! Reading columns into types. What does not parse is [`StoreError::Broken`], with its table and row.

use std::str::FromStr;

use countersign_released::clock::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::error::StoreError;

/// A row of `table`, with what names it in errors.
pub struct Reader<'r> {
    row: &'r AnyRow,
    table: &'static str,
    id: String,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the columns: they may hold a draft.
        f.debug_struct("Reader").field("table", &self.table).field("id", &self.id).finish_non_exhaustive()
    }
}

impl<'r> Reader<'r> {
    /// `id` is the column that names the row in errors.
    #[must_use]
    pub fn new(row: &'r AnyRow, table: &'static str, id: &str) -> Self {
        let id = row
            .try_get::<String, _>(id)
            .or_else(|_| row.try_get::<i64, _>(id).map(|number| number.to_string()))
            .unwrap_or_else(|_| "?".into());
        Self { row, table, id }
    }

    #[must_use]
    pub fn broken(&self, reason: impl std::fmt::Display) -> StoreError {
        StoreError::broken(self.table, &self.id, reason)
    }

    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.row.try_get(column).map_err(|e| self.broken(e))
    }

    pub fn text_opt(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.row.try_get(column).map_err(|e| self.broken(e))
    }

    pub fn number(&self, column: &str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|e| self.broken(e))
    }

    pub fn number_opt(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.row.try_get(column).map_err(|e| self.broken(e))
    }

    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.row.try_get(column).map_err(|e| self.broken(e))
    }

    /// A count or a version: never negative.
    pub fn count<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        T::try_from(self.number(column)?).map_err(|_| self.broken(format!("{column} is out of range")))
    }

    pub fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_micros(self.number(column)?))
    }

    pub fn time_opt(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.number_opt(column)?.map(Timestamp::from_micros))
    }

    /// Ids, digests, locales, states: whatever reads itself from text.
    pub fn parse<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.broken(format!("{column} does not parse")))
    }

    pub fn parse_opt<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.text_opt(column)?
            .map(|text| text.parse().map_err(|_| self.broken(format!("{column} does not parse"))))
            .transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        // serde's message could quote the content; the column's name must do.
        serde_json::from_str(&self.text(column)?)
            .map_err(|e| self.broken(format!("{column} does not parse at line {} column {}", e.line(), e.column())))
    }
}
