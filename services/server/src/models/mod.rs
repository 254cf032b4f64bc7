//! Language models by name: the bundled starter, the catalogue, and what lies in DATA/models.
//!
//! It finds a model, fetches it (feature `pull`), locks what was fetched, and says what is there; it never computes with
//! one, and never reaches the network except for `models pull`. Start reading at [`choose`] (what `--model` means), then
//! [`catalog`] (what can be pulled), [`lock`] (what was) and [`pull`]. Names that come from files or from a server are the
//! types of [`names`], which cannot leave a folder. To add a model, add an entry to `models/catalog.toml`.

mod catalog;
mod choose;
mod files;
mod list;
mod lock;
mod names;
mod place;
#[cfg(feature = "pull")]
pub mod pull;
mod verify;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use countersign_engine::{Engine, EngineOptions, ModelSource};

use crate::cli::ModelChoice;

pub use catalog::{Catalog, Entry};
pub use list::{State, list};
pub use lock::Lock;
#[cfg(not(feature = "pull"))]
pub use place::{Place, by_hand, lock_copied};
pub use verify::{Checked, check, starter_digest};

/// The bundled model's name on the command line.
pub const STARTER: &str = "starter";

static STARTER_WEIGHTS: &[u8] = include_bytes!("../../../../models/starter/starter.gguf");
static STARTER_TOKENIZER: &[u8] = include_bytes!("../../../../models/starter/tokenizer.json");

/// Tokens of prompt and draft together; enough for a brief with all its sources.
const CONTEXT: usize = 4096;
/// The largest catalogue or lock that is read, in bytes.
const LARGEST_TEXT: u64 = 1 << 20;

/// Where `model` is; nothing is read of its weights yet.
pub fn source(model: &str, folder: &Path) -> Result<ModelSource> {
    choose::source(model, &folder.join("models"))
}

/// The engine on the chosen model. Takes as long as reading the file does.
pub async fn start(choice: &ModelChoice, folder: &Path) -> Result<Engine> {
    let source = source(&choice.name, folder)?;
    let options = EngineOptions {
        context_limit: CONTEXT,
        device: choice.device,
        cache_bytes: choice.cache as usize * (1 << 20),
        ..EngineOptions::default()
    };
    tokio::task::spawn_blocking(move || Engine::start(source, options))
        .await
        .context("loading the model was interrupted")?
        .with_context(|| format!("the model `{}` cannot be used", choice.name))
}

/// The folder of the model `name`, which need not be there.
///
/// # Errors
/// The name is none that a model can have.
pub fn folder_of(name: &str, models: &Path) -> Result<PathBuf> {
    let name = names::ModelName::new(name).map_err(anyhow::Error::msg)?;
    Ok(models.join(name.as_str()))
}

/// A text file of ours, refused when it is too large to be one.
fn read_small(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST_TEXT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_TEXT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is larger than {LARGEST_TEXT} bytes")));
    }
    Ok(text)
}
