//! The data folder: what is where, its layout's version, and the lock that lets one service run on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::id::{IdSource as _, RandomIds};

/// The layout that this program writes. A folder with a higher number is left alone.
const LAYOUT: u32 = 1;

#[derive(Debug, Clone)]
pub struct DataFolder(PathBuf);

/// Held while a service runs on the folder; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataFolder {
    /// Opens or makes the folder.
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("the data folder {} cannot be made", path.display()))?;
        let folder = Self(path.to_owned());
        let version = path.join("VERSION");
        match fs::read_to_string(&version) {
            Ok(text) => folder.check_layout(&text)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::write(&version, format!("{LAYOUT}\n"))
                    .with_context(|| format!("{} cannot be written", version.display()))?;
            }
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", version.display())),
        }
        Ok(folder)
    }

    /// The folder as it is, for what only reads: nothing is made, and it need not exist.
    pub fn look(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        let version = path.join("VERSION");
        match fs::read_to_string(&version) {
            Ok(text) => folder.check_layout(&text)?,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", version.display())),
        }
        Ok(folder)
    }

    fn check_layout(&self, text: &str) -> Result<()> {
        match text.trim().parse::<u32>() {
            Ok(have) if have <= LAYOUT => Ok(()),
            Ok(have) => bail!(
                "the data folder {} has layout {have}, this program knows up to {LAYOUT}: run a newer countersign, or name another folder with --data",
                self.0.display()
            ),
            Err(_) => bail!(
                "{} should hold a number; is this a data folder of countersign?",
                self.0.join("VERSION").display()
            ),
        }
    }

    /// Takes the folder for this process.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.0.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is in use by another countersign; stop that one, or name another folder with --data",
                self.0.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite database's address.
    #[must_use]
    pub fn sqlite_url(&self) -> String {
        format!("sqlite:{}?mode=rwc", self.0.join("countersign.db").display())
    }

    /// As [`Self::sqlite_url`], for what only reads: SQLite itself refuses to write.
    #[must_use]
    pub fn sqlite_url_to_read(&self) -> String {
        format!("sqlite:{}?mode=ro", self.0.join("countersign.db").display())
    }

    #[must_use]
    pub fn has_database(&self) -> bool {
        self.0.join("countersign.db").exists()
    }

    #[must_use]
    pub fn library(&self) -> PathBuf {
        self.0.join("library")
    }

    #[must_use]
    pub fn models(&self) -> PathBuf {
        self.0.join("models")
    }

    /// The name of the worker that runs on this folder: made once, and no other folder's. The folder's lock keeps two
    /// processes from having it at once.
    pub fn worker(&self) -> Result<String> {
        let path = self.0.join("worker");
        match fs::read_to_string(&path) {
            Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
            Ok(_) => self.make_worker(&path),
            Err(error) if error.kind() == ErrorKind::NotFound => self.make_worker(&path),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    fn make_worker(&self, path: &Path) -> Result<String> {
        let name = format!("worker-{}", RandomIds.uuid(SystemClock.now()));
        fs::write(path, format!("{name}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(name)
    }

    #[must_use]
    pub fn receipt_key(&self) -> PathBuf {
        self.0.join("keys").join("receipt.pem")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_by_one_service() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(dir.path()).unwrap();
        let held = folder.lock().unwrap();
        let error = folder.lock().unwrap_err().to_string();
        assert!(error.contains("in use"), "{error}");
        drop(held);
        assert!(folder.lock().is_ok());
    }

    #[test]
    fn a_folder_has_a_workers_name_of_its_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = DataFolder::open(one.path()).unwrap();
        let name = folder.worker().unwrap();
        assert_eq!(folder.worker().unwrap(), name);
        assert_ne!(DataFolder::open(other.path()).unwrap().worker().unwrap(), name);
        fs::write(one.path().join("worker"), "").unwrap();
        assert!(folder.worker().unwrap().starts_with("worker-"), "a file that was cut short is written anew");
    }

    #[test]
    fn looking_makes_nothing_and_still_leaves_a_newer_layout_alone() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("data");
        assert!(!DataFolder::look(&missing).unwrap().has_database());
        assert!(!missing.exists());
        DataFolder::look(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        fs::write(dir.path().join("VERSION"), "99\n").unwrap();
        assert!(DataFolder::look(dir.path()).unwrap_err().to_string().contains("layout 99"));
    }

    #[test]
    fn a_newer_layout_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("VERSION"), "99\n").unwrap();
        let error = DataFolder::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("layout 99"), "{error}");
        fs::write(dir.path().join("VERSION"), "banana").unwrap();
        assert!(DataFolder::open(dir.path()).is_err());
    }
}
