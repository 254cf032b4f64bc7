//! What `--model NAME|PATH` means.
//!
//! A name is first the bundled starter, then a folder or a `.gguf` file in DATA/models, then a path in the working
//! folder; so that a model that was pulled is the same wherever the program is started. What has a separator is a path.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_engine::ModelSource;

use super::catalog::{Catalog, Entry, Kind};
use super::lock::Lock;
use super::names::ModelName;
use super::place::by_hand;
use super::{STARTER, STARTER_TOKENIZER, STARTER_WEIGHTS, files};

/// The model to load.
///
/// # Errors
/// There is none of that name (with what to do about it), or it is not what its lock says.
pub fn source(model: &str, models: &Path) -> Result<ModelSource> {
    if model == STARTER {
        return Ok(ModelSource::bytes(
            countersign_drafting::prompt::STARTER,
            Cow::Borrowed(STARTER_WEIGHTS),
            Cow::Borrowed(STARTER_TOKENIZER),
        ));
    }
    let Ok(name) = ModelName::new(model) else {
        let path = Path::new(model);
        if model.is_empty() || !path.exists() {
            bail!("there is no model `{model}`: no such path; `countersign models list` shows what there is");
        }
        return at(path);
    };
    let catalog = Catalog::load(models)?;
    let entry = catalog.find(model);
    if let Some(entry) = entry.filter(|entry| entry.kind == Kind::Embedder) {
        bail!(
            "the model `{}` is an embedder, which finds passages and writes nothing; name one that drafts",
            entry.name
        );
    }
    let folder = models.join(entry.map_or(name.as_str(), |entry| entry.name.as_str()));
    let beside = models.join(format!("{name}.gguf"));
    let own: PathBuf = model.into();
    match [&folder, &beside, &own].into_iter().find(|path| path.exists()) {
        Some(path) => at(path).with_context(|| half(entry, path)),
        None => bail!("{}", nowhere(model, models, &folder, entry)),
    }
}

/// A folder or a file.
fn at(path: &Path) -> Result<ModelSource> {
    if path.is_dir() {
        if let Some(lock) = Lock::read(path)? {
            lock.check_lengths(path)?;
        }
        // A folder around a GGUF file, as a pull of one makes it, has its tokenizer beside it.
        if !path.join("config.json").exists()
            && let Some(gguf) = files::only_gguf(path)?
        {
            return Ok(ModelSource::Gguf(gguf));
        }
    }
    ModelSource::path(path).with_context(|| format!("{} is no model", path.display()))
}

/// What a catalogue model's folder may need, where it cannot be used.
fn half(entry: Option<&Entry>, path: &Path) -> String {
    let folder = path.display();
    match entry {
        Some(entry) => {
            format!("the model `{}` in {folder} cannot be used; `countersign models pull {0}` mends it", entry.name)
        }
        None => format!("the model in {folder} cannot be used"),
    }
}

fn nowhere(model: &str, models: &Path, folder: &Path, entry: Option<&Entry>) -> String {
    match entry {
        Some(entry) => format!(
            "the model `{name}` is not here yet; `countersign models pull {name}` fetches it (about {} MiB)\n{}",
            entry.download_mib,
            by_hand(entry, folder),
            name = entry.name,
        ),
        None => format!(
            "there is no model `{model}`: it is neither `{STARTER}`, nor in the catalogue, nor a path, and {} holds nothing of that name; `countersign models list` shows what there is",
            models.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(model: &str, models: &Path) -> String {
        format!("{:#}", source(model, models).unwrap_err())
    }

    #[test]
    fn a_model_that_was_not_pulled_says_how_to_pull_and_what_to_copy() {
        let models = tempfile::tempdir().unwrap();
        let text = said("qwen3-0.6b", models.path());
        for words in ["`countersign models pull Qwen3-0.6B`", "model*.safetensors", "tokenizer.json"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains(&models.path().join("Qwen3-0.6B").display().to_string()), "{text}");
    }

    #[test]
    fn a_name_is_looked_for_in_the_data_folder_and_a_path_where_it_leads() {
        let models = tempfile::tempdir().unwrap();
        let folder = models.path().join("Qwen3-0.6B-Q8_0");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("Qwen3-0.6B-Q8_0.gguf"), b"GGUF").unwrap();
        let ModelSource::Gguf(path) = source("qwen3-0.6b-q8_0", models.path()).unwrap() else { panic!("a GGUF file") };
        assert_eq!(path, folder.join("Qwen3-0.6B-Q8_0.gguf"));
        std::fs::write(models.path().join("mine.gguf"), b"GGUF").unwrap();
        for name in ["mine", "mine.gguf"] {
            assert!(matches!(source(name, models.path()).unwrap(), ModelSource::Gguf(_)), "{name}");
        }
        let path = models.path().join("mine.gguf").display().to_string();
        assert!(matches!(source(&path, Path::new("/nowhere")).unwrap(), ModelSource::Gguf(_)));
        assert!(matches!(source("starter", Path::new("/nowhere")).unwrap(), ModelSource::Bytes { .. }));
    }

    #[test]
    fn what_is_no_model_is_said_so() {
        let models = tempfile::tempdir().unwrap();
        assert!(said("no-such-model", models.path()).contains("there is no model `no-such-model`"));
        assert!(said("./no/such/path", models.path()).contains("no such path"));
        assert!(said("", models.path()).contains("there is no model"));
        assert!(said("bge-m3", models.path()).contains("embedder"));
        std::fs::write(models.path().join("catalog.toml"), "model = 1\n").unwrap();
        assert!(said("SmolLM3-3B", models.path()).contains("catalog.toml: line 1"));
        assert!(source("starter", models.path()).is_ok(), "the starter asks no catalogue");
    }

    #[test]
    fn a_locked_model_of_another_length_is_refused_by_name_and_by_path() {
        let models = tempfile::tempdir().unwrap();
        let folder = models.path().join("Qwen3-0.6B-Q8_0");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("Qwen3-0.6B-Q8_0.gguf"), b"GGUF").unwrap();
        std::fs::write(folder.join("tokenizer.json"), b"{}").unwrap();
        let catalog = Catalog::load(models.path()).unwrap();
        super::super::place::lock_copied(catalog.get("Qwen3-0.6B-Q8_0").unwrap(), &folder, |_| {}).unwrap();
        assert!(source("Qwen3-0.6B-Q8_0", models.path()).is_ok());
        std::fs::write(folder.join("Qwen3-0.6B-Q8_0.gguf"), b"GGUF, and more").unwrap();
        for name in ["Qwen3-0.6B-Q8_0", folder.to_str().unwrap()] {
            assert!(said(name, models.path()).contains("was locked with 4"), "{name}");
        }
    }
}
