//! Drafting with the bundled starter model: whole drafts of every asset type, the same ones each time, and the runner
//! on a real database.
//!
//! Start reading at [`world`], which makes tasks; [`whole`] says what every draft must be. To add a brief, add it to
//! `world::briefs`.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod any_skeleton;
mod golden;
mod runner;
mod same;
mod whole;
mod world;
