//! Pages of long lists, by opaque cursors that name the last thing seen, so that inserts never shift a page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::StoreError;

pub const MAX_LIMIT: u32 = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where to go on; `None` at the end (a change feed always has one, to come back with).
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }

    /// Of `limit + 1` rows read, the page of `limit`, with a cursor to its last row if there are more.
    #[must_use]
    pub fn cut(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if items.len() <= limit {
            return Self { items, next: None };
        }
        items.truncate(limit);
        let next = items.last().map(|last| encode_cursor(&key(last)));
        Self { items, next }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    pub cursor: Option<String>,
    /// At most [`MAX_LIMIT`]; more is cut to it, 0 counts as 1.
    pub limit: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { cursor: None, limit: 50 }
    }
}

impl PageRequest {
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.clamp(1, MAX_LIMIT)
    }

    /// The key that the cursor holds.
    pub fn after(&self) -> Result<Option<String>, StoreError> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }

    /// As [`Self::after`], for lists that are ordered by a number.
    pub fn after_number(&self) -> Result<Option<i64>, StoreError> {
        self.after()?.map(|key| key.parse().map_err(|_| StoreError::BadCursor)).transpose()
    }
}

#[must_use]
pub fn encode_cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("c1:{key}"))
}

pub fn decode_cursor(cursor: &str) -> Result<String, StoreError> {
    if cursor.len() > 200 {
        return Err(StoreError::BadCursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::BadCursor)?;
    let text = String::from_utf8(bytes).map_err(|_| StoreError::BadCursor)?;
    text.strip_prefix("c1:").map(str::to_owned).ok_or(StoreError::BadCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_foreign_one_is_refused() {
        assert_eq!(decode_cursor(&encode_cursor("42")).unwrap(), "42");
        for bad in ["", "42", "%%%", "Y2F0", &"A".repeat(500)] {
            assert!(matches!(decode_cursor(bad), Err(StoreError::BadCursor)), "{bad}");
        }
    }

    #[test]
    fn a_page_has_a_cursor_only_when_there_is_more() {
        assert_eq!(Page::cut(vec![1, 2], 2, ToString::to_string).next, None);
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(encode_cursor("2"))));
    }
}
