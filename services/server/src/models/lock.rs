//! The lock: what a pull brought, so that the same is found again. `countersign.lock` in the model's folder (JSON).
//!
//! It is the last thing that a pull writes, into a folder that only then gets the model's name: a folder with a lock is
//! a whole model.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use countersign_domain::digest::Digest;
use serde::{Deserialize, Serialize};

use super::files::sync_folder;
use super::names::{Commit, FileName, LOCK, ModelName, Repository, Revision};
use super::read_small;

/// What this program writes, and the highest that it reads.
const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub format: u32,
    pub model: ModelName,
    pub files: Vec<Locked>,
}

/// One file as it was when it was locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    pub name: FileName,
    pub bytes: u64,
    pub digest: Digest,
    pub repository: Repository,
    pub revision: Revision,
    /// Nothing where somebody copied the file: nobody knows then.
    pub commit: Option<Commit>,
}

#[derive(Debug, Deserialize)]
struct Format {
    format: u32,
}

impl Lock {
    pub fn new(model: ModelName, mut files: Vec<Locked>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Self { format: FORMAT, model, files }
    }

    /// The lock in `folder`, where there is one.
    ///
    /// # Errors
    /// It cannot be read, or is not what this program writes.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(LOCK);
        let text = match read_small(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("the lock {} cannot be read", path.display())),
        };
        let broken = |reason: String| {
            anyhow!(
                "the lock {} is broken: {reason}; remove it, and `countersign models pull` writes it anew",
                path.display()
            )
        };
        // First its format alone: a newer one may have fields that this program does not know.
        let Format { format } = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if format > FORMAT {
            bail!(
                "the lock {} has format {format}, this program knows up to {FORMAT}: run a newer countersign",
                path.display()
            );
        }
        let lock: Self = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if lock.files.is_empty() || lock.files.windows(2).any(|pair| pair[0].name >= pair[1].name) {
            return Err(broken("it lists no file, one twice, or not in order".into()));
        }
        Ok(Some(lock))
    }

    /// Writes it into `folder`, whole or not at all.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let (path, temporary) = (folder.join(LOCK), folder.join(format!(".{LOCK}")));
        let written = || -> std::io::Result<()> {
            let mut file = File::create(&temporary)?;
            file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        written().with_context(|| format!("the lock {} cannot be written", path.display()))?;
        sync_folder(folder)
    }

    /// Refuses a model whose files have not the lengths that were locked. It costs a look at each file; that the bytes
    /// are the same is what `models verify` reads them for.
    pub fn check_lengths(&self, folder: &Path) -> Result<()> {
        for file in &self.files {
            let path = file.name.below(folder);
            let wrong = match fs::metadata(&path) {
                Ok(metadata) if metadata.len() == file.bytes => continue,
                Ok(metadata) => format!("has {} bytes and was locked with {}", metadata.len(), file.bytes),
                Err(error) => format!("cannot be read: {error}"),
            };
            bail!(
                "{} {wrong}; `countersign models verify {model}` says all that differs, `countersign models pull {model}` mends it",
                path.display(),
                model = self.model
            );
        }
        Ok(())
    }

    /// The sum of the files' lengths, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let file = |name: &str, bytes: &[u8]| Locked {
            name: FileName::new(name).unwrap(),
            bytes: bytes.len() as u64,
            digest: Digest::of_bytes(bytes),
            repository: Repository::new("a/b").unwrap(),
            revision: Revision::new("main").unwrap(),
            commit: None,
        };
        Lock::new(ModelName::new("M").unwrap(), vec![file("m.gguf", b"weights"), file("config.json", b"{}")])
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Lock::read(dir.path()).unwrap(), None);
        lock().write(dir.path()).unwrap();
        assert_eq!(Lock::read(dir.path()).unwrap(), Some(lock()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing temporary is left");
    }

    #[test]
    fn a_broken_or_hostile_lock_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let text = serde_json::to_string(&lock()).unwrap();
        for (from, to, words) in [
            ("m.gguf", "../m.gguf", "starts with a dot"),
            ("m.gguf", "/etc/passwd", "part of 0 bytes"),
            ("\"format\":1", "\"format\":9", "newer countersign"),
            ("\"bytes\":2", "\"bytes\":-2", "broken"),
            ("\"bytes\":2", "\"surprise\":2", "surprise"),
            ("m.gguf", "config.json", "twice"),
        ] {
            fs::write(dir.path().join(LOCK), text.replace(from, to)).unwrap();
            let said = Lock::read(dir.path()).unwrap_err().to_string();
            assert!(said.contains(words), "{to}: {said}");
        }
        for cut in [0, 1, text.len() / 2, text.len() - 1] {
            fs::write(dir.path().join(LOCK), &text[..cut]).unwrap();
            assert!(Lock::read(dir.path()).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_model_of_another_length_than_its_lock_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config.json"), b"{}").unwrap();
        fs::write(dir.path().join("m.gguf"), b"weights").unwrap();
        lock().check_lengths(dir.path()).unwrap();
        fs::write(dir.path().join("m.gguf"), b"weight").unwrap();
        let said = lock().check_lengths(dir.path()).unwrap_err().to_string();
        assert!(said.contains("m.gguf has 6 bytes and was locked with 7") && said.contains("models pull M"), "{said}");
        fs::remove_file(dir.path().join("m.gguf")).unwrap();
        assert!(lock().check_lengths(dir.path()).unwrap_err().to_string().contains("cannot be read"));
    }
}
