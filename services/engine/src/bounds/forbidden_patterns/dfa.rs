//! The automaton made deterministic, a state at a time.
//!
//! A state is what the last character was, for look-behind, and where in the patterns a match may be. Every number is
//! given once and stays: drafts hold them.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use regex_syntax::hir::Look;
use rustc_hash::FxHashMap;

use super::classes::{Alphabet, Traits};
use super::nfa::{At, Nfa, Node};

/// States that are made at most. A text that would need more is refused at that character: some kilobytes each.
const MOST_STATES: usize = 20_000;

/// Not looked at yet.
const UNKNOWN: u32 = u32::MAX;
/// A pattern has matched.
const DEAD: u32 = u32::MAX - 1;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// `None`: nothing was read.
    last: Option<Traits>,
    /// Where matches may be, before look-around and branches are followed.
    at: Box<[At]>,
}

#[derive(Debug)]
struct Made {
    key: Key,
    /// By class of the next character.
    next: Box<[u32]>,
    may_end: bool,
}

#[derive(Debug, Default)]
struct States {
    numbers: FxHashMap<Key, u32>,
    made: Vec<Made>,
}

#[derive(Debug)]
pub(super) struct Dfa {
    nodes: Vec<Node>,
    starts: Vec<At>,
    alphabet: Alphabet,
    states: RwLock<States>,
}

impl Dfa {
    pub const START: u32 = 0;

    pub fn new(nfa: Nfa) -> Self {
        let Nfa { nodes, sets, starts } = nfa;
        let dfa = Self { nodes, starts, alphabet: Alphabet::new(sets), states: RwLock::default() };
        let start = dfa.number(Key { last: None, at: Box::default() });
        debug_assert_eq!(start, Self::START);
        dfa
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// After one more character. `None`: a pattern matches before it or with it.
    pub fn step(&self, at: u32, character: char) -> Option<u32> {
        self.after(at, self.alphabet.class(character))
    }

    /// Whether one of the characters between these two may come.
    pub fn goes_on(&self, at: u32, from: char, to: char) -> bool {
        self.alphabet.between(from, to).iter().any(|&class| self.after(at, class).is_some())
    }

    /// Whether no match is open at the text's end.
    pub fn may_end(&self, at: u32) -> bool {
        self.read(|states| states.made[at as usize].may_end)
    }

    /// The state after the same last character in which no match has begun.
    pub fn base(&self, at: u32) -> u32 {
        let (last, none) = self.read(|states| {
            let key = &states.made[at as usize].key;
            (key.last, key.at.is_empty())
        });
        if none { at } else { self.number(Key { last, at: Box::default() }) }
    }

    fn read<T>(&self, of: impl FnOnce(&States) -> T) -> T {
        of(&self.states.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn after(&self, at: u32, class: u16) -> Option<u32> {
        let known = self.read(|states| states.made[at as usize].next[usize::from(class)]);
        let next = if known == UNKNOWN { self.make(at, class) } else { known };
        (next != DEAD).then_some(next)
    }

    fn make(&self, at: u32, class: u16) -> u32 {
        let key = self.read(|states| states.made[at as usize].key.clone());
        let next = match self.follow(&key, class) {
            Some(next) => self.number(next),
            None => DEAD,
        };
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        states.made[at as usize].next[usize::from(class)] = next;
        next
    }

    /// The key's state after a character of `class`; `None` when a pattern matches.
    fn follow(&self, key: &Key, class: u16) -> Option<Key> {
        let last = self.alphabet.traits(class);
        let mut next = BTreeSet::new();
        let matched = self.close(key, Some(last), |set, to| {
            if self.alphabet.is_in(class, set) {
                next.insert(to);
            }
        });
        // A match that ends with this character, and needs nothing of the next, is one now.
        let done = next.iter().any(|&at| self.ends_at_once(at));
        (!matched && !done).then(|| Key { last: Some(last), at: next.into_iter().collect() })
    }

    fn ends_at_once(&self, at: At) -> bool {
        match &self.nodes[at as usize] {
            Node::Match => true,
            Node::Any(ways) => ways.iter().any(|&way| way < at && self.ends_at_once(way)),
            Node::Set(..) | Node::Look(..) => false,
        }
    }

    /// Follows branches and look-around between the last character and the next (`None`: the end); whether a match is
    /// found there. `reads` gets each set that may be read next, and where it leads.
    fn close(&self, key: &Key, next: Option<Traits>, mut reads: impl FnMut(u16, At)) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<At> = key.at.iter().chain(&self.starts).copied().collect();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            match &self.nodes[at as usize] {
                Node::Match => return true,
                Node::Any(ways) => open.extend(ways),
                Node::Look(look, to) if holds(*look, key.last, next) => open.push(*to),
                Node::Look(..) => {}
                Node::Set(set, to) => reads(*set, *to),
            }
        }
        false
    }

    /// The number of a state, made now if need be.
    fn number(&self, key: Key) -> u32 {
        if let Some(known) = self.read(|states| states.numbers.get(&key).copied()) {
            return known;
        }
        let may_end = !self.close(&key, None, |_, _| {});
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        // Another draft may have made it meanwhile.
        if let Some(&known) = states.numbers.get(&key) {
            return known;
        }
        if states.made.len() >= MOST_STATES && !key.at.is_empty() {
            return DEAD;
        }
        let number = states.made.len() as u32;
        states.numbers.insert(key.clone(), number);
        states.made.push(Made { key, next: vec![UNKNOWN; self.alphabet.len()].into(), may_end });
        number
    }
}

fn holds(look: Look, last: Option<Traits>, next: Option<Traits>) -> bool {
    let word = |of: Option<Traits>| of.is_some_and(|of| of.word);
    let ascii = |of: Option<Traits>| of.is_some_and(|of| of.ascii_word);
    let line = |of: Option<Traits>| of.is_none_or(|of| of.line_feed);
    match look {
        Look::Start => last.is_none(),
        Look::End => next.is_none(),
        Look::StartLF => line(last),
        Look::EndLF => line(next),
        // Refused when patterns are read.
        Look::StartCRLF | Look::EndCRLF => false,
        Look::WordAscii => ascii(last) != ascii(next),
        Look::WordAsciiNegate => ascii(last) == ascii(next),
        Look::WordUnicode => word(last) != word(next),
        Look::WordUnicodeNegate => word(last) == word(next),
        Look::WordStartAscii => !ascii(last) && ascii(next),
        Look::WordEndAscii => ascii(last) && !ascii(next),
        Look::WordStartUnicode => !word(last) && word(next),
        Look::WordEndUnicode => word(last) && !word(next),
        Look::WordStartHalfAscii => !ascii(last),
        Look::WordEndHalfAscii => !ascii(next),
        Look::WordStartHalfUnicode => !word(last),
        Look::WordEndHalfUnicode => !word(next),
    }
}
