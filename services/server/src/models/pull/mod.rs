//! `models pull`: from the cache of this machine or from the hub, into DATA/models/NAME, locked.
//!
//! Everything is gathered in DATA/models/.pulling/NAME, which no name can lead to; only when every file is whole, has its
//! digest, is on the disk and is locked does the folder get the model's name, by one rename. So a pull that was cut is never
//! taken for a model, and goes on where it was. Read [`plan`] (which files, from where), [`hub`] (how it is asked), then [`transfer`] (one file),
//! then [`install`] (the rename). The network is asked only for what neither DATA/models nor the cache has.

mod cache;
mod hub;
mod install;
mod listing;
mod plan;
mod progress;
mod transfer;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use hf_hub::Cache;

pub use progress::Progress;

use self::hub::{Hub, HubError};
use self::install::Staging;
use self::plan::{Origin, Planned};
use super::catalog::Entry;
use super::files;
use super::lock::{Lock, Locked};
use super::names::PART;
use super::place::{Place, by_hand, check_digest, lock_copied};

/// What a pull did.
#[derive(Debug)]
pub enum Pulled {
    /// It was here, and is what was locked.
    WasHere(Lock),
    /// Somebody had copied the files; they are locked now.
    Locked(Lock),
    /// It was fetched, or taken from the cache.
    Fetched { lock: Lock, from_cache: usize },
}

/// Whether all files of a model lie in the cache of this machine.
pub fn is_cached(entry: &Entry) -> bool {
    cache::from_environment().is_some_and(|cache| cache::holds(&cache, entry))
}

/// Makes `entry` be in its folder below `models`, whole and locked. `update` asks the hub for the newest, also where the
/// model is here.
pub fn pull(entry: &Entry, models: &Path, update: bool, progress: &Progress) -> Result<Pulled> {
    let folder = models.join(entry.name.as_str());
    let staging = Staging::open(models, entry)?;
    let before = match Place::look(entry, &folder)? {
        Place::Absent => None,
        Place::Lacks(lacking) => bail!(
            "{} was made by hand and lacks {}; copy that too, or move the folder away, and pull again\n{}",
            folder.display(),
            lacking.join(", "),
            by_hand(entry, &folder)
        ),
        Place::Copied => {
            progress.begin(&format!("checking {}", folder.display()), None);
            return lock_copied(entry, &folder, |read| progress.more(read)).map(Pulled::Locked);
        }
        Place::Locked(lock) => {
            progress.begin(&format!("checking {}", folder.display()), Some(lock.bytes()));
            let checked = super::verify::check(entry.name.as_str(), &folder, Some(entry), |read| progress.more(read))?;
            if !update && checked.iter().all(|checked| checked.verdict.is_good()) {
                return Ok(Pulled::WasHere(lock));
            }
            Some(folder.clone())
        }
    };
    let cache = cache::from_environment();
    let planned = plan(entry, cache.as_ref(), &folder, update)?;
    let staged = staging.at(&planned)?;
    let mut locked = Vec::new();
    for file in &planned.files {
        locked.push(gather(file, &staged, before.as_deref(), planned.hub.as_ref(), progress)?);
    }
    let from_cache = planned.files.iter().filter(|file| matches!(file.from, Origin::Cache(_))).count();
    let lock = Lock::new(entry.name.clone(), locked);
    lock.write(&staged)?;
    staging.install(&staged, &folder)?;
    progress.end();
    Ok(Pulled::Fetched { lock, from_cache })
}

fn plan(entry: &Entry, cache: Option<&Cache>, folder: &Path, update: bool) -> Result<plan::Plan> {
    plan::make(entry, cache, update).map_err(|error| {
        // Who has no network needs to know what to do without one; who has a wrong name does not.
        if error.downcast_ref::<HubError>().is_some_and(|error| matches!(error, HubError::Unreachable { .. })) {
            return anyhow::anyhow!("{error:#}\n{}", by_hand(entry, folder));
        }
        error
    })
}

/// Brings one file into the staging folder, whole, and says what it is.
fn gather(
    file: &Planned,
    staged: &Path,
    before: Option<&Path>,
    hub: Option<&Hub>,
    progress: &Progress,
) -> Result<Locked> {
    let (name, whole) = (&file.remote.name, file.remote.name.below(staged));
    let part = PathBuf::from(format!("{}{PART}", whole.display()));
    if let Some(parent) = whole.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    if !whole.exists() {
        // What is here already, by its digest: an update of a model often leaves its largest files alone.
        let same = before.filter(|_| file.remote.digest.is_some()).map(|folder| name.below(folder));
        let same = same.filter(|path| fs::metadata(path).is_ok_and(|found| Some(found.len()) == file.remote.bytes));
        match (&file.from, same) {
            (Origin::Cache(path), _) => install::link(path, &whole)?,
            (Origin::Hub, Some(path)) if install::is(&path, file, progress)? => install::link(&path, &whole)?,
            (Origin::Hub, _) => {
                let hub = hub.context("a file of the hub was planned without a hub")?;
                progress.begin(name.as_str(), file.remote.bytes);
                transfer::fetch(hub, &file.repository, &file.commit, &file.remote, &part, |at| progress.at(at))?;
                transfer::keep(&part, &whole)?;
            }
        }
    }
    progress.begin(&format!("checking {name}"), file.remote.bytes);
    let (bytes, digest) = files::digest(&whole, |read| progress.more(read))
        .with_context(|| format!("{} cannot be read", whole.display()))?;
    let is_right = check_digest(file.catalogues.as_ref(), &digest, "the catalogue")
        .and_then(|()| check_digest(file.remote.digest.as_ref(), &digest, file.from.who()))
        .and_then(|()| match file.remote.bytes {
            Some(wanted) if wanted != bytes => bail!("{} says {wanted} bytes, it has {bytes}", file.from.who()),
            _ => Ok(()),
        });
    if let Err(error) = is_right {
        fs::remove_file(&whole).with_context(|| format!("{} cannot be removed", whole.display()))?;
        let advice = match &file.from {
            Origin::Cache(path) => format!("remove {}, and pull again", path.display()),
            Origin::Hub => "it was thrown away, the same command fetches it again".to_owned(),
        };
        return Err(error.context(format!("{name} of {} is not the file that is wanted; {advice}", file.repository)));
    }
    progress.done(&format!("{name}: {bytes} bytes, {digest}"));
    Ok(Locked {
        name: name.clone(),
        bytes,
        digest,
        repository: file.repository.clone(),
        revision: file.revision.clone(),
        commit: Some(file.commit.clone()),
    })
}
