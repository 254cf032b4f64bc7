//! Where packs come from: the ones built in, and folders. The only IO of the crate.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Fault;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../brand-rules");

/// Bytes of one rule file: a list of words longer than this wants parting.
const MAX_FILE: u64 = 256 << 10;
/// Files of one pack.
const MAX_FILES: usize = 5_000;
/// Folders below a pack.
const MAX_DEPTH: usize = 6;

const MANIFEST: &str = "pack.yaml";

/// A pack's files, read and not yet understood. Rules are in order of their paths.
#[derive(Debug)]
pub(crate) struct PackSource {
    pub manifest: SourceFile,
    pub rules: Vec<SourceFile>,
}

/// A file's text, and its path as faults name it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub path: String,
    pub text: String,
}

/// The packs that are compiled in, by name.
pub(crate) fn embedded(faults: &mut Vec<Fault>) -> Vec<PackSource> {
    let mut packs: Vec<&Dir<'_>> =
        EMBEDDED.dirs().filter(|pack| pack.get_file(pack.path().join(MANIFEST)).is_some()).collect();
    packs.sort_by_key(|pack| pack.path());
    packs.iter().filter_map(|pack| embedded_pack(pack, faults)).collect()
}

fn embedded_pack(pack: &Dir<'_>, faults: &mut Vec<Fault>) -> Option<PackSource> {
    let mut files = Vec::new();
    let mut folders = vec![pack];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files().filter(|file| is_yaml(file.path())) {
            let path = format!("brand-rules/{}", file.path().display());
            match file.contents_utf8() {
                Some(text) => files.push(SourceFile { path, text: text.to_owned() }),
                None => faults.push(Fault::of_file(&path, "is not UTF-8")),
            }
        }
    }
    parted(files, &format!("brand-rules/{}", pack.path().join(MANIFEST).display()))
}

/// The packs of a folder: itself when it has a `pack.yaml`, else each folder in it that has one.
pub(crate) fn folder(dir: &Path, faults: &mut Vec<Fault>) -> Vec<PackSource> {
    let shown = dir.display().to_string();
    if dir.join(MANIFEST).is_file() {
        return read_pack(dir, faults).into_iter().collect();
    }
    let entries = match list(dir) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(Fault::of_file(&shown, format!("cannot be read as a folder of rule packs: {error}")));
            return Vec::new();
        }
    };
    let packs: Vec<PathBuf> = entries.into_iter().filter(|path| path.join(MANIFEST).is_file()).collect();
    if packs.is_empty() {
        let reason =
            "holds no rule pack: a pack is a folder with a pack.yaml (name, version, title) and one YAML file a rule";
        faults.push(Fault::of_file(&shown, reason));
    }
    packs.iter().filter_map(|pack| read_pack(pack, faults)).collect()
}

fn read_pack(pack: &Path, faults: &mut Vec<Fault>) -> Option<PackSource> {
    let mut files = Vec::new();
    let mut folders = vec![(pack.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = list(&folder).unwrap_or_else(|error| {
            faults.push(Fault::of_file(&folder.display().to_string(), format!("cannot be listed: {error}")));
            Vec::new()
        });
        for path in entries {
            if path.is_dir() {
                if depth == MAX_DEPTH {
                    faults.push(Fault::of_file(&path.display().to_string(), "lies too deep inside the pack"));
                } else {
                    folders.push((path, depth + 1));
                }
            } else if is_yaml(&path) {
                if files.len() == MAX_FILES {
                    let reason = format!("has more than {MAX_FILES} files; part it into several packs");
                    faults.push(Fault::of_file(&pack.display().to_string(), reason));
                    return None;
                }
                match read(&path) {
                    Ok(text) => files.push(SourceFile { path: path.display().to_string(), text }),
                    Err(reason) => faults.push(Fault::of_file(&path.display().to_string(), reason)),
                }
            }
        }
    }
    parted(files, &pack.join(MANIFEST).display().to_string())
}

fn read(path: &Path) -> Result<String, String> {
    let size = path.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > MAX_FILE {
        return Err(format!("has {size} bytes; a rule file has {MAX_FILE} at most, part it"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

fn list(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}

/// The manifest and the rest, sorted; `None` when the manifest could not be read, of which a fault already tells.
fn parted(mut files: Vec<SourceFile>, manifest: &str) -> Option<PackSource> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let at = files.iter().position(|file| file.path == manifest)?;
    let manifest = files.remove(at);
    Some(PackSource { manifest, rules: files })
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}
