//! Markdown's inline marks into plain text, after CommonMark 0.31 sections 2.4, 2.5 and 6, as far as running copy
//! needs them: escapes, entities, code spans, emphasis, links and autolinks. Images, inline HTML, footnotes and struck
//! text are refused, since dropping them would change what was approved.

use super::on_one_line;

/// The longest `(…)` of a link, in bytes; what is longer is text.
const MAX_LINK_BYTES: usize = 2_048;

/// The plain text of a paragraph, on one line; an error is a reason.
pub fn plain(text: &str) -> Result<String, String> {
    let mut scanner = Scanner { rest: text, before: ' ', pieces: Vec::new(), brackets: Vec::new() };
    while !scanner.rest.is_empty() {
        scanner.step()?;
    }
    let mut pieces = scanner.pieces;
    take_emphasis(&mut pieces);
    let mut plain = String::with_capacity(text.len());
    for piece in &pieces {
        match piece {
            Piece::Text(text) => plain.push_str(text),
            Piece::Literal(text) => plain.push_str(text),
            Piece::Run(run) => plain.extend(std::iter::repeat_n(run.mark, run.left)),
        }
    }
    Ok(on_one_line(&plain))
}

enum Piece<'a> {
    Text(String),
    Literal(&'a str),
    Run(Run),
}

/// A run of `*` or `_`, which may open or close emphasis.
struct Run {
    mark: char,
    left: usize,
    opens: bool,
    closes: bool,
}

struct Scanner<'a> {
    rest: &'a str,
    before: char,
    pieces: Vec<Piece<'a>>,
    /// Where a `[` stands among the pieces.
    brackets: Vec<usize>,
}

impl<'a> Scanner<'a> {
    fn step(&mut self) -> Result<(), String> {
        let special = self.rest.find(['\\', '&', '`', '*', '_', '[', ']', '!', '<', '~']).unwrap_or(self.rest.len());
        if special > 0 {
            self.literal(special);
            return Ok(());
        }
        let rest = self.rest;
        let mut characters = rest.chars();
        let first = characters.next().unwrap_or(' ');
        let second = characters.next();
        match first {
            '\\' => match second {
                Some(c) if c.is_ascii_punctuation() => {
                    self.skip(1);
                    self.literal(1);
                }
                // A hard line break.
                Some('\n') => self.skip(1),
                _ => self.literal(1),
            },
            '&' => match entity(rest) {
                Some((text, length)) => self.text(text, length),
                None => self.literal(1),
            },
            '`' => self.code_span(),
            '*' | '_' => self.run(first),
            '[' if second == Some('^') => return Err("a footnote is no part of a passage; write it out".into()),
            '[' => {
                self.brackets.push(self.pieces.len());
                self.literal(1);
            }
            ']' => self.end_of_bracket(),
            '!' if second == Some('[') => return Err("an image is no passage; remove it".into()),
            '<' => self.angle(second)?,
            '~' if second == Some('~') => return Err("struck text is not approved text; remove it".into()),
            _ => self.literal(1),
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.before = self.rest[..bytes].chars().next_back().unwrap_or(self.before);
        self.rest = &self.rest[bytes..];
    }

    fn literal(&mut self, bytes: usize) {
        self.pieces.push(Piece::Literal(&self.rest[..bytes]));
        self.skip(bytes);
    }

    fn text(&mut self, text: String, bytes: usize) {
        self.pieces.push(Piece::Text(text));
        self.skip(bytes);
    }

    fn code_span(&mut self) {
        let ticks = self.rest.len() - self.rest.trim_start_matches('`').len();
        let after = &self.rest[ticks..];
        let mut from = 0;
        while let Some(start) = after[from..].find('`').map(|at| at + from) {
            let length = after[start..].len() - after[start..].trim_start_matches('`').len();
            if length == ticks {
                let code = &after[..start];
                let inner = code.strip_prefix(' ').and_then(|c| c.strip_suffix(' ')).filter(|c| !c.trim().is_empty());
                self.text(inner.unwrap_or(code).to_owned(), ticks + start + length);
                return;
            }
            from = start + length;
        }
        self.literal(ticks);
    }

    /// Sections 6.2 of CommonMark: which side of the run is open decides what it may do.
    fn run(&mut self, mark: char) {
        let length = self.rest.len() - self.rest.trim_start_matches(mark).len();
        let after = self.rest[length..].chars().next().unwrap_or(' ');
        let (space_before, space_after) = (self.before.is_whitespace(), after.is_whitespace());
        let (mark_before, mark_after) = (is_punctuation(self.before), is_punctuation(after));
        let left = !space_after && (!mark_after || space_before || mark_before);
        let right = !space_before && (!mark_before || space_after || mark_after);
        let (opens, closes) = match mark {
            '_' => (left && (!right || mark_before), right && (!left || mark_after)),
            _ => (left, right),
        };
        self.pieces.push(Piece::Run(Run { mark, left: length, opens, closes }));
        self.skip(length);
    }

    /// `[text](target)` and `[text][name]` are their text; any other bracket is itself.
    fn end_of_bracket(&mut self) {
        let Some(open) = self.brackets.pop() else {
            return self.literal(1);
        };
        let after = &self.rest[1..];
        let target = match after.chars().next() {
            Some('(') => link_target(after),
            Some('[') => after.find(']').filter(|end| *end <= 200 && !after[1..*end].contains('[')).map(|end| end + 1),
            _ => None,
        };
        match target {
            Some(length) => {
                self.pieces[open] = Piece::Literal("");
                self.skip(1 + length);
            }
            None => self.literal(1),
        }
    }

    /// `<https://…>` is its address; a tag is refused; `<` before anything else is itself.
    fn angle(&mut self, second: Option<char>) -> Result<(), String> {
        if !second.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            self.literal(1);
            return Ok(());
        }
        let end = self.rest.find(['>', ' ', '\n']).filter(|end| self.rest[*end..].starts_with('>'));
        let inner = end.map(|end| &self.rest[1..end]).unwrap_or_default();
        let address = inner.strip_prefix("mailto:").unwrap_or(inner);
        if inner.starts_with("https://") || inner.starts_with("http://") || (address.contains('@') && end.is_some()) {
            self.text(address.to_owned(), inner.len() + 2);
            return Ok(());
        }
        Err("HTML is no passage; write plain text (a lone `<` is written `\\<`)".into())
    }
}

/// The length of `(…)`, with nested parentheses and a quoted title, or none if it does not end.
fn link_target(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at <= MAX_LINK_BYTES) {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"') => quote = Some('"'),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The character of a named or numeric entity at the start of the text, and the entity's length.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let character = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    };
    Some((character.to_string(), end + 1))
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || (!c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii())
}

/// Takes away the marks that pair up; what is left over is text. Linear: each run is opened once, and closing one drops
/// the open runs inside it.
fn take_emphasis(pieces: &mut [Piece<'_>]) {
    let mut open: Vec<(usize, char)> = Vec::new();
    for at in 0..pieces.len() {
        let Piece::Run(Run { mark, left, opens, closes }) = &pieces[at] else { continue };
        let (mark, opens, closes) = (*mark, *opens, *closes);
        let mut left = *left;
        while closes && left > 0 {
            let Some(pair) = open.iter().rposition(|(_, other)| *other == mark) else { break };
            let Piece::Run(opener) = &mut pieces[open[pair].0] else { break };
            let taken = if left >= 2 && opener.left >= 2 { 2 } else { 1 };
            opener.left -= taken;
            left -= taken;
            let spent = opener.left == 0;
            open.truncate(if spent { pair } else { pair + 1 });
        }
        if let Piece::Run(run) = &mut pieces[at] {
            run.left = left;
        }
        if opens && left > 0 {
            // Enough for any real text; a hostile one must not make the search above long.
            if open.len() < 64 {
                open.push((at, mark));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_become_plain_text() {
        let cases = [
            ("**bold** and *thin*, __bold__ and _thin_", "bold and thin, bold and thin"),
            ("***both*** a**b**c", "both abc"),
            ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
            ("run `backup --now` today", "run backup --now today"),
            ("`` a ` b ``", "a ` b"),
            ("see [the *guide*](https://example.com/a_(b) \"Title )\") now", "see the guide now"),
            ("see [the guide][ref]", "see the guide"),
            ("an [option] stays", "an [option] stays"),
            ("<https://example.com/x_y>", "https://example.com/x_y"),
            ("<mailto:a@example.com>", "a@example.com"),
            ("under 5 ms: a < b & c", "under 5 ms: a < b & c"),
            ("R&amp;D &#8364; &unknown; 5&nbsp;GB", "R&D € &unknown; 5\u{a0}GB"),
            (r"\*not thin\* \[x\] c:\dir", "*not thin* [x] c:\\dir"),
            ("one\ntwo  \nthree\\\nfour", "one two three four"),
            ("{{partner.name}} stays", "{{partner.name}} stays"),
            ("lone ** and _ and ` stay", "lone ** and _ and ` stay"),
        ];
        for (markdown, text) in cases {
            assert_eq!(plain(markdown).as_deref(), Ok(text), "{markdown}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bad in ["a ![logo](x.png)", "a <b>bold</b>", "<!-- note -->", "~~old~~", "a[^1]"] {
            assert!(plain(bad).is_err(), "{bad}");
        }
    }
}
