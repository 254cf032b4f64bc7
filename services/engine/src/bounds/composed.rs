//! Text in composed form (Unicode Standard Annex #15, NFC) and no other: what is read of it byte by byte is then what a
//! reader of the whole, who composes first, sees.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::bits::Bits;
use super::utf8::Utf8;
use super::vocabulary::Below;
use super::{Bound, State};

/// Composed text. Stricter than NFC in one thing: a mark that composes with a letter does not follow it either where another
/// mark stands between them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Composed;

const BASE_WIDTH: u32 = 21;
const CLASS_WIDTH: u32 = 8;

/// The last character that is no mark (0: none), and the class of the marks after it.
#[derive(Debug, Clone, Copy)]
struct At {
    base: u32,
    class: u8,
    utf8: Utf8,
}

fn read(state: State) -> At {
    let mut bits = Bits(state.text);
    let utf8 = Utf8::from_bits(bits.pop(Utf8::WIDTH));
    let class = bits.pop(CLASS_WIDTH) as u8;
    At { base: bits.pop(BASE_WIDTH) as u32, class, utf8 }
}

fn write(at: At) -> State {
    let bits = Bits::default().push(u64::from(at.base), BASE_WIDTH).push(u64::from(at.class), CLASS_WIDTH);
    State::of_text(bits.push(at.utf8.bits(), Utf8::WIDTH).0)
}

fn character(at: At, character: char) -> Option<At> {
    // What composes with nothing before it is kept as one state.
    if character.is_ascii() {
        let base = if character.is_ascii_alphabetic() || "<=>".contains(character) { u32::from(character) } else { 0 };
        return Some(At { base, class: 0, ..at });
    }
    if is_nfc_quick(std::iter::once(character)) == IsNormalized::No {
        return None;
    }
    let class = canonical_combining_class(character);
    let changes = || char::from_u32(at.base).is_some_and(|base| !is_stable(base, character));
    match class {
        0 if at.class == 0 && changes() => None,
        0 => Some(At { base: u32::from(character), class, ..at }),
        _ if class < at.class || changes() => None,
        _ => Some(At { class, ..at }),
    }
}

/// Whether composing leaves the two as they are.
fn is_stable(base: char, character: char) -> bool {
    [base, character].into_iter().nfc().eq([base, character])
}

impl Bound for Composed {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let at = read(state);
        let (utf8, whole) = at.utf8.step(byte)?;
        let at = At { utf8, ..at };
        match (whole, utf8.range()) {
            (Some(whole), _) => character(at, whole).map(write),
            (None, Some((from, to))) => (from..=to).any(|one| character(at, one).is_some()).then(|| write(at)),
            (None, None) => None,
        }
    }

    fn may_end(&self, state: State) -> bool {
        read(state).utf8.is_whole()
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        Some(read(state).utf8.missing())
    }

    fn base(&self, state: State) -> Option<State> {
        read(state).utf8.is_whole().then(State::default)
    }

    fn is_settled(&self, _: State) -> bool {
        true
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        read(state).utf8.is_whole() && below.ascii
    }
}
