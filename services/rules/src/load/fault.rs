//! What is wrong with a pack, and where.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};

use crate::terms::Terms;
use crate::view::fold;

/// One fault: line and column from 1, or 0 where the whole file is meant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub file: String,
    pub line: u64,
    pub column: u64,
    pub reason: String,
}

impl Fault {
    pub(crate) fn of_file(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, reason: reason.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.reason),
        }
    }
}

/// Everything that is wrong with the packs, in order of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    pub faults: Vec<Fault>,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fault(s) in rule packs:", self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for PackError {}

/// The faults of one file.
#[derive(Debug)]
pub(crate) struct Faults {
    file: String,
    list: Vec<Fault>,
}

impl Faults {
    pub(crate) const fn new(file: String) -> Self {
        Self { file, list: Vec::new() }
    }

    pub(crate) fn at(&mut self, location: Location, reason: impl Into<String>) {
        let (line, column) = (location.line(), location.column());
        self.list.push(Fault { file: self.file.clone(), line, column, reason: reason.into() });
    }

    /// The file's one document as `T`, or the parser's fault.
    pub(crate) fn parse<T: DeserializeOwned>(&mut self, text: &str) -> Option<T> {
        serde_saphyr::from_str(text)
            .map_err(|error| {
                let bare = error.without_snippet();
                let sentence = bare.to_string();
                let place = error.location();
                // The place is told apart; the parser's own sentence ends in it.
                let reason = place.as_ref().and_then(|_| sentence.split(" at line ").next()).unwrap_or(&sentence);
                let (line, column) = place.map_or((0, 0), |at| (at.line(), at.column()));
                self.list.push(Fault { file: self.file.clone(), line, column, reason: reason.trim().to_owned() });
            })
            .ok()
    }

    /// Compiles terms; empty and repeated ones are faults.
    pub(crate) fn terms(&mut self, terms: &[Spanned<String>], ignore_case: bool, whole_words: bool) -> Option<Terms> {
        let mut seen: Vec<String> = Vec::new();
        for term in terms {
            let folded = fold(term.value.trim(), ignore_case).text.into_owned();
            if folded.trim().is_empty() {
                self.at(term.referenced, "a term is empty");
            } else if seen.contains(&folded) {
                self.at(term.referenced, format!("the term `{}` is there twice", term.value));
            }
            seen.push(folded);
        }
        if terms.is_empty() || seen.iter().any(String::is_empty) {
            return None;
        }
        let first = terms.first()?.referenced;
        let texts: Vec<&str> = terms.iter().map(|term| term.value.as_str()).collect();
        Terms::new(&texts, ignore_case, whole_words)
            .map_err(|error| self.at(first, format!("the terms do not compile: {error}")))
            .ok()
    }

    pub(crate) fn into_list(self) -> Vec<Fault> {
        self.list
    }
}
