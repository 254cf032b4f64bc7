//! The Python methods that chat templates in the wild call on strings and maps.
//!
//! What is not here is refused by its name, when the template is tried out. Whitespace is Python's, which counts the
//! four separators of ASCII too.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind};

use super::{LONGEST, too_long};

/// Calls `value.method(arguments)`.
pub(super) fn call(value: &Value, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => on_text(text, method, arguments),
        None => on_map(value, method, arguments),
    }
    .unwrap_or_else(|| Err(Error::new(ErrorKind::UnknownMethod, format!("no method named {method}"))))
}

/// `str.strip()`.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// `None` where there is no such method for these arguments.
fn on_map(value: &Value, method: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let found = |key: &Value| value.get_item(key).ok().filter(|found| !found.is_undefined());
    let entries = |entry: &dyn Fn(Value) -> Result<Value, Error>| {
        value.try_iter()?.map(entry).collect::<Result<Vec<_>, Error>>().map(Value::from)
    };
    Some(match (method, arguments) {
        ("get", [key]) => Ok(found(key).unwrap_or(Value::from(()))),
        ("get", [key, other]) => Ok(found(key).unwrap_or_else(|| other.clone())),
        ("keys", []) => entries(&Ok),
        ("values", []) => entries(&|key| value.get_item(&key)),
        ("items", []) => entries(&|key| Ok(Value::from(vec![key.clone(), value.get_item(&key)?]))),
        _ => return None,
    })
}

fn on_text(text: &str, method: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    // The engine counts what a method returns; what it would take to make it is bounded here.
    if text.len() > LONGEST {
        return Some(Err(too_long("a text")));
    }
    if let ("join", [parts]) = (method, arguments) {
        return Some(join(text, parts));
    }
    // A number may only come last, as the most splits or replacements; a negative one is none.
    let (texts, most) = match arguments {
        [texts @ .., last] if last.is_integer() => (texts, usize::try_from(last.as_i64()?).ok()),
        texts => (texts, None),
    };
    let counted = texts.len() < arguments.len();
    let texts: Vec<&str> = texts.iter().map(Value::as_str).collect::<Option<_>>()?;
    let most = most.unwrap_or(usize::MAX - 1);
    Some(Ok(match (method, texts.as_slice(), counted) {
        ("replace", [from, to], _) => {
            if text.matches(from).take(most).count().saturating_mul(to.len()) > LONGEST {
                return Some(Err(too_long("what `replace` makes")));
            }
            Value::from(text.replacen(from, to, most))
        }
        ("split", [separator], _) if !separator.is_empty() => list(text.splitn(most + 1, separator)),
        ("rsplit", [separator], _) if !separator.is_empty() => {
            let mut parts: Vec<&str> = text.rsplitn(most + 1, separator).collect();
            parts.reverse();
            list(parts)
        }
        (method, texts, false) => return on_text_alone(text, method, texts).map(Ok),
        _ => return None,
    }))
}

fn on_text_alone(text: &str, method: &str, texts: &[&str]) -> Option<Value> {
    let within = |set: &str| {
        let set: Vec<char> = set.chars().collect();
        move |character: char| set.contains(&character)
    };
    Some(match (method, texts) {
        ("strip", []) => Value::from(strip(text)),
        ("lstrip", []) => Value::from(text.trim_start_matches(is_space)),
        ("rstrip", []) => Value::from(text.trim_end_matches(is_space)),
        ("strip", [set]) => Value::from(text.trim_matches(within(set))),
        ("lstrip", [set]) => Value::from(text.trim_start_matches(within(set))),
        ("rstrip", [set]) => Value::from(text.trim_end_matches(within(set))),
        ("startswith", [prefix]) => Value::from(text.starts_with(prefix)),
        ("endswith", [suffix]) => Value::from(text.ends_with(suffix)),
        ("removeprefix", [prefix]) => Value::from(text.strip_prefix(prefix).unwrap_or(text)),
        ("removesuffix", [suffix]) => Value::from(text.strip_suffix(suffix).unwrap_or(text)),
        ("upper", []) => Value::from(text.to_uppercase()),
        ("lower", []) => Value::from(text.to_lowercase()),
        ("title", []) => Value::from(title(text)),
        ("capitalize", []) => {
            let mut characters = text.chars();
            let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            Value::from(first + &characters.as_str().to_lowercase())
        }
        ("count", [part]) => Value::from(text.matches(part).count()),
        ("find", [part]) => {
            Value::from(text.find(part).map_or(-1, |at| i64::try_from(text[..at].chars().count()).unwrap_or(-1)))
        }
        ("split", []) => list(text.split(is_space).filter(|part| !part.is_empty())),
        ("splitlines", []) => {
            let joined = text.replace("\r\n", "\n").replace('\r', "\n");
            list(joined.strip_suffix('\n').unwrap_or(&joined).split('\n').filter(|_| !joined.is_empty()))
        }
        _ => return None,
    })
}

fn list<'a>(parts: impl IntoIterator<Item = &'a str>) -> Value {
    parts.into_iter().map(Value::from).collect()
}

fn join(separator: &str, parts: &Value) -> Result<Value, Error> {
    let mut joined = String::new();
    for (at, part) in parts.try_iter()?.enumerate() {
        if at > 0 {
            joined.push_str(separator);
        }
        let Some(part) = part.as_str() else {
            let message = format!("`join` was given a {} among its texts", part.kind());
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        };
        joined.push_str(part);
        if joined.len() > LONGEST {
            return Err(too_long("what `join` makes"));
        }
    }
    Ok(Value::from(joined))
}

/// A letter behind anything but a letter is a capital, all others are small.
fn title(text: &str) -> String {
    let mut inside = false;
    let mut titled = String::with_capacity(text.len());
    for character in text.chars() {
        if inside {
            titled.extend(character.to_lowercase());
        } else {
            titled.extend(character.to_uppercase());
        }
        inside = character.is_alphabetic();
    }
    titled
}
