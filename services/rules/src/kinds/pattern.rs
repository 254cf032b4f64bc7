//! Regular expressions of rules: linear-time only, bounded when compiled, never matching nothing.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::scene::Slot;

/// Bytes that one compiled pattern may take.
const MAX_COMPILED: usize = 2 << 20;
/// Characters of one pattern.
const MAX_PATTERN: usize = 2_000;

/// Compiles, or says what is wrong in one sentence.
pub(crate) fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
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
pub(crate) fn find(regex: &Regex, slot: &Slot) -> Vec<Range<usize>> {
    let view = slot.composed();
    let found = regex.find_iter(&view.text).filter(|found| !found.is_empty());
    found.map(|found| view.source(found.range())).collect()
}
