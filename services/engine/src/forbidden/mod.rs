//! What a draft must not say: forbidden terms, and literals that may stand only once.
//!
//! Terms are compared decomposed and case-folded, as whole words: a match counts only when no letter or
//! digit touches it on either side. The right side is known one character later, so a match is *open*
//! until the next character arrives or the text ends; [`State`] carries that. Literals that may stand
//! only once are compared byte for byte.
//!
//! It never looks at the vocabulary: a token is only bytes here. Start reading at [`Forbidden::push`].

mod automaton;
mod escape;

use std::collections::VecDeque;
use std::sync::Arc;

use automaton::Automaton;
use escape::Escape;

use crate::bounds::fold;

/// Terms that a draft never contains and literals that it contains at most once. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Forbidden(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    terms: Automaton,
    /// For each term: its length in folded characters, and whether its ends are letters or digits.
    edges: Vec<Edges>,
    longest: usize,
    once: Automaton,
    once_count: usize,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, Default)]
struct Edges {
    length: usize,
    word_first: bool,
    word_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Json,
    Plain,
}

/// How far a text has been read. A copy is a fork.
#[derive(Debug, Clone)]
pub(crate) struct State {
    utf8: Vec<u8>,
    escape: Escape,
    /// Combining marks of the last letter; their order is only known when the next one begins.
    marks: Vec<(u8, char)>,
    node: u32,
    open: Open,
    /// Whether each of the last characters is part of a word, oldest first.
    recent: VecDeque<bool>,
    after_space: bool,
    once_node: u32,
    seen: Vec<bool>,
}

/// A match whose right border the next character decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    None,
    /// Ends in a letter or digit: another one would make it part of a longer word.
    AfterWord,
    /// Ends in something else: only a combining mark would undo it.
    AfterOther,
}

impl Default for Forbidden {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Forbidden {
    /// `terms` must never appear as whole words, in whatever case or composition; each of `once` may
    /// appear a single time. Empty ones are ignored. The draft is read as JSON text, where an escape
    /// such as `\n` stands for its character; [`Forbidden::in_plain_text`] reads a backslash as itself.
    #[must_use]
    pub fn new(terms: &[String], once: &[String]) -> Self {
        let folded: Vec<String> = terms.iter().map(|term| fold::fold_text(term)).collect();
        let edges: Vec<Edges> = folded
            .iter()
            .map(|term| Edges {
                length: term.chars().count(),
                word_first: term.chars().next().is_some_and(fold::is_word),
                word_last: term.chars().next_back().is_some_and(fold::is_word),
            })
            .collect();
        Self(Arc::new(Rules {
            terms: Automaton::new(folded.iter().map(|term| term.as_bytes())),
            longest: edges.iter().map(|edge| edge.length).max().unwrap_or(0),
            edges,
            once: Automaton::new(once.iter().map(|literal| literal.as_bytes())),
            once_count: once.len(),
            reading: Reading::Json,
        }))
    }

    /// The same for drafts that are not JSON.
    #[must_use]
    pub fn in_plain_text(self) -> Self {
        let rules = &self.0;
        Self(Arc::new(Rules {
            terms: rules.terms.clone(),
            edges: rules.edges.clone(),
            longest: rules.longest,
            once: rules.once.clone(),
            once_count: rules.once_count,
            reading: Reading::Plain,
        }))
    }

    pub(crate) fn start(&self) -> State {
        State {
            utf8: Vec::new(),
            escape: Escape::default(),
            marks: Vec::new(),
            node: Automaton::START,
            open: Open::None,
            recent: VecDeque::new(),
            after_space: false,
            once_node: Automaton::START,
            seen: vec![false; self.0.once_count],
        }
    }

    /// Reads on. `false` says that the text now breaks a rule; the state is then of no more use.
    pub(crate) fn push(&self, state: &mut State, bytes: &[u8]) -> bool {
        bytes.iter().all(|&byte| self.push_byte(state, byte))
    }

    fn push_byte(&self, state: &mut State, byte: u8) -> bool {
        let rules = &*self.0;
        state.once_node = rules.once.step(state.once_node, byte);
        for &literal in rules.once.ends(state.once_node) {
            if std::mem::replace(&mut state.seen[literal as usize], true) {
                return false;
            }
        }
        if rules.edges.is_empty() {
            return true;
        }
        state.utf8.push(byte);
        let character = match std::str::from_utf8(&state.utf8) {
            Ok(text) => text.chars().next(),
            Err(error) if error.error_len().is_none() => return true,
            Err(_) => Some(char::REPLACEMENT_CHARACTER),
        };
        state.utf8.clear();
        let Some(character) = character else {
            return true;
        };
        let mut read = Vec::new();
        match rules.reading {
            Reading::Plain => read.push(character),
            Reading::Json => state.escape.push(character, &mut |c| read.push(c)),
        }
        let mut parts = Vec::new();
        for character in read {
            fold::fold(character, &mut |part| parts.push(part));
        }
        parts.into_iter().all(|part| self.push_folded(state, part))
    }

    fn push_folded(&self, state: &mut State, part: char) -> bool {
        match fold::mark_class(part) {
            0 => self.flush_marks(state) && self.advance(state, part),
            class => {
                state.marks.push((class, part));
                true
            }
        }
    }

    fn flush_marks(&self, state: &mut State) -> bool {
        let mut marks = std::mem::take(&mut state.marks);
        marks.sort_by_key(|mark| mark.0);
        marks.into_iter().all(|(_, mark)| self.advance(state, mark))
    }

    fn advance(&self, state: &mut State, part: char) -> bool {
        let rules = &*self.0;
        if part == ' ' && state.after_space {
            return true;
        }
        state.after_space = part == ' ';
        let is_word = fold::is_word(part);
        let is_mark = fold::mark_class(part) != 0;
        match std::mem::replace(&mut state.open, Open::None) {
            Open::AfterWord if !is_word => return false,
            Open::AfterOther if !is_mark => return false,
            Open::None | Open::AfterWord | Open::AfterOther => {}
        }
        state.recent.push_back(is_word);
        if state.recent.len() > rules.longest + 1 {
            state.recent.pop_front();
        }
        let mut buffer = [0; 4];
        for &byte in part.encode_utf8(&mut buffer).as_bytes() {
            state.node = rules.terms.step(state.node, byte);
        }
        for &term in rules.terms.ends(state.node) {
            let edges = rules.edges[term as usize];
            let before = state.recent.len().checked_sub(edges.length + 1).map(|at| state.recent[at]);
            if edges.word_first && before == Some(true) {
                continue;
            }
            // Of two open matches the one that is harder to undo decides.
            state.open =
                if !edges.word_last || state.open == Open::AfterOther { Open::AfterOther } else { Open::AfterWord };
        }
        true
    }

    /// Whether the text may end here.
    pub(crate) fn may_end(&self, state: &State) -> bool {
        let mut state = state.clone();
        self.flush_marks(&mut state) && state.open == Open::None
    }

    /// Whether what comes next can no longer condemn what stands: no match is open, no letter waits for
    /// its marks, and no once-literal has begun.
    pub(crate) fn is_settled(&self, state: &State) -> bool {
        state.open == Open::None
            && state.marks.is_empty()
            && state.utf8.is_empty()
            && state.escape == Escape::None
            && state.once_node == Automaton::START
    }
}

#[cfg(test)]
mod tests;
