//! The marketers' and administrators' face: briefs and kits, partners and their keys, releases and recalls, the
//! library, people, dead jobs and the audit trail, as a JSON API and as pages.
//!
//! It never decides about a draft (that is the review face), never shows an unreleased thing to a partner, and never
//! runs a template engine over a brief, a draft or a profile. Start reading at [`state`], then [`making`] (a brief
//! becomes a kit). To add a route: a file in `api/` with its documentation, handler and tests, named in its `mod.rs`;
//! to add a page: a file in `pages/`, a template in review-ui/templates/, and a sample of it in `pages/samples.rs`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod access;
pub mod api;
mod brands;
mod cobranding;
pub mod faults;
mod form;
pub mod logos;
mod making;
pub mod pages;
pub mod partner_forms;
pub mod people;
pub mod profiles;
mod sample_content;
pub mod sheet;
mod shelf;
pub mod state;
mod view;
mod when;
mod xliff;

#[cfg(test)]
mod testing;

pub use state::Studio;
