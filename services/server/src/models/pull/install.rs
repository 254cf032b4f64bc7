//! From the staging folder to the model's name: one pull at a time, on the disk before it is seen, and by one rename.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_domain::digest::Digest;

use super::plan::{Plan, Planned};
use super::progress::Progress;
use crate::models::catalog::Entry;
use crate::models::files::{self, sync_folder};

/// Below DATA/models; a name that no model can have.
const FOLDER: &str = ".pulling";

/// The place of one model's pull, which no other process has as long as this one holds it.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    old: PathBuf,
    _lock: File,
}

impl Staging {
    pub fn open(models: &Path, entry: &Entry) -> Result<Self> {
        let all = models.join(FOLDER);
        fs::create_dir_all(&all).with_context(|| format!("{} cannot be made", all.display()))?;
        let path = all.join(format!("{}.lock", entry.name));
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("`{}` is being pulled by another process; wait for it", entry.name),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
            }
        }
        let staging =
            Self { folder: all.join(entry.name.as_str()), old: all.join(format!("{}.old", entry.name)), _lock: lock };
        staging.mend(&models.join(entry.name.as_str()))?;
        Ok(staging)
    }

    /// A process that ended between the two renames of [`Self::install`] left the model beside its name.
    fn mend(&self, folder: &Path) -> Result<()> {
        if !self.old.exists() {
            return Ok(());
        }
        if folder.exists() {
            return fs::remove_dir_all(&self.old).with_context(|| format!("{} cannot be removed", self.old.display()));
        }
        fs::rename(&self.old, folder).with_context(|| format!("{} cannot be put back", folder.display()))
    }

    /// The folder for these very files: what had come of another commit is of no use, and is removed.
    pub fn at(&self, plan: &Plan) -> Result<PathBuf> {
        let mut text = String::new();
        for file in &plan.files {
            text.push_str(&format!("{} {} {}\n", file.repository, file.commit, file.remote.name));
        }
        let key = Digest::of_bytes(text.as_bytes()).hex()[..16].to_owned();
        let staged = self.folder.join(&key);
        fs::create_dir_all(&staged).with_context(|| format!("{} cannot be made", staged.display()))?;
        let others = fs::read_dir(&self.folder).with_context(|| format!("{} cannot be read", self.folder.display()))?;
        for other in others {
            let other = other.with_context(|| format!("{} cannot be read", self.folder.display()))?;
            if other.file_name() != key.as_str() {
                fs::remove_dir_all(other.path())
                    .with_context(|| format!("{} cannot be removed", other.path().display()))?;
            }
        }
        Ok(staged)
    }

    /// Gives `staged`, whole and locked, the model's name; what had that name before goes.
    pub fn install(&self, staged: &Path, folder: &Path) -> Result<()> {
        for file in files::below(staged)? {
            if let Some(parent) = file.below(staged).parent() {
                sync_folder(parent)?;
            }
        }
        if folder.exists() {
            fs::rename(folder, &self.old).with_context(|| format!("{} cannot be moved aside", folder.display()))?;
        }
        fs::rename(staged, folder).with_context(|| format!("{} cannot be put in its place", folder.display()))?;
        if let Some(models) = folder.parent() {
            sync_folder(models)?;
        }
        for left in [&self.old, &self.folder].into_iter().filter(|left| left.exists()) {
            fs::remove_dir_all(left).with_context(|| format!("{} cannot be removed", left.display()))?;
        }
        Ok(())
    }
}

/// The same file a second time, without its bytes where the file system can: weights are large. Neither the cache nor a
/// pull ever changes a file in place, so both names stay right.
pub fn link(from: &Path, to: &Path) -> Result<()> {
    // A snapshot's file is a link; what it leads to is what is wanted.
    let from = fs::canonicalize(from).with_context(|| format!("{} cannot be found", from.display()))?;
    if fs::hard_link(&from, to).is_ok() {
        return Ok(());
    }
    let copied = || -> std::io::Result<()> {
        let part = PathBuf::from(format!("{}{}", to.display(), crate::models::names::PART));
        fs::copy(&from, &part)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, to)
    };
    copied().with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))
}

/// Whether the file at `path` is the planned one, by its digest.
pub fn is(path: &Path, file: &Planned, progress: &Progress) -> Result<bool> {
    progress.begin(&format!("checking {}", file.remote.name), file.remote.bytes);
    let (_, digest) = files::digest(path, |read| progress.more(read))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(file.remote.digest.as_ref() == Some(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Catalog;

    #[test]
    fn one_model_is_pulled_by_one_process_at_a_time() {
        let models = tempfile::tempdir().unwrap();
        let catalog = Catalog::load(models.path()).unwrap();
        let entry = catalog.get("SmolLM3-3B").unwrap();
        let held = Staging::open(models.path(), entry).unwrap();
        let said = Staging::open(models.path(), entry).unwrap_err().to_string();
        assert!(said.contains("another process"), "{said}");
        assert!(Staging::open(models.path(), catalog.get("bge-m3").unwrap()).is_ok());
        drop(held);
        assert!(Staging::open(models.path(), entry).is_ok());
    }

    #[test]
    fn a_process_that_ended_between_the_renames_loses_nothing() {
        let models = tempfile::tempdir().unwrap();
        let catalog = Catalog::load(models.path()).unwrap();
        let entry = catalog.get("SmolLM3-3B").unwrap();
        let old = models.path().join(FOLDER).join("SmolLM3-3B.old");
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join("config.json"), b"{}").unwrap();
        let staging = Staging::open(models.path(), entry).unwrap();
        assert!(models.path().join("SmolLM3-3B/config.json").exists(), "put back");
        let staged = staging.folder.join("0");
        fs::create_dir_all(&staged).unwrap();
        fs::write(staged.join("config.json"), b"{\"new\":1}").unwrap();
        staging.install(&staged, &models.path().join("SmolLM3-3B")).unwrap();
        assert_eq!(fs::read(models.path().join("SmolLM3-3B/config.json")).unwrap(), b"{\"new\":1}");
        assert!(!old.exists() && !staging.folder.exists());
    }
}
