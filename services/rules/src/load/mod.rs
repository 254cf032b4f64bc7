//! From folders of YAML to rules, or every fault with its file, line and column.
//!
//! A pack is a folder with a `pack.yaml` (name, version, title); every other `.yaml` or `.yml` file below it is one
//! rule. Nothing is guessed: unknown fields and kinds, duplicate ids and rules without examples are refused.
//! Start reading at [`load`]; a rule file's fields are in `file.rs`.

mod adjust;
mod compile;
mod fault;
mod file;
mod pack;
mod source;

pub use fault::{Fault, PackError};

pub(crate) use compile::{Common, members};
pub(crate) use fault::{Faults, Sought};
pub(crate) use file::{ContextFile, LimitFile, SourceFields, SourceFile};
#[cfg(test)]
pub(crate) use source::PackFileText;
pub(crate) use source::{PackSource, embedded, folder};

use std::collections::BTreeMap;

use crate::packs::PackInfo;
use crate::rule::Rule;

/// All packs compiled, in order, or all that is wrong with them.
pub(crate) fn load(sources: Vec<PackSource>) -> Result<Loaded, PackError> {
    let mut faults = Vec::new();
    let packs = pack::gather(sources, &mut faults);
    let mut rules: Vec<Rule> = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut sought = Sought::default();
    for pack in &packs {
        let name = pack.name();
        let mut patterns = 0;
        for file in &pack.source.rules {
            let mut here = Faults::new(file.path.clone());
            if let Some((mut rule, id_at)) = file::read(name, &file.path, &file.text, &mut here) {
                if let Some(first) = ids.get(&rule.id) {
                    here.at(id_at, format!("the id `{}` is taken by {first}; choose another", rule.id));
                }
                ids.entry(rule.id.clone()).or_insert_with(|| file.path.clone());
                rule.when.brands.clone_from(&pack.file.brands);
                rules.push(rule);
            }
            patterns += here.patterns;
            sought.take(&mut here);
            faults.extend(here.into_list());
        }
        if patterns > MAX_PATTERNS {
            let reason =
                format!("the pack has {patterns} patterns, {MAX_PATTERNS} are allowed; use `terms`, or part it");
            faults.push(Fault::of_file(&pack.source.manifest.path, reason));
        }
        if pack.source.rules.is_empty() && pack.file.extends.is_empty() {
            let reason = "the pack has no rules; add one YAML file for each";
            faults.push(Fault::of_file(&pack.source.manifest.path, reason));
        }
        adjust::adjust(pack, &packs, &mut rules, &mut sought, &mut faults);
    }
    let terms: usize = sought.lists.iter().map(|list| list.len()).sum();
    if terms > MAX_TERMS {
        let reason = format!("the packs have {terms} terms together, {MAX_TERMS} are allowed");
        faults.push(Fault::of_file(packs.first().map_or("", |pack| &pack.source.manifest.path), reason));
    }
    if !faults.is_empty() {
        return Err(PackError { faults });
    }
    let version = pack::version(&packs);
    Ok(Loaded { packs: packs.into_iter().map(pack::Pack::info).collect(), rules, version, sought })
}

/// Packs that were understood.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub packs: Vec<PackInfo>,
    pub rules: Vec<Rule>,
    pub version: String,
    /// Every list of terms and every pattern of the rules.
    pub sought: Sought,
}

/// Patterns of one pack: each is a machine of its own that takes up to two megabytes.
const MAX_PATTERNS: usize = 2_000;
/// Terms of all packs together; they are found by one machine.
const MAX_TERMS: usize = 200_000;

/// Names of packs and rules: they stand in findings, URLs and files.
fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
