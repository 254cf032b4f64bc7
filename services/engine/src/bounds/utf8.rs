//! Characters from bytes that come one at a time. What is not UTF-8 is refused: a draft is text.

/// The bytes of a character that is not whole, at most three; 24 bits, 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Utf8(u32);

impl Utf8 {
    pub(super) const WIDTH: u32 = 24;

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits as u32)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0 as u64
    }

    pub(super) const fn is_whole(self) -> bool {
        self.0 == 0
    }

    /// Takes a byte. `None`: no character has it there.
    pub(super) fn step(self, byte: u8) -> Option<(Self, Option<char>)> {
        if self.0 == 0 {
            return match byte {
                0..0x80 => Some((self, Some(char::from(byte)))),
                0xC2..=0xF4 => Some((Self(u32::from(byte)), None)),
                _ => None,
            };
        }
        let next = Self(self.0 << 8 | u32::from(byte));
        let bytes = next.0.to_be_bytes();
        let bytes = &bytes[next.0.leading_zeros() as usize / 8..];
        match std::str::from_utf8(bytes) {
            Ok(text) => text.chars().next().map(|character| (Self(0), Some(character))),
            Err(error) if error.error_len().is_none() => Some((next, None)),
            Err(_) => None,
        }
    }

    /// How many bytes are missing.
    pub(super) fn missing(self) -> usize {
        match self.0 {
            0 => 0,
            bits => {
                let have = 4 - bits.leading_zeros() as usize / 8;
                let whole = match bits >> (8 * (have - 1)) {
                    0xC2..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    _ => 4,
                };
                whole - have
            }
        }
    }

    /// The first and the last character that these bytes can become; `None` when nothing has begun.
    pub(super) fn range(self) -> Option<(char, char)> {
        if self.is_whole() {
            return None;
        }
        let (mut first, mut last) = (self, self);
        // The second byte is narrower after four of the first ones: no overlong forms, no surrogates, no more than 10FFFF.
        let (low, high) = match self.0 {
            0xE0 => (0xA0, 0xBF),
            0xED => (0x80, 0x9F),
            0xF0 => (0x90, 0xBF),
            0xF4 => (0x80, 0x8F),
            _ => (0x80, 0xBF),
        };
        let mut ends = (low, high);
        loop {
            let (next_first, whole_first) = first.step(ends.0)?;
            let (next_last, whole_last) = last.step(ends.1)?;
            if let (Some(from), Some(to)) = (whole_first, whole_last) {
                return Some((from, to));
            }
            (first, last, ends) = (next_first, next_last, (0x80, 0xBF));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Utf8;

    #[test]
    fn every_character_is_read_and_its_prefixes_reach_it() {
        for character in ('\0'..=char::MAX).step_by(7).chain("\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}".chars()) {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).as_bytes();
            let mut at = Utf8::default();
            for (i, &byte) in bytes.iter().enumerate() {
                let (next, whole) = at.step(byte).unwrap();
                assert_eq!(whole, (i + 1 == bytes.len()).then_some(character));
                assert_eq!(next.missing(), if whole.is_some() { 0 } else { bytes.len() - i - 1 });
                at = next;
            }
            assert!(at.is_whole());
        }
        let mut at = Utf8::default();
        for byte in [0xED, 0x80] {
            at = at.step(byte).unwrap().0;
        }
        assert_eq!(at.range(), Some(('\u{D000}', '\u{D03F}')));
        assert_eq!(Utf8::default().step(0xF0).unwrap().0.range(), Some(('\u{10000}', '\u{3FFFF}')));
    }

    #[test]
    fn what_is_no_utf8_is_refused_at_its_first_wrong_byte() {
        for wrong in [&b"\x80"[..], b"\xC0", b"\xC3a", b"\xED\xA0", b"\xF4\x90", b"\xE0\x80", b"\xFF"] {
            let mut at = Some(Utf8::default());
            for &byte in wrong {
                at = at.and_then(|at| at.step(byte)).map(|step| step.0);
            }
            assert_eq!(at, None, "{wrong:?}");
        }
    }
}
