//! Regular expressions of rules: linear-time only, bounded when compiled, never matching nothing.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::{Regex, RegexBuilder};

use crate::scene::Slot;
use crate::sieve::needed;

/// Bytes that one compiled pattern may take.
const MAX_COMPILED: usize = 2 << 20;
/// Characters of one pattern.
const MAX_PATTERN: usize = 2_000;

/// A pattern of a rule file. A clone shares it.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    id: usize,
    regex: Regex,
    /// Of which every match holds one, see `sieve.rs`.
    needs: Option<Vec<String>>,
}

impl Pattern {
    /// Compiles, or says what is wrong in one sentence.
    pub(crate) fn new(pattern: &str, ignore_case: bool) -> Result<Self, String> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let regex = compile(pattern, ignore_case)?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self(Arc::new(Compiled { id, regex, needs: needed(pattern, ignore_case) })))
    }

    /// Unlike that of any other pattern of this process.
    pub(crate) fn id(&self) -> usize {
        self.0.id
    }

    /// Strings, caseless, of which every match holds at least one; `None` where none are known.
    pub(crate) fn needs(&self) -> Option<&[String]> {
        self.0.needs.as_deref()
    }

    /// As its author wrote it.
    pub(crate) fn as_str(&self) -> &str {
        self.0.regex.as_str()
    }

    /// Where it stands in a slot, in bytes of its text.
    pub(crate) fn find(&self, slot: &Slot<'_>) -> Vec<Range<usize>> {
        if slot.may_hold(self.0.id) { find(&self.0.regex, slot) } else { Vec::new() }
    }

    /// Whether it stands anywhere in `text`.
    pub(crate) fn stands_in(&self, text: &str) -> bool {
        self.0.regex.is_match(text)
    }
}

fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    if pattern.chars().count() > MAX_PATTERN {
        return Err(format!("the pattern has more than {MAX_PATTERN} characters; use `terms`, or several patterns"));
    }
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "the pattern is too large once compiled; shorten its repetitions".to_owned()
            }
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or("").trim();
                format!("the pattern `{pattern}` does not compile: {}", last.strip_prefix("error: ").unwrap_or(last))
            }
        })?;
    if regex.is_match("") {
        return Err(format!("the pattern `{pattern}` matches nothing at all, so it would match everywhere"));
    }
    Ok(regex)
}

/// Where `regex` stands in a slot, in bytes of its text.
pub(crate) fn find(regex: &Regex, slot: &Slot<'_>) -> Vec<Range<usize>> {
    let view = slot.composed();
    let found = regex.find_iter(&view.text).filter(|found| !found.is_empty());
    found.map(|found| view.source(found.range())).collect()
}
