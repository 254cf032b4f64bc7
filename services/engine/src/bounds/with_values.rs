//! Lets a bound read references as what they stand for: `{{product.name}}` is the product's name to whoever looks for
//! terms, and a term that begins in free text and ends in the name is one.

use std::sync::Arc;

use super::error::BoundError;
use super::literals::Literals;
use super::vocabulary::Below;
use super::{Bound, State};

/// A reference as it is written, and what it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    /// `{{product.name}}`
    pub written: &'a str,
    /// `None`: a name that nobody knows yet. It is read as a word that no other word is.
    pub text: Option<&'a str>,
    /// It stands where it stands, whatever is around it, and the bound reads on after it; otherwise it is only written
    /// where the bound lets its value stand.
    pub placed: bool,
}

/// A bound on a text with references. A brace stands only where a reference begins. The text must be read by another
/// bound that refuses what is no UTF-8, as [`JsonSlots`](super::JsonSlots) does.
#[derive(Debug)]
pub struct WithValues {
    bound: Arc<dyn Bound>,
    references: Literals,
    values: Vec<(Vec<u8>, bool)>,
}

/// A letter of its own that no rule names (U+A66E), for what nobody knows.
const SOMEBODY: &str = "ꙮ";
/// Bits of a state below the place in a reference: what forbidden terms, the greatest of these bounds, take.
const INNER_WIDTH: u32 = 110;

impl WithValues {
    /// # Errors
    /// When one is no reference, or all of them are longer together than 262,143 bytes.
    pub fn new<'a>(bound: Arc<dyn Bound>, values: impl IntoIterator<Item = Value<'a>>) -> Result<Self, BoundError> {
        let values: Vec<Value<'_>> = values.into_iter().collect();
        for Value { written, .. } in &values {
            let inner = written.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if !inner.is_some_and(|inner| inner.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'{' && b != b'}')) {
                return Err(BoundError::Reference((*written).to_owned()));
            }
        }
        let references = Literals::new(values.iter().map(|value| value.written.as_bytes()))?;
        let most = (1 << (u128::BITS - INNER_WIDTH)) - 1;
        if references.nodes().count() > most {
            return Err(BoundError::TooManyTerms { most });
        }
        let values = values.iter().map(|value| (value.text.unwrap_or(SOMEBODY).as_bytes().to_vec(), value.placed));
        Ok(Self { bound, references, values: values.collect() })
    }

    fn read(state: State) -> (State, u32) {
        (State::of_text(state.text & ((1 << INNER_WIDTH) - 1)), (state.text >> INNER_WIDTH) as u32)
    }

    fn write(inner: State, node: u32) -> State {
        debug_assert_eq!(inner.text >> INNER_WIDTH, 0, "the bound's state is wider than any of ours");
        State::of_text(inner.text | u128::from(node) << INNER_WIDTH)
    }

    /// After the whole value of a reference.
    fn after(&self, inner: State, reference: u32) -> Option<State> {
        let (value, placed) = &self.values[reference as usize];
        let read = |state, bytes: &[u8]| bytes.iter().try_fold(state, |state, &byte| self.bound.step(state, byte));
        read(inner, value).or_else(|| if *placed { read(self.bound.start(), SOMEBODY.as_bytes()) } else { None })
    }
}

impl Bound for WithValues {
    fn start(&self) -> State {
        Self::write(self.bound.start(), Literals::START)
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let (inner, node) = Self::read(state);
        match byte {
            b'}' if node == Literals::START => return None,
            b'{' => {}
            _ if node == Literals::START => return Some(Self::write(self.bound.step(inner, byte)?, node)),
            _ => {}
        }
        let node = self.references.child(node, byte)?;
        match self.references.ends(node).first() {
            Some(&reference) => Some(Self::write(self.after(inner, reference)?, Literals::START)),
            None => Some(Self::write(inner, node)),
        }
    }

    fn may_end(&self, state: State) -> bool {
        let (inner, node) = Self::read(state);
        node == Literals::START && self.bound.may_end(inner)
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        let (inner, node) = Self::read(state);
        if node == Literals::START { self.bound.bytes_to_finish(inner) } else { Some(1) }
    }

    fn base(&self, state: State) -> Option<State> {
        let (inner, node) = Self::read(state);
        if node != Literals::START {
            return None;
        }
        Some(Self::write(self.bound.base(inner)?, node))
    }

    fn is_settled(&self, state: State) -> bool {
        let (inner, node) = Self::read(state);
        // A reference that has begun needs its own bytes, for which another bound may have no room.
        node == Literals::START && self.bound.is_settled(inner)
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        let (inner, node) = Self::read(state);
        node == Literals::START && !below.brace && self.bound.is_sure(inner, below)
    }

    fn carry(&self, state: State) -> State {
        Self::write(self.bound.carry(Self::read(state).0), Literals::START)
    }
}
