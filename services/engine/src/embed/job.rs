//! One request's texts, embedded a step at a time, so that drafts can go on between steps.

use std::ops::Deref;

use super::error::EmbedError;
use super::tokens::{LONGEST_TEXT, TextTokens};
use super::{EmbedKind, Embedder};

/// Texts on their way to vectors. Tokenized when it is made, which needs no model's thread; each
/// [`step`](Self::step) is one forward.
///
/// `E` is `&Embedder` or `Arc<Embedder>`.
pub struct EmbedJob<E> {
    embedder: E,
    texts: Vec<TextTokens>,
    /// The texts' places, shortest first.
    order: Vec<usize>,
    /// How many of `order` have their vector.
    done: usize,
    vectors: Vec<Vec<f32>>,
}

/// What a step leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedProgress {
    /// Texts that have no vector yet, at least one.
    Left(usize),
    /// [`EmbedJob::finish`] has them all.
    Finished,
}

/// Vectors in the texts' order.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// One a text, of the model's dimensions.
    pub vectors: Vec<Vec<f32>>,
    /// Texts that were longer than the model takes.
    pub cut: Vec<CutText>,
}

/// A text of which the vector shows the beginning only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutText {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Tokens that were left out at its end.
    pub tokens: usize,
}

impl<E: Deref<Target = Embedder>> EmbedJob<E> {
    /// Tokenizes `texts`, each behind the prefix of its `kind`.
    ///
    /// An empty text, or one of control characters only, has the vector of the tokens that frame it.
    ///
    /// # Errors
    /// A text that is longer than 1 MiB, has no tokens, or that the tokenizer refuses.
    pub fn new(embedder: E, texts: &[impl AsRef<str>], kind: EmbedKind) -> Result<Self, EmbedError> {
        let prefix = embedder.prefix(kind);
        let tokenize = |(index, text): (usize, &_)| {
            let text = AsRef::<str>::as_ref(text);
            let bytes = prefix.len().saturating_add(text.len());
            if bytes > LONGEST_TEXT {
                return Err(EmbedError::TextTooLong { index, bytes, most: LONGEST_TEXT });
            }
            let tokens = embedder
                .tokenizer
                .encode(&format!("{prefix}{text}"))
                .map_err(|reason| EmbedError::Tokenize { index, reason })?;
            if tokens.ids.is_empty() { Err(EmbedError::NoTokens { index }) } else { Ok(tokens) }
        };
        let texts = texts.iter().enumerate().map(tokenize).collect::<Result<Vec<_>, _>>()?;
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&index| texts[index].ids.len());
        let vectors = vec![Vec::new(); texts.len()];
        Ok(Self { embedder, texts, order, done: 0, vectors })
    }

    /// One forward over as many texts of the next length as fit [`super::EmbedderOptions::step_tokens`], or over one
    /// text that has more alone. Does nothing when all are done.
    ///
    /// # Errors
    /// The model's arithmetic failed, or gave values that are not finite.
    pub fn step(&mut self) -> Result<EmbedProgress, EmbedError> {
        let batch = self.batch();
        if !batch.is_empty() {
            let ids: Vec<&[u32]> = batch.iter().map(|&index| &self.texts[index].ids[..]).collect();
            for (&index, vector) in batch.iter().zip(self.embedder.forward(&ids)?) {
                if vector.iter().any(|value| !value.is_finite()) {
                    return Err(EmbedError::NotFinite { index });
                }
                self.vectors[index] = vector;
            }
            self.done += batch.len();
        }
        Ok(match self.left() {
            0 => EmbedProgress::Finished,
            left => EmbedProgress::Left(left),
        })
    }

    /// Texts that have no vector yet.
    pub fn left(&self) -> usize {
        self.order.len() - self.done
    }

    /// The vectors.
    ///
    /// # Errors
    /// [`EmbedError::Unfinished`] while a text has none.
    pub fn finish(self) -> Result<Embeddings, EmbedError> {
        if self.left() > 0 {
            return Err(EmbedError::Unfinished { left: self.left() });
        }
        let cut = self
            .texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.cut > 0)
            .map(|(index, text)| CutText { index, tokens: text.cut })
            .collect();
        Ok(Embeddings { vectors: self.vectors, cut })
    }

    /// The next texts to compute together, all of one length.
    fn batch(&self) -> Vec<usize> {
        let left = &self.order[self.done..];
        let Some(&first) = left.first() else { return Vec::new() };
        let tokens = self.texts[first].ids.len();
        let most = self.embedder.texts_per_step(tokens);
        left.iter().take(most).take_while(|&&index| self.texts[index].ids.len() == tokens).copied().collect()
    }
}

/// Counts only: ids are a text as good as its letters.
impl<E> std::fmt::Debug for EmbedJob<E> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EmbedJob")
            .field("texts", &self.texts.len())
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}
