//! The embedder: texts to vectors, for the library's search.
//!
//! It never knows what a text is for, never keeps or logs one, and has no thread of its own: an [`EmbedJob`] is
//! stepped by whoever has time. A text's vector depends on the text, its kind and the model only, bit for bit,
//! whatever else is in the request (on one machine: other instruction sets round differently).
//!
//! Start reading at [`Embedder::load`], then `job` (order and batches), `tokens` (a text to ids) and `encoder`
//! (the forward). Files are read in `source`, `config`, `sentence` and `weights`. To add an encoder: its
//! dimensions in `config`, its names in `weights`, its forward in `encoder`, a tiny one in `embed-goldens/make.py`.

mod config;
mod encoder;
mod error;
mod job;
mod sentence;
mod source;
mod tokens;
mod weights;

use serde::Serialize;
use sha2::{Digest, Sha256};

use self::config::Shape;
use self::encoder::Encoder;
use self::sentence::{Head, Pooling};
use self::tokens::TextTokenizer;
use self::weights::Weights;
use crate::error::LoadError;
use crate::load::digest_text;

pub use error::EmbedError;
pub use job::{CutText, EmbedJob, EmbedProgress, Embeddings};
pub use source::EmbedderSource;

/// A loaded embedder: BERT or XLM-R, in F32 on the CPU.
pub struct Embedder {
    encoder: Encoder,
    tokenizer: TextTokenizer,
    pooling: Pooling,
    step_tokens: usize,
    info: EmbedderInfo,
}

/// How to run an embedder.
#[derive(Debug, Clone)]
pub struct EmbedderOptions {
    /// The most tokens of a text, frame included; the model's own maximum when that is less. Memory and time of a
    /// step grow with its square.
    pub max_tokens: usize,
    /// The most tokens in a step, over all its texts; a text that has more takes a step alone. A step is how long a
    /// draft may wait, and little speed is lost by a short one: all-MiniLM-L6-v2 did 0.84 as many texts a second one
    /// at a time as in steps of 512 tokens (one thread, a busy machine).
    pub step_tokens: usize,
    /// What to put before a text, where the model's own files say nothing about it.
    pub prefixes: Prefixes,
}

impl Default for EmbedderOptions {
    fn default() -> Self {
        Self { max_tokens: 512, step_tokens: 256, prefixes: Prefixes::default() }
    }
}

/// What a model wants before a text, such as `query: ` and `passage: `.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Prefixes {
    /// Before what is searched with.
    pub query: String,
    /// Before what is found.
    pub passage: String,
}

/// What a text is embedded as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedKind {
    /// What is searched with.
    Query,
    /// What is found.
    Passage,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedderInfo {
    /// The folder's name, or the given one.
    pub name: String,
    /// Of model.safetensors, `sha256:` and hexadecimal digits.
    pub digest: String,
    /// Of all that decides a vector: weights, configuration, tokenizer, pooling, prefixes, maximum. Vectors of
    /// different fingerprints must not be compared.
    pub fingerprint: String,
    /// Values in a vector.
    pub dimensions: usize,
    /// The most tokens of a text, frame included.
    pub max_tokens: usize,
    /// Weights that are used.
    pub parameters: u64,
    /// Whether vectors have the length 1.
    pub normalized: bool,
    /// What is put before a text.
    pub prefixes: Prefixes,
}

impl Embedder {
    /// Loads an embedder. Every size is held against the files' lengths before it is allocated; beside the model, one
    /// tensor is in memory at a time.
    ///
    /// # Errors
    /// A file is missing, too large, damaged, contradicts another, or asks for what the embedder does not run. The
    /// message names the file and the reason.
    pub fn load(source: &EmbedderSource, options: &EmbedderOptions) -> Result<Self, LoadError> {
        crate::load::guarded(source.shown(), || Self::load_parts(source, options))
    }

    fn load_parts(source: &EmbedderSource, options: &EmbedderOptions) -> Result<Self, LoadError> {
        let shape = Shape::read(source)?;
        let head = Head::read(source, shape.hidden)?;
        let max_tokens = head.max_tokens.unwrap_or(usize::MAX).min(shape.longest()).min(options.max_tokens);
        let tokenizer_json = source.tokenizer()?;
        let tokenizer_path = source.shown_file("tokenizer.json");
        let tokenizer = TextTokenizer::new(&tokenizer_path, &tokenizer_json, &shape, head.lowercase, max_tokens)?;
        let weights = Weights::read(source, &shape)?;
        let prefixes = head.prefixes.unwrap_or_else(|| options.prefixes.clone());
        let decisive = serde_json::json!([
            weights.digest,
            digest_text(Sha256::new_with_prefix(&tokenizer_json)),
            format!("{shape:?}"),
            head.pooling,
            head.normalize,
            head.lowercase,
            max_tokens,
            prefixes,
        ]);
        let info = EmbedderInfo {
            name: source.name(),
            digest: weights.digest.clone(),
            fingerprint: digest_text(Sha256::new_with_prefix(decisive.to_string())),
            dimensions: shape.hidden,
            max_tokens,
            parameters: weights.parameters,
            normalized: head.normalize,
            prefixes,
        };
        let encoder = Encoder::new(&shape, weights)
            .map_err(|error| LoadError::invalid(source.shown(), format!("its weights make no encoder: {error}")))?;
        Ok(Self { encoder, tokenizer, pooling: head.pooling, step_tokens: options.step_tokens, info })
    }

    /// What was loaded.
    pub fn info(&self) -> &EmbedderInfo {
        &self.info
    }

    /// All steps of a job at once; `cancelled` is asked before each.
    ///
    /// # Errors
    /// As [`EmbedJob::new`] and [`EmbedJob::step`], or [`EmbedError::Cancelled`].
    pub fn embed(
        &self,
        texts: &[impl AsRef<str>],
        kind: EmbedKind,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Embeddings, EmbedError> {
        let mut job = EmbedJob::new(self, texts, kind)?;
        while job.left() > 0 {
            if cancelled() {
                return Err(EmbedError::Cancelled);
            }
            job.step()?;
        }
        job.finish()
    }

    fn prefix(&self, kind: EmbedKind) -> &str {
        match kind {
            EmbedKind::Query => &self.info.prefixes.query,
            EmbedKind::Passage => &self.info.prefixes.passage,
        }
    }

    /// How many texts of a length go into a step.
    fn texts_per_step(&self, tokens: usize) -> usize {
        if self.encoder.may_share(tokens) { (self.step_tokens / tokens).max(1) } else { 1 }
    }

    /// The vectors of texts of one length.
    fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors =
            self.encoder.vectors(texts, self.pooling).map_err(|error| EmbedError::Model(error.to_string()))?;
        if self.info.normalized {
            vectors.iter_mut().for_each(|vector| normalize(vector));
        }
        Ok(vectors)
    }
}

/// To length 1; a vector of zeros stays one.
fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt().max(1e-12);
    for value in vector {
        *value = (f64::from(*value) / length) as f32;
    }
}

impl std::fmt::Debug for Embedder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Embedder").field("info", &self.info).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
