//! Which blocks of a text a rule reads: `heading.h2`, `~list`, `paragraph & ~blockquote`.

use serde_saphyr::Spanned;

use super::file::Many;
use crate::load::Faults;

/// What a rule's `scope` says. One of its selections must hold.
#[derive(Clone, Debug)]
pub(super) struct Scope(Vec<Vec<Part>>);

/// Part of a selection: these names, or none but these.
#[derive(Clone, Debug)]
struct Part {
    names: Vec<String>,
    negated: bool,
}

const BASES: [&str; 14] = [
    "text",
    "heading",
    "table",
    "figure",
    "list",
    "paragraph",
    "sentence",
    "alt",
    "title",
    "blockquote",
    "summary",
    "raw",
    "attr",
    "md",
];
/// What Vale finds in source code, and markup that it no longer tells apart.
const ELSEWHERE: [&str; 6] = ["comment", "code", "link", "strong", "emphasis", "docstring"];

impl Scope {
    /// Of the selections that a file names. `Err` says why the rule can never run on Markdown.
    pub(super) fn new(written: &Option<Spanned<Many>>, faults: &mut Faults) -> Result<Self, String> {
        let Some(written) = written.as_ref().filter(|written| !written.value.0.is_empty()) else {
            return Ok(Self::of("text"));
        };
        let mut selections = Vec::new();
        for selection in &written.value.0 {
            let parts = parts(&selection.value);
            let elsewhere =
                parts.iter().find_map(|part| part.names.iter().find(|name| ELSEWHERE.contains(&name.as_str())));
            if let Some(name) = elsewhere {
                return Err(format!("scope `{}`: `{name}` is nothing that Markdown text has", selection.value));
            }
            for part in &parts {
                let base = part.names.first().map_or("", String::as_str);
                if !BASES.contains(&base) {
                    let known = BASES[..BASES.len() - 2].join(", ");
                    faults.at(written.referenced, format!("unknown scope `{base}`; there are {known}"));
                }
            }
            selections.push(parts);
        }
        Ok(Self(selections))
    }

    pub(super) fn of(selection: &str) -> Self {
        Self(vec![parts(selection)])
    }

    /// Whether a rule with this scope reads a block.
    pub(super) fn reads(&self, block: &str) -> bool {
        let names: Vec<&str> = block.split('.').collect();
        let sized = names.contains(&"raw") || names.contains(&"summary");
        self.0.iter().any(|parts| {
            parts.iter().all(|part| {
                let inside = part.names.iter().all(|name| names.contains(&name.as_str()));
                if part.negated { !inside && !sized } else { inside }
            })
        })
    }
}

fn parts(selection: &str) -> Vec<Part> {
    let part = |part: &str| {
        let part = part.trim();
        let (negated, names) = part.strip_prefix('~').map_or((false, part), |names| (true, names));
        Part { names: names.split('.').map(|name| name.trim().to_owned()).collect(), negated }
    };
    selection.split('&').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_what_has_all_its_names() {
        assert!(Scope::of("heading").reads("text.heading.h2.md"));
        assert!(Scope::of("heading.h2").reads("text.heading.h2.md"));
        assert!(!Scope::of("heading.h1").reads("text.heading.h2.md"));
        assert!(Scope::of("text").reads("text.list.md"));
        assert!(!Scope::of("sentence").reads("text.md"));
    }

    #[test]
    fn a_negated_scope_reads_everything_else_but_the_file_as_a_whole() {
        assert!(!Scope::of("~heading").reads("text.heading.h1.md"));
        assert!(Scope::of("~heading").reads("text.list.md"));
        assert!(!Scope::of("~heading").reads("raw.md"));
        assert!(Scope::of("text & ~list").reads("text.md"));
        assert!(!Scope::of("text & ~list").reads("text.list.md"));
    }
}
