//! JSONL: one passage a line, as a JSON object.

use serde::Deserialize;

use countersign_domain::clock::Timestamp;
use countersign_domain::place::{Locale, Market};

use super::{Gathered, ImportError, ParsedPassage, Scope, check_size, control_character, name_problem, on_one_line};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    text: String,
    #[serde(default)]
    product: String,
    locale: Locale,
    #[serde(default)]
    market: Option<Market>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    valid_from: Option<Timestamp>,
    #[serde(default)]
    valid_until: Option<Timestamp>,
}

/// Reads `{"text", "locale", "product"?, "market"?, "source"?, "valid_from"?, "valid_until"?}`, one a line; empty lines
/// are passed over. Without a source, it is the file and the line: `FILE#12`.
///
/// # Errors
/// The file, the line and what to do, when a line is not such an object.
pub fn parse_jsonl(file_name: &str, text: &str) -> Result<Vec<ParsedPassage>, ImportError> {
    check_size(file_name, text.len())?;
    let mut gathered = Gathered::of(file_name);
    for (index, raw) in text.strip_prefix('\u{feff}').unwrap_or(text).split('\n').enumerate() {
        if raw.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        let fail = |reason: String| ImportError::new(file_name, number, reason);
        let line: Line = serde_json::from_str(raw).map_err(|error| fail(reason(&error)))?;
        if let Some((_, c)) = control_character(&line.text) {
            return Err(fail(format!("`text` has the control character U+{:04X}; remove it", u32::from(c))));
        }
        let text = on_one_line(&line.text);
        if text.trim().is_empty() {
            return Err(fail("`text` is empty; write the passage or delete the line".into()));
        }
        let source = line.source.unwrap_or_else(|| format!("{file_name}#{number}"));
        let scope = Scope {
            product: line.product,
            line: number,
            locale: line.locale,
            market: line.market,
            valid_from: line.valid_from,
            valid_until: line.valid_until,
        };
        if let Some(problem) = scope.problem().or_else(|| name_problem("source", &source)) {
            return Err(fail(problem));
        }
        gathered.add(number, &scope, &source, &text)?;
    }
    Ok(gathered.passages)
}

/// serde_json counts lines within the one line it was given; only the column helps.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let bare = message.rsplit_once(" at line ").map_or(message.as_str(), |(bare, _)| bare);
    format!("column {}: {bare}", error.column())
}
