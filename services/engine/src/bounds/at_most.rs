//! Literals that a draft contains at most so many times: each reference once.

use super::bits::Bits;
use super::error::BoundError;
use super::literals::Literals;
use super::vocabulary::Below;
use super::{Bound, State};

/// Literals with how often each may stand, compared byte for byte. Counted through all slots together.
#[derive(Debug)]
pub struct AtMost {
    literals: Literals,
    most: Vec<u32>,
    /// For each literal: where its count stands in the state, and its width.
    fields: Vec<(u32, u32)>,
    /// All of them begin with a brace.
    are_references: bool,
}

/// Bits of a state that are left for counts.
const COUNT_BITS: u32 = u128::BITS - Literals::WIDTH;

impl AtMost {
    /// Each literal once.
    ///
    /// # Errors
    /// When there are more than 104 literals: bind the others in a second bound.
    pub fn once<'a>(literals: impl IntoIterator<Item = &'a str>) -> Result<Self, BoundError> {
        Self::new(literals.into_iter().map(|literal| (literal, 1)))
    }

    /// Each literal with the most times that it may stand; 0 forbids it. Empty ones are ignored.
    ///
    /// # Errors
    /// When the counts do not fit a state (104 bits, as many for each literal as its count needs).
    pub fn new<'a>(literals: impl IntoIterator<Item = (&'a str, u32)>) -> Result<Self, BoundError> {
        let literals: Vec<(&str, u32)> = literals.into_iter().collect();
        let mut fields = Vec::new();
        let mut used = 0_u64;
        for &(_, most) in &literals {
            let width = u32::BITS - most.leading_zeros();
            fields.push((Literals::WIDTH + used.min(u64::from(COUNT_BITS)) as u32, width));
            used += u64::from(width);
        }
        if used > u64::from(COUNT_BITS) {
            return Err(BoundError::TooManyLiterals {
                given: literals.len(),
                bits: used as usize,
                most: COUNT_BITS as usize,
            });
        }
        Ok(Self {
            are_references: literals.iter().all(|(literal, _)| literal.starts_with('{')),
            most: literals.iter().map(|&(_, most)| most).collect(),
            literals: Literals::new(literals.iter().map(|(literal, _)| literal.as_bytes()))?,
            fields,
        })
    }
}

impl AtMost {
    /// Whether one of the literals that go on from here has come as often as it may.
    fn leads_to_none_left(&self, state: State, node: u32) -> bool {
        let is_used = |&literal: &u32| {
            let (place, width) = self.fields[literal as usize];
            let most = self.most[literal as usize];
            most == 0 || state.text >> place & ((1 << width) - 1) >= u128::from(most)
        };
        self.literals
            .children(node)
            .any(|child| self.literals.ends(child).iter().any(is_used) || self.leads_to_none_left(state, child))
    }
}

impl Bound for AtMost {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let mut bits = Bits(state.text);
        let before = bits.pop(Literals::WIDTH) as u32;
        let node = self.literals.step(before, byte);
        let mut text = state.text ^ u128::from(before) ^ u128::from(node);
        for &literal in self.literals.ends(node) {
            let (place, width) = self.fields[literal as usize];
            let most = self.most[literal as usize];
            if most == 0 || text >> place & ((1 << width) - 1) >= u128::from(most) {
                return None;
            }
            text += 1 << place;
        }
        Some(State::of_text(text))
    }

    fn may_end(&self, _: State) -> bool {
        true
    }

    fn bytes_to_finish(&self, _: State) -> Option<usize> {
        Some(0)
    }

    /// A literal that has begun and may not come again waits for something else to come; only a bound that lets nothing else
    /// come stands in its way.
    fn is_settled(&self, state: State) -> bool {
        let mut bits = Bits(state.text);
        let node = bits.pop(Literals::WIDTH) as u32;
        node == Literals::START || !self.leads_to_none_left(state, node)
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        let node = Bits(state.text).pop(Literals::WIDTH) as u32;
        self.are_references && node == Literals::START && !below.brace
    }

    /// Counts go on in the next slot; a literal does not.
    fn carry(&self, state: State) -> State {
        State::of_text(state.text >> Literals::WIDTH << Literals::WIDTH)
    }
}
