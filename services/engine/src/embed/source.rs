//! Where an embedder's files come from, read within bounds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::error::LoadError;
use crate::load::io_error;

/// The largest configuration file that is read; real ones have a few kilobytes.
const LARGEST_CONFIG: u64 = 1 << 20;
/// The largest tokenizer.json; XLM-R's quarter of a million pieces take 17 MB.
const LARGEST_TOKENIZER: u64 = 64 << 20;

/// An embedder to load: the files of a sentence-transformers or plain transformers checkpoint.
///
/// Needed: `config.json`, `tokenizer.json`, `model.safetensors`. Read where present: `modules.json`,
/// `1_Pooling/config.json`, `sentence_bert_config.json`, `config_sentence_transformers.json`.
#[derive(Clone)]
pub enum EmbedderSource {
    /// A folder as Hugging Face lays it out.
    Folder(PathBuf),
    /// The same files in memory, by their names in the folder, `/` between the parts of a name.
    Bytes {
        /// What to call it.
        name: String,
        /// The files.
        files: BTreeMap<String, Cow<'static, [u8]>>,
    },
}

impl EmbedderSource {
    /// The folder's name, or the given one.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Folder(folder) => {
                folder.file_name().map_or_else(|| "embedder".into(), |name| name.to_string_lossy().into_owned())
            }
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// The source as messages name it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// A file of it as messages name it.
    pub(super) fn shown_file(&self, file: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(file).display().to_string(),
            Self::Bytes { name, .. } => format!("{name}: {file}"),
        }
    }

    /// A configuration file, when it is there.
    pub(super) fn config<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, LoadError> {
        let Some(bytes) = self.small(file, LARGEST_CONFIG)? else { return Ok(None) };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| LoadError::invalid(self.shown_file(file), error.to_string()))
    }

    /// The bytes of tokenizer.json.
    pub(super) fn tokenizer(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        self.small("tokenizer.json", LARGEST_TOKENIZER)?.ok_or_else(|| LoadError::NoTokenizer {
            path: self.shown(),
            reason: "has no tokenizer".into(),
            expected: self.shown_file("tokenizer.json"),
        })
    }

    /// A file to read in parts, when it is there.
    pub(super) fn open(&self, file: &str) -> Result<Option<Box<dyn ReadSeek + '_>>, LoadError> {
        Ok(match self {
            Self::Folder(folder) => open_regular(&folder.join(file))?.map(|file| Box::new(file) as Box<dyn ReadSeek>),
            Self::Bytes { files, .. } => {
                files.get(file).map(|bytes| Box::new(Cursor::new(bytes.as_ref())) as Box<dyn ReadSeek>)
            }
        })
    }

    fn small(&self, file: &str, most: u64) -> Result<Option<Cow<'_, [u8]>>, LoadError> {
        let too_large =
            || LoadError::invalid(self.shown_file(file), format!("is larger than {} MiB, so it is none", most >> 20));
        match self {
            Self::Folder(folder) => {
                let path = folder.join(file);
                let Some(file) = open_regular(&path)? else { return Ok(None) };
                let mut bytes = Vec::new();
                file.take(most + 1).read_to_end(&mut bytes).map_err(|source| io_error(&path, source))?;
                if bytes.len() as u64 > most { Err(too_large()) } else { Ok(Some(bytes.into())) }
            }
            Self::Bytes { files, .. } => match files.get(file) {
                Some(bytes) if bytes.len() as u64 > most => Err(too_large()),
                found => Ok(found.map(|bytes| Cow::Borrowed(bytes.as_ref()))),
            },
        }
    }
}

/// Something to read in parts.
pub(super) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A file; nothing when there is none of the name. A pipe would wait for ever, so it is refused.
fn open_regular(path: &Path) -> Result<Option<std::fs::File>, LoadError> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, error)),
        Ok(metadata) if !metadata.is_file() => {
            Err(LoadError::invalid(path.display().to_string(), "is no regular file"))
        }
        Ok(_) => std::fs::File::open(path).map(Some).map_err(|source| io_error(path, source)),
    }
}

impl std::fmt::Debug for EmbedderSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => formatter.debug_tuple("Folder").field(path).finish(),
            Self::Bytes { name, files } => formatter
                .debug_struct("Bytes")
                .field("name", name)
                .field("files", &files.keys().collect::<Vec<_>>())
                .finish(),
        }
    }
}
