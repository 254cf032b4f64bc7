//! Models of random weights, for benchmarks: a Llama of a named size and quantization as a GGUF file that this
//! engine and llama.cpp both read.
//!
//! What such a model writes means nothing; how fast it is read and written is that of a trained model of the same
//! size, for time depends on shapes and types alone. Weights are a function of (seed, tensor, index), so the same call
//! writes the same file on every machine. Memory is bounded by a few blocks of rows, whatever the size of the model.
//!
//! Start at [`RandomModel::write`]; `plan` says which tensors there are, `weights` makes them, `vocabulary` reads the
//! tokenizer, `header` writes what stands before the weights. To add a size, add it to `plan`; it needs dimensions
//! that are multiples of 256, so that every quantization can be had.

mod header;
mod plan;
#[cfg(test)]
mod tests;
mod vocabulary;
mod weights;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

pub use plan::{Quantization, Shape};

use header::Header;
use vocabulary::Vocabulary;

/// A model to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomModel {
    /// How large it is.
    pub shape: Shape,
    /// How its weights are kept.
    pub quantization: Quantization,
    /// Rows of the embedding; what the tokenizer does not fill is padded with tokens that are never used.
    pub vocabulary: usize,
    /// Decides every weight.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenModel {
    /// The GGUF file.
    pub path: PathBuf,
    /// Its tokenizer, `<stem>.tokenizer.json` beside it, where the engine looks for it.
    pub tokenizer: PathBuf,
    /// Number of weights.
    pub parameters: u64,
    /// Size of the GGUF file.
    pub bytes: u64,
}

/// Why no model was written.
#[derive(Debug, thiserror::Error)]
pub enum RandomModelError {
    /// A file could not be written.
    #[error("{path}: cannot be written: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file's name does not end in `.gguf`, by which the engine knows it.
    #[error("{path}: name the model with the ending .gguf, by which it is known")]
    Name {
        /// The path that was asked for.
        path: String,
    },
    /// The tokenizer does not serve.
    #[error("the tokenizer: {0}")]
    Tokenizer(String),
    /// candle could not quantize; a fault of this program.
    #[error("tensor `{tensor}` could not be quantized: {reason}")]
    Quantize {
        /// The tensor.
        tensor: String,
        /// candle's words.
        reason: String,
    },
}

impl RandomModel {
    /// What the model calls itself.
    #[must_use]
    pub fn name(&self) -> String {
        format!("random-{}-{}", self.shape, self.quantization)
    }

    /// Writes the model to `path` and its tokenizer beside it. `tokenizer_json` is a byte-level BPE that splits text as
    /// GPT-2 does, with an end token of a well-known name. A file that is there is replaced, once the new one is whole.
    ///
    /// # Errors
    /// The tokenizer does not serve, or a file cannot be written.
    pub fn write(&self, path: &Path, tokenizer_json: &[u8]) -> Result<WrittenModel, RandomModelError> {
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |source| RandomModelError::Io { path, source }
        };
        if path.extension().is_none_or(|ending| ending != "gguf") {
            return Err(RandomModelError::Name { path: path.display().to_string() });
        }
        let vocabulary = Vocabulary::read(tokenizer_json, self.vocabulary).map_err(RandomModelError::Tokenizer)?;
        let tensors = plan::tensors(self.shape, self.quantization, self.vocabulary);
        // Under another name until it is whole: a file that was cut off is never taken for a model.
        let part = path.with_extension("gguf.part");
        let mut file = BufWriter::new(File::create(&part).map_err(failed(&part))?);
        Header { name: &self.name(), shape: self.shape, vocabulary: &vocabulary, tensors: &tensors }
            .write(&mut file)
            .map_err(failed(&part))?;
        for (at, tensor) in tensors.iter().enumerate() {
            weights::write(tensor, self.seed, at as u64, &mut |bytes: &[u8]| file.write_all(bytes)).map_err(
                |error| match error {
                    weights::Failure::Write(source) => failed(&part)(source),
                    weights::Failure::Quantize(reason) => {
                        RandomModelError::Quantize { tensor: tensor.name.clone(), reason }
                    }
                },
            )?;
        }
        file.flush().map_err(failed(&part))?;
        drop(file);
        let tokenizer = path.with_extension("tokenizer.json");
        std::fs::write(&tokenizer, tokenizer_json).map_err(failed(&tokenizer))?;
        std::fs::rename(&part, path).map_err(failed(path))?;
        let bytes = std::fs::metadata(path).map_err(failed(path))?.len();
        let parameters = tensors.iter().map(|tensor| tensor.elements() as u64).sum();
        Ok(WrittenModel { path: path.to_owned(), tokenizer, parameters, bytes })
    }
}
