//! How a shard's folder is known to be whole.
//!
//! The manifest is deleted before a shard is written to and written after all of it is on disk. A folder without one was
//! left in the middle; a file that is missing or shorter than the manifest says would, being mapped into memory, end the
//! process at its first use (SIGBUS), so it is looked for before Qdrant opens anything.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{IndexError, io};

/// Of another format, a folder is built again: this names our terms, our stored fields and Qdrant's files.
const FORMAT: &str = "countersign-index-1 qdrant-edge-0.7.2";

const FILE: &str = "manifest.json";

/// Our own files are small; more than this is not one of them.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    /// The version of the library that was synced last.
    version: i64,
    /// Bytes by path within the folder.
    files: BTreeMap<PathBuf, u64>,
}

/// The version that a whole folder has; an error says what is not whole.
pub fn read(dir: &Path) -> Result<i64, String> {
    let path = dir.join(FILE);
    let length = std::fs::metadata(&path).map_err(|error| format!("no manifest ({error})"))?.len();
    if length > MAX_BYTES {
        return Err(format!("the manifest has {length} bytes"));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("the manifest cannot be read ({error})"))?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| format!("the manifest is not understood ({error})"))?;
    if manifest.format != FORMAT {
        return Err(format!("its format is `{}`, not `{FORMAT}`", manifest.format));
    }
    let found = files(dir).map_err(|error| error.to_string())?;
    for (path, bytes) in &manifest.files {
        match found.get(path) {
            None => return Err(format!("{} is missing", path.display())),
            Some(now) if now < bytes => {
                return Err(format!("{} has {now} bytes instead of {bytes}", path.display()));
            }
            Some(_) => {}
        }
    }
    Ok(manifest.version)
}

/// Says that the folder is whole at this version; on disk when it returns.
pub fn write(dir: &Path, version: i64) -> Result<(), IndexError> {
    let manifest = Manifest { format: FORMAT.to_owned(), version, files: files(dir)? };
    let text = serde_json::to_vec(&manifest).expect("a manifest is plain JSON");
    let draft = dir.join("manifest.new");
    let mut file = std::fs::File::create(&draft).map_err(io("writing the manifest", &draft))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(io("writing the manifest", &draft))?;
    std::fs::rename(&draft, dir.join(FILE)).map_err(io("writing the manifest", dir))?;
    sync_folder(dir)
}

/// Says that the folder is being written to; on disk when it returns.
pub fn remove(dir: &Path) -> Result<(), IndexError> {
    match std::fs::remove_file(dir.join(FILE)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io("removing the manifest", dir)(error)),
        Ok(()) => sync_folder(dir),
    }
}

fn sync_folder(dir: &Path) -> Result<(), IndexError> {
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(io("flushing", dir))
}

/// The bytes of each file below the folder, without the manifest itself.
fn files(dir: &Path) -> Result<BTreeMap<PathBuf, u64>, IndexError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(io("reading", &folder))? {
            let entry = entry.map_err(io("reading", &folder))?;
            let path = entry.path();
            let about = entry.metadata().map_err(io("reading", &path))?;
            let inner = path.strip_prefix(dir).unwrap_or(&path).to_owned();
            if about.is_dir() {
                folders.push(path);
            } else if !inner.starts_with(FILE) && !inner.starts_with("manifest.new") {
                found.insert(inner, about.len());
            }
        }
    }
    Ok(found)
}
