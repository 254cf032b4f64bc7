//! The forward of a decoder: new positions of several sequences at once, each over its own cached blocks.
//!
//! It holds weights, tables and buffers, and no state of a sequence: that is in `crate::kv`. Each row is
//! computed as if it were alone (see `crate::compute`), so what runs beside it changes nothing.

use candle_core::DType;

use super::layers::{self, Layer, Made, Make, Parts};
use super::weights::pack;
use super::{LoadFailure, Shape, Span, Weight, Weights};
use crate::compute::activations::{Activations, Quantized};
use crate::compute::attention::{self, Blocks, Heads, Queries};
use crate::compute::simd::Level;
use crate::compute::{Matrix, elementwise, multiply};
use crate::kv::{Cache, Numbers, Pool};

/// A loaded model.
#[derive(Debug)]
pub(crate) struct Decoder {
    shape: Shape,
    level: Level,
    embedding: Matrix,
    layers: Vec<Layer<Matrix, Vec<f32>>>,
    output_norm: Vec<f32>,
    /// `None`: the embedding serves.
    output: Option<Matrix>,
    /// `[positions, head_dim / 2]`.
    cosines: Vec<f32>,
    sines: Vec<f32>,
    positions: usize,
    buffers: Buffers,
}

/// Kept from one step to the next, so that nothing large is allocated while drafts are written.
#[derive(Debug, Default)]
struct Buffers {
    state: Vec<f32>,
    normed: Vec<f32>,
    quantized: Quantized,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    attended: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    added: Vec<f32>,
}

fn sized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    buffer.resize(length, 0.0);
    buffer
}

impl Decoder {
    /// Takes all weights and packs them. `positions` is the longest sequence that it will run.
    pub(crate) fn load<W: Weights>(
        shape: Shape,
        positions: usize,
        weights: &mut W,
    ) -> Result<Self, LoadFailure<W::Error>> {
        let Parts { embedding, layers, output_norm, output } = layers::read(&shape, &mut Packing(weights))?;
        let (head_dim, level) = (shape.head_dim, Level::detect());
        let (cosines, sines) = shape.rope.tables(head_dim, positions);
        Ok(Self {
            shape,
            level,
            embedding,
            layers,
            output_norm,
            output,
            cosines,
            sines,
            positions,
            buffers: Buffers::default(),
        })
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The longest sequence.
    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    /// A cache for this model. Keys and values are kept in F32 where the weights are exact, else in F16.
    pub(crate) fn new_cache(&self, bytes: usize) -> Cache {
        let exact = !self.layers.iter().any(|layer| layer.key.is_quantized());
        Cache::new(self.shape.heads(), self.shape.layers, exact, bytes, self.positions)
    }

    /// Reads the spans and gives the logits of the wanted positions, `[wanted, vocab]`, span by span.
    pub(crate) fn forward(&mut self, spans: &[Span<'_>], pool: &mut Pool) -> candle_core::Result<Vec<f32>> {
        let states = self.states(spans, pool)?;
        let mut logits = Vec::new();
        if !states.is_empty() {
            let rows = states.len() / self.shape.hidden;
            let output = self.output.as_ref().unwrap_or(&self.embedding);
            logits.resize(rows * self.shape.vocab, 0.0);
            product(self.level, &states, self.shape.hidden, &mut self.buffers.quantized, &mut [(output, &mut logits)]);
        }
        Ok(logits)
    }

    /// The same up to the last norm: hidden states `[wanted, hidden]`.
    pub(crate) fn states(&mut self, spans: &[Span<'_>], pool: &mut Pool) -> candle_core::Result<Vec<f32>> {
        self.run(spans, pool)?;
        let mut states = vec![0.0; self.buffers.state.len()];
        let (level, epsilon) = (self.level, self.shape.norm_eps);
        elementwise::rms_norm(level, &self.buffers.state, &self.output_norm, epsilon, &mut states);
        Ok(states)
    }

    /// All layers; the wanted rows are then the buffers' state.
    fn run(&mut self, spans: &[Span<'_>], pool: &mut Pool) -> candle_core::Result<()> {
        super::check(&self.shape, self.positions, spans)?;
        let hidden = self.shape.hidden;
        let rows: usize = spans.iter().map(|span| span.tokens.len()).sum();
        let mut buffers = std::mem::take(&mut self.buffers);
        let state = sized(&mut buffers.state, rows * hidden);
        let tokens = spans.iter().flat_map(|span| span.tokens);
        for (row, &token) in state.chunks_exact_mut(hidden).zip(tokens) {
            self.embedding.row(token as usize, row);
        }
        for at in 0..self.layers.len() {
            self.attention(at, spans, pool, &mut buffers, rows);
            if at + 1 == self.layers.len() {
                keep_wanted(spans, &mut buffers.state, hidden);
            }
            self.feed_forward(at, &mut buffers);
        }
        self.buffers = buffers;
        Ok(())
    }

    /// Adds a layer's attention to the state.
    fn attention(&self, at: usize, spans: &[Span<'_>], pool: &mut Pool, buffers: &mut Buffers, rows: usize) {
        let (shape, layer, level) = (&self.shape, &self.layers[at], self.level);
        let heads = self.shape.heads();
        let (queries, keys) = (shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim);
        let Buffers { state, normed, quantized, query, key, value, attended, added, .. } = buffers;
        let normed = sized(normed, rows * shape.hidden);
        elementwise::rms_norm(level, state, &layer.attention_norm, shape.norm_eps, normed);
        let (query, key, value) = (sized(query, rows * queries), sized(key, rows * keys), sized(value, rows * keys));
        let mut jobs = [(&layer.query, &mut *query), (&layer.key, &mut *key), (&layer.value, &mut *value)];
        product(level, normed, shape.hidden, quantized, &mut jobs);
        if let Some([query_bias, key_bias, value_bias]) = &layer.biases {
            elementwise::add_to_rows(query, query_bias);
            elementwise::add_to_rows(key, key_bias);
            elementwise::add_to_rows(value, value_bias);
        }
        if let Some([query_norm, key_norm]) = &layer.head_norms {
            elementwise::rms_norm_in_place(level, query, query_norm, shape.norm_eps);
            elementwise::rms_norm_in_place(level, key, key_norm, shape.norm_eps);
        }
        let half = shape.head_dim / 2;
        let scale = 1.0 / (shape.head_dim as f32).sqrt();
        let positions = spans.iter().flat_map(|span| span.start..span.start + span.tokens.len());
        let lines = query.chunks_exact_mut(queries).zip(key.chunks_exact_mut(keys));
        for ((query, key), position) in lines.zip(positions) {
            if shape.rope_layers[at] {
                let table = position * half..(position + 1) * half;
                let (cosines, sines) = (&self.cosines[table.clone()], &self.sines[table]);
                for head in query.chunks_exact_mut(shape.head_dim).chain(key.chunks_exact_mut(shape.head_dim)) {
                    elementwise::rotate(head, cosines, sines, shape.rope.pairing);
                }
            }
            for number in query {
                *number *= scale;
            }
        }
        self.write_cache(at, spans, pool, key, value);
        let attended = sized(attended, rows * queries);
        read_cache(level, heads, at, spans, pool, query, attended);
        let added = sized(added, rows * shape.hidden);
        product(level, attended, queries, quantized, &mut [(&layer.attention_out, &mut *added)]);
        elementwise::add(state, added);
    }

    fn write_cache(&self, layer: usize, spans: &[Span<'_>], pool: &mut Pool, keys: &[f32], values: &[f32]) {
        let heads = self.shape.heads();
        let width = heads.kv_heads * heads.dim;
        let range = layer * heads.block()..(layer + 1) * heads.block();
        let mut lines = keys.chunks_exact(width).zip(values.chunks_exact(width));
        for span in spans {
            for (position, (keys, values)) in (span.start..).zip(lines.by_ref().take(span.tokens.len())) {
                match pool.numbers_mut(span.blocks[position / attention::POSITIONS]) {
                    Numbers::F32(block) => {
                        attention::write(self.level, heads, &mut block[range.clone()], position, keys, values)
                    }
                    Numbers::F16(block) => {
                        attention::write(self.level, heads, &mut block[range.clone()], position, keys, values)
                    }
                }
            }
        }
    }

    /// Adds a layer's feed-forward part to the state.
    fn feed_forward(&self, at: usize, buffers: &mut Buffers) {
        let (shape, layer, level) = (&self.shape, &self.layers[at], self.level);
        let Buffers { state, normed, quantized, gate, up, added, .. } = buffers;
        let rows = state.len() / shape.hidden;
        let normed = sized(normed, rows * shape.hidden);
        elementwise::rms_norm(level, state, &layer.ffn_norm, shape.norm_eps, normed);
        let (gate, up) = (sized(gate, rows * shape.ffn), sized(up, rows * shape.ffn));
        product(level, normed, shape.hidden, quantized, &mut [(&layer.gate, &mut *gate), (&layer.up, &mut *up)]);
        elementwise::gated_silu(level, gate, up, shape.ffn);
        let added = sized(added, rows * shape.hidden);
        product(level, gate, shape.ffn, quantized, &mut [(&layer.down, &mut *added)]);
        elementwise::add(state, added);
    }
}

/// Products of rows of `width`, quantized where a matrix needs it.
fn product(level: Level, values: &[f32], width: usize, buffer: &mut Quantized, jobs: &mut [(&Matrix, &mut [f32])]) {
    let rows = values.len() / width;
    let needed = jobs.iter().any(|(matrix, _)| matrix.is_quantized());
    if needed {
        buffer.fill(level, values, rows, width);
    }
    multiply(&Activations { rows, width, values, quantized: needed.then_some(&*buffer) }, jobs);
}

/// Attention over a layer of the cached blocks.
fn read_cache(
    level: Level,
    heads: Heads,
    layer: usize,
    spans: &[Span<'_>],
    pool: &Pool,
    queries: &[f32],
    out: &mut [f32],
) {
    let range = layer * heads.block()..(layer + 1) * heads.block();
    let mut exact: Vec<Vec<&[f32]>> = Vec::new();
    let mut halves: Vec<Vec<&[half::f16]>> = Vec::new();
    for span in spans {
        let blocks = (span.start + span.tokens.len()).div_ceil(attention::POSITIONS);
        let (mut f32s, mut f16s) = (Vec::new(), Vec::new());
        for &block in &span.blocks[..blocks] {
            match pool.numbers(block) {
                Numbers::F32(numbers) => f32s.push(&numbers[range.clone()]),
                Numbers::F16(numbers) => f16s.push(&numbers[range.clone()]),
            }
        }
        exact.push(f32s);
        halves.push(f16s);
    }
    let mut first_row = 0;
    let queried: Vec<Queries<'_>> = spans
        .iter()
        .enumerate()
        .map(|(at, span)| {
            let blocks = match exact[at].is_empty() {
                true => Blocks::F16(&halves[at]),
                false => Blocks::F32(&exact[at]),
            };
            let span = Queries { first_row, rows: span.tokens.len(), start: span.start, blocks };
            first_row += span.rows;
            span
        })
        .collect();
    attention::attend(level, heads, &queried, queries, out);
}

/// After the last attention only the wanted positions matter.
fn keep_wanted(spans: &[Span<'_>], state: &mut Vec<f32>, hidden: usize) {
    let (mut from, mut to) = (0, 0);
    for span in spans {
        let wanted = span.wanted.min(span.tokens.len());
        let first = from + span.tokens.len() - wanted;
        state.copy_within(first * hidden..(first + wanted) * hidden, to * hidden);
        from += span.tokens.len();
        to += wanted;
    }
    state.truncate(to * hidden);
}

/// Weights, packed.
struct Packing<'a, W>(&'a mut W);

impl<W: Weights> Make<W> for Packing<'_, W> {
    type Matrix = Matrix;
    type Vector = Vec<f32>;

    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Made<Matrix, W> {
        let matrix = self.0.matrix(weight, rows, columns).map_err(LoadFailure::Weights)?;
        pack(matrix, rows, columns).map_err(LoadFailure::Preparing)
    }

    fn vector(&mut self, weight: Weight, length: usize) -> Made<Vec<f32>, W> {
        let vector = self.0.vector(weight, length).map_err(LoadFailure::Weights)?;
        vector.to_dtype(DType::F32).and_then(|vector| vector.to_vec1()).map_err(LoadFailure::Preparing)
    }

    fn has_output(&self) -> bool {
        self.0.has_output()
    }
}
