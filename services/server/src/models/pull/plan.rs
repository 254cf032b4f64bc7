//! Which files a pull brings, and from where: the cache of this machine first, then the hub.

use std::path::PathBuf;

use anyhow::{Result, bail};
use countersign_domain::digest::Digest;
use hf_hub::Cache;

use super::cache;
use super::hub::Hub;
use super::listing::Remote;
use crate::models::catalog::{Entry, Source};
use crate::models::files;
use crate::models::names::{Commit, FileName, Repository, Revision};

#[derive(Debug)]
pub struct Plan {
    pub files: Vec<Planned>,
    /// Nothing where the cache holds everything.
    pub hub: Option<Hub>,
}

#[derive(Debug)]
pub struct Planned {
    /// Its name, and its length and digest as far as its place says them.
    pub remote: Remote,
    /// What the catalogue says it is.
    pub catalogues: Option<Digest>,
    pub repository: Repository,
    pub revision: Revision,
    pub commit: Commit,
    pub from: Origin,
}

#[derive(Debug)]
pub enum Origin {
    Cache(PathBuf),
    Hub,
}

impl Origin {
    /// Who said what the file should be.
    #[must_use]
    pub fn who(&self) -> &'static str {
        match self {
            Self::Cache(_) => "the cache",
            Self::Hub => "the hub",
        }
    }
}

/// `update` asks the hub for each source's newest commit; without it, a source that the cache holds whole is taken as it
/// is there.
pub fn make(entry: &Entry, cache: Option<&Cache>, update: bool) -> Result<Plan> {
    let mut plan = Plan { files: Vec::new(), hub: None };
    for source in &entry.sources {
        let cached = cache.filter(|_| !update).and_then(|cache| cache::whole(cache, source));
        let files = match cached {
            Some((snapshot, files)) => of_cache(source, &snapshot, files),
            None => {
                let hub = match plan.hub.take() {
                    Some(hub) => hub,
                    None => Hub::from_environment(cache.and_then(cache::token))?,
                };
                of_hub(source, plan.hub.insert(hub), cache)?
            }
        };
        for file in files {
            // The first source that has a file gives it.
            if plan.files.iter().all(|other| other.remote.name != file.remote.name) {
                plan.files.push(file);
            }
        }
    }
    Ok(plan)
}

fn planned(source: &Source, commit: &Commit, remote: Remote, from: Origin) -> Planned {
    Planned {
        catalogues: source.digests.get(&remote.name).cloned(),
        repository: source.repository.clone(),
        revision: source.revision.clone(),
        commit: commit.clone(),
        remote,
        from,
    }
}

fn of_cache(source: &Source, snapshot: &cache::Snapshot, files: Vec<FileName>) -> Vec<Planned> {
    files
        .into_iter()
        .map(|name| {
            let path = name.below(&snapshot.folder);
            let remote = Remote { bytes: None, digest: cache::named_digest(&path), name };
            planned(source, &snapshot.commit, remote, Origin::Cache(path))
        })
        .collect()
}

fn of_hub(source: &Source, hub: &Hub, cache: Option<&Cache>) -> Result<Vec<Planned>> {
    let listing = hub.listing(source)?;
    let names: Vec<FileName> = listing.files.iter().map(|file| file.name.clone()).collect();
    let wanted = match files::wanted(source, &names) {
        Ok(wanted) => wanted,
        Err(lacking) => bail!(
            "{}: {} at revision {} has no {}; an entry in DATA/models/catalog.toml corrects the catalogue",
            hub.base(),
            source.repository,
            source.revision,
            lacking.join(", ")
        ),
    };
    let snapshot = cache.and_then(|cache| cache::snapshot_of(cache, source, listing.commit.clone()));
    let files = listing.files.into_iter().filter(|file| wanted.contains(&file.name)).map(|remote| {
        // Of a commit that the cache holds in part, its part.
        let cached = snapshot.as_ref().map(|snapshot| remote.name.below(&snapshot.folder));
        let cached = cached.filter(|path| {
            std::fs::metadata(path)
                .is_ok_and(|found| found.is_file() && remote.bytes.is_none_or(|bytes| bytes == found.len()))
        });
        planned(source, &listing.commit, remote, cached.map_or(Origin::Hub, Origin::Cache))
    });
    Ok(files.collect())
}
