//! Loading: from a [`ModelSource`] to a model, its vocabulary and its chat template.
//!
//! Files are not trusted: every size is held against the file's length before anything is allocated, and
//! what the parsers below might still do wrong is caught. It never guesses an architecture and never
//! downloads. One file a format; to add an architecture, add it in `crate::arch`.

mod config;
mod gguf;
mod gguf_header;
mod gguf_tokenizer;
mod safetensors;

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokenizers::Tokenizer;

use crate::chat::ChatTemplate;
use crate::engine::ModelInfo;
use crate::error::LoadError;
use crate::model::{LoadFailure, Model, Shape, Weights};
use crate::source::ModelSource;
use crate::token_env::TokenEnvironment;

/// The largest side file (tokenizer, configuration) that is read.
const LARGEST_JSON: u64 = 256 << 20;

/// The longest reason in an error, in characters.
const LONGEST_REASON: usize = 1000;

/// Everything that the engine needs of a model.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub model: Model,
    pub environment: Arc<TokenEnvironment>,
    pub chat: Option<ChatTemplate>,
    pub info: ModelInfo,
}

/// Where a model is to run, and how large it may be there.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The longest sequence.
    pub context_limit: usize,
    /// `None`: the CPU, by this crate's own arithmetic.
    pub device: Option<candle_core::Device>,
    /// Bytes for keys and values on a device.
    pub cache_bytes: usize,
}

impl Target {
    /// On the CPU, sequences up to a length.
    pub(crate) fn up_to(context_limit: usize) -> Self {
        Self { context_limit, device: None, cache_bytes: 0 }
    }

    /// Takes the weights there.
    fn take<W: Weights<Error = LoadError>>(
        &self,
        path: &str,
        shape: Shape,
        weights: &mut W,
    ) -> Result<Model, LoadError> {
        let positions = shape.context.min(self.context_limit).max(1);
        let device = self.device.as_ref();
        Model::load(shape, positions, weights, device, self.cache_bytes).map_err(|error| failure(path, error))
    }
}

/// What a format gives, before the common part.
struct Parts {
    name: String,
    digest: String,
    architecture: &'static str,
    model: Model,
    own_output: bool,
    tokenizer: Tokenizer,
    tokenizer_path: String,
    /// Tokens that end a text; when the files name none, well-known names are looked up.
    ends: Vec<u32>,
    begin_text: Option<String>,
    end_text: Option<String>,
    chat_template: Option<String>,
}

/// Loads a model.
pub(crate) fn load(source: &ModelSource, target: &Target) -> Result<Loaded, LoadError> {
    let path = match source {
        ModelSource::Folder(path) | ModelSource::Gguf(path) => path.display().to_string(),
        ModelSource::Bytes { name, .. } => name.clone(),
    };
    guarded(path, || load_parts(source, target).and_then(finish))
}

/// Reads files that are not trusted; `path` is where they are. candle and tokenizers panic on some that pass all checks:
/// that is a bad file, not a bug here.
pub(crate) fn guarded<T>(path: String, read: impl FnOnce() -> Result<T, LoadError>) -> Result<T, LoadError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(LoadError::invalid(path, "is damaged in a way that its parser did not survive")))
        .map_err(shortened)
}

/// A file may choose some words of its refusal, a name of a megabyte say, and candle adds where it was; neither helps.
fn shortened(mut error: LoadError) -> LoadError {
    if let LoadError::Invalid { reason, .. }
    | LoadError::Architecture { found: reason, .. }
    | LoadError::NoTokenizer { reason, .. } = &mut error
    {
        let end = reason.find("\n   0: ").unwrap_or(reason.len());
        let end = reason.char_indices().nth(LONGEST_REASON).map_or(end, |(at, _)| at.min(end));
        reason.truncate(end);
    }
    error
}

fn load_parts(source: &ModelSource, target: &Target) -> Result<Parts, LoadError> {
    match source {
        ModelSource::Folder(path) => safetensors::load(path, target),
        ModelSource::Gguf(path) => {
            let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let mut file = open(path)?;
            let digest = digest_of(path, &mut file)?;
            let shown = path.display().to_string();
            gguf::load(&shown, name, digest, &mut std::io::BufReader::new(file), target, |content| {
                gguf_tokenizer::beside_or_inside(path, content)
            })
        }
        ModelSource::Bytes { name, gguf, tokenizer_json } => {
            let digest = digest_text(Sha256::new_with_prefix(gguf.as_ref()));
            let mut reader = Cursor::new(gguf.as_ref());
            gguf::load(name, name.clone(), digest, &mut reader, target, |_| {
                let path = format!("{name}: tokenizer.json");
                Ok((parse_tokenizer(&path, tokenizer_json)?, path))
            })
        }
    }
}

fn finish(parts: Parts) -> Result<Loaded, LoadError> {
    let shape: Shape = parts.model.shape().clone();
    let mut ends = parts.ends;
    if ends.is_empty() {
        ends.extend(WELL_KNOWN_ENDS.iter().find_map(|name| parts.tokenizer.token_to_id(name)));
    }
    let mut seen = std::collections::HashSet::new();
    ends.retain(|&end| seen.insert(end));
    let environment = TokenEnvironment::new(parts.tokenizer, shape.vocab, ends)
        .map_err(|reason| LoadError::invalid(&parts.tokenizer_path, reason))?;
    let text_of = |token: Option<u32>| token.and_then(|token| environment.token_text(token));
    let begin = parts.begin_text.or_else(|| text_of(environment.begin())).unwrap_or_default();
    let end = parts.end_text.or_else(|| text_of(environment.ends().first().copied())).unwrap_or_default();
    let chat =
        parts.chat_template.map(|template| ChatTemplate::new(template, begin, end, environment.specials().to_vec()));
    if let Some(Err(error)) = chat.as_ref().map(ChatTemplate::try_out) {
        let reason = format!("{error}; use another copy of the model, or mend its chat template");
        return Err(LoadError::invalid(&parts.name, reason));
    }
    let info = ModelInfo {
        name: parts.name,
        digest: parts.digest,
        architecture: parts.architecture.into(),
        parameters: shape.parameters(parts.own_output),
        vocab_size: shape.vocab,
        context_length: parts.model.positions(),
        chat_template: chat.is_some(),
    };
    Ok(Loaded { model: parts.model, environment: Arc::new(environment), chat, info })
}

/// Tokens that end a text by convention, where no file says which one does.
const WELL_KNOWN_ENDS: [&str; 7] =
    ["<|end|>", "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"];

fn open(path: &Path) -> Result<std::fs::File, LoadError> {
    std::fs::File::open(path).map_err(|source| io_error(path, source))
}

pub(crate) fn io_error(path: &Path, source: std::io::Error) -> LoadError {
    LoadError::Io { path: path.display().to_string(), source }
}

/// Reads a small file whole, refusing what is too large to be one.
fn read_small(path: &Path) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    open(path)?.take(LARGEST_JSON + 1).read_to_end(&mut bytes).map_err(|source| io_error(path, source))?;
    if bytes.len() as u64 > LARGEST_JSON {
        return Err(LoadError::invalid(
            path.display().to_string(),
            format!("is larger than {} MiB", LARGEST_JSON >> 20),
        ));
    }
    Ok(bytes)
}

/// The same for a file that may be absent.
fn read_small_if_there(path: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    match read_small(path) {
        Err(LoadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn parse_tokenizer(path: &str, json: &[u8]) -> Result<Tokenizer, LoadError> {
    /// The part whose syntax errors tokenizers panics on; the rest is passed over.
    #[derive(serde::Deserialize)]
    struct DecoderOnly {
        #[serde(rename = "decoder")]
        _decoder: Option<serde_json::Value>,
    }
    let invalid = |reason: String| LoadError::invalid(path, format!("is no valid tokenizer.json: {reason}"));
    let text = std::str::from_utf8(json).map_err(|error| invalid(error.to_string()))?;
    serde_json::from_str::<DecoderOnly>(text).map_err(|error| invalid(error.to_string()))?;
    Tokenizer::from_bytes(json).map_err(|error| invalid(error.to_string()))
}

/// Hashes a file and leaves it at its start.
fn digest_of(path: &Path, file: &mut std::fs::File) -> Result<String, LoadError> {
    use std::io::Seek;
    let failed = |source| io_error(path, source);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    file.rewind().map_err(failed)?;
    Ok(digest_text(hasher))
}

/// `sha256:<hex>`.
pub(crate) fn digest_text(hasher: Sha256) -> String {
    use std::fmt::Write;
    hasher.finalize().iter().fold("sha256:".to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn failure(path: &str, failure: LoadFailure<LoadError>) -> LoadError {
    match failure {
        LoadFailure::Weights(error) => error,
        LoadFailure::Preparing(error) => LoadError::invalid(path, format!("its weights cannot be prepared: {error}")),
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
