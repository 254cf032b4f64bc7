//! Markdown's blocks: headings name the source, each paragraph and each list item is a passage.
//!
//! Understood: ATX and setext headings, paragraphs, ordered and unordered lists (nested, with task boxes), block quotes,
//! rules, link definitions. Refused: code blocks, HTML blocks, tables, images, footnotes.

use super::{Gathered, ImportError, ParsedPassage, Scope, check_size, front_matter, inline, refuse_control_characters};

/// Reads a Markdown file with front matter.
///
/// # Errors
/// The file, the line and what to do, when the front matter or a block is not understood.
pub fn parse_markdown(file_name: &str, text: &str) -> Result<Vec<ParsedPassage>, ImportError> {
    check_size(file_name, text.len())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    refuse_control_characters(file_name, text)?;
    let (scope, skipped) = front_matter::read(file_name, text)?;
    let mut blocks = Blocks {
        scope,
        source: file_name.to_owned(),
        open: None,
        in_list: false,
        after_blank: true,
        gathered: Gathered::of(file_name),
    };
    for (index, line) in text.lines().enumerate().skip(skipped) {
        blocks.line(index + 1, line)?;
    }
    blocks.close()?;
    Ok(blocks.gathered.passages)
}

/// A paragraph or list item that may go on.
struct Open {
    line: usize,
    text: String,
}

struct Blocks<'a> {
    scope: Scope,
    source: String,
    open: Option<Open>,
    /// Indented text continues a list; elsewhere it is code.
    in_list: bool,
    after_blank: bool,
    gathered: Gathered<'a>,
}

impl Blocks<'_> {
    fn line(&mut self, number: usize, raw: &str) -> Result<(), ImportError> {
        let (indent, unindented) = unindent(raw);
        let (line, quoted) = unquote(unindented);
        if line.is_empty() {
            self.after_blank = true;
            return self.close();
        }
        let after_blank = std::mem::replace(&mut self.after_blank, false);
        if indent >= 4 && !quoted && !self.in_list && self.open.is_none() {
            return Err(self.fail(number, "an indented block is code, and code is no passage; remove the indentation"));
        }
        if let Some(item) = list_item(line) {
            self.close()?;
            self.in_list = true;
            // An item may begin with what is no text: `- # Heading`, `- ```  `.
            if let Some(reason) = refusal(item) {
                return Err(self.fail(number, reason));
            }
            self.begin(number, item);
            return Ok(());
        }
        if let Some(reason) = refusal(line) {
            return Err(self.fail(number, reason));
        }
        if let Some(title) = atx_heading(line) {
            self.close()?;
            return self.heading(number, title);
        }
        if is_underline(line)
            && indent < 4
            && !quoted
            && !self.in_list
            && let Some(open) = self.open.take()
        {
            return self.heading(open.line, &open.text);
        }
        if is_rule(line) {
            self.in_list = false;
            return self.close();
        }
        if self.open.is_none() && is_link_definition(line) {
            return Ok(());
        }
        match &mut self.open {
            Some(open) => {
                open.text.push('\n');
                open.text.push_str(line);
            }
            None => {
                if after_blank && indent == 0 {
                    self.in_list = false;
                }
                self.begin(number, line);
            }
        }
        Ok(())
    }

    fn begin(&mut self, line: usize, text: &str) {
        self.open = Some(Open { line, text: text.to_owned() });
    }

    /// What follows has this heading as its source.
    fn heading(&mut self, line: usize, title: &str) -> Result<(), ImportError> {
        let title = inline::plain(title).map_err(|reason| self.fail(line, &reason))?;
        if title.chars().count() > super::MAX_NAME_CHARS {
            return Err(self.fail(line, "the heading is too long to name a source; shorten it to 200 characters"));
        }
        self.in_list = false;
        self.source =
            if title.is_empty() { self.gathered.file.to_owned() } else { format!("{}#{title}", self.gathered.file) };
        Ok(())
    }

    fn close(&mut self) -> Result<(), ImportError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let text = inline::plain(&open.text).map_err(|reason| self.fail(open.line, &reason))?;
        self.gathered.add(open.line, &self.scope, &self.source, &text)
    }

    fn fail(&self, line: usize, reason: &str) -> ImportError {
        ImportError::new(self.gathered.file, line, reason)
    }
}

/// How far a line is indented in columns, and the line without its margins.
fn unindent(raw: &str) -> (usize, &str) {
    let line = raw.trim_matches([' ', '\t', '\r']);
    let margin = &raw[..raw.len() - raw.trim_start_matches([' ', '\t']).len()];
    let columns = margin.chars().fold(0, |columns, c| if c == '\t' { columns / 4 * 4 + 4 } else { columns + 1 });
    (columns, line)
}

/// A quotation's text stands like any other.
fn unquote(mut line: &str) -> (&str, bool) {
    let mut quoted = false;
    while let Some(inner) = line.strip_prefix('>') {
        line = inner.trim_start_matches([' ', '\t']);
        quoted = true;
    }
    (line, quoted)
}

fn refusal(line: &str) -> Option<&'static str> {
    if line.starts_with("```") || line.starts_with("~~~") {
        return Some("a code block is no passage; remove it");
    }
    if line.starts_with('|') {
        return Some("a table is no passage; write its content as sentences");
    }
    let rest = line.strip_prefix('<')?;
    // Told apart from `<https://…>` and `<name@example.com>` by what stands in it; inline.rs reads those.
    let inner = rest.split_once('>').map_or(rest, |(inner, _)| inner);
    let tag = rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !inner.contains([':', '@']);
    (tag || rest.starts_with(['/', '!', '?'])).then_some("HTML is no passage; write plain text")
}

/// The text of `- item`, `* item`, `+ item`, `1. item`, `1) item`, without a task's box.
fn list_item(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix(['-', '*', '+']) {
        Some(rest) if !is_rule(line) => rest,
        Some(_) => return None,
        None => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            line[digits..].strip_prefix(['.', ')'])?
        }
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let text = rest.trim();
    let text = ["[ ]", "[x]", "[X]"].iter().find_map(|box_| text.strip_prefix(box_)).unwrap_or(text);
    Some(text.trim_start())
}

fn atx_heading(line: &str) -> Option<&str> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &line[marks..];
    if marks == 0 || marks > 6 || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let title = rest.trim();
    let bare = title.trim_end_matches('#');
    Some(if bare.is_empty() || bare.ends_with([' ', '\t']) { bare.trim_end() } else { title })
}

/// `===` or `---` under a paragraph makes it a heading.
fn is_underline(line: &str) -> bool {
    line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-')
}

fn is_rule(line: &str) -> bool {
    ['-', '*', '_']
        .iter()
        .any(|mark| line.matches(*mark).count() >= 3 && line.chars().all(|c| c == *mark || matches!(c, ' ' | '\t')))
}

/// `[name]: target`: no text of its own.
fn is_link_definition(line: &str) -> bool {
    line.strip_prefix('[').filter(|rest| !rest.starts_with('^')).is_some_and(|rest| {
        rest.split_once("]:").is_some_and(|(name, target)| !name.contains([']', '[']) && !target.trim().is_empty())
    })
}
