//! A second reading of each bound: of the whole text, with nothing in common but the folding.

use std::sync::Arc;

use proptest::prelude::*;
use regex::RegexBuilder;
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::bounds::{
    AllowedCharacters, AllowedNumbers, AtMost, Bound, Composed, CountedLength, ForbiddenPatterns, ForbiddenTerms,
    Pattern, RequiredEnding, RequiredOpening, Unit, Value, WithValues, fold,
};

/// A bound, written down.
#[derive(Debug, Clone)]
pub(super) enum Spec {
    Forbidden(Vec<&'static str>),
    Length {
        unit: Unit,
        min: usize,
        max: usize,
        references: Vec<(&'static str, usize)>,
    },
    Numbers(Vec<&'static str>),
    Characters(Vec<(char, char)>),
    AtMost(Vec<(&'static str, u32)>),
    Opening(Vec<&'static str>),
    Ending(Vec<&'static str>),
    Patterns(Vec<&'static str>),
    Composed,
    /// Terms in a text whose references are read as their values.
    Valued(Vec<&'static str>),
}

const TERMS: &[&str] = &["ab", "b a", "é", "ss", "a.", "1", "ab c", "c", "x", ".", "ẹ\u{301}", "-", "A\u{323}", "'a"];
const NUMBERS: &[&str] = &["1", "5", "24/7", "99.9", "5x", "1 5", "99", "5 ab 1", "a5", "24"];
const PATTERNS: &[&str] = &[
    r"\bab\b",
    "a+b",
    r"^\s*a",
    r"c\s*$",
    r"(?m)^-",
    r"\w5",
    r"[^a-c ]x",
    r"e(?:\B|\u{301})",
    "é|ß",
    r"\b1\b.{0,3}1",
    "(?-i:A)b",
    r"\p{Lu}b?c",
    "ss|b{2}",
];
/// Each with what it stands for.
const VALUES: &[(&str, Option<&str>)] = &[("{{p}}", Some("ab")), ("{{c.1}}", Some("b a x")), ("{{c.10}}", None)];
const REFERENCES: &[&str] = &["{{p}}", "{{c.1}}", "{{c.10}}"];

pub(super) fn spec() -> impl Strategy<Value = Spec> {
    use proptest::sample::subsequence;
    let unit = proptest::sample::select(vec![Unit::Bytes, Unit::Scalars, Unit::Utf16, Unit::Graphemes]);
    prop_oneof![
        3 => subsequence(TERMS.to_vec(), 0..8).prop_map(Spec::Forbidden),
        3 => (unit, 0_usize..50, prop_oneof![0_usize..6, 0_usize..80], 0_usize..9, any::<bool>()).prop_map(
            |(unit, min, more, value, has_references)| Spec::Length {
                unit,
                min,
                max: min + more,
                references: if has_references { vec![("{{p}}", value), ("{{c.1}}", 2 * value)] } else { Vec::new() },
            }
        ),
        2 => subsequence(NUMBERS.to_vec(), 0..6).prop_map(Spec::Numbers),
        1 => Just(Spec::Characters(vec![(' ', 'z'), ('{', '}'), ('À', 'ÿ'), ('\n', '\n'), ('一', '鿿')])),
        1 => subsequence(REFERENCES.to_vec(), 0..4)
            .prop_map(|references| Spec::AtMost(references.into_iter().zip([1, 2, 1]).collect())),
        1 => subsequence(vec!["a", "A ", "{{p}}", "é"], 1..3).prop_map(Spec::Opening),
        1 => subsequence(vec![".", "{{p}}", "ab.", "’"], 1..3).prop_map(Spec::Ending),
        3 => subsequence(PATTERNS.to_vec(), 1..5).prop_map(Spec::Patterns),
        1 => Just(Spec::Composed),
        2 => subsequence(TERMS.to_vec(), 0..8).prop_map(Spec::Valued),
    ]
}

impl Spec {
    pub(super) fn bound(&self) -> Arc<dyn Bound> {
        match self {
            Self::Forbidden(terms) => Arc::new(ForbiddenTerms::new(terms.iter().copied()).unwrap()),
            Self::Length { unit, min, max, references } => {
                let length = CountedLength::new(*unit, *min, *max).unwrap();
                Arc::new(length.with_references(references.iter().copied()).unwrap())
            }
            Self::Numbers(numbers) => {
                Arc::new(AllowedNumbers::new(numbers.iter().copied(), REFERENCES.iter().copied()).unwrap())
            }
            Self::Characters(ranges) => Arc::new(AllowedCharacters::new(ranges.iter().copied()).unwrap()),
            Self::AtMost(literals) => Arc::new(AtMost::new(literals.iter().copied()).unwrap()),
            Self::Opening(openings) => Arc::new(RequiredOpening::new(openings.iter().copied()).unwrap()),
            Self::Ending(endings) => Arc::new(RequiredEnding::new(endings.iter().copied()).unwrap()),
            Self::Patterns(patterns) => {
                let patterns: Vec<Pattern<'_>> =
                    patterns.iter().map(|pattern| Pattern { pattern, ignore_case: true }).collect();
                let (bound, left) = ForbiddenPatterns::new(&patterns);
                assert_eq!(left, []);
                Arc::new(bound)
            }
            Self::Composed => Arc::new(Composed),
            Self::Valued(terms) => {
                let terms = Arc::new(ForbiddenTerms::new(terms.iter().copied()).unwrap());
                let values = VALUES.iter().map(|&(written, text)| Value { written, text, placed: false });
                Arc::new(WithValues::new(terms, values).unwrap())
            }
        }
    }

    /// Whether a whole text keeps to it.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Forbidden(terms) => !terms.iter().any(|term| has_term(text, term)),
            Self::Length { unit, min, max, references } => (*min..=*max).contains(&length(text, *unit, references)),
            Self::Numbers(numbers) => has_only(text, numbers),
            Self::Characters(ranges) => {
                text.chars().all(|c| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)))
            }
            Self::AtMost(literals) => {
                literals.iter().all(|(literal, most)| text.match_indices(literal).count() <= *most as usize)
            }
            Self::Opening(openings) => openings.iter().any(|opening| text.starts_with(opening)),
            Self::Ending(endings) => endings.iter().any(|ending| text.ends_with(ending)),
            Self::Patterns(patterns) => !patterns
                .iter()
                .any(|pattern| RegexBuilder::new(pattern).case_insensitive(true).build().unwrap().is_match(text)),
            Self::Composed => is_composed(text),
            Self::Valued(terms) => {
                let text = VALUES
                    .iter()
                    .fold(text.to_owned(), |text, (written, value)| text.replace(written, value.unwrap_or("ꙮ")));
                !text.contains(['{', '}']) && !terms.iter().any(|term| has_term(&text, term))
            }
        }
    }
}

/// Composed, and without a mark that composes with its letter over another mark.
fn is_composed(text: &str) -> bool {
    text.nfc().eq(text.chars())
}

fn has_term(text: &str, term: &str) -> bool {
    let folded: Vec<char> = fold::fold_text(&format!("|{text}|")).chars().collect();
    let term: Vec<char> = fold::fold_text(term).chars().collect();
    folded.windows(term.len()).enumerate().any(|(at, window)| {
        let before = folded.get(at.wrapping_sub(1)).copied();
        let after = folded.get(at + term.len()).copied();
        let joined = |own: char, other: Option<char>| fold::is_word(own) && other.is_some_and(fold::is_word);
        let marked = after.is_some_and(|c| fold::mark_class(c) != 0);
        window == term && !(joined(term[0], before) || marked || joined(term[term.len() - 1], after))
    })
}

fn length(text: &str, unit: Unit, references: &[(&str, usize)]) -> usize {
    let first = references
        .iter()
        .filter_map(|&(written, value)| text.find(written).map(|at| (at, std::cmp::Reverse(written.len()), value)))
        .min();
    match first {
        Some((at, written, value)) => {
            length(&text[..at], unit, &[]) + value + length(&text[at + written.0..], unit, references)
        }
        None => match unit {
            Unit::Bytes => text.len(),
            Unit::Scalars => text.chars().count(),
            Unit::Utf16 => text.encode_utf16().count(),
            Unit::Graphemes => text.graphemes(true).count(),
            Unit::Words | Unit::DoubleWidth | Unit::Weighted => unreachable!("tested in `unit`"),
        },
    }
}

/// Whether each digit is in a reference or in a number that stands for itself.
fn has_only(text: &str, numbers: &[&str]) -> bool {
    let mut free = vec![false; text.len()];
    for (at, reference) in REFERENCES.iter().flat_map(|reference| text.match_indices(reference)) {
        free[at..at + reference.len()].fill(true);
    }
    let joins = |c: char| ".,/:'’-".contains(c);
    let mut held = free.clone();
    for at in text.char_indices().map(|(at, _)| at) {
        for number in numbers.iter().filter(|number| text[at..].starts_with(**number)) {
            let end = at + number.len();
            let before = text[..at].chars().next_back();
            let mut after = text[end..].chars();
            let (next, second) = (after.next(), after.next());
            // Right after a reference, it would go on from its value.
            let touched = at > 0 && free[at - 1]
                || before.is_some_and(char::is_alphanumeric)
                || next.is_some_and(char::is_alphanumeric);
            let joined = before.is_some_and(joins) && number.starts_with(char::is_numeric)
                || next.is_some_and(|c| joins(c) || c.is_whitespace()) && second.is_some_and(char::is_numeric);
            if !touched && !joined {
                held[at..end].fill(true);
            }
        }
    }
    text.char_indices().all(|(at, c)| !c.is_numeric() || held[at])
}
