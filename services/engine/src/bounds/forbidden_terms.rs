//! Terms that a text never contains as whole words, in whatever case, composition or typography.
//!
//! Terms are compared in the form of [`fold`]. A match counts only when no letter or digit touches it on either side. The
//! left side is in the automaton: wherever a word begins, a border byte that no text has is read before it, and terms
//! that begin with a letter begin with that byte. The right side is known one character later, so a match is *open* until
//! the next character comes or the text ends. The order of combining marks is known when the next letter comes: they
//! wait, at most [`MOST_MARKS`] of them.

use super::bits::Bits;
use super::error::BoundError;
use super::fold;
use super::literals::Literals;
use super::utf8::Utf8;
use super::{Bound, State};

/// Forbidden terms. A letter with more than five combining marks is refused, for it could not be read in bounded state.
#[derive(Debug)]
pub struct ForbiddenTerms {
    terms: Literals,
    /// For each term, whether it ends in a letter or digit.
    ends_in_word: Vec<bool>,
}

const BORDER: u8 = 0xFF;
/// Marks that can wait. Written languages need three or four.
const MOST_MARKS: usize = 5;
/// A combining mark's scalar value does not fit beside the rest, its place among the marks does.
const MARK_WIDTH: u32 = 11;

/// A match whose right border the next character decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    None,
    /// Ends in a letter or digit: another one would make it part of a longer word.
    AfterWord,
    /// Ends in something else: only a combining mark would undo it.
    AfterOther,
}

/// What the last character was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Other,
    Space,
    Word,
}

#[derive(Debug, Clone, Copy)]
struct At {
    node: u32,
    utf8: Utf8,
    open: Open,
    last: Last,
    marks: [u16; MOST_MARKS],
    waiting: usize,
}

impl ForbiddenTerms {
    /// Empty terms are ignored.
    ///
    /// # Errors
    /// When the terms together are more than 16 million characters.
    pub fn new<'a>(terms: impl IntoIterator<Item = &'a str>) -> Result<Self, BoundError> {
        let folded: Vec<String> = terms.into_iter().map(fold::fold_text).collect();
        let bordered: Vec<Vec<u8>> = folded.iter().map(|term| with_borders(term)).collect();
        let ends_in_word = folded.iter().map(|term| term.chars().next_back().is_some_and(fold::is_word)).collect();
        Ok(Self { terms: Literals::new(bordered.iter().map(Vec::as_slice))?, ends_in_word })
    }

    fn read(state: State) -> At {
        let mut bits = Bits(state.text);
        let mut marks = [0; MOST_MARKS];
        for mark in &mut marks {
            *mark = bits.pop(MARK_WIDTH) as u16;
        }
        let waiting = bits.pop(3) as usize;
        let last = match bits.pop(2) {
            0 => Last::Other,
            1 => Last::Space,
            _ => Last::Word,
        };
        let open = match bits.pop(2) {
            0 => Open::None,
            1 => Open::AfterWord,
            _ => Open::AfterOther,
        };
        let utf8 = Utf8::from_bits(bits.pop(Utf8::WIDTH));
        At { node: bits.pop(Literals::WIDTH) as u32, utf8, open, last, marks, waiting }
    }

    fn write(at: At) -> State {
        let mut bits = Bits::default()
            .push(u64::from(at.node), Literals::WIDTH)
            .push(at.utf8.bits(), Utf8::WIDTH)
            .push(at.open as u64, 2)
            .push(at.last as u64, 2)
            .push(at.waiting as u64, 3);
        for &mark in at.marks.iter().rev() {
            bits = bits.push(u64::from(mark), MARK_WIDTH);
        }
        State::of_text(bits.0)
    }

    fn character(&self, at: At, character: char) -> Option<At> {
        if character.is_ascii() {
            let part = if character.is_whitespace() { ' ' } else { character.to_ascii_lowercase() };
            return self.advance(self.flush(at)?, part);
        }
        let mut next = Some(at);
        fold::fold(character, &mut |part| {
            next = next.and_then(|at| match fold::mark_class(part) {
                0 => self.advance(self.flush(at)?, part),
                class => wait(at, class, part),
            });
        });
        next
    }

    fn flush(&self, mut at: At) -> Option<At> {
        let (marks, waiting) = (at.marks, at.waiting);
        (at.marks, at.waiting) = ([0; MOST_MARKS], 0);
        marks[..waiting].iter().try_fold(at, |at, &mark| self.advance(at, mark_at(mark)?))
    }

    fn advance(&self, mut at: At, part: char) -> Option<At> {
        if part == ' ' && at.last == Last::Space {
            return Some(at);
        }
        let is_word = if part.is_ascii() { part.is_ascii_alphanumeric() } else { fold::is_word(part) };
        match at.open {
            Open::AfterWord if !is_word => return None,
            Open::AfterOther if fold::mark_class(part) == 0 => return None,
            Open::None | Open::AfterWord | Open::AfterOther => at.open = Open::None,
        }
        if is_word && at.last != Last::Word {
            at.node = self.terms.step(at.node, BORDER);
        }
        let mut buffer = [0; 4];
        for &byte in part.encode_utf8(&mut buffer).as_bytes() {
            at.node = self.terms.step(at.node, byte);
        }
        at.last = match part {
            ' ' => Last::Space,
            _ if is_word => Last::Word,
            _ => Last::Other,
        };
        for &term in self.terms.ends(at.node) {
            // Of two open matches the one that is harder to undo decides.
            at.open = if self.ends_in_word[term as usize] && at.open != Open::AfterOther {
                Open::AfterWord
            } else {
                Open::AfterOther
            };
        }
        Some(at)
    }
}

/// The term with the border byte wherever a word begins in it.
fn with_borders(term: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(term.len() + 1);
    let mut in_word = false;
    for character in term.chars() {
        let is_word = fold::is_word(character);
        if is_word && !in_word {
            bytes.push(BORDER);
        }
        in_word = is_word;
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    bytes
}

/// Puts a mark among those that wait, in canonical order. `None`: there are too many.
fn wait(mut at: At, class: u8, mark: char) -> Option<At> {
    let number = fold::marks().binary_search(&mark).ok()?;
    let number = u16::try_from(number).ok().filter(|&number| number < 1 << MARK_WIDTH)?;
    if at.waiting == MOST_MARKS {
        return None;
    }
    let before = |&other: &u16| mark_at(other).is_some_and(|other| fold::mark_class(other) <= class);
    let place = at.marks[..at.waiting].iter().take_while(|&other| before(other)).count();
    at.marks.copy_within(place..at.waiting, place + 1);
    at.marks[place] = number;
    at.waiting += 1;
    Some(at)
}

fn mark_at(number: u16) -> Option<char> {
    fold::marks().get(usize::from(number)).copied()
}

impl Bound for ForbiddenTerms {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let at = Self::read(state);
        let (utf8, character) = at.utf8.step(byte)?;
        let at = At { utf8, ..at };
        match character {
            Some(character) => self.character(at, character).map(Self::write),
            None => Some(Self::write(at)),
        }
    }

    fn may_end(&self, state: State) -> bool {
        Self::read(state).utf8.is_whole() && self.is_settled(state)
    }

    /// It can always end: no term is so long that a word cannot be longer.
    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        if self.may_end(state) {
            return Some(0);
        }
        let at = Self::read(state);
        let mark = if at.open == Open::AfterOther && at.waiting == 0 { 2 } else { 1 };
        Some(if at.utf8.is_whole() { mark } else { at.utf8.missing() })
    }

    /// With nothing of a term read. After a letter, the next border is further.
    fn base(&self, state: State) -> Option<State> {
        let at = Self::read(state);
        let last = if at.waiting > 0 { Last::Word } else { at.last };
        at.utf8.is_whole().then(|| {
            let at = At { node: Literals::START, open: Open::None, last, marks: [0; MOST_MARKS], waiting: 0, ..at };
            Self::write(at)
        })
    }

    /// A character that is not whole waits for nothing: there are always others that it can become.
    fn is_settled(&self, state: State) -> bool {
        self.flush(Self::read(state)).is_some_and(|at| at.open == Open::None)
    }
}
