//! The characters that a text may be made of.

use super::error::BoundError;
use super::utf8::Utf8;
use super::vocabulary::Below;
use super::{Bound, State};

/// Ranges of characters, and no others.
#[derive(Debug, Clone)]
pub struct AllowedCharacters {
    /// Sorted, apart from each other.
    ranges: Vec<(char, char)>,
    /// All of ASCII but its controls.
    is_plain: bool,
}

impl AllowedCharacters {
    /// Ranges include both ends and may overlap.
    ///
    /// # Errors
    /// When one is empty.
    pub fn new(ranges: impl IntoIterator<Item = (char, char)>) -> Result<Self, BoundError> {
        let mut sorted: Vec<(char, char)> = ranges.into_iter().collect();
        if let Some(&(from, to)) = sorted.iter().find(|(from, to)| from > to) {
            return Err(BoundError::RangeEmpty { from: u32::from(from), to: u32::from(to) });
        }
        sorted.sort_unstable();
        let mut ranges: Vec<(char, char)> = Vec::new();
        for (from, to) in sorted {
            match ranges.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => ranges.push((from, to)),
            }
        }
        let is_plain = ranges.iter().any(|&(from, to)| from <= ' ' && '~' <= to);
        Ok(Self { ranges, is_plain })
    }

    /// Whether one of the characters between these two is allowed.
    fn meets(&self, from: char, to: char) -> bool {
        let after = self.ranges.partition_point(|range| range.1 < from);
        self.ranges.get(after).is_some_and(|range| range.0 <= to)
    }
}

impl Bound for AllowedCharacters {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let (utf8, character) = Utf8::from_bits(state.text as u64).step(byte)?;
        let (from, to) = match character {
            Some(character) => (character, character),
            None => utf8.range()?,
        };
        self.meets(from, to).then(|| State::of_text(u128::from(utf8.bits())))
    }

    fn may_end(&self, state: State) -> bool {
        state.text == 0
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        Some(Utf8::from_bits(state.text as u64).missing())
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        state.text == 0 && self.is_plain && below.ascii && !below.escape
    }
}
