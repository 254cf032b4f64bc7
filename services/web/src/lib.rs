//! The ground under the faces: problem documents, conditional requests, safe headers, pages. No store, no domain.
//!
//! It never knows who is asking or what is asked; those are the faces' and the session crate's. Start reading at
//! [`problem`]. To add an error type, add it where it arises and to docs/ERRORS.md.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod conditional;
pub mod headers;
pub mod idempotency;
pub mod json;
pub mod languages;
pub mod pages;
pub mod problem;
pub mod rejections;
