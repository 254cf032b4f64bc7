//! What a character whose last bytes are missing can still become.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::utf8::Utf8;

/// The kinds of characters that begin with some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds {
    /// Neither a letter nor numeric.
    pub sign: bool,
    pub letter: bool,
    pub numeric: bool,
}

/// The kinds of what begins with `utf8`, which is not whole. All beginnings are looked through once, some 20 ms.
pub(super) fn kinds(utf8: Utf8) -> Kinds {
    static KINDS: OnceLock<FxHashMap<u64, Kinds>> = OnceLock::new();
    KINDS.get_or_init(look_through).get(&utf8.bits()).copied().unwrap_or_default()
}

fn look_through() -> FxHashMap<u64, Kinds> {
    let mut all: FxHashMap<u64, Kinds> = FxHashMap::default();
    // Characters come in the order of their bytes: a beginning's kinds are whole when another one comes.
    let mut open: [(u64, Kinds); 3] = Default::default();
    for character in '\u{80}'..=char::MAX {
        let (numeric, letter) = (character.is_numeric(), character.is_alphabetic());
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        let mut beginning = 0;
        for (&byte, open) in bytes[..bytes.len() - 1].iter().zip(&mut open) {
            beginning = beginning << 8 | u64::from(byte);
            if open.0 != beginning {
                all.insert(open.0, open.1);
                *open = (beginning, Kinds::default());
            }
            open.1.numeric |= numeric;
            open.1.letter |= letter && !numeric;
            open.1.sign |= !letter && !numeric;
        }
    }
    all.extend(open);
    all
}

#[cfg(test)]
mod tests {
    use super::{Kinds, kinds};
    use crate::bounds::utf8::Utf8;

    #[test]
    fn beginnings_have_the_kinds_of_what_they_can_become() {
        let of = |bytes: &[u8]| kinds(bytes.iter().fold(Utf8::default(), |utf8, &byte| utf8.step(byte).unwrap().0));
        assert_eq!(of(b"\xE5"), Kinds { letter: true, ..Kinds::default() }, "all ideographs");
        assert_eq!(of(b"\xC2"), Kinds { sign: true, letter: true, numeric: true }, "ª § ²");
        assert_eq!(of(b"\xF0\x92\x90"), Kinds { numeric: true, ..Kinds::default() }, "cuneiform numbers");
        assert_eq!(of(b"\xF4"), Kinds { sign: true, ..Kinds::default() }, "nothing is assigned there");
    }
}
