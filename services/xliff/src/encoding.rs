//! Bytes to text: UTF-8, or UTF-16 with its byte order mark, as every XML processor must take. Nothing else is guessed.

use std::borrow::Cow;

use crate::MAX_BYTES;
use crate::fault::{Fault, Place};

/// A document's text, and which encoding its declaration may name.
#[derive(Debug)]
pub(crate) struct Decoded<'b> {
    /// Line ends are `\n` (XML 1.0, section 2.11); a carriage return that is meant is written as a reference.
    pub text: Cow<'b, str>,
    pub utf16: bool,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Fault> {
    let start = Place { line: 1, column: 1 };
    if bytes.len() > MAX_BYTES {
        return Err(Fault::new(
            start,
            format!("the document has more than {MAX_BYTES} bytes; send fewer assets at once"),
        ));
    }
    let (text, utf16) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_le_bytes)?), true),
        [0xFE, 0xFF, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_be_bytes)?), true),
        [0, ..] | [_, 0, ..] => {
            return Err(Fault::new(
                start,
                "this is UTF-16 or UTF-32 without a byte order mark; save the document as UTF-8",
            ));
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => (Cow::Borrowed(utf8(rest)?), false),
        _ => (Cow::Borrowed(utf8(bytes)?), false),
    };
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text };
    Ok(Decoded { text, utf16 })
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok()).unwrap_or("");
        Fault::new(Place::of(good, good.len()), "this byte is not UTF-8; save the document as UTF-8")
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(c) => text.push(c),
            Err(_) => {
                return Err(Fault::new(Place::of(&text, text.len()), "half a surrogate pair; the UTF-16 is broken"));
            }
        }
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(Fault::new(Place::of(&text, text.len()), "half a character at the end; the UTF-16 is cut off"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn utf_8_and_both_forms_of_utf_16_are_read() {
        let text = "<x>Grüße 🚀</x>";
        for (bytes, utf16) in [
            (text.as_bytes().to_vec(), false),
            ([&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(), false),
            (utf16_of(text, u16::to_le_bytes), true),
            (utf16_of(text, u16::to_be_bytes), true),
        ] {
            let decoded = decode(&bytes).unwrap();
            assert_eq!((decoded.text.as_ref(), decoded.utf16), (text, utf16));
        }
    }

    #[test]
    fn broken_bytes_have_their_line_and_column() {
        let said = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert_eq!(said(b"<x>\n ab\xFF"), "line 2, column 4: this byte is not UTF-8; save the document as UTF-8");
        assert!(said(&[0xFF, 0xFE, b'<', 0, 0x00, 0xD8, b'x', 0]).contains("column 2: half a surrogate pair"));
        assert!(said(&[0xFF, 0xFE, b'<', 0, b'x']).contains("cut off"));
        assert!(said(b"<\0x\0").contains("without a byte order mark"));
        assert!(said(&vec![b' '; MAX_BYTES + 1]).contains("more than"));
    }

    #[test]
    fn line_ends_are_one_line_feed() {
        assert_eq!(decode(b"a\r\nb\rc\n").unwrap().text, "a\nb\nc\n");
    }
}
