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
    pub manifest: PackFileText,
    pub rules: Vec<PackFileText>,
    /// Its folder; `None` of one that is compiled in.
    pub folder: Option<PathBuf>,
}

impl PackSource {
    /// Whether `wanted`, a folder that `from` names relative to itself, is this pack.
    pub(crate) fn is(&self, from: &Self, wanted: &str) -> bool {
        let (Some(here), Some(folder)) = (&self.folder, &from.folder) else { return false };
        is_folder(wanted)
            && here.canonicalize().is_ok_and(|here| folder.join(wanted).canonicalize().is_ok_and(|there| here == there))
    }
}

fn is_folder(wanted: &str) -> bool {
    wanted.starts_with('.')
}

/// The pack that `from` extends under the name or folder `wanted`.
pub(crate) fn extended(from: &PackSource, wanted: &str) -> Result<PackSource, String> {
    if !is_folder(wanted) {
        let mut faults = Vec::new();
        let pack = EMBEDDED.get_dir(wanted).and_then(|pack| embedded_pack(pack, &mut faults));
        return pack.ok_or_else(|| {
            format!(
                "there is no pack `{wanted}`: name one that ships or is loaded, or a folder that begins with ./ or ../"
            )
        });
    }
    let folder = from.folder.as_ref().ok_or("a pack that is compiled in extends others by name")?.join(wanted);
    if !folder.join(MANIFEST).is_file() {
        return Err(format!("{} is no pack: it has no {MANIFEST}", folder.display()));
    }
    let mut faults = Vec::new();
    let pack = read_pack(&folder, &mut faults);
    match (pack, faults.first()) {
        (Some(pack), None) => Ok(pack),
        (_, Some(fault)) => Err(fault.to_string()),
        (None, None) => Err(format!("{} cannot be read", folder.display())),
    }
}

/// A file's text, and its path as faults name it.
#[derive(Debug)]
pub(crate) struct PackFileText {
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
                Some(text) => files.push(PackFileText { path, text: text.to_owned() }),
                None => faults.push(Fault::of_file(&path, "is not UTF-8")),
            }
        }
    }
    parted(files, &format!("brand-rules/{}", pack.path().join(MANIFEST).display()), None)
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
                    Ok(text) => files.push(PackFileText { path: path.display().to_string(), text }),
                    Err(reason) => faults.push(Fault::of_file(&path.display().to_string(), reason)),
                }
            }
        }
    }
    parted(files, &pack.join(MANIFEST).display().to_string(), Some(pack))
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
fn parted(mut files: Vec<PackFileText>, manifest: &str, folder: Option<&Path>) -> Option<PackSource> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let at = files.iter().position(|file| file.path == manifest)?;
    let manifest = files.remove(at);
    Some(PackSource { manifest, rules: files, folder: folder.map(Path::to_path_buf) })
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}
