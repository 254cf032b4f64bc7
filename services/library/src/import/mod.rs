//! Files of approved content into passages: Markdown and JSONL.
//!
//! What cannot become plain text word for word (code, HTML, images, tables) is refused with its line, never dropped:
//! whoever imports must know that all of it arrived. Start reading at [`parse`]; the grammar of Markdown that is
//! understood stands in `markdown.rs` (blocks) and `inline.rs` (marks).

mod front_matter;
mod inline;
mod jsonl;
mod markdown;
mod products;
mod sentences;
#[cfg(test)]
mod tests;

use countersign_domain::clock::Timestamp;
use countersign_domain::place::{Locale, Market};

pub use jsonl::parse_jsonl;
pub use markdown::parse_markdown;
pub use products::with_product_keys;

/// The longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 10_000_000;
/// The longest passage, in characters; what is longer is split at sentences.
pub const MAX_PASSAGE_CHARS: usize = 1_000;
/// The most passages of one file.
pub const MAX_PASSAGES: usize = 100_000;
/// The longest product key and the longest source, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A passage as a file has it: without an id and without a brand, which the caller gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedPassage {
    /// The product as the file names it, or empty for the brand as a whole; [`with_product_keys`] makes it its key.
    pub product: String,
    /// The line, from 1, on which the file says where the passage may be used.
    pub scope_line: usize,
    pub locale: Locale,
    /// `None` means every market.
    pub market: Option<Market>,
    /// Plain text of at most [`MAX_PASSAGE_CHARS`] characters, on one line.
    pub text: String,
    /// `FILE#HEADING`, or `FILE` above the first heading.
    pub source: String,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

/// Why a file was not imported. Nothing of a refused file is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct ImportError {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub reason: String,
}

impl ImportError {
    fn new(file: &str, line: usize, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, reason: reason.into() }
    }
}

/// Reads a file by its name's ending: `.md` and `.markdown`, `.jsonl` and `.ndjson`.
///
/// # Errors
/// The file, the line and what to do, when anything of it cannot be imported.
pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Vec<ParsedPassage>, ImportError> {
    check_size(file_name, bytes.len())?;
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let parser = match ending.as_str() {
        "md" | "markdown" => parse_markdown,
        "jsonl" | "ndjson" => parse_jsonl,
        _ => {
            let reason = "this kind of file is not known; name it .md (Markdown) or .jsonl (one JSON object a line)";
            return Err(ImportError::new(file_name, 1, reason));
        }
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        ImportError::new(file_name, line, format!("invalid UTF-8 at byte offset {at}; save the file as UTF-8"))
    })?;
    parser(file_name, text)
}

fn check_size(file_name: &str, bytes: usize) -> Result<(), ImportError> {
    if bytes > MAX_FILE_BYTES {
        let reason = format!("the file has {bytes} bytes; at most {MAX_FILE_BYTES} are read, so split it");
        return Err(ImportError::new(file_name, 1, reason));
    }
    Ok(())
}

/// Where a passage may be used; the same for all passages of a Markdown file.
#[derive(Clone, Debug)]
struct Scope {
    product: String,
    line: usize,
    locale: Locale,
    market: Option<Market>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

impl Scope {
    /// What is wrong with it, if anything.
    fn problem(&self) -> Option<String> {
        if let Some(problem) = name_problem("product", &self.product) {
            return Some(problem);
        }
        match (self.valid_from, self.valid_until) {
            (Some(from), Some(until)) if from >= until => {
                Some(format!("valid_until ({until}) must be later than valid_from ({from})"))
            }
            _ => None,
        }
    }
}

fn name_problem(field: &str, value: &str) -> Option<String> {
    if value.chars().count() > MAX_NAME_CHARS {
        return Some(format!("`{field}` is longer than {MAX_NAME_CHARS} characters"));
    }
    let clean = value.trim() == value && !value.chars().any(char::is_control);
    (!clean).then(|| format!("`{field}` has spaces around it or control characters in it"))
}

/// The passages of one file as they are gathered, with the limits held.
struct Gathered<'a> {
    file: &'a str,
    passages: Vec<ParsedPassage>,
}

impl<'a> Gathered<'a> {
    fn of(file: &'a str) -> Self {
        Self { file, passages: Vec::new() }
    }

    /// Adds a text, split if it is too long. `text` is plain and on one line; an empty one adds nothing.
    fn add(&mut self, line: usize, scope: &Scope, source: &str, text: &str) -> Result<(), ImportError> {
        for part in sentences::split(text, MAX_PASSAGE_CHARS) {
            if self.passages.len() == MAX_PASSAGES {
                let reason = format!("more than {MAX_PASSAGES} passages; split the file");
                return Err(ImportError::new(self.file, line, reason));
            }
            self.passages.push(ParsedPassage {
                product: scope.product.clone(),
                scope_line: scope.line,
                locale: scope.locale.clone(),
                market: scope.market,
                text: part,
                source: source.to_owned(),
                valid_from: scope.valid_from,
                valid_until: scope.valid_until,
            });
        }
        Ok(())
    }
}

/// The first character that has no place in a text, with its line, if there is one.
fn control_character(text: &str) -> Option<(usize, char)> {
    let mut line = 1;
    for character in text.chars() {
        match character {
            '\n' => line += 1,
            '\t' | '\r' => {}
            c if c.is_control() => return Some((line, c)),
            _ => {}
        }
    }
    None
}

fn refuse_control_characters(file: &str, text: &str) -> Result<(), ImportError> {
    match control_character(text) {
        None => Ok(()),
        Some((line, c)) => {
            let reason = format!("control character U+{:04X}; remove it", u32::from(c));
            Err(ImportError::new(file, line, reason))
        }
    }
}

/// Runs of ASCII white space become one space. No-break spaces stay: French and units need them.
fn on_one_line(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
