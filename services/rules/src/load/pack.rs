//! `pack.yaml`: what a pack says of itself, and the packs that it extends.

use std::collections::BTreeMap;

use countersign_domain::digest::Digest;
use countersign_domain::finding::Severity;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::source::{self, PackSource};
use super::{Fault, Faults, is_name};
use crate::packs::PackInfo;
use crate::rule::Status;

/// The form of rule files that this version reads.
const SCHEMA: u32 = 1;
/// Raised whenever the same rule files would say something else of the same text: it is part of the version.
const MEANING: u32 = 3;
/// Packs that may be loaded together, extended ones included.
const MAX_PACKS: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    /// Read before all else, see [`Schema`]; absent is 1.
    #[serde(default, rename = "schema")]
    _schema: Option<u32>,
    pub name: Spanned<String>,
    version: Spanned<u32>,
    title: String,
    /// Names of the brands whose pack it is; for everybody when left out.
    #[serde(default)]
    pub brands: Vec<String>,
    /// Names of shipped packs, of others that are loaded, or folders beside it.
    #[serde(default)]
    pub extends: Vec<Spanned<String>>,
    #[serde(default)]
    pub adjust: BTreeMap<String, Spanned<Adjustment>>,
}

/// What a pack changes about a rule of a pack that it extends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Adjustment {
    pub severity: Option<Severity>,
    pub status: Option<Status>,
    pub exceptions: Vec<Spanned<String>>,
}

/// Only the schema: a newer file may have fields that this version would call unknown.
#[derive(Debug, Deserialize)]
struct Schema {
    #[serde(default)]
    schema: Option<Spanned<u32>>,
}

/// A pack whose manifest could be read.
#[derive(Debug)]
pub(super) struct Pack {
    pub source: PackSource,
    pub file: PackFile,
    /// Names of the packs that it extends.
    pub extends: Vec<String>,
}

impl Pack {
    pub(super) fn name(&self) -> &str {
        &self.file.name.value
    }

    pub(super) fn info(self) -> PackInfo {
        let PackFile { name, version, title, .. } = self.file;
        PackInfo { name: name.value, version: version.value, title, extends: self.extends }
    }
}

/// The packs with all that they extend, each after what it extends.
pub(super) fn gather(sources: Vec<PackSource>, faults: &mut Vec<Fault>) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    let mut waiting: std::collections::VecDeque<PackSource> = sources.into();
    // Names first, so that a pack is found whatever the order of folders.
    let mut unread: Vec<PackSource> = Vec::new();
    while let Some(source) = waiting.pop_front().or_else(|| unread.pop()) {
        if packs.len() == MAX_PACKS {
            let reason = format!("more than {MAX_PACKS} packs would be loaded together");
            faults.push(Fault::of_file(&source.manifest.path, reason));
            break;
        }
        let mut here = Faults::new(source.manifest.path.clone());
        if let Some(file) = read(&source, &mut here) {
            check_name(&file, &packs, &mut here);
            for wanted in &file.extends {
                let waits = |known: &PackSource| known.is(&source, &wanted.value);
                if packs.iter().any(|pack| pack.source.is(&source, &wanted.value) || pack.name() == wanted.value)
                    || source.is(&source, &wanted.value)
                    || waiting.iter().chain(&unread).any(waits)
                {
                    continue;
                }
                match source::extended(&source, &wanted.value) {
                    Ok(found) => unread.push(found),
                    Err(reason) => here.at(wanted.referenced, reason),
                }
            }
            packs.push(Pack { source, file, extends: Vec::new() });
        }
        faults.extend(here.into_list());
    }
    in_order(packs, faults)
}

fn read(source: &PackSource, faults: &mut Faults) -> Option<PackFile> {
    let head: Schema = faults.parse(&source.manifest.text)?;
    if let Some(schema) = head.schema.filter(|schema| !(1..=SCHEMA).contains(&schema.value)) {
        let newer = schema.value;
        faults.at(
            schema.referenced,
            format!("the pack has schema {newer}, this version reads up to {SCHEMA}; use a newer Countersign"),
        );
        return None;
    }
    faults.parse(&source.manifest.text)
}

fn check_name(pack: &PackFile, packs: &[Pack], faults: &mut Faults) {
    let name = &pack.name.value;
    if !is_name(name) {
        faults.at(pack.name.referenced, format!("`{name}` is no pack name; use small letters, digits and _"));
    }
    if name == "brand" {
        faults.at(pack.name.referenced, "`brand` names the built-in rules; choose another name");
    }
    if packs.iter().any(|other| other.name() == name) {
        faults.at(pack.name.referenced, format!("a pack `{name}` is loaded already; name or load it once"));
    }
    if pack.version.value == 0 {
        faults.at(pack.version.referenced, "versions count from 1");
    }
}

/// Each pack after those that it extends; a circle is a fault that names its members.
fn in_order(mut packs: Vec<Pack>, faults: &mut Vec<Fault>) -> Vec<Pack> {
    let indices: Vec<Vec<(usize, usize)>> = packs
        .iter()
        .map(|pack| {
            let named = pack.file.extends.iter().enumerate().filter_map(|(entry, wanted)| {
                let same = |other: &Pack| other.name() == wanted.value || other.source.is(&pack.source, &wanted.value);
                packs.iter().position(same).map(|at| (at, entry))
            });
            named.collect()
        })
        .collect();
    let names: Vec<String> = packs.iter().map(|pack| pack.name().to_owned()).collect();
    for (pack, bases) in packs.iter_mut().zip(&indices) {
        pack.extends = bases.iter().map(|(base, _)| names[*base].clone()).collect();
    }
    let mut order = Vec::new();
    let mut path = Vec::new();
    for at in 0..packs.len() {
        visit(at, &indices, &mut path, &mut order, &mut |circle, entry| {
            let pack = &packs[circle[circle.len() - 1]];
            let told: Vec<&str> = circle.iter().chain(circle.first()).map(|at| names[*at].as_str()).collect();
            let mut here = Faults::new(pack.source.manifest.path.clone());
            here.at(
                pack.file.extends[entry].referenced,
                format!("packs extend each other in a circle: {}", told.join(" → ")),
            );
            faults.extend(here.into_list());
        });
    }
    let mut slots: Vec<Option<Pack>> = packs.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

/// Depth first; at most [`MAX_PACKS`] deep.
fn visit(
    at: usize,
    bases: &[Vec<(usize, usize)>],
    path: &mut Vec<usize>,
    order: &mut Vec<usize>,
    circle: &mut dyn FnMut(&[usize], usize),
) {
    if order.contains(&at) {
        return;
    }
    path.push(at);
    for (base, entry) in &bases[at] {
        match path.iter().position(|known| known == base) {
            Some(from) => circle(&path[from..], *entry),
            None => visit(*base, bases, path, order, circle),
        }
    }
    path.pop();
    order.push(at);
}

/// Names, versions and a digest of all rule data.
pub(super) fn version(packs: &[Pack]) -> String {
    let names: Vec<String> = packs.iter().map(|pack| format!("{}@{}", pack.name(), pack.file.version.value)).collect();
    let digests: Vec<Vec<Digest>> = packs
        .iter()
        .map(|pack| {
            // By content alone: where a pack lies does not change what it says.
            let rules = pack.source.rules.iter();
            let mut files: Vec<Digest> = rules.map(|file| Digest::of_bytes(file.text.as_bytes())).collect();
            files.sort();
            files.push(Digest::of_bytes(pack.source.manifest.text.as_bytes()));
            files
        })
        .collect();
    let all = Digest::of_json(&(MEANING, digests));
    format!("{} sha256:{}", names.join("+"), &all.hex()[..12])
}
