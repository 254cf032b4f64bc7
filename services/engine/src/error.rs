//! What can go wrong, each with where and what to do.

use std::time::Duration;

/// A model that could not be loaded. The message names the file and the reason.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder could not be opened or read.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file was read but is truncated, damaged, contradictory or not supported.
    #[error("{path}: {reason}")]
    Invalid {
        /// The file, or the name of a model in memory.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A well-formed model of a kind that the engine cannot run.
    #[error(
        "{path}: is a model of architecture `{found}`, which this engine does not run; supported: {}",
        SUPPORTED_ARCHITECTURES.join(", ")
    )]
    Architecture {
        /// The file.
        path: String,
        /// The architecture that it names.
        found: String,
    },
    /// No tokenizer could be found or made.
    #[error("{path}: {reason}; put the model's tokenizer.json at {expected}")]
    NoTokenizer {
        /// The model's file.
        path: String,
        /// Why what is in the file does not serve.
        reason: String,
        /// Where a tokenizer.json is looked for.
        expected: String,
    },
    /// The number of threads is fixed when the process starts.
    #[error(
        "{wanted} threads were asked for, but this process computes with {available}: start it with \
         CANDLE_NUM_THREADS={wanted} and RAYON_NUM_THREADS={wanted} in its environment"
    )]
    Threads {
        /// What the options asked for.
        wanted: usize,
        /// What the environment gives.
        available: usize,
    },
    /// A device that is not there.
    #[error("the device `{device}` cannot be used: {reason}")]
    Device {
        /// As it was asked for.
        device: String,
        /// Why.
        reason: String,
    },
    /// The operating system refused the model's thread.
    #[error("the model's thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// Architectures that the engine runs, as `config.json` and GGUF name them.
pub const SUPPORTED_ARCHITECTURES: [&str; 9] = [
    "LlamaForCausalLM (config.json)",
    "MistralForCausalLM (config.json)",
    "Qwen2ForCausalLM (config.json)",
    "Qwen3ForCausalLM (config.json)",
    "SmolLM3ForCausalLM (config.json)",
    "llama (GGUF)",
    "qwen2 (GGUF)",
    "qwen3 (GGUF)",
    "smollm3 (GGUF)",
];

impl LoadError {
    pub(crate) fn invalid(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), reason: reason.into() }
    }
}

/// A request that was not accepted.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
pub enum SubmitError {
    /// The queue is full.
    #[error("the engine's queue is full; try again in {} s", retry_after.as_secs())]
    Overloaded {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
    /// Prompt and draft do not fit the context together.
    #[error(
        "the prompt has {tokens} tokens, but only {limit} fit beside the draft's `max_tokens` in the \
         model's context"
    )]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// What would fit.
        limit: usize,
    },
    /// There is nothing to continue.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// A draft of no tokens.
    #[error("`max_tokens` is 0, so no draft can be written")]
    NothingToWrite,
    /// A sampling parameter that has no meaning.
    #[error("sampling: {0}")]
    Sampling(String),
    /// The grammar was compiled by another engine.
    #[error("the grammar was compiled for another engine's vocabulary; compile it with this one")]
    ForeignGrammar,
    /// The bounds were compiled by another engine.
    #[error("the bounds were compiled for another engine's vocabulary; compile them with this one")]
    ForeignBounds,
    /// The prompt cannot be tokenized.
    #[error(transparent)]
    Tokenize(#[from] TokenizeError),
}

/// Text that the tokenizer refuses.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("the text could not be tokenized: {0}")]
pub struct TokenizeError(pub(crate) String);

/// A grammar that does not compile; the message is llguidance's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the grammar does not compile: {0}")]
pub struct GrammarError(pub(crate) String);

/// A chat that could not be rendered.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ChatTemplateError {
    /// The model brings no chat template.
    #[error("this model brings no chat template")]
    Missing,
    /// The template failed, or refused these messages (`raise_exception`).
    #[error("the model's chat template failed: {0}")]
    Failed(String),
}

/// A draft that was accepted and not finished.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum DraftError {
    /// The handle was dropped or cancelled.
    #[error("the draft was cancelled")]
    Cancelled,
    /// The engine stopped before the draft was finished.
    #[error("the engine stopped before the draft was finished")]
    Stopped,
    /// No token is left that grammar and bounds both allow.
    #[error("the draft is stuck after {tokens} tokens: the grammar and the bounds leave nothing to write")]
    Stuck {
        /// Tokens written so far.
        tokens: usize,
    },
    /// `max_tokens` were written and the grammar is not complete.
    #[error("the draft was not complete after {tokens} tokens")]
    Unfinished {
        /// Tokens written.
        tokens: usize,
    },
    /// The grammar's state failed (its limits, not the text).
    #[error("the grammar failed: {0}")]
    Grammar(String),
    /// The model's arithmetic failed.
    #[error("the model failed: {0}")]
    Model(String),
}
