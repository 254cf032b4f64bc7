//! Where a model comes from.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// A model to load. Nothing is read before [`crate::Engine::start`].
#[derive(Clone)]
pub enum ModelSource {
    /// A folder as Hugging Face lays it out: `config.json`, `tokenizer.json`, `*.safetensors`.
    Folder(PathBuf),
    /// A GGUF file; its tokenizer is `tokenizer.json` or `<stem>.tokenizer.json` beside it, or inside.
    Gguf(PathBuf),
    /// A GGUF file and its tokenizer in memory: the bundled starter.
    Bytes {
        /// What to call it.
        name: String,
        /// The file's bytes.
        gguf: Cow<'static, [u8]>,
        /// The tokenizer's.
        tokenizer_json: Cow<'static, [u8]>,
    },
}

impl ModelSource {
    /// A folder or a `.gguf` file.
    ///
    /// # Errors
    /// The path does not exist, or is neither.
    pub fn path(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let metadata =
            std::fs::metadata(path).map_err(|source| LoadError::Io { path: path.display().to_string(), source })?;
        if metadata.is_dir() {
            Ok(Self::Folder(path.to_owned()))
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) {
            Ok(Self::Gguf(path.to_owned()))
        } else {
            Err(LoadError::invalid(
                path.display().to_string(),
                "is neither a .gguf file nor a folder with config.json, tokenizer.json and *.safetensors",
            ))
        }
    }

    /// A model that is part of the program.
    pub fn bytes(
        name: impl Into<String>,
        gguf: impl Into<Cow<'static, [u8]>>,
        tokenizer_json: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        Self::Bytes { name: name.into(), gguf: gguf.into(), tokenizer_json: tokenizer_json.into() }
    }
}

impl std::fmt::Debug for ModelSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => formatter.debug_tuple("Folder").field(path).finish(),
            Self::Gguf(path) => formatter.debug_tuple("Gguf").field(path).finish(),
            Self::Bytes { name, gguf, .. } => {
                formatter.debug_struct("Bytes").field("name", name).field("bytes", &gguf.len()).finish_non_exhaustive()
            }
        }
    }
}
