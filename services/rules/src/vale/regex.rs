//! Vale's patterns: put together as Vale does, run with a limit, so that no text hangs a check.

use std::ops::Range;

use fancy_regex::{Regex, RegexBuilder};

/// Steps back that one search may take before the rule gives up and says so.
const BACKTRACKS: usize = 200_000;
/// Bytes that the compiled parts of one pattern may take.
const MAX_COMPILED: usize = 32 << 20;
/// Characters of one pattern, with all its tokens.
const MAX_PATTERN: usize = 400_000;
/// Bytes that a pattern with look-around or back-references sees at once: its time may grow with the square of it.
const WINDOW: usize = 4 << 10;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// Whether its time grows with the text alone.
    linear: bool,
}

/// A pattern took more steps than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GaveUp;

/// Which group stood where.
pub(super) type Groups = Vec<Option<Range<usize>>>;

impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.chars().count() > MAX_PATTERN {
            return Err(format!("the rule's patterns have more than {MAX_PATTERN} characters together; part the rule"));
        }
        let mut builder = RegexBuilder::new(pattern);
        builder.backtrack_limit(BACKTRACKS).delegate_size_limit(MAX_COMPILED);
        let regex = builder.build().map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or("").trim();
            format!("a pattern does not compile: {}", last.strip_prefix("error: ").unwrap_or(last))
        })?;
        let linear = ::regex::RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build().is_ok();
        Ok(Self { regex, linear })
    }

    /// Where it stands in `text`. Empty matches are left out.
    pub(super) fn find(&self, text: &str) -> Result<Vec<Range<usize>>, GaveUp> {
        let mut found = Vec::new();
        for window in self.windows(text) {
            for hit in self.regex.find_iter(&text[window.clone()]) {
                let range = hit.map_err(|_| GaveUp)?.range();
                if !range.is_empty() {
                    found.push(window.start + range.start..window.start + range.end);
                }
            }
        }
        Ok(found)
    }

    /// Where it and its groups stand in `text`; the first is the whole match.
    pub(super) fn groups(&self, text: &str) -> Result<Vec<Groups>, GaveUp> {
        let mut found = Vec::new();
        for window in self.windows(text) {
            for hit in self.regex.captures_iter(&text[window.clone()]) {
                let hit = hit.map_err(|_| GaveUp)?;
                let place = |range: Range<usize>| window.start + range.start..window.start + range.end;
                found.push(hit.iter().map(|group| group.map(|group| place(group.range()))).collect());
            }
        }
        Ok(found)
    }

    /// Whether it stands anywhere in `text`, a short one; not where it gave up.
    pub(super) fn stands_in(&self, text: &str) -> bool {
        self.windows(text).into_iter().any(|window| self.regex.is_match(&text[window]).unwrap_or(false))
    }

    /// `text` with each match replaced; `$1` in `by` is the first group.
    pub(super) fn replace(&self, text: &str, by: &str) -> Option<String> {
        let mut out = String::new();
        let mut from = 0;
        for groups in self.groups(text).ok()? {
            let whole = groups.first()?.clone()?;
            out.push_str(&text[from..whole.start]);
            let mut rest = by;
            while let Some(at) = rest.find('$') {
                out.push_str(&rest[..at]);
                let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
                match rest[at + 1..at + 1 + digits].parse::<usize>() {
                    Ok(number) => out
                        .push_str(groups.get(number).and_then(Option::as_ref).map_or("", |group| &text[group.clone()])),
                    Err(_) => out.push('$'),
                }
                rest = &rest[at + 1 + digits..];
            }
            out.push_str(rest);
            from = whole.end;
        }
        out.push_str(&text[from..]);
        Some(out)
    }

    fn windows(&self, text: &str) -> Vec<Range<usize>> {
        if self.linear {
            return vec![Range { start: 0, end: text.len() }];
        }
        let mut windows = Vec::new();
        let mut start = 0;
        while text.len() - start > WINDOW {
            let most = text.floor_char_boundary(start + WINDOW);
            let part = &text[start..most];
            let end = part.rfind('\n').or_else(|| part.rfind(' ')).map_or(most, |at| start + at + 1);
            windows.push(start..end);
            start = end;
        }
        windows.push(start..text.len());
        windows
    }
}

/// How a rule's tokens become one pattern.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Template {
    pub ignore_case: bool,
    /// With word borders around the tokens.
    pub words: bool,
}

impl Template {
    pub(super) fn around(self, before: &str, tokens: &str, after: &str) -> String {
        let case = if self.ignore_case { "(?i)" } else { "" };
        let border = if self.words { r"\b" } else { "" };
        format!("{case}{before}(?m){border}(?:{tokens}){border}{after}")
    }
}

/// `pattern` with its capturing groups made plain ones.
pub(super) fn without_groups(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '\\' => out.extend(chars.next()),
            '[' if !in_class => {
                in_class = true;
                // A bracket that comes first in a class is a member of it.
                if chars.peek() == Some(&'^') {
                    out.extend(chars.next());
                }
                if chars.peek() == Some(&']') {
                    out.extend(chars.next());
                }
            }
            ']' => in_class = false,
            '(' if !in_class && chars.peek() != Some(&'?') => out.push_str("?:"),
            _ => {}
        }
    }
    out
}

/// Phrases in which a match is no offence, in their own case unless they say `(?i)`; the longest first.
pub(super) fn exceptions(terms: &[&str]) -> Result<Option<Pattern>, String> {
    if terms.is_empty() {
        return Ok(None);
    }
    Pattern::new(&exceptions_pattern(terms)).map(Some)
}

pub(super) fn exceptions_pattern(terms: &[&str]) -> String {
    let mut terms = terms.to_vec();
    terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
    let cased =
        terms.iter().map(|term| if term.starts_with("(?i)") { (*term).to_owned() } else { format!("(?-i){term}") });
    Template { words: true, ..Template::default() }.around("", &cased.collect::<Vec<_>>().join("|"), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_a_token_do_not_count() {
        assert_eq!(without_groups(r"(a|b)\(c[(]d(?:e)"), r"(?:a|b)\(c[(]d(?:e)");
        assert_eq!(without_groups(r"[^]()](x)"), r"[^]()](?:x)");
    }

    #[test]
    fn a_pattern_that_steps_back_too_often_gives_up() {
        let pattern = Pattern::new(r"(?:a|a)*(?=b)\1?c|(x+x+)+(?=y)").unwrap();
        assert_eq!(pattern.find(&"x".repeat(3_000)), Err(GaveUp));
    }

    #[test]
    fn a_replacement_may_name_groups() {
        let pattern = Pattern::new(r"(\w+) (\w+)").unwrap();
        assert_eq!(pattern.replace("to be or not", "$2 $1, ").unwrap(), "be to,  not or, ");
    }
}
