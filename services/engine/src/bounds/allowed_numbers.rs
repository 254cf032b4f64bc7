//! Digits only as one of a closed set of numbers.

use super::beginnings::kinds;
use super::error::BoundError;
use super::utf8::Utf8;
use super::vocabulary::Below;
use super::{Bound, State};

/// Numbers as they may stand in a text (`99.9`, `24/7`, `1,200`, `5G`), and no other digit.
///
/// A number stands for itself alone: no letter or digit touches it, and it is not joined to another one by a sign or a
/// space (`5-7`, `1 200`, `.5`), for that would be another number. Digits are all that Unicode calls numeric. Inside the
/// references that are given, digits are free.
#[derive(Debug)]
pub struct AllowedNumbers {
    nodes: Vec<Node>,
}

/// A place in the numbers and references, read as one trie.
#[derive(Debug, Default)]
struct Node {
    /// Sorted by character.
    next: Vec<(char, u32)>,
    ends: Option<Mode>,
    /// What the text is when it goes on as none of these. `None`: its digits would be no number.
    otherwise: Option<Mode>,
}

/// What the text is at a place, apart from a number that may have begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Free,
    /// After a letter or a reference: no digit may come.
    Word,
    /// After a number: nothing that would belong to it may come.
    Number,
    /// After a sign that would join numbers, or a space after a number: no digit may come.
    Joined,
    /// In a number or a reference.
    In(u32),
}

const ROOT: u32 = 0;

impl AllowedNumbers {
    /// No digit at all, but for those in references.
    ///
    /// # Errors
    /// When a reference does not begin with `{`.
    pub fn none<'a>(references: impl IntoIterator<Item = &'a str>) -> Result<Self, BoundError> {
        Self::new([], references)
    }

    /// # Errors
    /// When a number does not begin with a letter or digit or holds no digit, or a reference does not begin with `{`.
    pub fn new<'a, 'b>(
        numbers: impl IntoIterator<Item = &'a str>,
        references: impl IntoIterator<Item = &'b str>,
    ) -> Result<Self, BoundError> {
        let mut nodes = vec![Node::default()];
        for number in numbers {
            if !number.starts_with(char::is_alphanumeric) || !number.contains(char::is_numeric) {
                return Err(BoundError::Number(number.to_owned()));
            }
            add(&mut nodes, number, Mode::Number);
        }
        for reference in references {
            if !reference.starts_with('{') {
                return Err(BoundError::Reference(reference.to_owned()));
            }
            // Its value may end in anything: a letter may follow, a digit not.
            add(&mut nodes, reference, Mode::Word);
        }
        nodes[ROOT as usize].otherwise = Some(Mode::Free);
        let mut numbers = Self { nodes };
        let mut above: Vec<(u32, Option<Mode>)> = vec![(ROOT, None)];
        // Level by level: what a place is otherwise depends on shorter ones alone.
        while !above.is_empty() {
            let mut below = Vec::new();
            for (node, before) in above {
                for (character, child) in numbers.nodes[node as usize].next.clone() {
                    let otherwise = match (numbers.nodes[child as usize].ends, node) {
                        (Some(ends), _) => Some(ends),
                        (None, ROOT) if character.is_numeric() => None,
                        (None, ROOT) if character.is_alphanumeric() => Some(Mode::Word),
                        (None, ROOT) => Some(Mode::Free),
                        (None, _) => before.and_then(|mode| numbers.character(mode, character)),
                    };
                    numbers.nodes[child as usize].otherwise = otherwise;
                    below.push((child, otherwise));
                }
            }
            above = below;
        }
        Ok(numbers)
    }

    fn child(&self, node: u32, character: char) -> Option<u32> {
        let next = &self.nodes[node as usize].next;
        next.binary_search_by_key(&character, |edge| edge.0).ok().map(|found| next[found].1)
    }

    fn character(&self, mode: Mode, character: char) -> Option<Mode> {
        if let Mode::In(node) = mode {
            return match self.child(node, character) {
                Some(child) => Some(Mode::In(child)),
                None => self.character(self.nodes[node as usize].otherwise?, character),
            };
        }
        if character == '{'
            && let Some(child) = self.child(ROOT, character)
        {
            return Some(Mode::In(child));
        }
        if character.is_alphanumeric() {
            return match mode {
                Mode::Number => None,
                Mode::Word | Mode::Joined if character.is_numeric() => None,
                Mode::Word => Some(Mode::Word),
                _ => match self.child(ROOT, character) {
                    Some(child) => Some(Mode::In(child)),
                    None if character.is_numeric() => None,
                    None => Some(Mode::Word),
                },
            };
        }
        Some(match mode {
            Mode::Number if character.is_whitespace() => Mode::Joined,
            _ if joins(character) => Mode::Joined,
            _ => Mode::Free,
        })
    }

    /// Whether a character that begins like this may come.
    fn may_begin(&self, mode: Mode, utf8: Utf8) -> bool {
        let goes_on = |node: u32| {
            let next = &self.nodes[node as usize].next;
            utf8.range().is_some_and(|(from, to)| {
                let first = next.partition_point(|edge| edge.0 < from);
                next.get(first).is_some_and(|edge| edge.0 <= to)
            })
        };
        let kinds = kinds(utf8);
        match mode {
            Mode::In(node) => {
                let otherwise = self.nodes[node as usize].otherwise;
                goes_on(node) || otherwise.is_some_and(|mode| self.may_begin(mode, utf8))
            }
            Mode::Number => kinds.sign,
            Mode::Word | Mode::Joined => kinds.sign || kinds.letter,
            Mode::Free => kinds.sign || kinds.letter || goes_on(ROOT),
        }
    }

    fn may_be(&self, mode: Mode) -> bool {
        match mode {
            Mode::In(node) => self.nodes[node as usize].otherwise.is_some_and(|mode| self.may_be(mode)),
            _ => true,
        }
    }

    fn read(state: State) -> (Mode, Utf8) {
        let mode = match (state.text >> Utf8::WIDTH) as u32 {
            0 => Mode::Free,
            1 => Mode::Word,
            2 => Mode::Number,
            3 => Mode::Joined,
            node => Mode::In(node - 4),
        };
        (mode, Utf8::from_bits(state.text as u64 & ((1 << Utf8::WIDTH) - 1)))
    }

    fn write(mode: Mode, utf8: Utf8) -> State {
        let number = match mode {
            Mode::Free => 0,
            Mode::Word => 1,
            Mode::Number => 2,
            Mode::Joined => 3,
            Mode::In(node) => u128::from(node) + 4,
        };
        State::of_text(number << Utf8::WIDTH | u128::from(utf8.bits()))
    }
}

fn add(nodes: &mut Vec<Node>, literal: &str, ends: Mode) {
    let mut at = ROOT as usize;
    for character in literal.chars() {
        at = match nodes[at].next.binary_search_by_key(&character, |edge| edge.0) {
            Ok(found) => nodes[at].next[found].1 as usize,
            Err(place) => {
                let new = nodes.len();
                nodes[at].next.insert(place, (character, new as u32));
                nodes.push(Node::default());
                new
            }
        };
    }
    nodes[at].ends = Some(ends);
}

/// Signs between digits that make one number or a range of them.
fn joins(character: char) -> bool {
    matches!(
        character,
        '.' | ',' | '/' | ':' | '\'' | '’' | '‘' | '·' | '٫' | '٬' | '-' | '\u{2010}'
            ..='\u{2015}' | '−' | '×' | '*' | '^' | '+' | '±' | '⁄' | '~' | '_'
    )
}

impl Bound for AllowedNumbers {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let (mode, utf8) = Self::read(state);
        let (utf8, character) = utf8.step(byte)?;
        Some(match character {
            Some(character) => Self::write(self.character(mode, character)?, utf8),
            None if self.may_begin(mode, utf8) => Self::write(mode, utf8),
            None => return None,
        })
    }

    fn may_end(&self, state: State) -> bool {
        let (mode, utf8) = Self::read(state);
        utf8.is_whole() && self.may_be(mode)
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        if self.may_end(state) {
            return Some(0);
        }
        Some(Self::read(state).1.missing().max(1))
    }

    fn base(&self, state: State) -> Option<State> {
        let (mode, utf8) = Self::read(state);
        let base = match mode {
            Mode::Word | Mode::In(_) => Mode::Word,
            Mode::Free | Mode::Number | Mode::Joined => Mode::Free,
        };
        utf8.is_whole().then(|| Self::write(base, utf8))
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        let (mode, utf8) = Self::read(state);
        let is_in_words = matches!(mode, Mode::Free | Mode::Word | Mode::Joined);
        utf8.is_whole() && is_in_words && below.ascii && !below.digit
    }

    /// In words, a character that is not whole waits for nothing: there are others that it can become.
    fn is_settled(&self, state: State) -> bool {
        let (mode, utf8) = Self::read(state);
        if utf8.is_whole() { self.may_be(mode) } else { matches!(mode, Mode::Free | Mode::Word | Mode::Joined) }
    }
}
