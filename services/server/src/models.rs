//! Which model to load: the bundled starter, a name below the data folder, or a path.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_engine::{Engine, EngineOptions, ModelSource};

use crate::data_folder::DataFolder;

/// The bundled model's name on the command line.
pub const STARTER: &str = "starter";

static STARTER_WEIGHTS: &[u8] = include_bytes!("../../../models/starter/starter.gguf");
static STARTER_TOKENIZER: &[u8] = include_bytes!("../../../models/starter/tokenizer.json");

/// Tokens of prompt and draft together; enough for a brief with all its sources.
const CONTEXT: usize = 4096;

/// The engine on `model`. Takes as long as reading the file does.
pub async fn start(model: &str, folder: &Path) -> Result<Engine> {
    let source = source(model, folder)?;
    let options = EngineOptions { context_limit: CONTEXT, ..EngineOptions::default() };
    tokio::task::spawn_blocking(move || Engine::start(source, options))
        .await
        .context("loading the model was interrupted")?
        .with_context(|| format!("the model `{model}` cannot be used"))
}

/// Where `model` is; nothing is read of it yet.
pub fn source(model: &str, folder: &Path) -> Result<ModelSource> {
    if model == STARTER {
        return Ok(ModelSource::bytes(
            countersign_drafting::prompt::STARTER,
            Cow::Borrowed(STARTER_WEIGHTS),
            Cow::Borrowed(STARTER_TOKENIZER),
        ));
    }
    let named = folder.join("models").join(model);
    let path = [PathBuf::from(model), named.clone(), named.with_extension("gguf")]
        .into_iter()
        .find(|path| path.exists() && !model.is_empty());
    let Some(path) = path else {
        bail!(
            "there is no model `{model}`: it is neither `{STARTER}` nor a path, and {} holds nothing of that name; `countersign models list` shows what there is",
            folder.join("models").display()
        );
    };
    ModelSource::path(&path).with_context(|| format!("{} is no model", path.display()))
}

/// A model that can be named with `--model`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Listed {
    pub name: String,
    pub place: String,
    pub bytes: u64,
}

/// The starter, and what lies in the data folder's models/.
pub fn list(folder: &DataFolder) -> Result<Vec<Listed>> {
    let mut listed =
        vec![Listed { name: STARTER.to_owned(), place: "bundled".to_owned(), bytes: STARTER_WEIGHTS.len() as u64 }];
    let models = folder.models();
    if !models.exists() {
        return Ok(listed);
    }
    let entries = std::fs::read_dir(&models).with_context(|| format!("{} cannot be read", models.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_gguf = path.extension().is_some_and(|ending| ending == "gguf");
        if is_gguf || path.join("config.json").exists() {
            found.push(Listed {
                name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                bytes: size(&path)?,
                place: path.display().to_string(),
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    listed.extend(found);
    Ok(listed)
}

fn size(path: &Path) -> Result<u64> {
    if path.is_file() {
        return Ok(path.metadata()?.len());
    }
    let mut sum = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?.metadata()?;
        sum += if entry.is_file() { entry.len() } else { 0 };
    }
    Ok(sum)
}
