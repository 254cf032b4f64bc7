//! The language model: loads a checkpoint of the architectures in `arch`, writes drafts that obey a grammar and
//! keep to their bounds, the same for the same request always.
//!
//! It never knows what a draft is for: no brand, template, locale or rule has a name here. It never
//! reaches the network, reads no clock but to measure, and logs no text.
//!
//! One thread owns the model ([`Engine::start`] starts it); requests wait in a bounded queue. Start
//! reading at [`engine`](Engine), then `scheduler` (the queue and the thread), `sequence` (how one draft
//! is computed) and `text` (how it is written). They ask `model`, which computes with `compute` on the blocks of `kv`;
//! `constraint` with `token_env`, `bounds`, `sampler` with `random`; `lookup` guesses ahead. Files are read in `load`.
//! `embed` is a second, smaller model; docs/ENGINE.md is the map.
//!
//! To add an architecture: its differences, as data, in `arch`. To add a bound on what may be written: an automaton in
//! `bounds`. To add a type of weights: `compute`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod arch;
mod bounds;
mod chat;
mod compute;
mod constraint;
mod draft;
mod embed;
mod engine;
mod error;
#[cfg(test)]
mod goldens;
#[cfg(test)]
mod invariance;
mod kv;
mod load;
mod lookup;
pub mod measure;
mod model;
mod random;
pub mod random_model;
mod rope;
mod sampler;
mod scheduler;
mod sequence;
mod source;
#[cfg(test)]
mod testing;
mod text;
mod token_env;

pub use bounds::{
    AllowedCharacters, AllowedNumbers, AtMost, Below, Bound, BoundError, BoundSet, Bounds, CompiledBounds, Composed,
    CountedLength, Counting, Finish, ForbiddenPatterns, ForbiddenTerms, JsonSlots, MaskFigures, PATIENCE, Pattern,
    PatternError, RequiredEnding, RequiredOpening, Snapshot, State, Unit, Value, Vocabulary, WithValues,
};
pub use chat::ChatMessage;
pub use constraint::Grammar;
pub use draft::{DraftEvent, DraftHandle, DraftOutput, DraftRequest, Priority, Sampling};
pub use embed::{
    CutText, EmbedError, EmbedJob, EmbedKind, EmbedProgress, Embedder, EmbedderInfo, EmbedderOptions, EmbedderSource,
    Embeddings, Prefixes,
};
pub use engine::{EmbedHandle, Engine, EngineOptions, ModelInfo, Placement};
pub use error::{
    ChatTemplateError, DraftError, GrammarError, LoadError, SUPPORTED_ARCHITECTURES, SubmitError, TokenizeError,
};
pub use source::ModelSource;

#[cfg(test)]
mod tests;
