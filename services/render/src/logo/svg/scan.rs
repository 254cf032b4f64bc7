//! The first look at an SVG's text: how deep it nests and how many attributes a tag has, before a parser that recurses
//! reads it; and no document type, since that is where entities come from.
//!
//! The scan knows as much of XML as it needs: up to the first fault of form it sees tags as a parser does, and a parser
//! stops at that fault.

use super::{LogoError, broken, too_complex};

/// How deep elements may nest.
pub(super) const MAX_DEPTH: usize = 64;
/// How many attributes an element may have.
const MAX_ATTRIBUTES: usize = 100;

pub(super) fn check(text: &str) -> Result<(), LogoError> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(skipped) =
            skip(rest, "<!--", "-->").or_else(|| skip(rest, "<![CDATA[", "]]>")).or_else(|| skip(rest, "<?", "?>"))
        {
            rest = skipped?;
        } else if rest.starts_with("<!") {
            return Err(LogoError::Doctype);
        } else if let Some(closed) = skip(rest, "</", ">") {
            rest = closed?;
            depth = depth.saturating_sub(1);
        } else {
            let tag = Tag::read(rest).ok_or_else(cut)?;
            if tag.attributes > MAX_ATTRIBUTES {
                return Err(too_complex(format!("an element with more than {MAX_ATTRIBUTES} attributes")));
            }
            depth += usize::from(!tag.empty);
            if depth > MAX_DEPTH {
                return Err(too_complex(format!("groups nested more than {MAX_DEPTH} deep")));
            }
            rest = &rest[tag.length..];
        }
    }
    Ok(())
}

/// What follows `end`, when `text` begins with `start`.
fn skip<'text>(text: &'text str, start: &str, end: &str) -> Option<Result<&'text str, LogoError>> {
    let inside = text.strip_prefix(start)?;
    Some(inside.split_once(end).map(|(_, rest)| rest).ok_or_else(cut))
}

fn cut() -> LogoError {
    broken(&"it is cut off")
}

struct Tag {
    /// In bytes, with its brackets.
    length: usize,
    attributes: usize,
    empty: bool,
}

impl Tag {
    fn read(text: &str) -> Option<Self> {
        let (mut quote, mut attributes, mut last) = (None, 0, b'<');
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), byte) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => return Some(Self { length: at + 1, attributes, empty: last == b'/' }),
                (None, _) => {}
            }
            last = byte;
        }
        None
    }
}
