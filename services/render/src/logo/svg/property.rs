//! Properties that a logo's elements may not have, wherever they stand (attribute, `style`, style sheet); and the
//! references in a value, whose names are made plain.

use super::LogoError;

/// Refuses what is not drawn: effects, markers and dashes multiply work without bound, and patterns nest in themselves.
pub(super) fn check(name: &str, value: &str) -> Result<(), LogoError> {
    let (what, instead) = match name {
        "filter" => ("an effect such as a shadow or a blur", "remove the effect or turn it into shapes"),
        "marker" | "marker-start" | "marker-mid" | "marker-end" => ("markers on lines", "turn them into shapes"),
        "stroke-dasharray" if value.bytes().any(|byte| matches!(byte, b'1'..=b'9')) => {
            ("dashed lines", "turn the dashes into shapes (outline the stroke)")
        }
        _ => return Ok(()),
    };
    if matches!(value.trim(), "" | "none" | "inherit") { Ok(()) } else { Err(LogoError::NotDrawn { what, instead }) }
}

/// `value` with each `url(#name)` written plainly.
pub(super) fn plain_urls(value: &str) -> Result<String, LogoError> {
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = find_url(rest) {
        let (before, url) = rest.split_at(at);
        let Some((inside, after)) = url["url(".len()..].split_once(')') else {
            break;
        };
        let name = inside.trim().trim_matches(['"', '\'']).trim();
        plain.push_str(before);
        plain.push_str("url(#");
        plain.push_str(&plain_name(name.strip_prefix('#').ok_or_else(outside)?));
        plain.push(')');
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

/// The names that a value refers to, once it is plain.
pub(super) fn urls(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(#").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

pub(super) fn outside() -> LogoError {
    LogoError::NotDrawn { what: "a reference to something outside of it", instead: "embed it as shapes" }
}

fn find_url(text: &str) -> Option<usize> {
    text.as_bytes().windows(4).position(|four| four.eq_ignore_ascii_case(b"url("))
}

/// An id of plain letters: what is none is written as its code, so that different ids stay different. A plain id stays
/// as it is, since a style sheet may select it.
pub(super) fn plain_name(name: &str) -> String {
    use std::fmt::Write as _;
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.') {
            plain.push(letter);
        } else {
            let _ = write!(plain, "_x{:X}_", u32::from(letter));
        }
    }
    plain
}
