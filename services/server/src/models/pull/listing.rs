//! What a repository holds at a revision, as the hub lists it.

use countersign_domain::digest::Digest;
use serde::Deserialize;

use super::hub::{Hub, HubError};
use crate::models::catalog::Source;
use crate::models::names::{Commit, FileName, Revision};

/// A listing that is larger is none, in bytes.
const LARGEST_LISTING: u64 = 16 << 20;

/// What a repository holds at one commit.
#[derive(Debug)]
pub struct Listing {
    pub commit: Commit,
    pub files: Vec<Remote>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub name: FileName,
    /// Where the hub says it.
    pub bytes: Option<u64>,
    /// Of large files, where the hub says it.
    pub digest: Option<Digest>,
}

#[derive(Deserialize)]
struct Info {
    sha: String,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<Large>,
}

#[derive(Deserialize)]
struct Large {
    sha256: Option<String>,
    size: Option<u64>,
}

impl Hub {
    /// What a source's repository holds at its revision.
    pub fn listing(&self, source: &Source) -> Result<Listing, HubError> {
        let (repository, revision) = (&source.repository, escaped(&source.revision));
        let what = format!("{repository} at revision {}", source.revision);
        let address = format!("{}/api/models/{repository}/revision/{revision}?blobs=true", self.base());
        let mut answer = self.ask(&address, None, &what)?;
        let strange = |reason: String| HubError::Strange { base: self.base().to_owned(), what: what.clone(), reason };
        let info: Info = answer
            .body_mut()
            .with_config()
            .limit(LARGEST_LISTING)
            .read_json()
            .map_err(|error| strange(format!("no listing: {error}")))?;
        let commit = Commit::new(&info.sha).map_err(strange)?;
        // Names that a model's file cannot have are passed over: repositories hold .gitattributes, and a hostile one
        // might hold anything.
        let files = info.siblings.into_iter().filter_map(|sibling| {
            let name = FileName::new(&sibling.rfilename).ok()?;
            let digest =
                sibling.lfs.as_ref().and_then(|lfs| format!("sha256:{}", lfs.sha256.as_ref()?).parse::<Digest>().ok());
            let bytes = sibling.lfs.and_then(|lfs| lfs.size).or(sibling.size);
            Some(Remote { name, bytes, digest })
        });
        let mut files: Vec<Remote> = files.collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|a, b| a.name == b.name);
        Ok(Listing { commit, files })
    }
}

/// A branch's slashes are not the address's.
fn escaped(revision: &Revision) -> String {
    revision.as_str().replace('/', "%2F")
}
