//! The Hugging Face cache of this machine, which other programs fill: looked at before the network, never written to.
//!
//! Where things lie in it is hf-hub's to know (`models--OWNER--NAME/snapshots/COMMIT/FILE`). Its own look-up
//! (`CacheRepo::get`) is not used: it takes what stands in `refs/BRANCH` as a path without trimming or checking it, knows
//! no commit as a revision, and `Cache::default` panics where there is no home folder.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, Repo, RepoType};

use crate::models::catalog::{Entry, Source};
use crate::models::files;
use crate::models::names::{Commit, FileName};

/// One commit of a repository, as the cache holds it.
#[derive(Debug)]
pub struct Snapshot {
    pub commit: Commit,
    pub folder: PathBuf,
}

/// The cache that `HF_HUB_CACHE` or `HF_HOME` names, or the one in the home folder.
pub fn from_environment() -> Option<Cache> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("HF_HUB_CACHE")
        .or_else(|| Some(named("HF_HOME")?.join("hub")))
        .or_else(|| Some(std::env::home_dir()?.join(".cache").join("huggingface").join("hub")))
        .map(Cache::new)
}

/// The token that a login left beside the cache.
pub fn token(cache: &Cache) -> Option<String> {
    let mut text = String::new();
    std::fs::File::open(cache.token_path()).ok()?.take(4096).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned()).filter(|token| !token.is_empty())
}

/// What the cache holds of a source's revision, whole or not.
pub fn snapshot(cache: &Cache, source: &Source) -> Option<Snapshot> {
    let repository = repository(source);
    let commit = source.revision.commit().or_else(|| {
        let branch = source.revision.as_str();
        let path = branch
            .split('/')
            .fold(cache.path().join(repository.folder_name()).join("refs"), |path, part| path.join(part));
        let mut text = String::new();
        std::fs::File::open(path).ok()?.take(64).read_to_string(&mut text).ok()?;
        Commit::new(text.trim()).ok()
    })?;
    snapshot_of(cache, source, commit)
}

/// What the cache holds of one commit.
pub fn snapshot_of(cache: &Cache, source: &Source, commit: Commit) -> Option<Snapshot> {
    let folder = cache.repo(repository(source)).pointer_path(commit.as_str());
    folder.is_dir().then_some(Snapshot { commit, folder })
}

fn repository(source: &Source) -> Repo {
    Repo::with_revision(source.repository.to_string(), RepoType::Model, source.revision.to_string())
}

/// The files of a source, where the cache has them all.
pub fn whole(cache: &Cache, source: &Source) -> Option<(Snapshot, Vec<FileName>)> {
    let snapshot = snapshot(cache, source)?;
    // A cache that cannot be read is one that holds nothing for us: the network is next.
    let there = files::below(&snapshot.folder).ok()?;
    let files = files::wanted(source, &there).ok()?;
    Some((snapshot, files))
}

/// Whether a pull of the model would need no network.
pub fn holds(cache: &Cache, entry: &Entry) -> bool {
    entry.sources.iter().all(|source| whole(cache, source).is_some())
}

/// The digest that the cache itself gives a file: what a snapshot points at is called after its SHA-256, where it is one
/// of the large ones.
pub fn named_digest(file: &Path) -> Option<countersign_domain::digest::Digest> {
    let target = std::fs::canonicalize(file).ok()?;
    format!("sha256:{}", target.file_name()?.to_str()?).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Catalog;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn source() -> Source {
        let catalog = Catalog::load(Path::new("/nowhere")).unwrap();
        catalog.get("Qwen3-0.6B").unwrap().sources[0].clone()
    }

    #[test]
    fn a_cache_holds_a_model_when_it_holds_every_file_of_its_commit() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().to_owned());
        assert!(snapshot(&cache, &source()).is_none());
        let repository = dir.path().join("models--Qwen--Qwen3-0.6B");
        let files = repository.join("snapshots").join(COMMIT);
        std::fs::create_dir_all(&files).unwrap();
        std::fs::create_dir_all(repository.join("refs")).unwrap();
        std::fs::write(repository.join("refs/main"), format!("{COMMIT}\n")).unwrap();
        for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
            std::fs::write(files.join(name), b"{}").unwrap();
        }
        assert_eq!(snapshot(&cache, &source()).unwrap().commit.as_str(), COMMIT);
        assert!(whole(&cache, &source()).is_none(), "the weights are missing");
        std::fs::write(files.join("model.safetensors"), b"x").unwrap();
        assert_eq!(whole(&cache, &source()).unwrap().1.len(), 4);
        std::fs::write(repository.join("refs/main"), "../../../elsewhere").unwrap();
        assert!(snapshot(&cache, &source()).is_none(), "a commit is a commit");
    }
}
