//! Dead ends: whether several bounds can still be satisfied together, found by looking for a text that does it.
//!
//! The search steps all bounds by the same bytes, nearest to an end first, and remembers what it found: most questions are
//! answered by an answer from before. Patient bounds are left out, with the search held to as many bytes as they are
//! patient for; where that finds nothing, they take part.
//!
//! "It can be finished" is always proven, by a text. "It cannot" may also be a search that was given up after
//! [`MOST_TRIED`] states, or that left out the character that would do it (see [`Last::after`]): then a token is masked
//! out that a longer search might have let in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Bound, Counting, PATIENCE, State};

/// States looked at before a search is given up, and so many more for each byte that is certainly missing.
pub(super) const MOST_TRIED: usize = 2_000;
const MORE_TRIED: usize = 64;
/// Answers that are remembered.
const MOST_REMEMBERED: usize = 1 << 16;
/// Bytes that are tried before all others: closing, parting, and letters that make a word longer.
const LIKELY: &[u8] = b"\" .enx-\\";

/// The states of the bounds, the default for those that take no part, and last which of them take part, as bits.
type Key = Box<[State]>;
/// Bytes of a text that ends it, or `None` for a dead end.
type Known = FxHashMap<Key, Option<u32>>;

/// Several bounds, and what is known of their common ends.
#[derive(Debug)]
pub(super) struct Joint {
    bounds: Box<[Arc<dyn Bound>]>,
    known: Mutex<Known>,
}

impl Joint {
    pub(super) fn new(bounds: Box<[Arc<dyn Bound>]>) -> Self {
        Self { bounds, known: Mutex::default() }
    }

    /// After one more byte, in place. `false`: a bound refuses it, and the states are then of no use.
    pub(super) fn step(&self, states: &mut [State], byte: u8) -> bool {
        self.bounds.iter().zip(states).all(|(bound, state)| match bound.step(*state, byte) {
            Some(next) => {
                *state = next;
                true
            }
            None => false,
        })
    }

    pub(super) fn is_settled(&self, states: &[State]) -> bool {
        self.bounds.iter().zip(states).all(|(bound, &state)| bound.is_settled(state))
    }

    /// Whether the text is too short by one count while another counts too: then no token is known to be harmless.
    pub(super) fn is_contended(&self, states: &[State]) -> bool {
        let (mut counts, mut short) = (0, false);
        for (bound, &state) in self.bounds.iter().zip(states) {
            match bound.counting(state) {
                Counting::Nothing => {}
                Counting::Short => (counts, short) = (counts + 1, true),
                Counting::Enough => counts += 1,
            }
        }
        short && counts > 1
    }

    /// Whether an end can be reached after these states, found without a search where no bound waits for anything.
    pub(super) fn is_alive(&self, states: &[State]) -> bool {
        self.is_settled(states) && !self.is_contended(states) || self.can_finish(states)
    }

    /// No end is nearer than so many bytes; `None`: one of the bounds can never end.
    pub(super) fn least(&self, states: &[State]) -> Option<usize> {
        self.least_of(u32::MAX, states)
    }

    fn least_of(&self, part: u32, states: &[State]) -> Option<usize> {
        let mut least = 0;
        for (at, (bound, &state)) in self.bounds.iter().zip(states).enumerate() {
            if part >> at & 1 == 1 {
                least = least.max(bound.bytes_to_finish(state)?);
            }
        }
        Some(least)
    }

    /// Whether an end can be reached, patient bounds aside.
    fn can_finish(&self, states: &[State]) -> bool {
        if self.is_contended(states) {
            return self.find(self.everyone(), states).is_some();
        }
        let mut impatient = 0;
        for (at, (bound, &state)) in self.bounds.iter().zip(states).enumerate() {
            impatient |= u32::from(!bound.is_patient(state)) << at;
        }
        let everyone = self.everyone();
        if impatient != everyone && self.find(impatient, states).is_some_and(|bytes| bytes <= PATIENCE) {
            return true;
        }
        self.find(everyone, states).is_some()
    }

    /// Bytes of a text that satisfies all bounds; not always the shortest.
    pub(super) fn finish(&self, states: &[State]) -> Option<usize> {
        self.find(self.everyone(), states)
    }

    fn everyone(&self) -> u32 {
        // No more than 32 bounds are taken.
        ((1_u64 << self.bounds.len()) - 1) as u32
    }

    fn find(&self, part: u32, states: &[State]) -> Option<usize> {
        let least = self.least_of(part, states)?;
        if least == 0 {
            return Some(0);
        }
        let mut start: Vec<State> =
            (0..).zip(states).map(|(at, &state)| if part >> at & 1 == 1 { state } else { State::default() }).collect();
        start.push(State::of_text(u128::from(part)));
        if let Some(&known) = self.remembered().get(start.as_slice()) {
            return known.map(|bytes| bytes as usize);
        }
        Search::new(self, part, MOST_TRIED + MORE_TRIED * least).run(&start)
    }

    fn remembered(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A state that was reached, and from where.
struct Reached {
    states: Key,
    from: Option<usize>,
    depth: u32,
    last: Last,
}

/// What the search has just written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Other,
    Backslash,
    /// A byte of a character of three or four, or the second of any that had begun.
    LongCharacter,
}

impl Last {
    /// What comes after `byte`; `None`: it is left out, so that the search stays small. Of each beginning of a long
    /// character a few characters are tried, and no character is written as `\u` and four digits.
    fn after(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Backslash, b'u') => None,
            (Self::LongCharacter, 0x80 | 0x90 | 0xA0) => Some(self),
            (Self::LongCharacter, 0x80..0xC0) => None,
            (_, 0x80..0xC0 | 0xE0..) => Some(Self::LongCharacter),
            (_, b'\\') => Some(Self::Backslash),
            _ => Some(Self::Other),
        }
    }
}

/// What to go on from: the nearest to an end first, of these the deepest. The likely bytes of all states come before the
/// other bytes of any.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    likely: bool,
    least: Reverse<usize>,
    depth: u32,
    reached: Reverse<usize>,
}

struct Search<'a> {
    joint: &'a Joint,
    part: u32,
    most: usize,
    reached: Vec<Reached>,
    seen: FxHashSet<Key>,
    next: BinaryHeap<Next>,
}

/// A state that ends, or from which an end is known: its number, and the bytes to there.
struct End(usize, u32);

impl<'a> Search<'a> {
    fn new(joint: &'a Joint, part: u32, most: usize) -> Self {
        Self { joint, part, most, reached: Vec::new(), seen: FxHashSet::default(), next: BinaryHeap::new() }
    }

    /// `start` is not known, and no end itself.
    fn run(mut self, start: &[State]) -> Option<usize> {
        self.reach(&Known::default(), start, None, 0, Last::Other);
        while let Some(next) = self.next.pop() {
            if self.reached.len() > self.most {
                return self.give_up();
            }
            if let Some(end) = self.go_on(&next) {
                return Some(self.remember_way(&end));
            }
            if next.likely {
                self.next.push(Next { likely: false, ..next });
            }
        }
        // All that can be reached was looked at: none of it ever ends. States inside a character were not looked at
        // whole, so that they are no answer by themselves.
        let mut known = self.joint.remembered();
        make_room(&mut known, self.reached.len());
        let whole = self.reached.into_iter().filter(|reached| reached.from.is_none() || reached.last == Last::Other);
        known.extend(whole.map(|reached| (reached.states, None)));
        None
    }

    fn go_on(&mut self, next: &Next) -> Option<End> {
        let from = next.reached.0;
        let joint = self.joint;
        let known = joint.remembered();
        let mut states = self.reached[from].states.clone();
        for byte in 0..0xF5 {
            if LIKELY.contains(&byte) != next.likely {
                continue;
            }
            let Some(last) = self.reached[from].last.after(byte) else {
                continue;
            };
            states.copy_from_slice(&self.reached[from].states);
            let is_allowed = joint.bounds.iter().zip(states.iter_mut()).enumerate().all(|(at, (bound, state))| {
                self.part >> at & 1 == 0 || bound.step(*state, byte).map(|after| *state = after).is_some()
            });
            if is_allowed && let Some(end) = self.reach(&known, &states, Some(from), next.depth + 1, last) {
                return Some(end);
            }
        }
        None
    }

    /// Adds a state, unless it is known already to be none to go on from.
    fn reach(&mut self, known: &Known, states: &[State], from: Option<usize>, depth: u32, last: Last) -> Option<End> {
        if self.seen.contains(states) {
            return None;
        }
        let least = self.joint.least_of(self.part, states)?;
        let end = match (least, known.get(states)) {
            (0, _) => Some(0),
            (_, Some(&Some(bytes))) => Some(bytes),
            (_, Some(None)) => return None,
            (_, None) => None,
        };
        let number = self.reached.len();
        let states: Key = states.into();
        self.seen.insert(states.clone());
        self.reached.push(Reached { states, from, depth, last });
        if let Some(bytes) = end {
            return Some(End(number, bytes));
        }
        self.next.push(Next { likely: true, least: Reverse(least), depth, reached: Reverse(number) });
        None
    }

    /// Remembers every state on the way to an end; the bytes of the whole way.
    fn remember_way(self, end: &End) -> usize {
        let length = self.reached[end.0].depth + end.1;
        let mut known = self.joint.remembered();
        make_room(&mut known, self.reached[end.0].depth as usize + 1);
        let mut at = Some(end.0);
        while let Some(number) = at {
            let reached = &self.reached[number];
            known.insert(reached.states.clone(), Some(length - reached.depth));
            at = reached.from;
        }
        length as usize
    }

    fn give_up(self) -> Option<usize> {
        let mut known = self.joint.remembered();
        make_room(&mut known, 1);
        known.extend(self.reached.into_iter().take(1).map(|start| (start.states, None)));
        None
    }
}

fn make_room(known: &mut Known, more: usize) {
    if known.len() + more > MOST_REMEMBERED {
        known.clear();
    }
}
