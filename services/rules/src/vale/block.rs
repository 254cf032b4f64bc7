//! A piece of a file as rules see it, with the way back to the file's bytes.

use std::ops::Range;

/// A text made of pieces of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    pub text: String,
    /// In order of both.
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    /// First byte of the text.
    at: usize,
    source: Range<usize>,
    /// Whether text and source run in step.
    exact: bool,
}

impl Mapped {
    /// Adds `text`, which stands for `source`. It runs in step where both are as long.
    pub(super) fn push(&mut self, text: &str, source: Range<usize>) {
        if text.is_empty() {
            return;
        }
        let exact = text.len() == source.len();
        let at = self.text.len();
        self.text.push_str(text);
        if let Some(last) = self.pieces.last_mut().filter(|last| exact && last.exact && last.source.end == source.start)
        {
            last.source.end = source.end;
        } else {
            self.pieces.push(Piece { at, source, exact });
        }
    }

    /// The file's bytes that `range` of the text stands for.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.place(range.start, |piece, offset| match piece.exact {
            true => (piece.source.start + offset).min(piece.source.end),
            false => piece.source.start,
        });
        if range.is_empty() {
            return start..start;
        }
        let end = self.place(range.end - 1, |piece, offset| match piece.exact {
            true => (piece.source.start + offset + 1).min(piece.source.end),
            false => piece.source.end,
        });
        start..end.max(start)
    }

    fn place(&self, at: usize, of: impl Fn(&Piece, usize) -> usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        after.checked_sub(1).map_or(0, |index| of(&self.pieces[index], at - self.pieces[index].at))
    }

    /// A part of it.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        let first = self.pieces.partition_point(|piece| piece.at <= range.start).saturating_sub(1);
        for (index, piece) in self.pieces.iter().enumerate().skip(first) {
            let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.at);
            let (from, to) = (piece.at.max(range.start), end.min(range.end));
            if from >= to {
                break;
            }
            let source = match piece.exact {
                true => piece.source.start + from - piece.at..piece.source.start + to - piece.at,
                false => piece.source.clone(),
            };
            let at = part.text.len();
            part.text.push_str(&self.text[from..to]);
            part.pieces.push(Piece { at, source, exact: piece.exact });
        }
        part
    }

    /// Adds another one.
    pub(super) fn append(&mut self, more: &Self) {
        let at = self.text.len();
        self.text.push_str(&more.text);
        self.pieces.extend(more.pieces.iter().map(|piece| Piece { at: at + piece.at, ..piece.clone() }));
    }

    /// Of a whole file, with every line break as `\n`.
    pub(super) fn of_file(file: &str) -> Self {
        let mut whole = Self::default();
        let mut from = 0;
        for (at, _) in file.match_indices('\r') {
            whole.push(&file[from..at], from..at);
            from = at + 1;
            if file[from..].starts_with('\n') {
                from += 1;
            }
            whole.push("\n", at..from);
        }
        whole.push(&file[from..], from..file.len());
        whole
    }
}

/// A block that rules with a fitting scope read.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Such as `text.heading.h2.md`.
    pub scope: String,
    pub body: Mapped,
    /// What comments in the text switched off at this place.
    pub off: Switches,
}

/// Rules that the text itself switches: `<!-- vale off -->`, `<!-- vale Style.Rule = NO -->`.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    pub all: bool,
    pub rules: Vec<String>,
}

impl Switches {
    pub(super) fn spares(&self, rule: &str) -> bool {
        self.all || self.rules.iter().any(|off| off == rule)
    }

    /// What a comment says, where it says anything to Vale.
    pub(super) fn obey(&mut self, comment: &str) {
        match comment.trim() {
            "vale off" => self.all = true,
            "vale on" => self.all = false,
            comment => {
                let said = comment.strip_prefix("vale ").and_then(|rest| rest.split_once(" = "));
                if let Some((rule, switch)) = said.filter(|(rule, _)| rule.contains('.')) {
                    self.rules.retain(|off| off != rule);
                    if switch == "NO" {
                        self.rules.push(rule.to_owned());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_text_knows_where_it_came_from() {
        let mut text = Mapped::default();
        text.push("a ", 2..4);
        text.push("&", 4..9);
        text.push(" b", 9..11);
        assert_eq!(text.source(&(2..3)), 4..9);
        assert_eq!(text.source(&(1..4)), 3..10);
        assert_eq!(text.source(&(4..5)), 10..11);
        let part = text.part(2..5);
        assert_eq!((part.text.as_str(), part.source(&(2..3))), ("& b", 10..11));
        assert_eq!(Mapped::of_file("a\r\nb\rc").text, "a\nb\nc");
        assert_eq!(Mapped::of_file("a\r\nb").source(&(2..3)), 3..4);
    }
}
