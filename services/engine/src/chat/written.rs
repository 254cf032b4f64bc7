//! Values as Python writes them: `str`, `repr`, and `json.dumps` for `tojson`.
//!
//! Templates were tried with Python by those who made them; a model that was trained on `None` and `", "` shall not
//! read `none` and `","`. What is written is bounded: a list may hold itself a thousand times over.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::{LONGEST, too_long};

/// How deeply lists and maps may be nested.
const DEEPEST: usize = 64;

/// `str(value)`.
pub(super) fn text(value: &Value) -> Result<String, Error> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => {
            let mut out = Out::default();
            repr(value, &mut out, 0)?;
            Ok(out.0)
        }
    }
}

/// `json.dumps(value, ensure_ascii=False, …)`: not for HTML.
pub(super) fn to_json(value: &Value, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    let (item, key) = match separators.as_deref() {
        None if indent.is_some() => (",", ": "),
        None => (", ", ": "),
        Some([item, key]) => (item.as_str(), key.as_str()),
        Some(_) => return Err(Error::new(ErrorKind::InvalidOperation, "`tojson` takes two separators")),
    };
    let style = Style {
        indent: indent.map(|width| width.min(16)),
        item,
        key,
        sorted: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
        ascii: options.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false),
    };
    options.assert_all_used()?;
    let mut out = Out::default();
    json(value, &style, &mut out, 0)?;
    Ok(out.0)
}

/// Text that may not grow for ever.
#[derive(Default)]
struct Out(String);

impl Out {
    fn push(&mut self, text: &str) -> Result<(), Error> {
        if self.0.len() + text.len() > LONGEST {
            return Err(too_long("a printed value"));
        }
        self.0.push_str(text);
        Ok(())
    }
}

fn deeper(depth: usize) -> Result<usize, Error> {
    if depth >= DEEPEST {
        return Err(Error::new(ErrorKind::InvalidOperation, "a printed value is nested too deeply"));
    }
    Ok(depth + 1)
}

fn repr(value: &Value, out: &mut Out, depth: usize) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => out.push(if depth == 0 { "" } else { "Undefined" }),
        ValueKind::None => out.push("None"),
        ValueKind::Bool => out.push(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number => out.push(&number(value)?),
        ValueKind::String => out.push(&quoted(value.as_str().unwrap_or_default())),
        ValueKind::Seq | ValueKind::Iterable => {
            let depth = deeper(depth)?;
            let (open, close) = if value.is_tuple() { ("(", ")") } else { ("[", "]") };
            out.push(open)?;
            let mut count = 0;
            for item in value.try_iter()? {
                if count > 0 {
                    out.push(", ")?;
                }
                repr(&item, out, depth)?;
                count += 1;
            }
            if value.is_tuple() && count == 1 {
                out.push(",")?;
            }
            out.push(close)
        }
        ValueKind::Map => {
            let depth = deeper(depth)?;
            out.push("{")?;
            for (at, key) in value.try_iter()?.enumerate() {
                if at > 0 {
                    out.push(", ")?;
                }
                repr(&key, out, depth)?;
                out.push(": ")?;
                repr(&value.get_item(&key)?, out, depth)?;
            }
            out.push("}")
        }
        kind => Err(cannot("printed", kind)),
    }
}

struct Style<'a> {
    indent: Option<usize>,
    item: &'a str,
    key: &'a str,
    sorted: bool,
    ascii: bool,
}

impl Style<'_> {
    fn new_line(&self, depth: usize, out: &mut Out) -> Result<(), Error> {
        match self.indent {
            Some(width) => out.push(&format!("\n{}", " ".repeat(width * depth))),
            None => Ok(()),
        }
    }

    fn string(&self, text: &str, out: &mut Out) -> Result<(), Error> {
        let json =
            serde_json::to_string(text).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
        if !self.ascii {
            return out.push(&json);
        }
        let mut units = [0; 2];
        for character in json.chars() {
            if character.is_ascii() {
                out.push(character.encode_utf8(&mut [0; 4]))?;
            } else {
                for unit in character.encode_utf16(&mut units) {
                    out.push(&format!("\\u{unit:04x}"))?;
                }
            }
        }
        Ok(())
    }
}

fn json(value: &Value, style: &Style, out: &mut Out, depth: usize) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push("null"),
        ValueKind::Bool => out.push(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push(&number(value)?),
        ValueKind::String => style.string(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq | ValueKind::Iterable => {
            let depth = deeper(depth)?;
            out.push("[")?;
            let mut empty = true;
            for item in value.try_iter()? {
                if !empty {
                    out.push(style.item)?;
                }
                empty = false;
                style.new_line(depth, out)?;
                json(&item, style, out, depth)?;
            }
            if !empty {
                style.new_line(depth - 1, out)?;
            }
            out.push("]")
        }
        ValueKind::Map => {
            let depth = deeper(depth)?;
            let mut keys: Vec<Value> = value.try_iter()?.collect();
            if style.sorted {
                keys.sort();
            }
            out.push("{")?;
            for (at, key) in keys.iter().enumerate() {
                if at > 0 {
                    out.push(style.item)?;
                }
                style.new_line(depth, out)?;
                match key.as_str() {
                    Some(text) => style.string(text, out)?,
                    None => {
                        out.push("\"")?;
                        json(key, style, out, depth)?;
                        out.push("\"")?;
                    }
                }
                out.push(style.key)?;
                json(&value.get_item(key)?, style, out, depth)?;
            }
            if !keys.is_empty() {
                style.new_line(depth - 1, out)?;
            }
            out.push("}")
        }
        kind => Err(cannot("written as JSON", kind)),
    }
}

fn cannot(what: &str, kind: ValueKind) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("a value of type {kind} cannot be {what}"))
}

/// As `repr` of an int or a float.
fn number(value: &Value) -> Result<String, Error> {
    if value.is_integer() {
        return Ok(value.to_string());
    }
    let float = f64::try_from(value.clone())?;
    if !float.is_finite() {
        return Err(cannot("printed, since it is infinite or none", ValueKind::Number));
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = float.to_string();
        return Ok(if plain.contains('.') { plain } else { plain + ".0" });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Ok(format!("{digits}e{sign}{:02}", exponent.abs()))
}

/// As `repr` of a text.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            own if own == quote => out.extend(['\\', own]),
            hidden if hidden != ' ' && (hidden.is_control() || hidden.is_whitespace()) => {
                let code = u32::from(hidden);
                out.push_str(&if code < 0x100 { format!("\\x{code:02x}") } else { format!("\\u{code:04x}") });
            }
            plain => out.push(plain),
        }
    }
    out.push(quote);
    out
}
