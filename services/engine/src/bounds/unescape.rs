//! JSON's escapes, one byte at a time, as strictly as RFC 8259 and serde_json: no lone half of a surrogate pair.

use super::bits::Bits;

/// Where in an escape a string is; 27 bits, 0 for outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unescape {
    Outside,
    /// After a backslash; `high` is the first half of a pair, if one came before.
    Slash {
        high: Option<u16>,
    },
    /// After `\u` and so many digits.
    Hex {
        digits: u8,
        value: u16,
        high: Option<u16>,
    },
    /// After the first half of a pair: `\u` must come.
    Half {
        high: u16,
    },
}

impl Unescape {
    pub(super) const WIDTH: u32 = 27;

    pub(super) fn bits(self) -> u64 {
        // A first half is below 0xDC00 and above 0xD7FF: ten bits.
        let half = |high: Option<u16>| high.map_or(0, |high| 0x400 | u64::from(high - 0xD800));
        let (kind, digits, value, high) = match self {
            Self::Outside => (0, 0, 0, 0),
            Self::Slash { high } => (1, 0, 0, half(high)),
            Self::Hex { digits, value, high } => (2, u64::from(digits), u64::from(value), half(high)),
            Self::Half { high } => (3, 0, 0, half(Some(high))),
        };
        Bits::default().push(value, 12).push(digits, 2).push(high, 11).push(kind, 2).0 as u64
    }

    pub(super) fn from_bits(bits: u64) -> Self {
        let mut bits = Bits(u128::from(bits));
        let kind = bits.pop(2);
        let half = bits.pop(11);
        let high = (half & 0x400 != 0).then_some(0xD800 | (half & 0x3FF) as u16);
        let digits = bits.pop(2) as u8;
        let value = bits.pop(12) as u16;
        match (kind, high) {
            (1, high) => Self::Slash { high },
            (2, high) => Self::Hex { digits, value, high },
            (3, Some(high)) => Self::Half { high },
            _ => Self::Outside,
        }
    }

    /// The bytes that are missing, and how many bytes of text they write then; no other ones write more of a byte each.
    pub(super) const fn rest(self) -> (usize, usize) {
        match self {
            Self::Outside => (0, 0),
            Self::Slash { high: None } => (1, 1),
            Self::Slash { high: Some(_) } => (5, 4),
            Self::Half { .. } => (6, 4),
            Self::Hex { digits, high: None, .. } => (4 - digits as usize, 3),
            Self::Hex { digits, high: Some(_), .. } => (4 - digits as usize, 4),
        }
    }

    /// The next byte of an escape, and the character that it completes. `None`: it may not come.
    pub(super) fn step(self, byte: u8) -> Option<(Self, Option<char>)> {
        match self {
            Self::Outside => (byte == b'\\').then_some((Self::Slash { high: None }, None)),
            Self::Half { high } => (byte == b'\\').then_some((Self::Slash { high: Some(high) }, None)),
            Self::Slash { high } if byte == b'u' => Some((Self::Hex { digits: 0, value: 0, high }, None)),
            Self::Slash { high: Some(_) } => None,
            Self::Slash { high: None } => {
                let character = match byte {
                    b'"' | b'\\' | b'/' => char::from(byte),
                    b'b' => '\u{8}',
                    b'f' => '\u{C}',
                    b'n' => '\n',
                    b'r' => '\r',
                    b't' => '\t',
                    _ => return None,
                };
                Some((Self::Outside, Some(character)))
            }
            Self::Hex { digits, value, high } => {
                let digit = char::from(byte).to_digit(16)? as u16;
                let value = value << 4 | digit;
                if digits < 3 {
                    return may_become(digits + 1, value, high)
                        .then_some((Self::Hex { digits: digits + 1, value, high }, None));
                }
                complete(value, high)
            }
        }
    }
}

/// Whether what begins with these digits can be completed: no second half without a first, and after a first half only
/// a second.
fn may_become(digits: u8, value: u16, high: Option<u16>) -> bool {
    let missing = 4 * (4 - u32::from(digits));
    let (from, to) = (u32::from(value) << missing, (u32::from(value) + 1) << missing);
    let is_low = |value: u32| (0xDC00..0xE000).contains(&value);
    match high {
        Some(_) => from < 0xE000 && to > 0xDC00,
        None => !(is_low(from) && is_low(to - 1)),
    }
}

fn complete(unit: u16, high: Option<u16>) -> Option<(Unescape, Option<char>)> {
    match high {
        Some(high) => {
            let character = char::decode_utf16([high, unit]).next()?.ok()?;
            Some((Unescape::Outside, Some(character)))
        }
        None if (0xD800..0xDC00).contains(&unit) => Some((Unescape::Half { high: unit }, None)),
        None => char::from_u32(u32::from(unit)).map(|character| (Unescape::Outside, Some(character))),
    }
}

#[cfg(test)]
mod tests {
    use super::Unescape;

    fn read(text: &str) -> Option<String> {
        let mut at = Unescape::Outside;
        let mut read = String::new();
        for byte in text.bytes() {
            if at == Unescape::Outside && byte != b'\\' {
                read.push(char::from(byte));
                continue;
            }
            let (next, character) = at.step(byte)?;
            assert_eq!(Unescape::from_bits(next.bits()), next);
            read.extend(character);
            at = next;
        }
        (at == Unescape::Outside).then_some(read)
    }

    #[test]
    fn escapes_are_read_as_serde_json_reads_them() {
        for text in [
            r"a\nb\u0063\\n\/\t",
            r"\ud83d\ude00",
            r"\uD83D\uDE00x",
            r"\u00e9",
            r"\ud83dx",
            r"\ud83d\n",
            r"\ude00",
            r"\x",
            r"\u12g4",
            r"\ud83d\u0041",
            r"\",
            r"\u12",
        ] {
            let by_serde: Option<String> = serde_json::from_str(&format!("\"{text}\"")).ok();
            assert_eq!(read(text), by_serde, "{text}");
        }
    }
}
