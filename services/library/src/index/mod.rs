//! Passages made searchable: one embedded Qdrant shard a brand, BM25 in the passage's own language.
//!
//! The index is derived: the store has the passages, [`Index::sync`] makes a brand's shard hold exactly these, and
//! whatever is found damaged, half written or of another version is deleted and built again by the next sync. A shard a
//! brand, so that no query can reach another brand's passages and no other brand's words weigh in its scores.
//!
//! Every call blocks (disk, locks): async callers use `spawn_blocking`. Searches of a brand run in parallel and see whole
//! versions only: they wait while that brand is synced. One [`Index`] owns a folder, across processes.
//!
//! Start reading at [`Index`]; `shard.rs` is all that knows Qdrant's calls, `conditions.rs` what is stored and filtered,
//! `language.rs` how text becomes terms, `manifest.rs` how a folder is known to be whole.

mod conditions;
mod language;
mod manifest;
mod shard;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use countersign_domain::id::{BrandId, PassageId};
use countersign_domain::library::{Passage, PassageQuery};

use shard::Shard;

/// The most hits of one search.
pub const MAX_HITS: usize = 1_000;

const LOCK_FILE: &str = "index.lock";

/// A folder of shards, owned by this process. `Send` and `Sync`; share it in an `Arc`.
#[derive(Debug)]
pub struct Index {
    dir: PathBuf,
    brands: RwLock<BTreeMap<BrandId, Arc<RwLock<Slot>>>>,
    /// Holds the lock on the folder for as long as the index lives.
    _lock: File,
}

/// A brand's place in the index.
#[derive(Debug, Default)]
enum Slot {
    /// Nothing to search: never synced, or what was there was not whole.
    #[default]
    Empty,
    /// As it was found on disk. The store may have been restored since, so any version may follow.
    Found(Shard),
    /// Synced by this process: an older version is the late end of a race and changes nothing.
    Synced(Shard),
}

impl Slot {
    fn shard(&self) -> Option<&Shard> {
        match self {
            Self::Empty => None,
            Self::Found(shard) | Self::Synced(shard) => Some(shard),
        }
    }
}

/// What a sync did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The version that the index now has; later than asked when another sync was faster.
    pub version: i64,
    /// Passages that are new or changed.
    pub added: usize,
    /// Passages that are gone.
    pub removed: usize,
}

/// A passage that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub passage: PassageId,
    /// BM25, in steps of 1/1024; more is better, and only comparable within one search.
    pub score: f32,
}

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error(
        "the index folder {} is in use by another process; stop that one, or give this one another data folder",
        dir.display()
    )]
    InUse { dir: PathBuf },
    #[error("{doing} in the index folder {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the index of brand {brand} is not built yet; sync it with the store's passages first")]
    NotSynced { brand: BrandId },
    #[error("passage {passage} was given to brand {brand} but belongs to another; nothing was indexed")]
    ForeignPassage { passage: PassageId, brand: BrandId },
    #[error("passage {passage} was given twice for one sync; nothing was indexed")]
    PassageTwice { passage: PassageId },
    #[error("{doing} in the index folder {}: {reason}", path.display())]
    Engine { doing: &'static str, path: PathBuf, reason: String },
}

impl Index {
    /// Opens the folder, makes it if it is missing, and loads the brands' shards that are whole. What is not whole is
    /// deleted, with a warning in the log; [`Index::version`] is `None` for it until the next sync.
    ///
    /// # Errors
    /// [`IndexError::InUse`] when another process (or another `Index`) owns the folder; [`IndexError::Io`].
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        std::fs::create_dir_all(dir).map_err(io("making the folder", dir))?;
        let lock_path = dir.join(LOCK_FILE);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io("opening the lock", &lock_path))?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => IndexError::InUse { dir: dir.to_owned() },
            std::fs::TryLockError::Error(source) => io("locking", &lock_path)(source),
        })?;
        let mut brands = BTreeMap::new();
        for entry in std::fs::read_dir(dir).map_err(io("reading", dir))? {
            let entry = entry.map_err(io("reading", dir))?;
            // Only folders that are named after a brand are ours to load or delete.
            let Some(brand) = entry.file_name().to_str().and_then(|name| name.parse::<BrandId>().ok()) else {
                continue;
            };
            let slot = match Shard::load(&entry.path()) {
                Ok(shard) => Slot::Found(shard),
                Err(problem) => {
                    tracing::warn!(
                        brand.id = %brand,
                        index.problem = %problem,
                        "the brand's index is not usable and is deleted; it is built again from the store"
                    );
                    delete(&entry.path())?;
                    Slot::Empty
                }
            };
            brands.insert(brand, Arc::new(RwLock::new(slot)));
        }
        Ok(Self { dir: dir.to_owned(), brands: RwLock::new(brands), _lock: lock })
    }

    /// The version of the library that the brand's index has; `None` when it must be synced before it can be searched.
    #[must_use]
    pub fn version(&self, brand: BrandId) -> Option<i64> {
        let slot = self.slot(brand)?;
        let slot = read(&slot);
        slot.shard().map(Shard::version)
    }

    /// Makes the brand's index hold exactly `passages`: what is new or changed is added, what is gone is removed. When it
    /// returns, that is on disk. Doing it again changes nothing. A `version` below what this process has synced already
    /// is ignored, so that of two syncs that race the later state wins.
    ///
    /// # Errors
    /// [`IndexError::ForeignPassage`] and [`IndexError::PassageTwice`] before anything is changed. After
    /// [`IndexError::Engine`] or [`IndexError::Io`] the brand's index is empty until it is synced again.
    pub fn sync(&self, brand: BrandId, version: i64, passages: &[Passage]) -> Result<Synced, IndexError> {
        let mut ids = BTreeSet::new();
        for passage in passages {
            if passage.brand != brand {
                return Err(IndexError::ForeignPassage { passage: passage.id, brand });
            }
            if !ids.insert(passage.id) {
                return Err(IndexError::PassageTwice { passage: passage.id });
            }
        }
        let slot = Arc::clone(write(&self.brands).entry(brand).or_default());
        let mut slot = write(&slot);
        if let Slot::Synced(shard) = &*slot
            && version < shard.version()
        {
            return Ok(Synced { version: shard.version(), added: 0, removed: 0 });
        }
        let path = self.dir.join(brand.to_string());
        let mut shard = match std::mem::take(&mut *slot) {
            Slot::Found(shard) | Slot::Synced(shard) if !shard.is_worn(passages.len())? => shard,
            worn_or_empty => {
                drop(worn_or_empty);
                delete(&path)?;
                Shard::create(&path)?
            }
        };
        match shard.sync(version, passages) {
            Ok(synced) => {
                *slot = Slot::Synced(shard);
                Ok(synced)
            }
            Err(error) => {
                // What is half done must not be searched; the next sync starts from nothing.
                drop(shard);
                delete(&path)?;
                Err(error)
            }
        }
    }

    /// The passages that fit the query best, best first, ties by id; the filters always hold. Only passages that share a
    /// word with the query are found, so a query without words finds nothing. At most [`MAX_HITS`].
    ///
    /// # Errors
    /// [`IndexError::NotSynced`] when the brand's index must be built first.
    pub fn search(&self, query: &PassageQuery) -> Result<Vec<Hit>, IndexError> {
        let slot = self.slot(query.brand).ok_or(IndexError::NotSynced { brand: query.brand })?;
        let slot = read(&slot);
        let shard = slot.shard().ok_or(IndexError::NotSynced { brand: query.brand })?;
        shard.search(query)
    }

    fn slot(&self, brand: BrandId) -> Option<Arc<RwLock<Slot>>> {
        read(&self.brands).get(&brand).cloned()
    }
}

/// A panic leaves a slot empty or whole, never between, so a poisoned lock is as good as any.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::Io { doing, path, source }
}

/// Deletes a brand's folder, if it is there.
fn delete(path: &Path) -> Result<(), IndexError> {
    let outcome = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("deleting", path)(error)),
        _ => Ok(()),
    }
}
