//! Regular expressions that match nowhere in a text.
//!
//! Patterns are those of the `regex` crate, over characters: a match is told from the same syntax tree, and `\b` is the
//! Unicode one. Each pattern becomes a nondeterministic automaton over classes of characters (`nfa`, `classes`); all of
//! them together are made deterministic state by state, as texts come to need them (`dfa`), so that nobody pays for states that
//! no text reaches. What a match needs of the character after it (`\b`, `$`) is decided when that one comes.

mod classes;
mod dfa;
mod nfa;

use dfa::Dfa;

use super::bits::Bits;
use super::utf8::Utf8;
use super::{Bound, State};

/// A pattern as rules write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pattern<'a> {
    pub pattern: &'a str,
    pub ignore_case: bool,
}

/// Why a pattern is none that a draft can be held to byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("it does not compile: {0}")]
    Syntax(String),
    #[error("it matches where nothing stands")]
    Empty,
    #[error("it looks at bytes, or at line ends of two characters")]
    Bytes,
    #[error("it counts so many repetitions, or is so long, that it needs too many states")]
    Large,
}

/// Patterns of which none matches anywhere. Text is compared as it is written; bind it to [`Composed`](super::Composed)
/// text where the reader composes first.
#[derive(Debug)]
pub struct ForbiddenPatterns {
    dfa: Dfa,
}

const STATE_WIDTH: u32 = 32;

impl ForbiddenPatterns {
    /// Those that can be held to exactly, and for each other one its place and why it cannot.
    #[must_use]
    pub fn new(patterns: &[Pattern<'_>]) -> (Self, Vec<(usize, PatternError)>) {
        let mut nfa = nfa::Nfa::default();
        let mut left = Vec::new();
        for (at, pattern) in patterns.iter().enumerate() {
            if let Err(error) = nfa.add(*pattern) {
                left.push((at, error));
            }
        }
        (Self { dfa: Dfa::new(nfa) }, left)
    }

    /// Whether nothing is forbidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dfa.is_empty()
    }

    fn read(state: State) -> (u32, Utf8) {
        let mut bits = Bits(state.text);
        let utf8 = Utf8::from_bits(bits.pop(Utf8::WIDTH));
        (bits.pop(STATE_WIDTH) as u32, utf8)
    }

    fn write(at: u32, utf8: Utf8) -> State {
        State::of_text(Bits::default().push(u64::from(at), STATE_WIDTH).push(utf8.bits(), Utf8::WIDTH).0)
    }
}

impl Bound for ForbiddenPatterns {
    fn start(&self) -> State {
        Self::write(Dfa::START, Utf8::default())
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let (at, utf8) = Self::read(state);
        let (utf8, character) = utf8.step(byte)?;
        match (character, utf8.range()) {
            (Some(character), _) => Some(Self::write(self.dfa.step(at, character)?, utf8)),
            (None, Some((from, to))) => self.dfa.goes_on(at, from, to).then(|| Self::write(at, utf8)),
            (None, None) => None,
        }
    }

    fn may_end(&self, state: State) -> bool {
        let (at, utf8) = Self::read(state);
        utf8.is_whole() && self.dfa.may_end(at)
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        if self.may_end(state) {
            return Some(0);
        }
        Some(Self::read(state).1.missing().max(1))
    }

    /// With nothing of a pattern read, after the same kind of character.
    fn base(&self, state: State) -> Option<State> {
        let (at, utf8) = Self::read(state);
        utf8.is_whole().then(|| Self::write(self.dfa.base(at), utf8))
    }

    fn is_settled(&self, state: State) -> bool {
        self.dfa.may_end(Self::read(state).0)
    }
}
