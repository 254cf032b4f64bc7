//! Content that was approved before: reading it from files, and finding it again for a brief.
//!
//! [`import`] turns Markdown and JSONL into passages; [`index`] keeps passages searchable in an embedded Qdrant. The
//! truth about passages is the store's: what is here can be deleted at any time and is built again from there. This
//! crate never writes to the database, makes no ids, knows no clock and never logs a passage's text.
//!
//! Start reading at [`import::parse`] and [`index::Index`]. To read one more kind of file, add a parser beside
//! `import/jsonl.rs` and name its ending in `import/mod.rs`; to teach the index a language, add it to
//! `index/language.rs`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod import;
pub mod index;
