//! A catalogue model's folder, DATA/models/NAME: what is there of it, and what to copy where by hand.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_domain::digest::Digest;

use super::catalog::{Entry, Source};
use super::files;
use super::lock::{Lock, Locked};
use super::names::{FileName, Pattern};

/// What lies in a model's folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    Absent,
    /// A whole model, pulled or checked before.
    Locked(Lock),
    /// All files are there, and no lock: somebody copied them.
    Copied,
    /// Somebody copied some of the files; these lack.
    Lacks(Vec<String>),
}

impl Place {
    pub fn look(entry: &Entry, folder: &Path) -> Result<Self> {
        if !folder.exists() {
            return Ok(Self::Absent);
        }
        if !folder.is_dir() {
            bail!("{} is no folder; move it away, the model `{}` belongs there", folder.display(), entry.name);
        }
        if let Some(lock) = Lock::read(folder)? {
            return Ok(Self::Locked(lock));
        }
        let mut entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        if entries.next().is_none() {
            return Ok(Self::Absent);
        }
        Ok(match files::whole(entry, &files::below(folder)?) {
            Ok(_) => Self::Copied,
            Err(lacking) => Self::Lacks(lacking),
        })
    }
}

/// Locks a folder whose files somebody copied; a file that is not what the catalogue says is refused.
pub fn lock_copied(entry: &Entry, folder: &Path, mut read: impl FnMut(u64)) -> Result<Lock> {
    let chosen = files::whole(entry, &files::below(folder)?)
        .map_err(|lacking| anyhow::anyhow!("{} lacks {}", folder.display(), lacking.join(", ")))?;
    let mut locked = Vec::new();
    for (name, source) in chosen {
        let path = name.below(folder);
        let (bytes, digest) =
            files::digest(&path, &mut read).with_context(|| format!("{} cannot be read", path.display()))?;
        check_digest(source.digests.get(&name), &digest, "the catalogue")
            .with_context(|| format!("{} is not the file that is wanted; copy it again", path.display()))?;
        locked.push(lock_line(name, bytes, digest, source));
    }
    let lock = Lock::new(entry.name.clone(), locked);
    lock.write(folder)?;
    Ok(lock)
}

fn lock_line(name: FileName, bytes: u64, digest: Digest, source: &Source) -> Locked {
    // Whoever copied the files may have taken any revision: unless the catalogue names a commit, none is known.
    let (repository, revision) = (source.repository.clone(), source.revision.clone());
    Locked { name, bytes, digest, repository, revision, commit: None }
}

/// Refuses what is not `wanted`.
pub fn check_digest(wanted: Option<&Digest>, got: &Digest, who: &str) -> Result<()> {
    match wanted {
        Some(wanted) if wanted != got => bail!("{who} says {wanted}, it is {got}"),
        _ => Ok(()),
    }
}

/// Which files to copy where, for a machine that cannot fetch them.
pub fn by_hand(entry: &Entry, folder: &Path) -> String {
    let folder: PathBuf = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut text = String::from("where there is no network, copy from a machine that has these files:");
    for source in &entry.sources {
        let names = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("\n  {} (revision {}): {}", source.repository, source.revision, names(&source.files)));
        if !source.optional.is_empty() {
            text.push_str(&format!("; and where there are: {}", names(&source.optional)));
        }
    }
    text.push_str(&format!(
        "\nto the folder {}\nand run `countersign models pull {}` there: it checks them, locks them, and asks no network",
        folder.display(),
        entry.name
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Catalog;

    fn entry() -> Entry {
        Catalog::load(Path::new("/nowhere")).unwrap().get("Qwen3-0.6B-Q8_0").unwrap().clone()
    }

    #[test]
    fn a_folder_that_was_copied_is_locked_once_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("Qwen3-0.6B-Q8_0");
        assert_eq!(Place::look(&entry(), &folder).unwrap(), Place::Absent);
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(Place::look(&entry(), &folder).unwrap(), Place::Absent, "an empty folder is nothing yet");
        std::fs::write(folder.join("Qwen3-0.6B-Q8_0.gguf"), b"weights").unwrap();
        assert_eq!(Place::look(&entry(), &folder).unwrap(), Place::Lacks(vec!["tokenizer.json".into()]));
        assert!(lock_copied(&entry(), &folder, |_| {}).unwrap_err().to_string().contains("lacks tokenizer.json"));
        std::fs::write(folder.join("tokenizer.json"), b"{}").unwrap();
        assert_eq!(Place::look(&entry(), &folder).unwrap(), Place::Copied);
        let lock = lock_copied(&entry(), &folder, |_| {}).unwrap();
        assert_eq!(lock.files.len(), 2);
        assert_eq!(lock.files[1].repository.to_string(), "Qwen/Qwen3-0.6B", "each file has its own repository");
        assert!(matches!(Place::look(&entry(), &folder).unwrap(), Place::Locked(_)));
    }

    #[test]
    fn a_copied_file_that_the_catalogue_knows_otherwise_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut entry = entry();
        let name = FileName::new("tokenizer.json").unwrap();
        entry.sources[1].digests.insert(name, Digest::of_bytes(b"the right one"));
        std::fs::write(folder.path().join("Qwen3-0.6B-Q8_0.gguf"), b"weights").unwrap();
        std::fs::write(folder.path().join("tokenizer.json"), b"{}").unwrap();
        let said = format!("{:#}", lock_copied(&entry, folder.path(), |_| {}).unwrap_err());
        assert!(said.contains("tokenizer.json") && said.contains("the catalogue says"), "{said}");
        assert_eq!(Lock::read(folder.path()).unwrap(), None);
    }

    #[test]
    fn what_to_copy_names_files_repositories_and_the_folder() {
        let text = by_hand(&entry(), Path::new("/data/models/Qwen3-0.6B-Q8_0"));
        for words in ["Qwen/Qwen3-0.6B-GGUF (revision main): Qwen3-0.6B-Q8_0.gguf", "/data/models/Qwen3-0.6B-Q8_0\n"] {
            assert!(text.contains(words), "{text}");
        }
    }
}
