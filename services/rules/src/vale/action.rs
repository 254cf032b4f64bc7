//! What a rule's `action` makes of a match.

use serde_saphyr::Spanned;

use super::file::ActionFile;
use super::regex::Pattern;
use crate::load::Faults;

/// Something that mends a match.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// By one of these; by what the rule itself says where there are none.
    Replace(Vec<String>),
    Remove,
    /// Words parted and in small letters.
    Simple,
    Edit(Edit),
}

#[derive(Clone, Debug)]
pub(super) enum Edit {
    Regex(Pattern, String),
    TrimRight(String),
    TrimLeft(String),
    Trim(String),
    /// What stands before it.
    Truncate(String),
    /// Part so many of what it parts.
    Split(String, usize),
}

impl Action {
    /// `Ok(None)` where there is no action, `Err` where Vale has it and we do not.
    pub(super) fn new(file: &Option<Spanned<ActionFile>>, faults: &mut Faults) -> Result<Option<Self>, String> {
        let Some(action) = file else { return Ok(None) };
        let params: Vec<&str> = action.value.params.0.iter().map(|param| param.value.as_str()).collect();
        Ok(match (action.value.name.as_str(), params.as_slice()) {
            ("replace", params) => Some(Self::Replace(params.iter().map(|param| (*param).to_owned()).collect())),
            ("remove", _) => Some(Self::Remove),
            ("suggest", _) => return Err("the action `suggest` asks a script or a dictionary".to_owned()),
            ("convert", ["simple"]) => Some(Self::Simple),
            ("edit", params) => match edit(params) {
                Ok(edit) => Some(Self::Edit(edit)),
                Err(reason) => {
                    faults.at(action.referenced, reason);
                    None
                }
            },
            (name, _) => {
                let known = "replace, remove, convert (simple), edit";
                faults.at(action.referenced, format!("unknown action `{name}` {params:?}; there are {known}"));
                None
            }
        })
    }

    /// What may stand in the place of `found`.
    pub(super) fn fixes(&self, found: &str) -> Vec<String> {
        match self {
            Self::Replace(texts) => texts.clone(),
            Self::Remove => vec![String::new()],
            Self::Simple => vec![simple(found)],
            Self::Edit(edit) => edit.apply(found).into_iter().collect(),
        }
    }
}

fn edit(params: &[&str]) -> Result<Edit, String> {
    Ok(match *params {
        ["regex", pattern, by] => Edit::Regex(Pattern::new(pattern)?, by.to_owned()),
        ["trim_right", chars] => Edit::TrimRight(chars.to_owned()),
        ["trim_left", chars] => Edit::TrimLeft(chars.to_owned()),
        ["trim", chars] => Edit::Trim(chars.to_owned()),
        ["truncate", before] => Edit::Truncate(before.to_owned()),
        ["split", by, number] => match number.parse() {
            Ok(number) => Edit::Split(by.to_owned(), number),
            Err(_) => return Err(format!("`split` takes a number, not `{number}`")),
        },
        _ => {
            return Err(
                "`edit` takes regex, trim, trim_left, trim_right, truncate or split, with their texts".to_owned()
            );
        }
    })
}

impl Edit {
    fn apply(&self, found: &str) -> Option<String> {
        let of = |chars: &'_ str| chars.chars().collect::<Vec<char>>();
        Some(match self {
            Self::Regex(pattern, by) => pattern.replace(found, by)?,
            Self::TrimRight(chars) => found.trim_end_matches(&*of(chars)).to_owned(),
            Self::TrimLeft(chars) => found.trim_start_matches(&*of(chars)).to_owned(),
            Self::Trim(chars) => found.trim_matches(&*of(chars)).to_owned(),
            Self::Truncate(before) => found.split(before.as_str()).next()?.to_owned(),
            Self::Split(by, number) => found.split(by.as_str()).nth(*number)?.to_owned(),
        })
    }
}

/// `camelCase_word` becomes `camel case word`.
fn simple(found: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in found.chars() {
        if (before.is_lowercase() && c.is_uppercase()) || !c.is_alphanumeric() {
            out.push(' ');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
        before = c;
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_do_what_they_are_called() {
        let edited = |params: &[&str], text| edit(params).unwrap().apply(text);
        assert_eq!(edited(&["regex", "-", " "], "newly-made").unwrap(), "newly made");
        assert_eq!(edited(&["trim_right", "!"], "thanks!").unwrap(), "thanks");
        assert_eq!(edited(&["truncate", " "], "the the").unwrap(), "the");
        assert_eq!(edited(&["split", " ", "3"], "a b"), None);
        assert_eq!(simple("camelCase_word"), "camel case word");
    }
}
