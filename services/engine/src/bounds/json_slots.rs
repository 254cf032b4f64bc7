//! Lets a bound read the texts inside the JSON object that is being written: `{"subject":"…","body":"…"}`.
//!
//! Outside of its slots everything is allowed: structure is the grammar's. Inside, escapes are decoded, and the closing
//! quotation mark may come where the text may end.

use std::sync::Arc;

use super::bits::Bits;
use super::error::BoundError;
use super::literals::Literals;
use super::unescape::Unescape;
use super::utf8::Utf8;
use super::vocabulary::Below;
use super::{Bound, Counting, State};

/// A bound on the string values of top-level keys. Each slot begins anew, but for what the bound carries.
#[derive(Debug)]
pub struct JsonSlots {
    bound: Arc<dyn Bound>,
    slots: Slots,
}

#[derive(Debug)]
enum Slots {
    Every,
    Named(Literals),
}

/// Where in the object the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the object, or after it.
    Top,
    /// A key comes next.
    BeforeKey,
    /// In a key that so far is this place in the names; [`NO_NAME`] when it is none of them.
    Key { node: u32, escape: Unescape },
    /// After a key, or after its value.
    BeforeValue { is_slot: bool },
    /// In a slot's text.
    Slot { escape: Unescape, utf8: Utf8 },
    /// In another string, so deep; `slash` after a backslash.
    Other { depth: u8, slash: bool },
    /// In an array or object inside the object, so deep.
    Nested { depth: u8 },
}

/// Not a number that a node has: an automaton stays below it.
const NO_NAME: u32 = (1 << Literals::WIDTH) - 1;

impl JsonSlots {
    /// For every string value of the object.
    #[must_use]
    pub fn every(bound: Arc<dyn Bound>) -> Self {
        Self { bound, slots: Slots::Every }
    }

    /// For the string values of these keys.
    ///
    /// # Errors
    /// When the names together are more than 16 million bytes.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>, bound: Arc<dyn Bound>) -> Result<Self, BoundError> {
        let names: Vec<&str> = names.into_iter().collect();
        // An empty key is none of an automaton's.
        let names = Literals::new(names.iter().map(|name| name.as_bytes()))?;
        Ok(Self { bound, slots: Slots::Named(names) })
    }

    fn after_key(&self, node: u32, byte: u8) -> u32 {
        match &self.slots {
            Slots::Named(names) if node != NO_NAME => names.child(node, byte).unwrap_or(NO_NAME),
            Slots::Named(_) | Slots::Every => NO_NAME,
        }
    }

    fn is_slot(&self, node: u32) -> bool {
        match &self.slots {
            Slots::Every => true,
            Slots::Named(names) => node != NO_NAME && names.is_whole(node),
        }
    }

    fn outside(&self, place: Place, byte: u8) -> Option<Place> {
        Some(match (place, byte) {
            (Place::Top, b'{') => Place::BeforeKey,
            (Place::BeforeKey, b'"') => Place::Key { node: Literals::START, escape: Unescape::Outside },
            (Place::BeforeKey | Place::BeforeValue { .. }, b'}') => Place::Top,
            (Place::BeforeValue { is_slot: true }, b'"') => {
                Place::Slot { escape: Unescape::Outside, utf8: Utf8::default() }
            }
            (Place::BeforeValue { is_slot: false }, b'"') => Place::Other { depth: 1, slash: false },
            (Place::BeforeValue { .. }, b'{' | b'[') => Place::Nested { depth: 2 },
            (Place::BeforeValue { .. }, b',') => Place::BeforeKey,
            // Deeper than this no draft goes.
            (Place::Nested { depth }, b'{' | b'[') => Place::Nested { depth: depth.checked_add(1)? },
            (Place::Nested { depth: 2 }, b'}' | b']') => Place::BeforeValue { is_slot: false },
            (Place::Nested { depth }, b'}' | b']') => Place::Nested { depth: depth - 1 },
            (Place::Nested { depth }, b'"') => Place::Other { depth, slash: false },
            (Place::Other { depth, slash: true }, _) => Place::Other { depth, slash: false },
            (Place::Other { depth, slash: false }, b'\\') => Place::Other { depth, slash: true },
            (Place::Other { depth: 1, slash: false }, b'"') => Place::BeforeValue { is_slot: false },
            (Place::Other { depth, slash: false }, b'"') => Place::Nested { depth },
            (Place::Key { node, escape }, _) => return self.in_key(node, escape, byte),
            _ => place,
        })
    }

    fn in_key(&self, node: u32, escape: Unescape, byte: u8) -> Option<Place> {
        if escape == Unescape::Outside {
            match byte {
                b'"' => return Some(Place::BeforeValue { is_slot: self.is_slot(node) }),
                b'\\' => {}
                _ => return Some(Place::Key { node: self.after_key(node, byte), escape }),
            }
        }
        let (escape, character) = escape.step(byte)?;
        let mut buffer = [0; 4];
        let bytes = character.map_or(&[][..], |character| character.encode_utf8(&mut buffer).as_bytes());
        let node = bytes.iter().fold(node, |node, &byte| self.after_key(node, byte));
        Some(Place::Key { node, escape })
    }

    fn in_slot(&self, text: u128, escape: Unescape, utf8: Utf8, byte: u8) -> Option<State> {
        let inner = State::of_text(text);
        if escape == Unescape::Outside && byte != b'\\' {
            if byte == b'"' {
                let ends = utf8.is_whole() && self.bound.may_end(inner);
                return ends.then(|| write(self.bound.carry(inner).text, Place::BeforeValue { is_slot: false }));
            }
            // JSON has no control character in a string but by an escape.
            if byte < 0x20 {
                return None;
            }
            let (utf8, _) = utf8.step(byte)?;
            return Some(write(self.bound.step(inner, byte)?.text, Place::Slot { escape, utf8 }));
        }
        if !utf8.is_whole() {
            return None;
        }
        let (escape, character) = escape.step(byte)?;
        let mut buffer = [0; 4];
        let bytes = character.map_or(&[][..], |character| character.encode_utf8(&mut buffer).as_bytes());
        let inner = bytes.iter().try_fold(inner, |inner, &byte| self.bound.step(inner, byte))?;
        Some(write(inner.text, Place::Slot { escape, utf8 }))
    }
}

const PLACE_WIDTH: u32 = 3;

fn write(text: u128, place: Place) -> State {
    let bits = Bits::default();
    let (bits, number) = match place {
        Place::Top => (bits, 0),
        Place::BeforeKey => (bits, 1),
        Place::Key { node, escape } => {
            (bits.push(u64::from(node), Literals::WIDTH).push(escape.bits(), Unescape::WIDTH), 2)
        }
        Place::BeforeValue { is_slot } => (bits.push(u64::from(is_slot), 1), 3),
        Place::Slot { escape, utf8 } => (bits.push(utf8.bits(), Utf8::WIDTH).push(escape.bits(), Unescape::WIDTH), 4),
        Place::Other { depth, slash } => (bits.push(u64::from(depth), 8).push(u64::from(slash), 1), 5),
        Place::Nested { depth } => (bits.push(u64::from(depth), 8), 6),
    };
    State { text, frame: bits.push(number, PLACE_WIDTH).0 as u64 }
}

fn read(state: State) -> Place {
    let mut bits = Bits(u128::from(state.frame));
    match bits.pop(PLACE_WIDTH) {
        0 => Place::Top,
        1 => Place::BeforeKey,
        2 => {
            let escape = Unescape::from_bits(bits.pop(Unescape::WIDTH));
            Place::Key { node: bits.pop(Literals::WIDTH) as u32, escape }
        }
        3 => Place::BeforeValue { is_slot: bits.pop(1) == 1 },
        4 => {
            let escape = Unescape::from_bits(bits.pop(Unescape::WIDTH));
            Place::Slot { escape, utf8: Utf8::from_bits(bits.pop(Utf8::WIDTH)) }
        }
        5 => {
            let slash = bits.pop(1) == 1;
            Place::Other { depth: bits.pop(8) as u8, slash }
        }
        _ => Place::Nested { depth: bits.pop(8) as u8 },
    }
}

impl Bound for JsonSlots {
    fn start(&self) -> State {
        write(self.bound.start().text, Place::Top)
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        match read(state) {
            Place::Slot { escape, utf8 } => self.in_slot(state.text, escape, utf8, byte),
            place => self.outside(place, byte).map(|place| write(state.text, place)),
        }
    }

    fn may_end(&self, state: State) -> bool {
        !matches!(read(state), Place::Slot { .. })
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        let Place::Slot { escape, utf8 } = read(state) else {
            return Some(0);
        };
        let inner = self.bound.bytes_to_finish(State::of_text(state.text))?;
        let (missing, written) = escape.rest();
        Some((missing + inner.saturating_sub(written)).max(utf8.missing()) + 1)
    }

    fn mask_key(&self, state: State, reach: usize) -> State {
        State { text: self.bound.mask_key(State::of_text(state.text), reach).text, ..state }
    }

    fn base(&self, state: State) -> Option<State> {
        match read(state) {
            Place::Slot { escape: Unescape::Outside, utf8 } if utf8.is_whole() => {
                Some(State { text: self.bound.base(State::of_text(state.text))?.text, ..state })
            }
            _ => None,
        }
    }

    fn is_patient(&self, state: State) -> bool {
        matches!(read(state), Place::Slot { .. }) && self.bound.is_patient(State::of_text(state.text))
    }

    fn counting(&self, state: State) -> Counting {
        match read(state) {
            Place::Slot { .. } => self.bound.counting(State::of_text(state.text)),
            _ => Counting::Nothing,
        }
    }

    fn is_settled(&self, state: State) -> bool {
        let inner = State::of_text(state.text);
        match read(state) {
            Place::Slot { escape: Unescape::Outside, .. } => self.bound.is_settled(inner),
            Place::Slot { .. } => self.bound.is_patient(inner),
            _ => true,
        }
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        match read(state) {
            Place::Slot { escape: Unescape::Outside, utf8 } => {
                utf8.is_whole() && below.clean && !below.escape && self.bound.is_sure(State::of_text(state.text), below)
            }
            Place::Slot { .. } => false,
            // Without a quotation mark no slot begins, and without a backslash no escape goes wrong; but depth counts.
            Place::Nested { .. } | Place::BeforeValue { .. } => !below.escape && !below.structure,
            _ => !below.escape,
        }
    }
}
