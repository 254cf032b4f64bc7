//! The same forward in candle's own operations, for devices that candle has kernels for (CUDA).
//!
//! It is what [`super::Decoder`] computes, in another order: near it, not the same to the bit, and rows may
//! differ in their last bits with what runs beside them. Where drafts must be the same whatever the
//! batch, run one at a time. Keys and values lie on the device in one tensor a layer and kind,
//! `[positions of all blocks, kv_heads · head_dim]`.

use candle_core::quantized::{QMatMul, QStorage, QTensor};
use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::{rope, rope_i};

use super::layers::{self, Layer, Made, Make, Parts};
use super::{LoadFailure, Shape, Span, Weight, Weights};
use crate::compute::attention::POSITIONS;
use crate::rope::Pairing;

/// A model on a device.
#[derive(Debug)]
pub(crate) struct OnDevice {
    shape: Shape,
    device: Device,
    embedding: Tensor,
    layers: Vec<Layer<QMatMul, Tensor>>,
    output_norm: Tensor,
    output: QMatMul,
    cosines: Tensor,
    sines: Tensor,
    positions: usize,
    /// Keys and values of each layer.
    cache: Vec<(Tensor, Tensor)>,
}

impl OnDevice {
    /// Takes all weights to `device`, and room for the keys and values of `blocks` blocks.
    pub(crate) fn load<W: Weights>(
        shape: Shape,
        positions: usize,
        weights: &mut W,
        device: &Device,
        blocks: usize,
    ) -> std::result::Result<Self, LoadFailure<W::Error>> {
        let Parts { embedding, layers, output_norm, output } = layers::read(&shape, &mut Moving { weights, device })?;
        let output = output.unwrap_or_else(|| embedding.clone());
        let (head_dim, keys) = (shape.head_dim, shape.kv_heads * shape.head_dim);
        let tables = || {
            let (cosines, sines) = shape.rope.tables(head_dim, positions);
            let table = |numbers| Tensor::from_vec(numbers, (positions, head_dim / 2), device);
            let embedding = match &embedding {
                QMatMul::QTensor(tensor) => tensor.dequantize_f16(device)?,
                QMatMul::Tensor(tensor) | QMatMul::TensorF16(tensor) => tensor.clone(),
            };
            let empty = || Tensor::zeros((blocks * POSITIONS, keys), DType::F32, device);
            let cache = (0..shape.layers).map(|_| Ok((empty()?, empty()?))).collect::<Result<Vec<_>>>()?;
            Ok((table(cosines)?, table(sines)?, embedding, cache))
        };
        let (cosines, sines, embedding, cache) = tables().map_err(LoadFailure::Preparing)?;
        let device = device.clone();
        Ok(Self { shape, device, embedding, layers, output_norm, output, cosines, sines, positions, cache })
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    /// As [`super::Decoder::forward`].
    pub(crate) fn forward(&self, spans: &[Span<'_>]) -> Result<Vec<f32>> {
        super::check(&self.shape, self.positions, spans)?;
        let tokens: Vec<u32> = spans.iter().flat_map(|span| span.tokens).copied().collect();
        let positions: Vec<u32> = spans.iter().flat_map(|span| places(span).map(|at| at as u32)).collect();
        let rows = tokens.len();
        let positions = Tensor::from_vec(positions, rows, &self.device)?;
        let (cosines, sines) = (self.cosines.index_select(&positions, 0)?, self.sines.index_select(&positions, 0)?);
        let tokens = Tensor::from_vec(tokens, rows, &self.device)?;
        let mut state = self.embedding.index_select(&tokens, 0)?.to_dtype(DType::F32)?;
        for (at, layer) in self.layers.iter().enumerate() {
            let normed = rms_norm(&state, &layer.attention_norm, self.shape.norm_eps)?;
            let attended = self.attention(at, layer, spans, &normed, (&cosines, &sines))?;
            state = (state + layer.attention_out.forward(&attended)?)?;
            let normed = rms_norm(&state, &layer.ffn_norm, self.shape.norm_eps)?;
            let gated = (silu(&layer.gate.forward(&normed)?)? * layer.up.forward(&normed)?)?;
            state = (state + layer.down.forward(&gated)?)?;
        }
        let mut wanted = Vec::new();
        let mut end = 0;
        for span in spans {
            end += span.tokens.len();
            wanted.extend((end - span.wanted.min(span.tokens.len())..end).map(|row| row as u32));
        }
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let count = wanted.len();
        let state = state.index_select(&Tensor::from_vec(wanted, count, &self.device)?, 0)?;
        let normed = rms_norm(&state, &self.output_norm, self.shape.norm_eps)?;
        self.output.forward(&normed)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
    }

    /// One layer's attention of all rows, `[rows, heads · head_dim]`.
    fn attention(
        &self,
        at: usize,
        layer: &Layer<QMatMul, Tensor>,
        spans: &[Span<'_>],
        normed: &Tensor,
        (cosines, sines): (&Tensor, &Tensor),
    ) -> Result<Tensor> {
        let shape = &self.shape;
        let (rows, dim) = (normed.dim(0)?, shape.head_dim);
        let biases = layer.biases.as_ref();
        let norms = layer.head_norms.as_ref();
        let project = |matrix: &QMatMul, which: usize| {
            let projected = matrix.forward(normed)?;
            biases.map_or(Ok(projected.clone()), |biases| projected.broadcast_add(&biases[which]))
        };
        // [rows, n · dim] → [1, n, rows, dim], normalised and turned.
        let heads = |projected: Tensor, count: usize, which: usize| {
            let heads = projected.reshape((1, rows, count, dim))?;
            let heads = norms.map_or(Ok(heads.clone()), |norms| rms_norm(&heads, &norms[which], shape.norm_eps))?;
            let heads = heads.transpose(1, 2)?.contiguous()?;
            match (shape.rope_layers[at], shape.rope.pairing) {
                (false, _) => Ok(heads),
                (true, Pairing::Halves) => rope(&heads, cosines, sines),
                (true, Pairing::Neighbours) => rope_i(&heads, cosines, sines),
            }
        };
        let query = heads(project(&layer.query, 0)?, shape.heads, 0)?.squeeze(0)?;
        let query = (query * (dim as f64).powf(-0.5))?;
        let key = heads(project(&layer.key, 1)?, shape.kv_heads, 1)?.squeeze(0)?.transpose(0, 1)?;
        let key = key.contiguous()?.reshape((rows, shape.kv_heads * dim))?;
        let value = project(&layer.value, 2)?;
        let (keys, values) = &self.cache[at];
        let mut first = 0;
        let mut attended = Vec::new();
        for span in spans {
            let count = span.tokens.len();
            write(keys, &key.narrow(0, first, count)?, span)?;
            write(values, &value.narrow(0, first, count)?, span)?;
            let slots: Vec<u32> = (0..span.start + count).map(|place| slot(span, place) as u32).collect();
            let held = slots.len();
            let slots = Tensor::from_vec(slots, held, &self.device)?;
            // [held, kv_heads · dim] → [kv_heads, held, dim]
            let read = |cached: &Tensor| {
                cached.index_select(&slots, 0)?.reshape((held, shape.kv_heads, dim))?.transpose(0, 1)?.contiguous()
            };
            let (keys, values) = (read(keys)?, read(values)?);
            let group = shape.heads / shape.kv_heads;
            let query = query.narrow(1, first, count)?.contiguous()?.reshape((shape.kv_heads, group * count, dim))?;
            let scores = query.matmul(&keys.transpose(1, 2)?)?.reshape((shape.heads, count, held))?;
            let scores = if count > 1 { scores.broadcast_add(&self.mask(span.start, count)?)? } else { scores };
            let sum = softmax_last_dim(&scores)?.reshape((shape.kv_heads, group * count, held))?.matmul(&values)?;
            let sum = sum.reshape((shape.heads, count, dim))?.transpose(0, 1)?.contiguous()?;
            attended.push(sum.reshape((count, shape.heads * dim))?);
            first += count;
        }
        Tensor::cat(&attended, 0)
    }

    /// `[new, held]`: 0 where a position may look, −∞ where it may not.
    fn mask(&self, start: usize, count: usize) -> Result<Tensor> {
        let held = start + count;
        let may = |row: usize, column: usize| if column <= start + row { 0.0_f32 } else { f32::NEG_INFINITY };
        let mask: Vec<f32> = (0..count).flat_map(|row| (0..held).map(move |column| may(row, column))).collect();
        Tensor::from_vec(mask, (count, held), &self.device)
    }
}

fn places(span: &Span<'_>) -> std::ops::Range<usize> {
    span.start..span.start + span.tokens.len()
}

/// Where a position's keys stand.
fn slot(span: &Span<'_>, place: usize) -> usize {
    span.blocks[place / POSITIONS] as usize * POSITIONS + place % POSITIONS
}

/// Writes the rows of a span, a block at a time: within one, positions lie side by side.
fn write(cache: &Tensor, rows: &Tensor, span: &Span<'_>) -> Result<()> {
    let mut place = span.start;
    while place < span.start + span.tokens.len() {
        let end = (place / POSITIONS + 1) * POSITIONS;
        let count = end.min(span.start + span.tokens.len()) - place;
        let part = rows.narrow(0, place - span.start, count)?.contiguous()?;
        cache.slice_set(&part, 0, slot(span, place))?;
        place += count;
    }
    Ok(())
}

/// Weights, taken to the device.
struct Moving<'a, W> {
    weights: &'a mut W,
    device: &'a Device,
}

impl<W> Moving<'_, W> {
    fn moved(&self, matrix: QMatMul) -> Result<QMatMul> {
        Ok(match matrix {
            QMatMul::QTensor(tensor) if !self.device.is_cpu() => {
                let (dtype, shape) = (tensor.dtype(), tensor.shape().clone());
                let storage = QStorage::from_data(tensor.data()?, self.device, dtype)?;
                QMatMul::from_qtensor(QTensor::new(storage, shape)?)?
            }
            QMatMul::QTensor(tensor) => QMatMul::QTensor(tensor),
            QMatMul::Tensor(tensor) | QMatMul::TensorF16(tensor) => {
                QMatMul::Tensor(tensor.to_dtype(DType::F32)?.to_device(self.device)?)
            }
        })
    }
}

impl<W: Weights> Make<W> for Moving<'_, W> {
    type Matrix = QMatMul;
    type Vector = Tensor;

    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Made<QMatMul, W> {
        let matrix = self.weights.matrix(weight, rows, columns).map_err(LoadFailure::Weights)?;
        self.moved(matrix).map_err(LoadFailure::Preparing)
    }

    fn vector(&mut self, weight: Weight, length: usize) -> Made<Tensor, W> {
        let vector = self.weights.vector(weight, length).map_err(LoadFailure::Weights)?;
        vector.to_dtype(DType::F32).and_then(|vector| vector.to_device(self.device)).map_err(LoadFailure::Preparing)
    }

    fn has_output(&self) -> bool {
        self.weights.has_output()
    }
}
