//! The weights of one tensor: drawn, quantized and handed on, a block of rows at a time on all cores.

use std::num::NonZeroUsize;
use std::ops::Range;

use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};

use super::plan::Planned;
use crate::random;

/// Weights that one thread holds at a time: 4 MiB of F32.
const BLOCK: usize = 1 << 20;
/// Tensors begin at multiples of this, GGUF's default.
pub(super) const ALIGNMENT: usize = 32;

/// Why a tensor was not written.
#[derive(Debug)]
pub(super) enum Failure {
    Write(std::io::Error),
    Quantize(String),
}

/// Gives the tensor's bytes to `sink`, in order, and then zeros up to the next tensor's place. `number` is the tensor's
/// own among the model's.
pub(super) fn write(
    tensor: &Planned,
    seed: u64,
    number: u64,
    sink: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let rows = tensor.rows.unwrap_or(1);
    let together = (BLOCK / tensor.columns).clamp(1, rows);
    let blocks: Vec<Range<usize>> = (0..rows).step_by(together).map(|row| row..(row + together).min(rows)).collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    for round in blocks.chunks(threads) {
        let quantized: Vec<Result<Vec<u8>, String>> = std::thread::scope(|scope| {
            let working: Vec<_> =
                round.iter().map(|block| scope.spawn(move || quantize(tensor, seed, number, block.clone()))).collect();
            let panicked = |_| Err("candle stopped with a panic".to_owned());
            working.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
        });
        for bytes in quantized {
            sink(&bytes.map_err(Failure::Quantize)?).map_err(Failure::Write)?;
        }
    }
    let padding = tensor.bytes().next_multiple_of(ALIGNMENT) - tensor.bytes();
    sink(&[0; ALIGNMENT][..padding]).map_err(Failure::Write)
}

fn quantize(tensor: &Planned, seed: u64, number: u64, rows: Range<usize>) -> Result<Vec<u8>, String> {
    let count = rows.len();
    let weights: Vec<f32> = (rows.start * tensor.columns..rows.end * tensor.columns)
        .map(|index| tensor.mean + tensor.deviation * normal(seed, number, index as u64))
        .collect();
    Tensor::from_vec(weights, (count, tensor.columns), &Device::Cpu)
        .and_then(|weights| QTensor::quantize(&weights, tensor.kind))
        .and_then(|quantized| Ok(quantized.data()?.into_owned()))
        .map_err(|error| error.to_string())
}

/// Mean 0, deviation 1, bell-shaped: the sum of three even numbers, out of one draw's bits. Quantization does to it
/// what it does to trained weights, which are bell-shaped as well.
fn normal(seed: u64, tensor: u64, index: u64) -> f32 {
    const BITS: u32 = 17;
    let drawn = (random::uniform(seed, tensor, index, 0) * (1_u64 << (3 * BITS)) as f64) as u64;
    let part = |at: u32| ((drawn >> (at * BITS)) & ((1 << BITS) - 1)) as f32 / (1_u32 << BITS) as f32;
    // Each has the variance 1/12, so the sum has the deviation 1/2.
    (part(0) + part(1) + part(2) - 1.5) * 2.0
}
