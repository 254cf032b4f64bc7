//! Styles of the prose linter Vale, read as they are: a folder of YAML rules in, findings on a Markdown file out.
//!
//! It reads `existence`, `substitution`, `occurrence`, `repetition`, `consistency`, `conditional`, `capitalization`,
//! `metric` and `readability` rules as Vale 3 does: how patterns are put together, what a scope means, what is masked in
//! Markdown, which findings are the same. It never runs scripts, tags parts of speech or looks words up in a dictionary:
//! `script`, `sequence` and `spelling` rules are named in [`Unsupported`], never passed over in silence. It reads no
//! `.vale.ini` and no vocabulary.
//!
//! Start reading at [`Style::load`]; a rule's fields are in `file.rs`, what Markdown becomes in `markdown.rs`, and each
//! extension point's rules in `points/`. To add one, add a file there, an arm in `points/mod.rs` and its fields in `file.rs`.
//!
//! Where it knows better than Vale it differs: findings stand where the match stands (Vale looks for its text again), no
//! space is put beside inline markup, all of a list item is `list` and all of a quotation `blockquote`, and a title's "to"
//! may have either case in AP style, since that hangs on the part of speech of what follows.

mod action;
mod block;
mod file;
mod formula;
mod html;
mod markdown;
mod message;
mod points;
mod regex;
mod scope;
mod sentences;
mod style;

pub use style::{Style, Unsupported, is_style};
