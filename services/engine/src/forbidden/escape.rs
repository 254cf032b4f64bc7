//! Reads JSON's escapes, one character at a time, so that `\ncheap` is a line break and a word.

/// Where in an escape the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Escape {
    #[default]
    None,
    /// After a backslash.
    Open { high: Option<u16> },
    /// Inside `\uXXXX`.
    Hex { digits: u8, value: u16, high: Option<u16> },
    /// After the first half of a surrogate pair.
    Half { high: u16 },
}

const LOST: char = char::REPLACEMENT_CHARACTER;

impl Escape {
    /// Takes the next character of the text and emits what it completes.
    pub(super) fn push(&mut self, character: char, emit: &mut impl FnMut(char)) {
        *self = match *self {
            Self::None if character == '\\' => Self::Open { high: None },
            Self::None => {
                emit(character);
                Self::None
            }
            Self::Half { high } if character == '\\' => Self::Open { high: Some(high) },
            Self::Half { .. } => {
                emit(LOST);
                emit(character);
                Self::None
            }
            Self::Open { high } if character == 'u' => Self::Hex { digits: 0, value: 0, high },
            Self::Open { high } => {
                if high.is_some() {
                    emit(LOST);
                }
                emit(match character {
                    'n' | 'r' | 't' | 'b' | 'f' => ' ',
                    other => other,
                });
                Self::None
            }
            Self::Hex { digits, value, high } => match character.to_digit(16) {
                None => {
                    emit(LOST);
                    emit(character);
                    Self::None
                }
                Some(digit) if digits < 3 => Self::Hex { digits: digits + 1, value: value << 4 | digit as u16, high },
                Some(digit) => complete(value << 4 | digit as u16, high, emit),
            },
        };
    }
}

fn complete(unit: u16, high: Option<u16>, emit: &mut impl FnMut(char)) -> Escape {
    match high {
        Some(high) => {
            let pair = char::decode_utf16([high, unit]);
            pair.for_each(|decoded| emit(decoded.unwrap_or(LOST)));
            Escape::None
        }
        None if (0xD800..0xDC00).contains(&unit) => Escape::Half { high: unit },
        None => {
            emit(char::from_u32(u32::from(unit)).unwrap_or(LOST));
            Escape::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Escape;

    #[test]
    fn escapes_are_read_as_what_they_stand_for() {
        let mut escape = Escape::default();
        let mut read = String::new();
        for character in r"a\nb\u0063\\n\ud83d\ude00\ud83dx".chars() {
            escape.push(character, &mut |c| read.push(c));
        }
        assert_eq!(read, "a bc\\n😀\u{FFFD}x");
    }
}
