//! Corpora from their folder, or every fault with file and line.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;
use unicode_normalization::UnicodeNormalization;

use super::{CleanFile, Corpora, CorpusError, Entry, Expected, Seeded};
use crate::load::{ContextFile, Fault, Faults};

/// Bytes of one file.
const MAX_FILE: u64 = 4 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeededEntry {
    text: String,
    #[serde(default)]
    context: ContextFile,
    expect: Vec<Spanned<ExpectedFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    rule: String,
    /// Empty for a finding of the whole slot.
    span: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CleanEntry {
    text: String,
    #[serde(default)]
    context: ContextFile,
}

impl Corpora {
    /// The corpora in `dir`. Every fault of every file is told.
    pub fn read(dir: &Path) -> Result<Self, CorpusError> {
        let mut faults = Vec::new();
        let mut seeded = Vec::new();
        for folder in listed(&dir.join("seeded"), &mut faults) {
            let kind = name_of(&folder);
            for path in files(&folder, &mut faults) {
                let entries: Vec<Spanned<SeededEntry>> = entries(&path, &mut faults);
                let entries = entries.into_iter().map(seeded_entry).collect();
                seeded.push(Seeded { file: shown(&path), kind: kind.clone(), language: name_of(&path), entries });
            }
        }
        let mut clean = Vec::new();
        for path in files(&dir.join("clean"), &mut faults) {
            let entries: Vec<Spanned<CleanEntry>> = entries(&path, &mut faults);
            let entries = entries.into_iter().map(clean_entry).collect();
            clean.push(CleanFile { file: shown(&path), language: name_of(&path), entries });
        }
        if seeded.is_empty() && clean.is_empty() && faults.is_empty() {
            let reason = "holds no corpus: there is neither seeded/KIND/LANG.yaml nor clean/LANG.yaml in it";
            faults.push(Fault::of_file(&shown(dir), reason));
        }
        let packs = Some(dir.join("packs")).filter(|packs| packs.is_dir());
        if faults.is_empty() { Ok(Self { seeded, clean, packs }) } else { Err(CorpusError { faults }) }
    }
}

fn seeded_entry(entry: Spanned<SeededEntry>) -> Entry {
    let line = entry.referenced.line();
    let SeededEntry { text, context, expect } = entry.value;
    let expect = expect.into_iter().map(|expected| Expected {
        line: expected.referenced.line(),
        rule: expected.value.rule,
        span: expected.value.span.nfc().collect(),
    });
    Entry { line, text, context, expect: expect.collect() }
}

fn clean_entry(entry: Spanned<CleanEntry>) -> Entry {
    let line = entry.referenced.line();
    let CleanEntry { text, context } = entry.value;
    Entry { line, text, context, expect: Vec::new() }
}

/// A file's list; empty after telling `faults` why.
fn entries<T: DeserializeOwned>(path: &Path, faults: &mut Vec<Fault>) -> Vec<Spanned<T>> {
    let mut here = Faults::new(shown(path));
    let entries: Option<Vec<Spanned<T>>> = match text(path) {
        Ok(text) => here.parse(&text),
        Err(reason) => {
            here.whole(reason);
            None
        }
    };
    if entries.as_ref().is_some_and(Vec::is_empty) {
        here.whole("has no texts");
    }
    faults.extend(here.into_list());
    entries.unwrap_or_default()
}

fn text(path: &Path) -> Result<String, String> {
    let size = path.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > MAX_FILE {
        return Err(format!("has {size} bytes; a corpus has {MAX_FILE} at most, part it"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

/// The YAML files of a folder; anything else in it is a fault, since it would be passed over in silence.
fn files(folder: &Path, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let mut files = listed(folder, faults);
    files.retain(|path| {
        let yaml = path.extension().is_some_and(|end| end == "yaml") && path.is_file();
        if !yaml {
            faults.push(Fault::of_file(&shown(path), "is no corpus: a corpus is a file LANG.yaml"));
        }
        yaml
    });
    files
}

/// What lies in a folder, in order; nothing where there is no such folder.
fn listed(folder: &Path, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    if !folder.exists() {
        return Vec::new();
    }
    let entries: std::io::Result<Vec<PathBuf>> =
        std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    match entries {
        Ok(mut paths) => {
            paths.sort();
            paths
        }
        Err(error) => {
            faults.push(Fault::of_file(&shown(folder), format!("cannot be listed: {error}")));
            Vec::new()
        }
    }
}

/// `it` of `seeded/link/it.yaml`, `link` of `seeded/link`.
fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
