//! References of messages and claims to the brief's values: `{{date.event}}`. A closed set is looked for, and everything
//! else in braces is text; no template engine runs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::value::{Kind, ValueForm};

/// The longest that may stand between the braces, in bytes.
const MAX_INSIDE: usize = 64;

/// A reference and where it stands, braces included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    pub range: Range<usize>,
    /// `date.event`
    pub name: &'a str,
}

/// The references to values in `text`, in order. Their names may be unknown; their kinds never are.
pub fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(open) = text[from..].find("{{").map(|at| from + at) {
            let inside = &text[open + 2..];
            let close = inside.find("}}").filter(|end| *end <= MAX_INSIDE);
            let name = close.map(|end| inside[..end].trim());
            let known = name.filter(|name| name.split_once('.').is_some_and(|(kind, _)| kind.parse::<Kind>().is_ok()));
            if let (Some(close), Some(name)) = (close, known) {
                from = open + 2 + close + 2;
                return Some(Reference { range: open..from, name });
            }
            // One brace on, so that `{{{date.event}}` is seen too.
            from = open + 1;
        }
        None
    })
}

/// `text` with each reference replaced by what `resolve` says, or the name of the first that it knows nothing of.
pub fn fill(text: &str, resolve: impl Fn(&str) -> Option<String>) -> Result<String, &str> {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for reference in references(text) {
        out.push_str(&text[from..reference.range.start]);
        out.push_str(&resolve(reference.name).ok_or(reference.name)?);
        from = reference.range.end;
    }
    out.push_str(&text[from..]);
    Ok(out)
}

/// Every reference that `values` answer: `date.event`, `time.event`.
#[must_use]
pub fn answered(values: &BTreeMap<String, ValueForm>) -> BTreeSet<String> {
    let names = values.iter().flat_map(|(name, value)| value.kinds().into_iter().map(move |kind| (kind, name)));
    names.map(|(kind, name)| format!("{}.{name}", kind.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_closed_set_is_a_reference() {
        let text =
            "On {{date.event}} at {{ time.event }}: {{7*7}} {{partner.phone}} {{date}} {{{price.basic}} {{date.x";
        let names: Vec<&str> = references(text).map(|reference| reference.name).collect();
        assert_eq!(names, ["date.event", "time.event", "price.basic"]);
        let long = format!("{{{{date.{}}}}}", "é".repeat(60));
        assert_eq!(references(&long).count(), 0);
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let resolve = |name: &str| (name == "text.a").then(|| "{{text.a}}".to_owned());
        assert_eq!(fill("Say {{text.a}}, é.", resolve).unwrap(), "Say {{text.a}}, é.");
        assert_eq!(fill("Say {{text.b}}.", resolve), Err("text.b"));
    }
}
