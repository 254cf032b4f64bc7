//! What is wrong with a document that came back, and where.

use std::fmt;

/// From 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// The place of a byte of `text`.
    pub(crate) fn of(text: &str, byte: usize) -> Self {
        let mut end = byte.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: 1 + before.matches('\n').count(), column: 1 + before[start..].chars().count() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// One fault. Its text is a clause that says what to do; it repeats at most short names of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {detail}")]
pub struct Fault {
    pub at: Place,
    /// `original` of the file that it is in, where it is in one.
    pub file: Option<String>,
    /// The unit's id, where it is in one.
    pub unit: Option<String>,
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(at: Place, detail: impl Into<String>) -> Self {
        Self { at, file: None, unit: None, detail: detail.into() }
    }
}

/// So much of a name that was sent as may be repeated in a fault.
pub(crate) fn clip(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_and_never_leaves_the_text() {
        let text = "ä\nöü<x";
        assert_eq!(Place::of(text, text.find('<').unwrap()).to_string(), "line 2, column 3");
        assert_eq!(Place::of(text, 1), Place { line: 1, column: 1 });
        assert_eq!(Place::of(text, 999), Place { line: 2, column: 5 });
    }
}
