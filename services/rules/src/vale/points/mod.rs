//! The extension points, one a file: how each compiles from a rule file and what it finds in a block.

mod capitalization;
mod conditional;
mod consistency;
mod existence;
mod metric;
mod occurrence;
mod repetition;
mod substitution;

use std::collections::BTreeSet;
use std::ops::Range;

use serde_saphyr::{Location, Spanned};

use super::action::Action;
use super::file::RuleFile;
use super::markdown::Document;
use super::regex::{GaveUp, Pattern};
use crate::load::Faults;

/// A rule's own part, compiled.
#[derive(Debug)]
pub(super) enum Point {
    Existence(existence::Existence),
    Substitution(substitution::Substitution),
    Occurrence(occurrence::Occurrence),
    Repetition(repetition::Repetition),
    Consistency(consistency::Consistency),
    Conditional(conditional::Conditional),
    Capitalization(capitalization::Capitalization),
    Metric(metric::Metric),
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alert {
    /// Bytes of the block; `None` is the file as a whole.
    pub at: Option<Range<usize>>,
    /// For the message's `%s`.
    pub values: Vec<String>,
    /// Whether the first value brings its own quotes.
    pub quoted: bool,
    /// What may stand in its place.
    pub fixes: Vec<String>,
}

impl Alert {
    /// On a match, with what the rule's action makes of it.
    fn on(text: &str, at: Range<usize>, action: Option<&Action>) -> Self {
        let found = &text[at.clone()];
        let fixes = action.map(|action| action.fixes(found)).unwrap_or_default();
        let mut values = vec![found.to_owned()];
        match fixes.as_slice() {
            [] => {}
            [one] => values.push(one.clone()),
            many => values.push(super::message::one_of(many)),
        }
        Self { at: Some(at), values, quoted: false, fixes }
    }

    /// On a match, with other values for its message.
    fn saying(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }
}

/// What a rule saw in the blocks before.
pub(super) type Memory = BTreeSet<String>;

impl Point {
    /// Compiles a rule's own fields, or tells `faults` why not.
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        Some(match file.extends.value.as_str() {
            "existence" => Self::Existence(existence::Existence::new(file, faults)?),
            "substitution" => Self::Substitution(substitution::Substitution::new(file, faults)?),
            "occurrence" => Self::Occurrence(occurrence::Occurrence::new(file, faults)?),
            "repetition" => Self::Repetition(repetition::Repetition::new(file, faults)?),
            "consistency" => Self::Consistency(consistency::Consistency::new(file, faults)?),
            "conditional" => Self::Conditional(conditional::Conditional::new(file, faults)?),
            "capitalization" => Self::Capitalization(capitalization::Capitalization::new(file, faults)?),
            "metric" => Self::Metric(metric::Metric::formula(file, faults)?),
            _ => Self::Metric(metric::Metric::readability(file, faults)?),
        })
    }

    /// Whether it reads the file's summary, whatever its scope says.
    pub(super) const fn reads_summary(&self) -> bool {
        matches!(self, Self::Metric(_))
    }

    pub(super) fn run(
        &self,
        text: &str,
        action: Option<&Action>,
        memory: &mut Memory,
        document: &Document,
    ) -> Result<Vec<Alert>, GaveUp> {
        match self {
            Self::Existence(point) => point.run(text, action),
            Self::Substitution(point) => point.run(text, action),
            Self::Occurrence(point) => point.run(text, action),
            Self::Repetition(point) => point.run(text, action),
            Self::Consistency(point) => point.run(text, action, memory),
            Self::Conditional(point) => point.run(text, action, memory),
            Self::Capitalization(point) => Ok(point.run(text, action)),
            Self::Metric(point) => Ok(point.run(text, document)),
        }
    }
}

/// A pattern, or a fault where `at` is.
fn compiled(pattern: &str, at: Location, faults: &mut Faults) -> Option<Pattern> {
    Pattern::new(pattern).map_err(|reason| faults.at(at, reason)).ok()
}

/// The first of `tokens` that does not compile by itself, else the whole: so that a fault has its line.
fn fault_of(tokens: &[Spanned<String>], whole: &str, at: Location, faults: &mut Faults) {
    for token in tokens {
        if let Err(reason) = Pattern::new(&format!("(?:{})", token.value)) {
            let at = if token.referenced == Location::UNKNOWN { at } else { token.referenced };
            faults.at(at, format!("`{}`: {reason}", token.value));
            return;
        }
    }
    if let Err(reason) = Pattern::new(whole) {
        faults.at(at, reason);
    }
}

/// A rule's exceptions; a fault where they do not compile.
fn exceptions_of(file: &RuleFile, faults: &mut Faults) -> Option<Pattern> {
    let list = file.exceptions.as_ref()?;
    let terms: Vec<&str> = list.value.0.iter().map(|term| term.value.as_str()).collect();
    super::regex::exceptions(&terms).unwrap_or_else(|_| {
        fault_of(&list.value.0, &super::regex::exceptions_pattern(&terms), list.referenced, faults);
        None
    })
}

fn spares(exceptions: &Option<Pattern>, text: &str) -> bool {
    exceptions.as_ref().is_some_and(|exceptions| exceptions.stands_in(text))
}
