//! Models: their dimensions, where their weights come from, and the forward.
//!
//! [`Shape`] says what a decoder is made of (biases, norms of heads, layers without rotation), so that one
//! forward runs all architectures; `crate::arch` says which architecture has what. There are two forwards:
//! [`Decoder`] on the CPU, and [`OnDevice`] in candle's operations for other devices; [`Model`] is either.

mod decoder;
mod layers;
mod on_device;
mod weights;

pub(crate) use decoder::Decoder;
pub(crate) use on_device::OnDevice;
pub(crate) use weights::{LoadFailure, Weight, Weights};

use candle_core::Device;

use crate::compute::attention::{Heads, POSITIONS};
use crate::kv::{BlockId, Cache, Pool};
use crate::rope::Rope;

/// New positions of one sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span<'a> {
    pub tokens: &'a [u32],
    /// The position of the first.
    pub start: usize,
    /// The sequence's blocks, up to the last new position at least.
    pub blocks: &'a [BlockId],
    /// How many of the last positions' logits are wanted.
    pub wanted: usize,
}

/// A model that can be run, wherever it is.
#[derive(Debug)]
pub(crate) enum Model {
    Cpu(Box<Decoder>),
    Device(Box<OnDevice>, usize),
}

impl Model {
    /// Takes all weights. `positions` is the longest sequence that it will run; keys and values on another
    /// device than the CPU may take `cache_bytes` there.
    pub(crate) fn load<W: Weights>(
        shape: Shape,
        positions: usize,
        weights: &mut W,
        device: Option<&Device>,
        cache_bytes: usize,
    ) -> Result<Self, LoadFailure<W::Error>> {
        let Some(device) = device else {
            return Decoder::load(shape, positions, weights).map(|decoder| Self::Cpu(Box::new(decoder)));
        };
        let block_bytes = POSITIONS * shape.layers * 2 * shape.kv_heads * shape.head_dim * 4;
        let blocks = (cache_bytes / block_bytes).max(positions.div_ceil(POSITIONS));
        OnDevice::load(shape, positions, weights, device, blocks).map(|model| Self::Device(Box::new(model), blocks))
    }

    pub(crate) fn shape(&self) -> &Shape {
        match self {
            Self::Cpu(model) => model.shape(),
            Self::Device(model, _) => model.shape(),
        }
    }

    /// The longest sequence.
    pub(crate) fn positions(&self) -> usize {
        match self {
            Self::Cpu(model) => model.positions(),
            Self::Device(model, _) => model.positions(),
        }
    }

    /// Blocks for its keys and values, at most `bytes` of them.
    pub(crate) fn new_cache(&self, bytes: usize) -> Cache {
        match self {
            Self::Cpu(model) => model.new_cache(bytes),
            // The numbers are on the device; here are only the blocks' names.
            Self::Device(_, blocks) => Cache::of_blocks(*blocks),
        }
    }

    /// Reads the spans and gives the logits of the wanted positions, `[wanted, vocab]`, span by span.
    pub(crate) fn forward(&mut self, spans: &[Span<'_>], pool: &mut Pool) -> candle_core::Result<Vec<f32>> {
        match self {
            Self::Cpu(model) => model.forward(spans, pool),
            Self::Device(model, _) => model.forward(spans),
        }
    }
}

/// Refuses tokens and positions that the model does not have.
fn check(shape: &Shape, positions: usize, spans: &[Span<'_>]) -> candle_core::Result<()> {
    for span in spans {
        if let Some(token) = span.tokens.iter().find(|&&token| token as usize >= shape.vocab) {
            candle_core::bail!("token {token} is outside the vocabulary of {}", shape.vocab)
        }
        let end = span.start + span.tokens.len();
        if end > positions || end > span.blocks.len() * POSITIONS {
            candle_core::bail!("{end} positions do not fit the context of {positions}")
        }
    }
    Ok(())
}

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
    pub(crate) fn heads(&self) -> Heads {
        Heads { heads: self.heads, kv_heads: self.kv_heads, dim: self.head_dim }
    }

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
