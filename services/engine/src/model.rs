//! The forward of the Llama architecture, ours, over candle's tensors and quantized products.
//!
//! One sequence, any number of new positions, at any offset. It holds weights and tables and no state:
//! what a sequence has seen is in its [`KvCache`]. Shapes: `t` new positions, `l` positions held
//! including them, `h` heads, `g` heads to one key-value head.

use candle_core::quantized::QMatMul;
use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::{rope, rope_i};

use crate::cache::KvCache;
use crate::rope::{Pairing, Rope};

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
    /// Whether queries, keys and values have biases.
    pub qkv_bias: bool,
    /// Whether each head of queries and keys is normalized before it is turned.
    pub qk_norm: bool,
    /// For each layer, whether it turns queries and keys.
    pub rope_layers: Vec<bool>,
}

impl Shape {
    /// All weights of a layer.
    pub(crate) fn weights_of(&self, layer: usize) -> impl Iterator<Item = Weight> {
        let always = [
            Weight::AttentionNorm(layer),
            Weight::Query(layer),
            Weight::Key(layer),
            Weight::Value(layer),
            Weight::AttentionOut(layer),
            Weight::FfnNorm(layer),
            Weight::Gate(layer),
            Weight::Up(layer),
            Weight::Down(layer),
        ];
        let biases = [Weight::QueryBias(layer), Weight::KeyBias(layer), Weight::ValueBias(layer)];
        let norms = [Weight::QueryNorm(layer), Weight::KeyNorm(layer)];
        let (qkv_bias, qk_norm) = (self.qkv_bias, self.qk_norm);
        always
            .into_iter()
            .chain(biases.into_iter().filter(move |_| qkv_bias))
            .chain(norms.into_iter().filter(move |_| qk_norm))
    }
}

/// Which weight of the architecture; the loaders know what their format calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Embedding,
    OutputNorm,
    Output,
    AttentionNorm(usize),
    Query(usize),
    Key(usize),
    Value(usize),
    QueryBias(usize),
    KeyBias(usize),
    ValueBias(usize),
    QueryNorm(usize),
    KeyNorm(usize),
    AttentionOut(usize),
    FfnNorm(usize),
    Gate(usize),
    Up(usize),
    Down(usize),
}

/// Where weights come from. A loader checks each shape before it allocates.
pub(crate) trait Weights {
    type Error;
    /// `[rows, columns]`.
    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> std::result::Result<QMatMul, Self::Error>;
    /// `[length]`, in F32.
    fn vector(&mut self, weight: Weight, length: usize) -> std::result::Result<Tensor, Self::Error>;
    /// Whether the file has its own output matrix; otherwise the embedding serves.
    fn has_output(&self) -> bool;
}

/// A loaded model.
#[derive(Debug)]
pub(crate) struct Llama {
    shape: Shape,
    embedding: QMatMul,
    layers: Vec<Layer>,
    output_norm: Tensor,
    output: QMatMul,
    cosines: Tensor,
    sines: Tensor,
    positions: usize,
}

#[derive(Debug)]
struct Layer {
    attention_norm: Tensor,
    query: QMatMul,
    key: QMatMul,
    value: QMatMul,
    /// Of queries, keys and values.
    biases: Option<[Tensor; 3]>,
    /// Of queries and keys.
    head_norms: Option<[Tensor; 2]>,
    attention_out: QMatMul,
    ffn_norm: Tensor,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
}

impl Llama {
    /// Takes all weights. `positions` is the longest sequence that it will run.
    pub(crate) fn load<W: Weights>(
        shape: Shape,
        positions: usize,
        weights: &mut W,
    ) -> std::result::Result<Self, LoadFailure<W::Error>> {
        let from = LoadFailure::Weights;
        let (hidden, head_dim, ffn) = (shape.hidden, shape.head_dim, shape.ffn);
        let (queries, keys) = (shape.heads * head_dim, shape.kv_heads * head_dim);
        let embedding = weights.matrix(Weight::Embedding, shape.vocab, hidden).map_err(from)?;
        let layers = (0..shape.layers)
            .map(|at| {
                Ok(Layer {
                    attention_norm: weights.vector(Weight::AttentionNorm(at), hidden)?,
                    query: weights.matrix(Weight::Query(at), queries, hidden)?,
                    key: weights.matrix(Weight::Key(at), keys, hidden)?,
                    value: weights.matrix(Weight::Value(at), keys, hidden)?,
                    biases: match shape.qkv_bias {
                        true => Some([
                            weights.vector(Weight::QueryBias(at), queries)?,
                            weights.vector(Weight::KeyBias(at), keys)?,
                            weights.vector(Weight::ValueBias(at), keys)?,
                        ]),
                        false => None,
                    },
                    head_norms: match shape.qk_norm {
                        true => Some([
                            weights.vector(Weight::QueryNorm(at), head_dim)?,
                            weights.vector(Weight::KeyNorm(at), head_dim)?,
                        ]),
                        false => None,
                    },
                    attention_out: weights.matrix(Weight::AttentionOut(at), hidden, queries)?,
                    ffn_norm: weights.vector(Weight::FfnNorm(at), hidden)?,
                    gate: weights.matrix(Weight::Gate(at), ffn, hidden)?,
                    up: weights.matrix(Weight::Up(at), ffn, hidden)?,
                    down: weights.matrix(Weight::Down(at), hidden, ffn)?,
                })
            })
            .collect::<std::result::Result<Vec<_>, W::Error>>()
            .map_err(LoadFailure::Weights)?;
        let output_norm = weights.vector(Weight::OutputNorm, hidden).map_err(LoadFailure::Weights)?;
        let output = if weights.has_output() {
            weights.matrix(Weight::Output, shape.vocab, hidden).map_err(LoadFailure::Weights)?
        } else {
            embedding.clone()
        };
        let (cosines, sines) = shape.rope.tables(head_dim, positions).map_err(LoadFailure::Tables)?;
        Ok(Self { shape, embedding, layers, output_norm, output, cosines, sines, positions })
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The longest sequence.
    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    pub(crate) fn new_cache(&self) -> Result<KvCache> {
        KvCache::new(self.shape.layers, self.shape.kv_heads, self.shape.head_dim, self.positions)
    }

    /// Number of weights, the shared output counted once.
    pub(crate) fn parameters(&self, own_output: bool) -> u64 {
        let shape = &self.shape;
        let attention = shape.hidden * shape.head_dim * (2 * shape.heads + 2 * shape.kv_heads);
        let biases = if shape.qkv_bias { shape.head_dim * (shape.heads + 2 * shape.kv_heads) } else { 0 };
        let head_norms = if shape.qk_norm { 2 * shape.head_dim } else { 0 };
        let layer = attention + biases + head_norms + 3 * shape.hidden * shape.ffn + 2 * shape.hidden;
        let tables = shape.vocab * shape.hidden * (1 + usize::from(own_output));
        (shape.layers * layer + tables + shape.hidden) as u64
    }

    /// Reads `tokens` behind what the cache holds. Gives the last hidden states `[t, hidden]`.
    pub(crate) fn forward(&self, tokens: &[u32], cache: &mut KvCache) -> Result<Tensor> {
        let shape = &self.shape;
        let (count, start) = (tokens.len(), cache.len());
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= shape.vocab) {
            candle_core::bail!("token {token} is outside the vocabulary of {}", shape.vocab)
        }
        cache.reserve(count)?;
        let held = start + count;
        let cosines = self.cosines.narrow(0, start, count)?;
        let sines = self.sines.narrow(0, start, count)?;
        let mask = (count > 1).then(|| causal_mask(start, count)).transpose()?;
        let mut state = self.embedding.embedding(&Tensor::new(tokens, &Device::Cpu)?)?;
        for (at, layer) in self.layers.iter().enumerate() {
            let normed = rms_norm(&state, &layer.attention_norm, shape.norm_eps)?;
            let biased = |product: Tensor, which: usize| match &layer.biases {
                Some(biases) => product.broadcast_add(&biases[which]),
                None => Ok(product),
            };
            // [t, n · head_dim] → [1, n, t, head_dim]
            let split = |tensor: Tensor, heads: usize| {
                tensor.reshape((1, count, heads, shape.head_dim))?.transpose(1, 2)?.contiguous()
            };
            let turn = |tensor: Tensor, which: usize| {
                let tensor = match &layer.head_norms {
                    Some(gains) => rms_norm(&tensor, &gains[which], shape.norm_eps)?,
                    None => tensor,
                };
                match shape.rope.pairing {
                    _ if !shape.rope_layers[at] => Ok(tensor),
                    Pairing::Halves => rope(&tensor, &cosines, &sines),
                    Pairing::Neighbours => rope_i(&tensor, &cosines, &sines),
                }
            };
            let query = turn(split(biased(layer.query.forward(&normed)?, 0)?, shape.heads)?, 0)?;
            let key = turn(split(biased(layer.key.forward(&normed)?, 1)?, shape.kv_heads)?, 1)?;
            let value = split(biased(layer.value.forward(&normed)?, 2)?, shape.kv_heads)?;
            let (keys, values) = cache.write(at, &key.squeeze(0)?, &value.squeeze(0)?)?;

            let group = shape.heads / shape.kv_heads;
            let query = (query * (shape.head_dim as f64).powf(-0.5))?.reshape((
                shape.kv_heads,
                group * count,
                shape.head_dim,
            ))?;
            let scores = query.matmul(&keys.transpose(1, 2)?)?.reshape((shape.heads, count, held))?;
            let scores = match &mask {
                Some(mask) => scores.broadcast_add(mask)?,
                None => scores,
            };
            let attention = softmax_last_dim(&scores)?
                .reshape((shape.kv_heads, group * count, held))?
                .matmul(&values)?
                .reshape((shape.heads, count, shape.head_dim))?
                .transpose(0, 1)?
                .contiguous()?
                .reshape((count, shape.heads * shape.head_dim))?;
            state = (state + layer.attention_out.forward(&attention)?)?;

            let normed = rms_norm(&state, &layer.ffn_norm, shape.norm_eps)?;
            let gated = (silu(&layer.gate.forward(&normed)?)? * layer.up.forward(&normed)?)?;
            state = (state + layer.down.forward(&gated)?)?;
        }
        cache.advance(count);
        Ok(state)
    }

    /// The logits `[t, vocab]` that follow each of `states`.
    #[cfg(test)]
    pub(crate) fn all_logits(&self, states: &Tensor) -> Result<Tensor> {
        self.output.forward(&rms_norm(&states.contiguous()?, &self.output_norm, self.shape.norm_eps)?)
    }

    /// The logits `[vocab]` that follow the last position of `states`.
    pub(crate) fn logits(&self, states: &Tensor) -> Result<Vec<f32>> {
        let last = states.narrow(0, states.dim(0)? - 1, 1)?.contiguous()?;
        let normed = rms_norm(&last, &self.output_norm, self.shape.norm_eps)?;
        self.output.forward(&normed)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
    }
}

/// Why a model could not be put together.
#[derive(Debug)]
pub(crate) enum LoadFailure<E> {
    /// A weight was missing or wrong.
    Weights(E),
    /// The rotary tables could not be made.
    Tables(candle_core::Error),
}

/// `[t, l]`: 0 where a position may look, −∞ where it may not.
fn causal_mask(start: usize, count: usize) -> Result<Tensor> {
    let held = start + count;
    let mask: Vec<f32> = (0..count)
        .flat_map(|row| (0..held).map(move |column| if column <= start + row { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(mask, (count, held), &Device::Cpu)
}

#[cfg(test)]
mod tests;
