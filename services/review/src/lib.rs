//! The reviewers' face: the queue, one review with all that a decision needs, claims, decisions, undo, edits and their
//! check, as a JSON API and as pages.
//!
//! It never decides anything itself: every decision is a call of the store, which asks the domain's state machine and
//! whose database refuses the rest. It never runs a template engine over content, and it never imports another face.
//! Start reading at [`Face`], then `api/decision.rs` (the contract) and `pages/one.rs` (what a reviewer sees). To add a
//! route, add a file to `api/` or `pages/` with its error, its documentation, its handler and its tests, and name it in
//! that folder's `router`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod api;
pub mod diff;
mod editing;
mod face;
mod faults;
pub mod marks;
pub mod pages;
mod preview;
pub mod queue;
pub mod view;

#[cfg(test)]
mod testing;

pub use countersign_drafting::checking;
pub use face::Face;
