//! The queue and the thread: one OS thread owns the model, everyone else sends requests.
//!
//! The thread works in steps. A step reads new tokens of all running drafts in one forward: one token of
//! each that is being written (and guesses), a piece of the prompt of those that begin. It never waits
//! for a reader, and what it computes for one draft does not depend on the others. `queue` is what the
//! callers see, `worker` the thread.

mod queue;
mod worker;

pub(crate) use queue::{Job, Queue, Texts};
pub(crate) use worker::Worker;

#[cfg(test)]
mod tests;
