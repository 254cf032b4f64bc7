//! Statements with optional parts: fixed text, and values that are always bound.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, Arguments as _, AssertSqlSafe, Encode, Executor, Type};

use crate::error::StoreError;

/// A statement under construction. Text can only be `'static`, so nothing that anyone typed becomes SQL.
#[derive(Default)]
pub struct Sql {
    text: String,
    arguments: AnyArguments,
    bound: usize,
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql").field("text", &self.text).field("bound", &self.bound).finish_non_exhaustive()
    }
}

impl Sql {
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn push(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Writes `$N` and binds `value` to it.
    ///
    /// # Panics
    /// Never for the types used here: text, integers and bytes always encode.
    #[must_use]
    pub fn bind<'v, T: Encode<'v, Any> + Type<Any>>(mut self, value: T) -> Self {
        use std::fmt::Write as _;
        self.bound += 1;
        write!(self.text, "${}", self.bound).expect("writing to a string cannot fail");
        self.arguments.add(value).expect("text, integers and bytes always encode");
        self
    }

    /// `text` and the value, only where there is one.
    #[must_use]
    pub fn and_if<'v, T: Encode<'v, Any> + Type<Any>>(self, text: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.push(text).bind(value),
            None => self,
        }
    }

    /// `$1, $2, …`; NULL for an empty list, which equals nothing.
    #[must_use]
    pub fn list<T: ToString>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        let mut first = true;
        for value in values {
            if !first {
                self = self.push(", ");
            }
            first = false;
            self = self.bind(value.to_string());
        }
        if first { self.push("NULL") } else { self }
    }

    pub async fn fetch_all<'e>(self, executor: impl Executor<'e, Database = Any>) -> Result<Vec<AnyRow>, StoreError> {
        Ok(sqlx::query_with(AssertSqlSafe(self.text), self.arguments).fetch_all(executor).await?)
    }

    pub async fn fetch_optional<'e>(
        self,
        executor: impl Executor<'e, Database = Any>,
    ) -> Result<Option<AnyRow>, StoreError> {
        Ok(sqlx::query_with(AssertSqlSafe(self.text), self.arguments).fetch_optional(executor).await?)
    }

    /// The count of rows that it changed.
    pub async fn execute<'e>(self, executor: impl Executor<'e, Database = Any>) -> Result<u64, StoreError> {
        Ok(sqlx::query_with(AssertSqlSafe(self.text), self.arguments).execute(executor).await?.rows_affected())
    }
}
