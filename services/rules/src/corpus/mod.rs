//! How well rules find: texts with offences put in and texts that are fine, read from a folder and held against packs.
//!
//! `seeded/KIND/LANG.yaml` says of each text which rules of that kind find what; `clean/LANG.yaml` holds copy in which
//! nothing is wrong; `packs/` holds packs of a made-up brand. eval/rules/README.md has the fields. Nothing is printed here.
//!
//! Start reading at [`Corpora::read`], then [`Corpora::score`].

mod read;
mod score;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::load::{ContextFile, Fault};

pub use score::{Clean, Score, Stray, Tally, What};

/// What a folder of corpora holds.
#[derive(Debug)]
pub struct Corpora {
    seeded: Vec<Seeded>,
    clean: Vec<CleanFile>,
    packs: Option<PathBuf>,
}

impl Corpora {
    /// The folder of the made-up brand's packs, where there is one.
    #[must_use]
    pub fn packs(&self) -> Option<&Path> {
        self.packs.as_deref()
    }
}

/// `seeded/KIND/LANG.yaml`.
#[derive(Debug)]
struct Seeded {
    file: String,
    kind: String,
    language: String,
    entries: Vec<Entry>,
}

/// `clean/LANG.yaml`.
#[derive(Debug)]
struct CleanFile {
    file: String,
    language: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: u64,
    text: String,
    context: ContextFile,
    expect: Vec<Expected>,
}

/// A finding that there must be.
#[derive(Debug)]
struct Expected {
    line: u64,
    rule: String,
    /// Composed (NFC); empty for the whole slot.
    span: String,
}

/// Everything that is wrong with corpora.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusError {
    pub faults: Vec<Fault>,
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fault(s) in corpora:", self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for CorpusError {}
