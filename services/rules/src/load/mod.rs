//! From folders of YAML to rules, or every fault with its file, line and column.
//!
//! A pack is a folder with a `pack.yaml` (name, version, title); every other `.yaml` or `.yml` file below it is one
//! rule. Nothing is guessed: unknown fields and kinds, duplicate ids and rules without examples are refused.
//! Start reading at [`load`]; a rule file's fields are in `file.rs`.

mod compile;
mod fault;
mod file;
mod source;

pub use fault::{Fault, PackError};

pub(crate) use compile::Common;
pub(crate) use fault::Faults;
pub(crate) use file::{ContextFile, LimitFile};
#[cfg(test)]
pub(crate) use source::SourceFile;
pub(crate) use source::{PackSource, embedded, folder};

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::packs::PackInfo;
use crate::rule::Rule;

/// Of `pack.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    name: Spanned<String>,
    version: Spanned<u32>,
    title: String,
    /// Names of the brands whose pack it is; for everybody when left out.
    #[serde(default)]
    brands: Vec<String>,
}

/// All packs compiled, in order, or all that is wrong with them.
pub(crate) fn load(sources: &[PackSource]) -> Result<(Vec<PackInfo>, Vec<Rule>), PackError> {
    let mut faults = Vec::new();
    let mut packs: Vec<PackInfo> = Vec::new();
    let mut rules = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for source in sources {
        let mut here = Faults::new(source.manifest.path.clone());
        let mut brands = Vec::new();
        let pack = here.parse::<PackFile>(&source.manifest.text).map(|pack| {
            check_name(&pack, &packs, &mut here);
            brands = pack.brands;
            PackInfo { name: pack.name.value, version: pack.version.value, title: pack.title }
        });
        faults.extend(here.into_list());
        let name = pack.as_ref().map_or("", |pack| pack.name.as_str());
        for file in &source.rules {
            let mut here = Faults::new(file.path.clone());
            if let Some((mut rule, id_at)) = file::read(name, &file.path, &file.text, &mut here) {
                if let Some(first) = ids.get(&rule.id) {
                    here.at(id_at, format!("the id `{}` is taken by {first}; choose another", rule.id));
                }
                ids.entry(rule.id.clone()).or_insert_with(|| file.path.clone());
                rule.when.brands.clone_from(&brands);
                rules.push(rule);
            }
            faults.extend(here.into_list());
        }
        if source.rules.is_empty() {
            faults.push(Fault::of_file(&source.manifest.path, "the pack has no rules; add one YAML file for each"));
        }
        packs.extend(pack);
    }
    if faults.is_empty() { Ok((packs, rules)) } else { Err(PackError { faults }) }
}

fn check_name(pack: &PackFile, packs: &[PackInfo], faults: &mut Faults) {
    let name = &pack.name.value;
    if !is_name(name) {
        faults.at(pack.name.referenced, format!("`{name}` is no pack name; use small letters, digits and _"));
    }
    if name == "brand" {
        faults.at(pack.name.referenced, "`brand` names the built-in rules; choose another name");
    }
    if packs.iter().any(|other| other.name == *name) {
        faults.at(pack.name.referenced, format!("a pack `{name}` is loaded already; name or load it once"));
    }
    if pack.version.value == 0 {
        faults.at(pack.version.referenced, "versions count from 1");
    }
}

/// Names of packs and rules: they stand in findings, URLs and files.
fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
