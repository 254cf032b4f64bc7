//! Text as XML 1.0 holds it.

/// Whether XML 1.0 can hold a character at all (section 2.2), even as a reference.
pub(crate) const fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Inside `<source>`, `<target>` and markers: what XML cannot hold is an element of its own (XLIFF 2.1, section 4.2.3.1).
pub(super) fn content(out: &mut String, text: &str) {
    for c in text.chars() {
        if is_legal(c) {
            push(out, c);
        } else {
            out.push_str(&format!("<cp hex=\"{:04X}\"/>", u32::from(c)));
        }
    }
}

/// Inside notes and metadata, which have no elements: what XML cannot hold is told by the replacement character.
pub(super) fn plain(out: &mut String, text: &str) {
    for c in text.chars() {
        push(out, if is_legal(c) { c } else { char::REPLACEMENT_CHARACTER });
    }
}

/// Inside an attribute: white space is kept as references, which a reader does not turn into blanks.
pub(super) fn attribute(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            c if is_legal(c) => push(out, c),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        // `]]>` may not stand in text.
        '>' => out.push_str("&gt;"),
        // A reader turns a bare one into a line feed.
        '\r' => out.push_str("&#13;"),
        c => out.push(c),
    }
}
