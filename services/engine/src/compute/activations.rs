//! The left side of products: rows of F32, and for quantized weights the same rows as bytes.
//!
//! A row is quantized in blocks of 256 values: the largest magnitude becomes 127. The bytes are stored
//! with 128 added, because the vector instruction multiplies unsigned with signed bytes and the weights
//! are the signed ones.

#![expect(unsafe_code, reason = "kernels on rows whose lengths are checked here")]

use super::simd::{Level, Simd, dispatch};
use super::threads::{Shared, parallel};

/// Values that share a scale.
pub(crate) const BLOCK: usize = 256;
/// Values whose sum is kept, for weights with a minimum.
pub(crate) const SUB: usize = 32;

/// Rows of one width.
#[derive(Debug)]
pub(crate) struct Activations<'a> {
    pub rows: usize,
    pub width: usize,
    pub values: &'a [f32],
    pub quantized: Option<&'a Quantized>,
}

/// Rows as bytes.
#[derive(Debug, Default)]
pub(crate) struct Quantized {
    /// `[rows, blocks, 256]`, 128 added; 128 where the row is shorter.
    pub codes: Vec<u8>,
    /// `[rows, blocks, 8]`: sums of 32 values each, without the 128.
    pub sums: Vec<i16>,
    /// `[rows, blocks]`.
    pub scales: Vec<f32>,
}

impl Quantized {
    /// Quantizes `values`, `[rows, width]`, in place of what was held.
    pub(crate) fn fill(&mut self, level: Level, values: &[f32], rows: usize, width: usize) {
        assert_eq!(values.len(), rows * width, "rows of another width");
        let blocks = width.div_ceil(BLOCK);
        self.codes.resize(rows * blocks * BLOCK, 128);
        self.sums.resize(rows * blocks * (BLOCK / SUB), 0);
        self.scales.resize(rows * blocks, 0.0);
        let (codes, sums, scales) =
            (Shared::new(&mut self.codes), Shared::new(&mut self.sums), Shared::new(&mut self.scales));
        parallel(rows, 4 * width, |range| {
            for row in range {
                let of = |each: usize| row * blocks * each..(row + 1) * blocks * each;
                // SAFETY: each row is one thread's; the kernel gets whole rows.
                unsafe {
                    quantize(
                        level,
                        &values[row * width..(row + 1) * width],
                        codes.part(of(BLOCK)),
                        sums.part(of(BLOCK / SUB)),
                        scales.part(of(1)),
                    );
                }
            }
        });
    }
}

dispatch! {
    unsafe fn quantize(values: &[f32], codes: &mut [u8], sums: &mut [i16], scales: &mut [f32]) = quantize_row
}

/// Plain code: the compiler vectorizes it for each level. The results do not depend on how.
#[inline(always)]
unsafe fn quantize_row<S: Simd>(values: &[f32], codes: &mut [u8], sums: &mut [i16], scales: &mut [f32]) {
    let blocks = values.chunks(BLOCK).zip(codes.chunks_exact_mut(BLOCK)).zip(sums.chunks_exact_mut(BLOCK / SUB));
    for (((values, codes), sums), scale) in blocks.zip(scales) {
        let mut lanes = [0.0_f32; 16];
        for chunk in values.chunks(16) {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                // Not `f32::max`: a value that is no number must not be lost, but spread.
                let magnitude = value.abs();
                *lane = if magnitude <= *lane { *lane } else { magnitude };
            }
        }
        let largest = lanes.iter().fold(0.0_f32, |most, &lane| if lane <= most { most } else { lane });
        *scale = largest / 127.0;
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        for (code, value) in codes.iter_mut().zip(values) {
            *code = ((value * inverse).round_ties_even() as i32 + 128) as u8;
        }
        codes[values.len()..].fill(128);
        for (sum, part) in sums.iter_mut().zip(codes.chunks_exact(SUB)) {
            *sum = part.iter().map(|&code| i16::from(code)).sum::<i16>() - 128 * SUB as i16;
        }
    }
}
