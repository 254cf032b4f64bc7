//! Whether a model's files are still what was locked, and what the catalogue says.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use countersign_domain::digest::Digest;
use serde::Serialize;

use super::catalog::Entry;
use super::lock::{Lock, Locked};
use super::names::FileName;
use super::{STARTER_TOKENIZER, STARTER_WEIGHTS, files};

/// What was found about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub model: String,
    pub file: String,
    pub verdict: Verdict,
    /// What was locked, or what the catalogue says where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Digest>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Same,
    /// Its bytes differ from the lock's.
    Differs,
    /// It is not what the catalogue says, though it may be what was locked.
    NotTheCatalogues,
    Missing,
    /// It lies there, and the lock does not know it; the engine might read it.
    NotLocked,
}

impl Verdict {
    #[must_use]
    pub fn is_good(self) -> bool {
        self == Self::Same
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "is the same",
            Self::Differs => "DIFFERS from what was locked",
            Self::NotTheCatalogues => "is NOT what the catalogue says",
            Self::Missing => "is MISSING",
            Self::NotLocked => "is NOT LOCKED; it came later",
        }
    }
}

/// Reads every file of a locked model.
///
/// # Errors
/// There is no lock, or something cannot be read; a file that differs is a result.
pub fn check(name: &str, folder: &Path, entry: Option<&Entry>, mut read: impl FnMut(u64)) -> Result<Vec<Checked>> {
    let Some(lock) = Lock::read(folder)? else {
        bail!(
            "{} has no lock to verify `{name}` against; for a model of the catalogue `countersign models pull {name}` makes it",
            folder.display()
        );
    };
    let mut checked = Vec::new();
    for file in &lock.files {
        let (verdict, wanted, found) = one(file, folder, entry, &mut read)?;
        checked.push(Checked { model: name.to_owned(), file: file.name.to_string(), verdict, wanted, found });
    }
    for file in files::below(folder)? {
        if is_read(&file) && lock.files.iter().all(|locked| locked.name != file) {
            let verdict = Verdict::NotLocked;
            checked.push(Checked {
                model: name.to_owned(),
                file: file.to_string(),
                verdict,
                wanted: None,
                found: None,
            });
        }
    }
    Ok(checked)
}

/// Whether an engine or an embedder would read a file of that ending; a note beside the model is nobody's business.
fn is_read(file: &FileName) -> bool {
    [".gguf", ".safetensors", ".json", ".jinja", ".bin"].iter().any(|ending| file.as_str().ends_with(ending))
}

type Found = (Verdict, Option<Digest>, Option<Digest>);

fn one(file: &Locked, folder: &Path, entry: Option<&Entry>, read: &mut impl FnMut(u64)) -> Result<Found> {
    let path = file.name.below(folder);
    if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok((Verdict::Missing, Some(file.digest.clone()), None));
    }
    let (_, found) = files::digest(&path, read).with_context(|| format!("{} cannot be read", path.display()))?;
    let (verdict, wanted) = match entry.and_then(|entry| catalogues(entry, &file.name)) {
        Some(wanted) if *wanted != found => (Verdict::NotTheCatalogues, wanted),
        _ if file.digest != found => (Verdict::Differs, &file.digest),
        _ => (Verdict::Same, &file.digest),
    };
    Ok((verdict, Some(wanted.clone()), Some(found)))
}

/// What the catalogue says of a file.
fn catalogues<'a>(entry: &'a Entry, file: &FileName) -> Option<&'a Digest> {
    entry.sources.iter().find_map(|source| source.digests.get(file))
}

/// The bundled model is part of the program; this is what it is, for whoever compares.
#[must_use]
pub fn starter_digest() -> [(&'static str, Digest); 2] {
    [("starter.gguf", Digest::of_bytes(STARTER_WEIGHTS)), ("tokenizer.json", Digest::of_bytes(STARTER_TOKENIZER))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Catalog;
    use crate::models::place::lock_copied;

    #[test]
    fn a_flipped_bit_a_lost_file_and_a_new_one_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let catalog = Catalog::load(Path::new("/nowhere")).unwrap();
        let mut entry = catalog.get("Qwen3-0.6B-Q8_0").unwrap().clone();
        let weights = folder.join("Qwen3-0.6B-Q8_0.gguf");
        fs::write(&weights, vec![7; 100_000]).unwrap();
        fs::write(folder.join("tokenizer.json"), b"{}").unwrap();
        assert!(check("M", folder, None, |_| {}).unwrap_err().to_string().contains("no lock"));
        lock_copied(&entry, folder, |_| {}).unwrap();
        let verdicts = |entry: Option<&Entry>| -> Vec<Verdict> {
            check("M", folder, entry, |_| {}).unwrap().iter().map(|checked| checked.verdict).collect()
        };
        assert_eq!(verdicts(Some(&entry)), [Verdict::Same, Verdict::Same]);

        let mut bytes = fs::read(&weights).unwrap();
        bytes[77_777] ^= 1;
        fs::write(&weights, bytes).unwrap();
        assert_eq!(verdicts(None), [Verdict::Differs, Verdict::Same], "of the same length, and found");

        fs::remove_file(folder.join("tokenizer.json")).unwrap();
        fs::write(folder.join("model.safetensors"), b"x").unwrap();
        fs::write(folder.join("NOTES.txt"), b"x").unwrap();
        assert_eq!(verdicts(None), [Verdict::Differs, Verdict::Missing, Verdict::NotLocked]);

        fs::write(&weights, vec![7; 100_000]).unwrap();
        let name = FileName::new("Qwen3-0.6B-Q8_0.gguf").unwrap();
        entry.sources[0].digests.insert(name, Digest::of_bytes(b"another"));
        assert_eq!(verdicts(Some(&entry))[0], Verdict::NotTheCatalogues);
    }
}
