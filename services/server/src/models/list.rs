//! What there is: the bundled starter, the catalogue with what is here of it, and whatever else lies in DATA/models.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::catalog::{Catalog, Entry, Kind};
use super::names::{FileName, ModelName};
use super::place::Place;
use super::{STARTER, STARTER_WEIGHTS, files};

/// A model that can be named with `--model`, or pulled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    pub name: String,
    pub state: State,
    pub kind: Kind,
    /// What the files take here, or about what they will take.
    pub bytes: u64,
    /// Where it lies; nothing where it is not here.
    pub place: Option<String>,
    pub architecture: Option<String>,
    pub parameters: Option<u64>,
    pub licence: Option<String>,
    pub context: Option<u32>,
    pub memory_mib: Option<u32>,
    pub translates: bool,
    pub languages: Vec<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Part of the program.
    Bundled,
    /// Here, with a lock.
    Pulled,
    /// All its files are here, copied by somebody; a pull locks them.
    Copied,
    /// Some of its files are here.
    Incomplete,
    /// In the Hugging Face cache of this machine; a pull needs no network.
    Cached,
    NotHere,
    /// Lies in DATA/models, and is none of the catalogue.
    Own,
}

impl State {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Bundled => "bundled",
            Self::Pulled => "pulled",
            Self::Copied => "copied",
            Self::Incomplete => "incomplete",
            Self::Cached => "in cache",
            Self::NotHere => "not here",
            Self::Own => "own",
        }
    }
}

/// `cached` says whether all files of a model lie in the cache of this machine.
pub fn list(models: &Path, cached: impl Fn(&Entry) -> bool) -> Result<Vec<Listed>> {
    let catalog = Catalog::load(models)?;
    let mut listed = vec![starter()];
    for entry in catalog.iter() {
        listed.push(of_entry(entry, models, &cached)?);
    }
    listed.extend(own(models, &catalog)?);
    Ok(listed)
}

fn starter() -> Listed {
    Listed {
        parameters: Some(5_510_000),
        architecture: Some("llama".into()),
        licence: Some("Apache-2.0".into()),
        context: Some(768),
        memory_mib: Some(150),
        languages: ["de", "en", "es", "fr", "it"].map(String::from).to_vec(),
        ..plain(STARTER.into(), State::Bundled, STARTER_WEIGHTS.len() as u64, None)
    }
}

fn plain(name: String, state: State, bytes: u64, place: Option<String>) -> Listed {
    Listed {
        name,
        state,
        kind: Kind::Drafting,
        bytes,
        place,
        architecture: None,
        parameters: None,
        licence: None,
        context: None,
        memory_mib: None,
        translates: false,
        languages: Vec::new(),
        note: None,
    }
}

fn of_entry(entry: &Entry, models: &Path, cached: &impl Fn(&Entry) -> bool) -> Result<Listed> {
    let folder = models.join(entry.name.as_str());
    let about = u64::from(entry.download_mib) << 20;
    let here = || -> Result<u64> { files::size(&folder, &files::below(&folder)?) };
    let (state, bytes) = match Place::look(entry, &folder)? {
        Place::Locked(lock) => (State::Pulled, lock.bytes()),
        Place::Copied => (State::Copied, here()?),
        Place::Lacks(_) => (State::Incomplete, here()?),
        Place::Absent if cached(entry) => (State::Cached, about),
        Place::Absent => (State::NotHere, about),
    };
    let is_here = matches!(state, State::Pulled | State::Copied | State::Incomplete);
    Ok(Listed {
        kind: entry.kind,
        architecture: Some(entry.architecture.clone()),
        parameters: Some(entry.parameters),
        licence: Some(entry.licence.clone()),
        context: Some(entry.context),
        memory_mib: Some(entry.memory_mib),
        translates: entry.translates,
        languages: entry.languages.clone(),
        note: entry.note.clone(),
        ..plain(entry.name.to_string(), state, bytes, is_here.then(|| folder.display().to_string()))
    })
}

/// Folders and GGUF files of the data folder that the catalogue does not know.
fn own(models: &Path, catalog: &Catalog) -> Result<Vec<Listed>> {
    let mut found = Vec::new();
    if !models.exists() {
        return Ok(found);
    }
    let entries = std::fs::read_dir(models).with_context(|| format!("{} cannot be read", models.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("{} cannot be read", models.display()))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| ModelName::new(name).ok())
        else {
            continue;
        };
        if catalog.find(name.as_str()).is_some() {
            continue;
        }
        let is_gguf = |name: &str| name.to_ascii_lowercase().ends_with(".gguf");
        if path.is_file() && is_gguf(name.as_str()) {
            let bytes = path.metadata().with_context(|| format!("{} cannot be read", path.display()))?.len();
            let stem = name.as_str()[..name.as_str().len() - ".gguf".len()].to_owned();
            found.push(plain(stem, State::Own, bytes, Some(path.display().to_string())));
        } else if path.is_dir() {
            let inside: Vec<FileName> = files::below(&path)?;
            if inside.iter().any(|file| file.as_str() == "config.json" || is_gguf(file.as_str())) {
                let bytes = files::size(&path, &inside)?;
                found.push(plain(name.to_string(), State::Own, bytes, Some(path.display().to_string())));
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_says_what_is_here_and_what_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let models = dir.path().join("models");
        let state = |name: &str| {
            let listed = list(&models, |entry| entry.name.as_str() == "SmolLM3-3B").unwrap();
            listed.iter().find(|listed| listed.name == name).map(|listed| (listed.state, listed.bytes))
        };
        assert_eq!(state("starter"), Some((State::Bundled, STARTER_WEIGHTS.len() as u64)));
        assert_eq!(state("Qwen3-0.6B-Q8_0").unwrap().0, State::NotHere);
        assert_eq!(state("SmolLM3-3B").unwrap().0, State::Cached);

        let folder = models.join("Qwen3-0.6B-Q8_0");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("Qwen3-0.6B-Q8_0.gguf"), b"12345").unwrap();
        assert_eq!(state("Qwen3-0.6B-Q8_0"), Some((State::Incomplete, 5)));
        std::fs::write(folder.join("tokenizer.json"), b"{}").unwrap();
        assert_eq!(state("Qwen3-0.6B-Q8_0"), Some((State::Copied, 7)));
        let catalog = Catalog::load(&models).unwrap();
        super::super::place::lock_copied(catalog.get("Qwen3-0.6B-Q8_0").unwrap(), &folder, |_| {}).unwrap();
        assert_eq!(state("Qwen3-0.6B-Q8_0"), Some((State::Pulled, 7)));

        std::fs::write(models.join("mine.gguf"), b"123").unwrap();
        std::fs::create_dir_all(models.join("house")).unwrap();
        std::fs::write(models.join("house/config.json"), b"{}").unwrap();
        std::fs::create_dir_all(models.join(".pulling/half")).unwrap();
        std::fs::write(models.join(".pulling/half/config.json"), b"{}").unwrap();
        assert_eq!(state("mine"), Some((State::Own, 3)));
        assert_eq!(state("house"), Some((State::Own, 2)));
        assert_eq!(state("half"), None, "a half pull is no model");
    }
}
