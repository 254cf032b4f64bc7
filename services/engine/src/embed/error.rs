//! What can go wrong with a text after the model is loaded. Loading has [`crate::LoadError`].

/// Texts that were not turned into vectors. No message holds a text, only its place in the request.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
pub enum EmbedError {
    /// The engine did not take the texts: too many wait, or it has stopped.
    #[error(transparent)]
    Refused(crate::error::SubmitError),
    /// A text is too long even to be tokenized and cut.
    #[error("text {index} has {bytes} bytes, but at most {most} are read: send it in passages")]
    TextTooLong {
        /// Its place in the request, from 0.
        index: usize,
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The tokenizer makes nothing of a text and frames it with no tokens of its own.
    #[error("text {index} has no tokens, so there is nothing to make a vector of: leave it out")]
    NoTokens {
        /// Its place in the request, from 0.
        index: usize,
    },
    /// The tokenizer refused a text.
    #[error("text {index} could not be tokenized: {reason}")]
    Tokenize {
        /// Its place in the request, from 0.
        index: usize,
        /// What the tokenizer said.
        reason: String,
    },
    /// The vector holds infinities or is not a number.
    #[error(
        "the vector of text {index} has values that are not finite: the model's weights are damaged or overflow \
         in 32 bits; verify the model's files"
    )]
    NotFinite {
        /// Its place in the request, from 0.
        index: usize,
    },
    /// The caller no longer wants the vectors.
    #[error("the embedding was cancelled")]
    Cancelled,
    /// [`crate::EmbedJob::finish`] came before the last step.
    #[error("{left} texts are not embedded yet: call `step` until it says so")]
    Unfinished {
        /// Texts without a vector.
        left: usize,
    },
    /// The model's arithmetic failed.
    #[error("the embedder's model failed: {0}")]
    Model(String),
}
