//! From a brief to revisions: plan → sources → prompt → constrained decoding → rules → the best of several drafts.
//!
//! This crate joins the engine, the library, the templates and the rules; it never decides anything about a draft's
//! future (that is people's) and shows nothing to anyone. Start reading at [`drafter`], which drafts one asset, then
//! [`runner`], which does so for queued jobs. To add a source of references, add it to [`sources`]; a new kind of
//! free text is data in a template; a new family of models is a folder in prompts/.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod checking;
pub mod choose;
mod claims;
pub mod drafter;
pub mod events;
pub mod examine;
mod figures;
mod figures_of_sources;
mod fill_in;
pub mod grammar;
pub mod grounds;
mod guidance;
pub mod held;
mod marks;
mod naming;
mod notes;
mod outline;
pub mod plan;
pub mod plans;
pub mod prompt;
pub mod reply;
mod room;
mod rounds;
pub mod runner;
mod share;
pub mod skeleton;
pub mod sources;
mod terms;
mod text;
pub mod told;
pub mod tune;
mod values;
