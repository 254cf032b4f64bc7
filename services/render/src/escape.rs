//! Text into markup. One escaping serves HTML text, HTML attributes in quotes and MJML attributes.
//!
//! mrml writes attributes as Rust's `Debug` writes strings, which would turn a backslash, a combining mark or an
//! invisible character into an escape sequence of Rust's. So every character that `Debug` would touch becomes a
//! numeric character reference here, which every reader of HTML understands, in text as in attributes.

use std::fmt::Write as _;

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, Output, State};

/// Appends `text` as markup that shows exactly that text.
pub(crate) fn push(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => push_reference(out, c),
            // HTML has no way to write a control character.
            c if c.is_control() => out.push('\u{FFFD}'),
            c if c.escape_debug().len() > 1 => push_reference(out, c),
            c => out.push(c),
        }
    }
}

fn push_reference(out: &mut String, c: char) {
    write!(out, "&#{};", u32::from(c)).expect("writing to a string cannot fail");
}

/// As [`push`], on its own.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push(&mut out, text);
    out
}

/// Text whose direction must not touch its neighbours', as `<bdi>`; nothing for nothing.
pub(crate) fn isolated(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut out = String::from("<bdi>");
    push(&mut out, text);
    out.push_str("</bdi>");
    out
}

/// How layouts print values: escaped, whatever the layout says, unless the layout is plain text or the value is markup
/// that was made here.
pub(crate) fn formatter(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, "a layout prints a value that is not there"));
    }
    if state.name().ends_with(".txt") || value.is_safe() {
        write!(out, "{value}")?;
    } else {
        out.write_str(&text(&value.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_shows_exactly_the_text() {
        assert_eq!(text(r#"<b a="1">'&"#), "&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
        assert_eq!(text("Müller 🚀 東京"), "Müller 🚀 東京");
    }

    #[test]
    fn what_rusts_debug_would_rewrite_is_a_character_reference() {
        assert_eq!(text("a\\b\u{200B}e\u{301}"), "a&#92;b&#8203;e&#769;");
        assert_eq!(format!("{:?}", text("a\\\u{301}\n\"")), format!("\"{}\"", text("a\\\u{301}\n\"")));
    }

    #[test]
    fn controls_become_the_replacement_character() {
        assert_eq!(text("a\0b\u{7}"), "a\u{FFFD}b\u{FFFD}");
    }
}
