//! Which patterns can stand in a text at all: most need some words that the text does not have, and are never run.
//!
//! Of each pattern a set of strings is worked out of which every match holds at least one, compared without case. The
//! strings of all patterns are found by one machine, and a pattern of which none was found cannot match. Nothing else
//! is concluded, so findings are the same with and without the sieve. (The idea is that of RE2's `FilteredRE2`.)

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::kinds::pattern::Pattern;

/// Strings that a part of a pattern may stand for before it is no longer written out.
const MAX_EXACT: usize = 128;
/// Strings of which one must stand.
const MAX_NEEDED: usize = 512;
/// Characters of a class that are written out.
const MAX_CLASS: usize = 24;

/// The strings of all patterns in one machine.
#[derive(Debug)]
pub(crate) struct Sieve {
    automaton: AhoCorasick,
    /// Of each string: the patterns that need it.
    owners: Vec<Vec<u32>>,
    /// The index of each pattern by its id; of one that needs nothing there is none.
    by_id: HashMap<usize, u32>,
}

/// The patterns that may stand in one text.
#[derive(Debug)]
pub(crate) struct Sifted(Vec<bool>);

impl Sieve {
    pub(crate) fn new(patterns: &[Pattern]) -> Result<Self, BuildError> {
        let mut strings: Vec<&str> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        let mut by_id = HashMap::new();
        for pattern in patterns {
            let Some(needs) = pattern.needs() else { continue };
            let index = u32::try_from(by_id.len()).expect("packs have some thousands of patterns at most");
            if by_id.insert(pattern.id(), index).is_some() {
                continue;
            }
            for string in needs {
                let at = *known.entry(string).or_insert_with(|| {
                    strings.push(string);
                    owners.push(Vec::new());
                    strings.len() - 1
                });
                owners[at].push(index);
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&strings)?;
        Ok(Self { automaton, owners, by_id })
    }

    /// `text` as patterns see it.
    pub(crate) fn sift(&self, text: &str) -> Sifted {
        let text = caseless(text);
        let mut stands = vec![false; self.by_id.len()];
        let mut seen = vec![false; self.owners.len()];
        for hit in self.automaton.find_overlapping_iter(&text) {
            let string = hit.pattern().as_usize();
            if !std::mem::replace(&mut seen[string], true) {
                self.owners[string].iter().for_each(|pattern| stands[*pattern as usize] = true);
            }
        }
        Sifted(stands)
    }

    /// Whether the pattern of that id may match what was sifted.
    pub(crate) fn lets_through(&self, id: usize, sifted: &Sifted) -> bool {
        self.by_id.get(&id).is_none_or(|index| sifted.0[*index as usize])
    }
}

/// Strings, caseless, of which every match of `pattern` holds at least one; `None` where nothing useful is known.
pub(crate) fn needed(pattern: &str, ignore_case: bool) -> Option<Vec<String>> {
    let hir = ParserBuilder::new().case_insensitive(ignore_case).build().parse(pattern).ok()?;
    let mut needed = known(&hir).into_needed()?;
    needed.sort();
    needed.dedup();
    Some(needed)
}

/// Each character by itself, so that what holds of a class holds of the text.
fn caseless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_caseless(c, &mut out));
    out
}

fn push_caseless(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else {
        out.extend(c.to_uppercase().flat_map(char::to_lowercase));
    }
}

/// What is known of the matches of a part of a pattern.
enum Known {
    /// They are these, caseless.
    Exact(Vec<String>),
    /// They hold one of these.
    Needs(Vec<String>),
    Nothing,
}

impl Known {
    fn into_needed(self) -> Option<Vec<String>> {
        match self {
            Self::Exact(strings) | Self::Needs(strings) if worth(&strings) > 0 => Some(strings),
            _ => None,
        }
    }
}

fn known(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::Exact(vec![String::new()]),
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).map_or(Known::Nothing, |text| Known::Exact(vec![caseless(text)]))
        }
        HirKind::Class(class) => of_class(class),
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max, known(&repetition.sub)) {
            (1, Some(1), sub) => sub,
            (0, Some(1), Known::Exact(mut strings)) => {
                strings.push(String::new());
                Known::Exact(strings)
            }
            (0, ..) => Known::Nothing,
            (_, _, sub) => sub.into_needed().map_or(Known::Nothing, Known::Needs),
        },
        HirKind::Concat(parts) => of_concat(parts),
        HirKind::Alternation(parts) => of_alternation(parts),
    }
}

fn of_class(class: &Class) -> Known {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) if class.is_ascii() => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
        Class::Bytes(_) => return Known::Nothing,
    };
    if ranges.iter().map(|(from, to)| (*from..=*to).take(MAX_CLASS + 1).count()).sum::<usize>() > MAX_CLASS {
        return Known::Nothing;
    }
    let mut strings: Vec<String> =
        ranges.into_iter().flat_map(|(from, to)| from..=to).map(|c| caseless(c.encode_utf8(&mut [0; 4]))).collect();
    strings.sort();
    strings.dedup();
    Known::Exact(strings)
}

/// Parts that are known exactly are joined as long as there are not too many; of what is needed the best is kept.
fn of_concat(parts: &[Hir]) -> Known {
    let mut run = vec![String::new()];
    let mut best: Option<Vec<String>> = None;
    let mut whole = true;
    for part in parts {
        match known(part) {
            Known::Exact(strings) if run.len() * strings.len() <= MAX_EXACT => {
                run = run.iter().flat_map(|head| strings.iter().map(move |tail| format!("{head}{tail}"))).collect();
            }
            Known::Exact(strings) => {
                whole = false;
                keep(&mut best, std::mem::replace(&mut run, strings));
            }
            other => {
                whole = false;
                keep(&mut best, std::mem::replace(&mut run, vec![String::new()]));
                if let Known::Needs(strings) = other {
                    keep(&mut best, strings);
                }
            }
        }
    }
    if whole {
        return Known::Exact(run);
    }
    keep(&mut best, run);
    best.map_or(Known::Nothing, Known::Needs)
}

fn of_alternation(parts: &[Hir]) -> Known {
    let mut exact = true;
    let mut strings = Vec::new();
    for part in parts {
        let known = known(part);
        exact &= matches!(known, Known::Exact(_));
        // Exact ones count even where they are worth nothing, as long as all of them are exact.
        match known {
            Known::Exact(more) | Known::Needs(more) => strings.extend(more),
            Known::Nothing => return Known::Nothing,
        }
        if strings.len() > MAX_NEEDED {
            return Known::Nothing;
        }
    }
    strings.sort();
    strings.dedup();
    match (exact && strings.len() <= MAX_EXACT, worth(&strings)) {
        (true, _) => Known::Exact(strings),
        (false, 0) => Known::Nothing,
        (false, _) => Known::Needs(strings),
    }
}

fn keep(best: &mut Option<Vec<String>>, strings: Vec<String>) {
    let rank = |strings: &[String]| (worth(strings), std::cmp::Reverse(strings.len()));
    if worth(&strings) > 0 && best.as_ref().is_none_or(|best| rank(best) < rank(&strings)) {
        *best = Some(strings);
    }
}

/// How rare a set is in texts: the characters of its shortest string; 0 where it stands everywhere. A single letter or
/// space does, a single sign does not.
fn worth(strings: &[String]) -> usize {
    let of = |string: &String| {
        let mut chars = string.chars();
        match (chars.next(), chars.next()) {
            (None, _) => 0,
            (Some(only), None) => usize::from(!only.is_alphabetic() && !only.is_whitespace()),
            _ => string.chars().count().min(8),
        }
    };
    if strings.len() > MAX_NEEDED {
        return 0;
    }
    strings.iter().map(of).min().unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(pattern: &str) -> Option<Vec<String>> {
        needed(pattern, true)
    }

    fn list(strings: &[&str]) -> Option<Vec<String>> {
        Some(strings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_word_is_needed_in_any_case() {
        assert_eq!(needs(r"\bguaranteed\b"), list(&["guaranteed"]));
        assert_eq!(needs(r"\bStraße\b"), list(&["strasse", "straße"]), "ẞ folds to ß, ß to ss");
        assert_eq!(needed("Kelvin", false), list(&["kelvin"]));
    }

    #[test]
    fn of_several_parts_the_longest_is_needed() {
        assert_eq!(needs(r"a\s+(?:gift|sample)s?"), list(&["gift", "gifts", "sample", "samples"]));
        assert_eq!(needs(r"no\s+\w+\s+attached"), list(&["attached"]));
        assert_eq!(needs(r"(?:very ){2,}good"), list(&["very "]));
    }

    #[test]
    fn what_may_be_left_out_is_not_needed() {
        assert_eq!(needs(r"(?:really )?best"), list(&["best", "really best"]));
        assert_eq!(needs(r"(?:really )*best"), list(&["best"]));
        assert_eq!(needs(r"\p{L}+"), None);
        assert_eq!(needs(r"a|\d+"), None);
        assert_eq!(needs(r"\d+\s*%"), list(&["%"]));
        assert_eq!(needs(r"abc|x*"), None);
        assert_eq!(needs(r"[a-z]{3}|best"), None, "single letters stand everywhere");
    }

    #[test]
    fn a_pattern_is_let_through_where_one_of_its_strings_stands() {
        let patterns: Vec<Pattern> =
            [r"\bNo\.? 1\b", r"\d+", "GRÖSSER"].iter().map(|pattern| Pattern::new(pattern, true).unwrap()).collect();
        let sieve = Sieve::new(&patterns).unwrap();
        let through = |text: &str| -> Vec<bool> {
            let sifted = sieve.sift(text);
            patterns.iter().map(|pattern| sieve.lets_through(pattern.id(), &sifted)).collect()
        };
        assert_eq!(through("plain"), [false, true, false]);
        assert_eq!(through("we are NO. 1"), [true, true, false]);
        assert_eq!(through("größer"), [false, true, true], "too much may come through, never too little");
    }
}
