//! Who is asking, and the frame of every page: passwords, tokens, sessions, CSRF, roles, the page shell and statics.
//!
//! It never knows what is asked: kits, reviews and partners are the faces'. Start reading at [`sessions`] (the state)
//! and [`signed_in`] (the extractors that every handler uses). To add a static file or a page template, put it in
//! review-ui/; it is embedded here by [`ui`] and found by its file name.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod cookies;
pub mod csrf;
pub mod fault;
pub mod form;
pub mod idempotent;
pub mod password;
pub mod secret;
pub mod sessions;
pub mod sign_in;
pub mod signed_in;
pub mod throttle;
pub mod ui;

pub use form::{PageForm, PageParts, Part};
pub use sessions::Sessions;
pub use signed_in::{OnPage, SignedIn};
pub use ui::{Shell, Ui};

#[cfg(test)]
mod tests;
