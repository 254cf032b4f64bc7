//! What every decoder is made of, whatever its weights become: read once here for both forwards.

use super::{LoadFailure, Shape, Weight, Weights};

/// One layer; `M` is a matrix, `V` a vector.
#[derive(Debug)]
pub(super) struct Layer<M, V> {
    pub attention_norm: V,
    pub query: M,
    pub key: M,
    pub value: M,
    /// Of queries, keys and values.
    pub biases: Option<[V; 3]>,
    /// Of the heads of queries and keys.
    pub head_norms: Option<[V; 2]>,
    pub attention_out: M,
    pub ffn_norm: V,
    pub gate: M,
    pub up: M,
    pub down: M,
}

/// All weights.
#[derive(Debug)]
pub(super) struct Parts<M, V> {
    pub embedding: M,
    pub layers: Vec<Layer<M, V>>,
    pub output_norm: V,
    /// `None`: the embedding serves.
    pub output: Option<M>,
}

/// Makes of a loader's weights what a forward computes with.
pub(super) trait Make<W: Weights> {
    type Matrix;
    type Vector;
    /// `[rows, columns]`.
    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Made<Self::Matrix, W>;
    fn vector(&mut self, weight: Weight, length: usize) -> Made<Self::Vector, W>;
    fn has_output(&self) -> bool;
}

pub(super) type Made<T, W> = Result<T, LoadFailure<<W as Weights>::Error>>;

/// Reads all weights, layer by layer, so that no more than one is held twice.
pub(super) fn read<W: Weights, R: Make<W>>(shape: &Shape, from: &mut R) -> Made<Parts<R::Matrix, R::Vector>, W> {
    let (hidden, head_dim, ffn) = (shape.hidden, shape.head_dim, shape.ffn);
    let (queries, keys) = (shape.heads * head_dim, shape.kv_heads * head_dim);
    let embedding = from.matrix(Weight::Embedding, shape.vocab, hidden)?;
    let mut layers = Vec::new();
    for at in 0..shape.layers {
        let biases = match shape.qkv_bias {
            false => None,
            true => Some([
                from.vector(Weight::QueryBias(at), queries)?,
                from.vector(Weight::KeyBias(at), keys)?,
                from.vector(Weight::ValueBias(at), keys)?,
            ]),
        };
        let head_norms = match shape.qk_norm {
            false => None,
            true => Some([from.vector(Weight::QueryNorm(at), head_dim)?, from.vector(Weight::KeyNorm(at), head_dim)?]),
        };
        layers.push(Layer {
            attention_norm: from.vector(Weight::AttentionNorm(at), hidden)?,
            query: from.matrix(Weight::Query(at), queries, hidden)?,
            key: from.matrix(Weight::Key(at), keys, hidden)?,
            value: from.matrix(Weight::Value(at), keys, hidden)?,
            biases,
            head_norms,
            attention_out: from.matrix(Weight::AttentionOut(at), hidden, queries)?,
            ffn_norm: from.vector(Weight::FfnNorm(at), hidden)?,
            gate: from.matrix(Weight::Gate(at), ffn, hidden)?,
            up: from.matrix(Weight::Up(at), ffn, hidden)?,
            down: from.matrix(Weight::Down(at), hidden, ffn)?,
        });
    }
    let output_norm = from.vector(Weight::OutputNorm, hidden)?;
    let output = match from.has_output() {
        true => Some(from.matrix(Weight::Output, shape.vocab, hidden)?),
        false => None,
    };
    Ok(Parts { embedding, layers, output_norm, output })
}
