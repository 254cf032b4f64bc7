//! Drafting with the bundled starter model: whole drafts of every asset type, the same ones each time, and the runner
//! on a real database.
//!
//! Start reading at [`world`], which makes tasks; [`whole`] says what every draft must be. To add a brief, add it to
//! `world::briefs`. On a machine that does other work too, `CANDLE_NUM_THREADS=1` makes these many times as fast.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod any_rules;
mod any_skeleton;
mod golden;
mod locale;
mod runner;
mod same;
mod whole;
mod world;
