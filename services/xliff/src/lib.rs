//! XLIFF 2.1 for a kit's slots: what translators take away, and what they bring back. Pure: no IO, no clock.
//!
//! [`write`] makes a document of texts and notes; [`read`] takes one that came back from anybody's tool and gives each
//! slot's text, or every fault with its line and column. What comes back is data from outside: no entity is expanded, no
//! document type is read, nothing nests deeper or is longer than `xml` allows. Whether a text may stand in its slot is
//! not decided here (that is an edit's examination, in `countersign-drafting`), nor who may bring one. Start at
//! [`Document`] for the way out and at [`Returned`] for the way back; docs/XLIFF.md tells translators' tool people the same.
//! To carry one more thing in a file, add a key to `keys`, write it in `write/` and read it in `read/file.rs`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod document;
mod encoding;
mod fault;
mod keys;
mod placeholders;
mod read;
mod write;
mod xml;

#[cfg(test)]
mod tests;

pub use document::{Document, File, Note, Unit};
pub use fault::{Fault, Place};
pub use placeholders::{differences, same};
pub use read::{Returned, ReturnedFile, ReturnedUnit, read};
pub use write::write;

/// The most bytes of a document that is read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Its media type, as registered.
pub const MEDIA_TYPE: &str = "application/xliff+xml";
