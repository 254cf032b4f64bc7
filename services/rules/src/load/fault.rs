//! What is wrong with a pack, and where.

use std::collections::HashSet;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};

use crate::kinds::pattern::Pattern;
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

/// What rules look for, to be found for all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    pub lists: Vec<Terms>,
    pub patterns: Vec<Pattern>,
}

impl Sought {
    /// Takes what a file compiled to.
    pub(crate) fn take(&mut self, file: &mut Faults) {
        self.lists.append(&mut file.lists);
        self.patterns.append(&mut file.regexes);
    }
}

/// The faults of one file.
#[derive(Debug)]
pub(crate) struct Faults {
    file: String,
    list: Vec<Fault>,
    /// The lists of terms and the patterns that the file compiled to.
    pub lists: Vec<Terms>,
    regexes: Vec<Pattern>,
    /// How many patterns it has.
    pub patterns: usize,
}

impl Faults {
    pub(crate) const fn new(file: String) -> Self {
        Self { file, list: Vec::new(), lists: Vec::new(), regexes: Vec::new(), patterns: 0 }
    }

    pub(crate) fn at(&mut self, location: Location, reason: impl Into<String>) {
        let (line, column) = (location.line(), location.column());
        self.list.push(Fault { file: self.file.clone(), line, column, reason: reason.into() });
    }

    /// Of the file as a whole.
    pub(crate) fn whole(&mut self, reason: impl Into<String>) {
        self.list.push(Fault::of_file(&self.file, reason));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// The file's one document as `T`, or the parser's fault.
    pub(crate) fn parse<T: DeserializeOwned>(&mut self, text: &str) -> Option<T> {
        self.read(serde_saphyr::from_str(text))
    }

    /// What a parser gave, or its fault.
    pub(crate) fn read<T>(&mut self, parsed: Result<T, serde_saphyr::Error>) -> Option<T> {
        parsed
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
        let mut seen: HashSet<String> = HashSet::new();
        for term in terms {
            let folded = fold(term.value.trim(), ignore_case).text.into_owned();
            if folded.trim().is_empty() {
                self.at(term.referenced, "a term is empty");
            } else if !seen.insert(folded.clone()) {
                self.at(term.referenced, format!("the term `{}` is there twice", term.value));
            }
        }
        if seen.len() < terms.len() || terms.is_empty() {
            return None;
        }
        let texts: Vec<&str> = terms.iter().map(|term| term.value.as_str()).collect();
        let terms = Terms::new(&texts, ignore_case, whole_words);
        self.lists.push(terms.clone());
        Some(terms)
    }

    /// The checks that were named, one named twice being a fault; all of them where none was.
    pub(crate) fn each_once<T: Clone + PartialEq>(&mut self, named: Vec<Spanned<T>>, all: &[T]) -> Vec<T> {
        let mut once = Vec::new();
        for check in named {
            if once.contains(&check.value) {
                self.at(check.referenced, "the check is there twice");
            }
            once.push(check.value);
        }
        if once.is_empty() { all.to_vec() } else { once }
    }

    /// Compiles patterns; what does not compile is a fault.
    pub(crate) fn regexes(&mut self, patterns: &[Spanned<String>], ignore_case: bool) -> Vec<Pattern> {
        self.patterns += patterns.len();
        let mut compiled = Vec::new();
        for pattern in patterns {
            match Pattern::new(&pattern.value, ignore_case) {
                Ok(regex) => {
                    self.regexes.push(regex.clone());
                    compiled.push(regex);
                }
                Err(reason) => self.at(pattern.referenced, reason),
            }
        }
        compiled
    }

    pub(crate) fn into_list(self) -> Vec<Fault> {
        self.list
    }
}
