//! Plain terms, searched all at once in time that grows with the text alone (Aho-Corasick). The terms of all rules of the
//! loaded packs are found by one machine (`lexicon.rs`); a list on its own has one that is made when it is first asked.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::view::{View, fold, is_word};

/// A list of terms. A clone shares it.
#[derive(Clone, Debug)]
pub(crate) struct Terms(Arc<List>);

#[derive(Debug)]
struct List {
    id: usize,
    folded: Vec<String>,
    /// Of each term: whether its first and its last character are part of a word.
    edges: Vec<(bool, bool)>,
    whole_words: bool,
    ignore_case: bool,
    machine: OnceLock<AhoCorasick>,
}

/// Where a term stands in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TermHit {
    pub term: usize,
    pub range: Range<usize>,
}

impl Terms {
    pub(crate) fn new<T: AsRef<str>>(terms: &[T], ignore_case: bool, whole_words: bool) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let folded: Vec<String> =
            terms.iter().map(|term| fold(term.as_ref().trim(), ignore_case).text.into_owned()).collect();
        let edge = |c: Option<char>| c.is_some_and(is_word);
        let edges = folded.iter().map(|term| (edge(term.chars().next()), edge(term.chars().next_back()))).collect();
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(List { id, folded, edges, whole_words, ignore_case, machine: OnceLock::new() }))
    }

    /// In any case, as whole words; `None` when there is nothing to look for.
    pub(crate) fn whole_words(terms: &[String]) -> Option<Self> {
        (!terms.is_empty()).then(|| Self::new(terms, true, true))
    }

    pub(crate) fn ignore_case(&self) -> bool {
        self.0.ignore_case
    }

    pub(crate) fn len(&self) -> usize {
        self.0.folded.len()
    }

    /// Unlike that of any other list of this process.
    pub(crate) fn id(&self) -> usize {
        self.0.id
    }

    /// The terms as they are compared.
    pub(crate) fn folded(&self) -> &[String] {
        &self.0.folded
    }

    /// The longest hits that do not overlap, in order. `view` is folded as [`Self::ignore_case`] says.
    pub(crate) fn find(&self, view: &View<'_>) -> Vec<TermHit> {
        let text = view.text.as_ref();
        let machine = self.0.machine.get_or_init(|| {
            let builder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&self.0.folded);
            builder.expect("a rule file's terms, 256 KiB at most, fit the machine's 32-bit states")
        });
        let hits = machine
            .find_overlapping_iter(text)
            .map(|hit| TermHit { term: hit.pattern().as_usize(), range: hit.range() })
            .filter(|hit| self.stands_alone(text, hit))
            .collect();
        longest(hits)
    }

    /// No letter or digit may touch a term that begins or ends with one, and no mark may follow it at all.
    pub(crate) fn stands_alone(&self, text: &str, hit: &TermHit) -> bool {
        let (first, last) = self.0.edges[hit.term];
        let before = text[..hit.range.start].chars().next_back();
        let after = text[hit.range.end..].chars().next();
        let marked = after.is_some_and(|c| is_word(c) && !c.is_alphanumeric());
        let whole = self.0.whole_words;
        !marked && !(whole && ((first && before.is_some_and(is_word)) || (last && after.is_some_and(is_word))))
    }
}

/// Of hits that overlap the first, and of those that begin together the longest.
pub(crate) fn longest(mut hits: Vec<TermHit>) -> Vec<TermHit> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn find(terms: &[&str], text: &str) -> Vec<String> {
        let terms = Terms::new(terms, true, true);
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
