//! The words of the product as types, and the life of a revision as typed transitions. No IO, no clock of its own.
//!
//! Everything that partners may see is in `countersign-released` and re-exported here; what is here beyond that
//! (briefs, drafts, reviews, people, jobs) is what the partner face cannot name. Start reading at [`review`], the
//! gate's state machine. To add a word, add a file here and its table in the store.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub use countersign_released::{clock, content, digest, id, place, profile, receipt, release, social};

pub mod brand;
pub mod brief;
pub mod finding;
pub mod job;
pub mod kit;
pub mod library;
pub mod overriding;
pub mod people;
pub mod review;
pub mod statement;
pub mod wording;
