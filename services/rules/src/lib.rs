//! Brand rules: packs of YAML files in, findings out. Checks content, plain files, and the rules themselves.
//!
//! It never writes, never asks a model, never reads the clock, and does no IO but reading pack folders. What a rule
//! says holds for the same text on every run. Patterns are linear-time (`regex`), so no text can hang a check; those of
//! foreign styles ([`vale`]) may look around and are stopped where they take too long.
//!
//! Start reading at [`Packs`]: `Packs::embedded()` or `Packs::load(...)`, then [`Packs::check`] with a [`Subject`].
//! To add a rule, add one file to a pack under `brand-rules/` (its README lists the fields) and run its examples with
//! `countersign rules test`. To add a kind, add a file in `kinds/` and its arm in `kinds/mod.rs`.
//!
//! Findings stand on the slot's plain text (`Content::plain`), in bytes, always on character borders.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod annotate;
mod builtin;
mod casing;
pub mod corpus;
mod count;
mod decoder;
mod examples;
pub mod grounding;
mod kinds;
mod lexicon;
mod links;
mod load;
mod look_alike;
mod message;
mod numbers;
mod packs;
mod place;
mod readability;
mod rule;
mod scene;
mod sentences;
mod sieve;
mod staged;
mod subject;
mod terms;
pub mod vale;
mod view;

pub use annotate::{LineIndex, annotate};
pub use builtin::{BUILT_IN, BuiltIn};
pub use countersign_domain::overriding::Override;
pub use decoder::{Demand, MarkSymbol};
pub use examples::{ExampleFailure, Expected};
pub use kinds::Binding;
pub use load::{Fault, PackError};
pub use packs::{PackInfo, Packs};
pub use place::Place;
pub use rule::{Rule, Status};
pub use subject::{BrandTerms, Laid, Original, SlotLimit, Source, SourceKind, Subject, Unit};

#[cfg(test)]
mod tests;
