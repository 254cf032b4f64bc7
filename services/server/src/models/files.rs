//! The files of a model's folder: which there are, what they hash to, and whether all that are wanted are there.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use countersign_domain::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::catalog::{Entry, Source};
use super::names::{DEEPEST, FileName, Pattern};

/// More files than any model has; a folder with more is not one.
const MOST: usize = 10_000;

/// Files below `folder` whose names a model's file can have, in order. Others are none of ours.
pub fn below(folder: &Path) -> Result<Vec<FileName>> {
    let mut found = Vec::new();
    walk(folder, "", 1, &mut found).with_context(|| format!("{} cannot be read", folder.display()))?;
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, before: &str, depth: usize, found: &mut Vec<FileName>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{before}{name}")) else { continue };
        let Ok(name) = FileName::new(&name) else { continue };
        // Through links: a cache's snapshot is made of them. One that leads nowhere is no file.
        let Ok(metadata) = fs::metadata(entry.path()) else { continue };
        if metadata.is_file() {
            found.push(name);
        } else if metadata.is_dir() && depth < DEEPEST {
            walk(&entry.path(), &format!("{name}/"), depth + 1, found)?;
        }
        if found.len() > MOST {
            return Err(io::Error::other(format!("it holds more than {MOST} files")));
        }
    }
    Ok(())
}

/// A file's length in bytes and its SHA-256; `read` is told of each piece's length.
pub fn digest(path: &Path, mut read: impl FnMut(u64)) -> io::Result<(u64, Digest)> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; 1 << 20];
    let (mut hash, mut length) = (Sha256::new(), 0);
    loop {
        let got = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&piece[..got]);
        length += got as u64;
        read(got as u64);
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{hex}").parse::<Digest>().map_err(io::Error::other)?;
    Ok((length, digest))
}

/// Those of `there` that `source` wants.
///
/// # Errors
/// The patterns and the parts of split files that none is there for.
pub fn wanted(source: &Source, there: &[FileName]) -> Result<Vec<FileName>, Vec<String>> {
    let fits = |pattern: &Pattern| there.iter().any(|file| pattern.fits(file));
    let mut lacking: Vec<String> =
        source.files.iter().filter(|pattern| !fits(pattern)).map(ToString::to_string).collect();
    let chosen: Vec<FileName> = there
        .iter()
        .filter(|file| source.files.iter().chain(&source.optional).any(|pattern| pattern.fits(file)))
        .cloned()
        .collect();
    lacking.extend(missing_shards(&chosen));
    if lacking.is_empty() { Ok(chosen) } else { Err(lacking) }
}

/// A file that is one of several says so in its name: `model-00001-of-00003.safetensors`.
fn missing_shards(files: &[FileName]) -> Vec<String> {
    /// More parts than a model is split into; a name that says more is no such name.
    const MOST_SHARDS: usize = 1000;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut missing = Vec::new();
    for file in files {
        let Some((before, after)) = file.as_str().split_once("-of-") else { continue };
        let (Some((stem, number)), Some((count, ending))) = (before.rsplit_once('-'), after.split_once('.')) else {
            continue;
        };
        let Ok(count_of) = count.parse::<usize>() else { continue };
        if !digits(number) || !digits(count) || count_of > MOST_SHARDS {
            continue;
        }
        for shard in 1..=count_of {
            let name = format!("{stem}-{shard:05}-of-{count}.{ending}");
            if !files.iter().any(|file| file.as_str() == name) && !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    missing
}

/// Which source each of the model's files is of.
///
/// # Errors
/// What is lacking for a whole model.
pub fn whole<'a>(entry: &'a Entry, there: &[FileName]) -> Result<Vec<(FileName, &'a Source)>, Vec<String>> {
    let mut chosen: Vec<(FileName, &Source)> = Vec::new();
    let mut lacking = Vec::new();
    for source in &entry.sources {
        match wanted(source, there) {
            Ok(files) => {
                for file in files {
                    if chosen.iter().all(|(other, _)| *other != file) {
                        chosen.push((file, source));
                    }
                }
            }
            Err(names) => lacking.extend(names),
        }
    }
    if lacking.is_empty() { Ok(chosen) } else { Err(lacking) }
}

/// The sum of the files' lengths, in bytes.
pub fn size(folder: &Path, files: &[FileName]) -> Result<u64> {
    let mut sum = 0;
    for file in files {
        let path = file.below(folder);
        sum += fs::metadata(&path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    }
    Ok(sum)
}

/// Makes what was written to a folder survive a loss of power: its own entries, not its files.
pub fn sync_folder(folder: &Path) -> Result<()> {
    // Windows has no such call for folders, and needs none.
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| format!("{} cannot be written to the disk", folder.display()))?;
    }
    Ok(())
}

/// The one `.gguf` file of a folder, where there is exactly one.
pub fn only_gguf(folder: &Path) -> Result<Option<std::path::PathBuf>> {
    let mut found: Vec<FileName> = below(folder)?;
    found.retain(|file| file.as_str().to_ascii_lowercase().ends_with(".gguf") && !file.as_str().contains('/'));
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.below(folder))),
        several => bail!("{} holds {} .gguf files; name the one to use by its path", folder.display(), several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<FileName> {
        texts.iter().map(|text| FileName::new(text).unwrap()).collect()
    }

    fn source(files: &[&str], optional: &[&str]) -> Source {
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text).unwrap()).collect();
        Source {
            repository: super::super::names::Repository::new("a/b").unwrap(),
            revision: super::super::names::Revision::new("main").unwrap(),
            files: patterns(files),
            optional: patterns(optional),
            digests: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_model_in_parts_is_whole_only_with_all_of_them() {
        let source = source(&["config.json", "model*.safetensors"], &["model.safetensors.index.json"]);
        let two = ["config.json", "model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors", "README.md"];
        assert_eq!(wanted(&source, &names(&two)).unwrap_err(), ["model-00002-of-00003.safetensors"]);
        let one = ["config.json", "model.safetensors", "model.safetensors.index.json"];
        assert_eq!(wanted(&source, &names(&one)).unwrap().len(), 3);
        assert_eq!(wanted(&source, &[]).unwrap_err(), ["config.json", "model*.safetensors"]);
        let lying = ["config.json", "model-00001-of-99999.safetensors"];
        assert!(wanted(&source, &names(&lying)).is_ok(), "a count that no model has is part of a name");
    }

    #[test]
    fn a_file_is_hashed_as_sha256_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, vec![b'a'; 3 << 20]).unwrap();
        let mut told = 0;
        let (length, digest) = digest(&path, |read| told += read).unwrap();
        assert_eq!((length, told), (3 << 20, 3 << 20));
        assert_eq!(digest, Digest::of_bytes(&vec![b'a'; 3 << 20]));
    }

    #[test]
    fn hidden_and_half_files_are_none_of_a_model() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".hidden", "a.gguf.part", "countersign.lock", "a.gguf", "Über.gguf"] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir_all(dir.path().join("1_Pooling")).unwrap();
        std::fs::write(dir.path().join("1_Pooling/config.json"), b"{}").unwrap();
        assert_eq!(below(dir.path()).unwrap(), names(&["1_Pooling/config.json", "a.gguf"]));
        assert_eq!(only_gguf(dir.path()).unwrap().unwrap(), dir.path().join("a.gguf"));
        std::fs::write(dir.path().join("b.gguf"), b"x").unwrap();
        assert!(only_gguf(dir.path()).unwrap_err().to_string().contains("2 .gguf files"));
    }
}
