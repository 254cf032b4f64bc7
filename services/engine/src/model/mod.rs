//! Models: their dimensions, where their weights come from, and the forward.
//!
//! [`Shape`] says what a decoder is made of (biases, norms of heads, layers without rotation), so that one
//! forward, [`Decoder`], runs all architectures; `crate::arch` says which architecture has what.

mod decoder;
mod weights;

pub(crate) use decoder::{Decoder, Span};
pub(crate) use weights::{LoadFailure, Weight, Weights};

use crate::rope::Rope;

/// The dimensions of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub vocab: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub ffn: usize,
    pub norm_eps: f32,
    /// Positions that the model was made for.
    pub context: usize,
    pub rope: Rope,
    /// Whether queries, keys and values have a bias.
    pub qkv_bias: bool,
    /// Whether each head of queries and keys is normalised.
    pub qk_norm: bool,
    /// For each layer, whether queries and keys are turned by their position.
    pub rope_layers: Vec<bool>,
}

impl Shape {
    /// Number of weights.
    pub(crate) fn parameters(&self, own_output: bool) -> u64 {
        let (queries, keys) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
        let attention = 2 * self.hidden * (queries + keys);
        let biases = if self.qkv_bias { queries + 2 * keys } else { 0 };
        let norms = 2 * self.hidden + if self.qk_norm { 2 * self.head_dim } else { 0 };
        let layer = attention + biases + 3 * self.hidden * self.ffn + norms;
        let tables = self.vocab * self.hidden * (1 + usize::from(own_output));
        (self.layers * layer + tables + self.hidden) as u64
    }
}

#[cfg(test)]
mod tests;
