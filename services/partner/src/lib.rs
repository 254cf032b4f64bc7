//! The partners' face: what was released, in a partner's own branding, with receipts, a change feed and recalls.
//!
//! It cannot name a draft: it depends on `countersign-released`, on the store's released view and on `countersign-render`
//! alone (a test holds it to that). What is not released, is another partner's, or never was, gets one and the same
//! answer. Start reading at [`face`], then [`routes`]. To add a route, add a file there with its documentation, its
//! handler and its tests, and name it in `routes::router`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod archive;
pub mod auth;
pub mod face;
mod idempotent;
pub mod limits;
mod produce;
pub mod routes;
mod signer;

#[cfg(test)]
mod tests;

pub use face::PartnerFace;
pub use limits::Limits;
pub use routes::description;
pub use signer::{KeyError, Signer, VerifyError, public_key, verify};
