//! Plain terms, searched all at once in time that grows with the text alone (Aho-Corasick).

use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use crate::view::{View, fold, is_word};

/// Terms, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    automaton: AhoCorasick,
    /// Of each term: whether its first and its last character are part of a word.
    edges: Vec<(bool, bool)>,
    whole_words: bool,
    ignore_case: bool,
}

/// Where a term stands in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TermHit {
    pub term: usize,
    pub range: Range<usize>,
}

impl Terms {
    pub(crate) fn new<T: AsRef<str>>(terms: &[T], ignore_case: bool, whole_words: bool) -> Result<Self, BuildError> {
        let folded: Vec<String> =
            terms.iter().map(|term| fold(term.as_ref().trim(), ignore_case).text.into_owned()).collect();
        let edge = |c: Option<char>| c.is_some_and(is_word);
        let edges = folded.iter().map(|term| (edge(term.chars().next()), edge(term.chars().next_back()))).collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&folded)?;
        Ok(Self { automaton, edges, whole_words, ignore_case })
    }

    /// In any case, as whole words; `None` when there is nothing to look for.
    pub(crate) fn whole_words(terms: &[String]) -> Option<Self> {
        if terms.is_empty() {
            return None;
        }
        Some(Self::new(terms, true, true).expect("an automaton of terms that fit in memory fits its 32-bit states"))
    }

    pub(crate) const fn ignore_case(&self) -> bool {
        self.ignore_case
    }

    /// The longest hits that do not overlap, in order. `view` is folded as [`Self::ignore_case`] says.
    pub(crate) fn find(&self, view: &View<'_>) -> Vec<TermHit> {
        let text = view.text.as_ref();
        let mut hits: Vec<TermHit> = self
            .automaton
            .find_overlapping_iter(text)
            .map(|hit| TermHit { term: hit.pattern().as_usize(), range: hit.range() })
            .filter(|hit| self.stands_alone(text, hit))
            .collect();
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
        let mut end = 0;
        hits.retain(|hit| {
            let free = hit.range.start >= end;
            if free {
                end = hit.range.end;
            }
            free
        });
        hits
    }

    /// No letter or digit may touch a term that begins or ends with one, and no mark may follow it at all.
    fn stands_alone(&self, text: &str, hit: &TermHit) -> bool {
        let (first, last) = self.edges[hit.term];
        let before = text[..hit.range.start].chars().next_back();
        let after = text[hit.range.end..].chars().next();
        let marked = after.is_some_and(|c| is_word(c) && !c.is_alphanumeric());
        !marked
            && !(self.whole_words && ((first && before.is_some_and(is_word)) || (last && after.is_some_and(is_word))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(terms: &[&str], text: &str) -> Vec<String> {
        let terms = Terms::new(terms, true, true).unwrap();
        let view = fold(text, true);
        terms.find(&view).into_iter().map(|hit| text[view.source(hit.range)].to_owned()).collect()
    }

    #[test]
    fn words_are_found_in_any_case_and_only_whole() {
        assert_eq!(find(&["best"], "BEST, bestens, the best."), ["BEST", "best"]);
        assert_eq!(find(&["für"], "FU\u{308}R dafür fur"), ["FU\u{308}R"]);
    }

    #[test]
    fn the_longest_term_wins_and_a_broken_long_one_does_not_hide_the_short_one() {
        assert_eq!(find(&["risk", "risk free"], "risk\n free"), ["risk\n free"]);
        assert_eq!(find(&["risk", "risk free"], "risk freedom"), ["risk"]);
    }

    #[test]
    fn a_term_of_marks_needs_no_word_border() {
        assert_eq!(find(&["!!"], "now!!"), ["!!"]);
    }
}
