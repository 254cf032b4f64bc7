//! How good drafts are, by numbers that anyone can compute again: no model judges here.
//!
//! Start at [`Recorded`], a draft as it came out; [`measure`] counts, one measure a file in `measures`; [`Evaluation`] has the
//! counts by language and asset type, and its tables, report and comparison with a baseline. To add a measure: a file in
//! `measures`, a line in its `ALL`, a line in eval/README.md. Nothing here drafts or asks the network; spelling asks the machine's
//! hunspell, where it has one.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod baseline;
mod corpus;
mod evaluation;
mod grams;
mod html;
mod measures;
mod recorded;
mod spelling;
mod table;
mod wilson;

pub use baseline::{Baseline, BaselineError, Worse};
pub use corpus::{Corpus, CorpusError};
pub use evaluation::{Evaluation, Group, measure};
pub use html::{Plot, html};
pub use measures::{ALL, Better, Count, Measure};
pub use recorded::{ReadError, Recorded, free_text, read};
pub use spelling::{Spelling, SpellingError};
pub use table::table;
pub use wilson::Proportion;
