//! From ggml's blocks to packed records, and a single row back.
//!
//! Layouts of the blocks: ggml's `ggml-common.h`, as candle's `k_quants` reads them.

use half::f16;

use super::activations::{BLOCK, SUB};
use super::formats::{Format, Q4, Q4K, Q6K, Q8};
use super::simd::LANES;

/// A format that can be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Q4_0,
    Q8_0,
    Q4K,
    Q6K,
}

/// 256 columns of one row: whole codes with a scale (and a minimum) for each 16 of them.
struct Part {
    codes: [i8; BLOCK],
    /// For 16 columns each: a factor that multiplies codes.
    scales: [f32; BLOCK / 16],
}

impl Kind {
    /// Bytes of a record of sixteen rows and 256 columns.
    pub(crate) const fn record(self) -> usize {
        match self {
            Self::Q4_0 => Q4::RECORD,
            Self::Q8_0 => Q8::RECORD,
            Self::Q4K => Q4K::RECORD,
            Self::Q6K => Q6K::RECORD,
        }
    }

    /// Columns and bytes of a ggml block.
    pub(crate) const fn block(self) -> (usize, usize) {
        match self {
            Self::Q4_0 => (32, 18),
            Self::Q8_0 => (32, 34),
            Self::Q4K => (256, 144),
            Self::Q6K => (256, 210),
        }
    }

    /// Packs 256 columns (or the fewer that are left) of up to sixteen rows. `rows` are the rows' bytes for
    /// these columns; missing rows stay zero.
    pub(crate) fn pack(self, rows: &[&[u8]], record: &mut [u8]) {
        record.fill(0);
        for (lane, bytes) in rows.iter().enumerate() {
            match self {
                Self::Q4_0 => pack_q4(bytes, lane, record),
                Self::Q8_0 => pack_q8(bytes, lane, record),
                Self::Q4K => pack_q4k(bytes, lane, record),
                Self::Q6K => pack_q6k(bytes, lane, record),
            }
        }
    }

    /// The 256 values of one row of a record.
    pub(crate) fn unpack(self, record: &[u8], lane: usize) -> [f32; BLOCK] {
        let mut values = [0.0; BLOCK];
        let (part, minima) = match self {
            Self::Q4_0 => (unpack_q4(record, lane), None),
            Self::Q8_0 => (unpack_q8(record, lane), None),
            Self::Q4K => (unpack_q4k(record, lane), Some(minima_q4k(record, lane))),
            Self::Q6K => (unpack_q6k(record, lane), None),
        };
        for (column, value) in values.iter_mut().enumerate() {
            *value = part.scales[column / 16] * f32::from(part.codes[column]);
            if let Some(minima) = &minima {
                *value -= minima[column / SUB];
            }
        }
        values
    }
}

fn half_at(bytes: &[u8], at: usize) -> f16 {
    f16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn put_half(record: &mut [u8], at: usize, lane: usize, value: f16) {
    record[at + lane * 2..at + lane * 2 + 2].copy_from_slice(&value.to_ne_bytes());
}

fn get_half(record: &[u8], at: usize, lane: usize) -> f32 {
    f16::from_ne_bytes([record[at + lane * 2], record[at + lane * 2 + 1]]).to_f32()
}

/// What the 128 added to activations contributes.
fn put_offset(record: &mut [u8], at: usize, lane: usize, sum_of_weights: f64) {
    record[at + lane * 4..at + lane * 4 + 4].copy_from_slice(&((128.0 * sum_of_weights) as f32).to_ne_bytes());
}

/// Where the code of a column stands in records of bytes.
fn byte_of(column: usize, lane: usize) -> usize {
    (column / 4 * LANES + lane) * 4 + column % 4
}

/// Where the code of a column stands in records of nibbles, and its shift.
fn nibble_of(column: usize, lane: usize) -> (usize, u32) {
    let within = column % SUB;
    let group = column / SUB * 4 + within % 16 / 4;
    ((group * LANES + lane) * 4 + column % 4, if within < 16 { 0 } else { 4 })
}

fn put_nibble(record: &mut [u8], column: usize, lane: usize, code: u8) {
    let (at, shift) = nibble_of(column, lane);
    record[at] |= (code & 15) << shift;
}

fn get_nibble(record: &[u8], column: usize, lane: usize) -> u8 {
    let (at, shift) = nibble_of(column, lane);
    record[at] >> shift & 15
}

fn pack_q4(bytes: &[u8], lane: usize, record: &mut [u8]) {
    let mut sum = 0.0;
    for (sub, block) in bytes.chunks_exact(18).enumerate() {
        let scale = half_at(block, 0);
        put_half(record, Q4::SCALES + sub * LANES * 2, lane, scale);
        let mut whole = 0;
        for (at, &both) in block[2..].iter().enumerate() {
            put_nibble(record, sub * SUB + at, lane, both & 15);
            put_nibble(record, sub * SUB + at + 16, lane, both >> 4);
            whole += i32::from(both & 15) + i32::from(both >> 4) - 16;
        }
        sum += f64::from(scale.to_f32()) * f64::from(whole);
    }
    put_offset(record, Q4::OFFSETS, lane, sum);
}

fn unpack_q4(record: &[u8], lane: usize) -> Part {
    Part {
        codes: std::array::from_fn(|column| get_nibble(record, column, lane) as i8 - 8),
        scales: std::array::from_fn(|at| get_half(record, Q4::SCALES + at / 2 * LANES * 2, lane)),
    }
}

fn pack_q8(bytes: &[u8], lane: usize, record: &mut [u8]) {
    let mut sum = 0.0;
    for (sub, block) in bytes.chunks_exact(34).enumerate() {
        let scale = half_at(block, 0);
        put_half(record, Q8::SCALES + sub * LANES * 2, lane, scale);
        let mut whole = 0;
        for (at, &code) in block[2..].iter().enumerate() {
            record[byte_of(sub * SUB + at, lane)] = code;
            whole += i32::from(code as i8);
        }
        sum += f64::from(scale.to_f32()) * f64::from(whole);
    }
    put_offset(record, Q8::OFFSETS, lane, sum);
}

fn unpack_q8(record: &[u8], lane: usize) -> Part {
    Part {
        codes: std::array::from_fn(|column| record[byte_of(column, lane)] as i8),
        scales: std::array::from_fn(|at| get_half(record, Q8::SCALES + at / 2 * LANES * 2, lane)),
    }
}

/// The six-bit scale and minimum of 32 columns.
fn scale_and_minimum(scales: &[u8], sub: usize) -> (u8, u8) {
    if sub < 4 {
        (scales[sub] & 63, scales[sub + 4] & 63)
    } else {
        ((scales[sub + 4] & 15) | ((scales[sub - 4] >> 6) << 4), (scales[sub + 4] >> 4) | ((scales[sub] >> 6) << 4))
    }
}

/// Where the minimum of 32 columns stands: pairs of neighbours side by side.
fn minimum_of(sub: usize, lane: usize) -> usize {
    Q4K::MINIMA + sub / 2 * 2 * LANES + lane * 2 + sub % 2
}

fn pack_q4k(bytes: &[u8], lane: usize, record: &mut [u8]) {
    let (factor, minimum_factor) = (half_at(bytes, 0), half_at(bytes, 2));
    put_half(record, Q4K::FACTORS, lane, factor);
    put_half(record, Q4K::MINIMA_FACTORS, lane, minimum_factor);
    let (scales, codes) = bytes[4..144].split_at(12);
    let mut sum = 0_i64;
    for sub in 0..BLOCK / SUB {
        let (scale, minimum) = scale_and_minimum(scales, sub);
        record[Q4K::SCALES + sub * LANES + lane] = scale;
        record[minimum_of(sub, lane)] = minimum;
        let mut whole = 0;
        for at in 0..SUB {
            let both = codes[sub / 2 * SUB + at];
            let code = if sub % 2 == 0 { both & 15 } else { both >> 4 };
            put_nibble(record, sub * SUB + at, lane, code);
            whole += i64::from(code);
        }
        sum += i64::from(scale) * whole;
    }
    put_offset(record, Q4K::OFFSETS, lane, f64::from(factor.to_f32()) * sum as f64);
}

fn unpack_q4k(record: &[u8], lane: usize) -> Part {
    let factor = get_half(record, Q4K::FACTORS, lane);
    Part {
        codes: std::array::from_fn(|column| get_nibble(record, column, lane) as i8),
        scales: std::array::from_fn(|at| factor * f32::from(record[Q4K::SCALES + at / 2 * LANES + lane])),
    }
}

fn minima_q4k(record: &[u8], lane: usize) -> [f32; BLOCK / SUB] {
    let factor = get_half(record, Q4K::MINIMA_FACTORS, lane);
    std::array::from_fn(|sub| factor * f32::from(record[minimum_of(sub, lane)]))
}

/// The code of a column, 0 to 63.
fn code_q6k(bytes: &[u8], column: usize) -> u8 {
    let (half, within) = (column / 128, column % 128);
    let (quarter, at) = (within / 32, within % 32);
    let low = bytes[half * 64 + at + if quarter % 2 == 1 { 32 } else { 0 }];
    let low = if quarter < 2 { low & 15 } else { low >> 4 };
    let high = bytes[128 + half * 32 + at] >> (2 * quarter) & 3;
    low | high << 4
}

/// Where the low four and the high two bits of a column's code stand, with their shifts.
fn six_bits_of(column: usize, lane: usize) -> ((usize, u32), (usize, u32)) {
    let (sub, group, byte) = (column / 16, column % 16 / 4, column % 4);
    let low = ((sub * 2 + group / 2) * LANES + lane) * 4 + byte;
    let high = Q6K::HIGH + (sub * LANES + lane) * 4 + byte;
    ((low, group as u32 % 2 * 4), (high, group as u32 * 2))
}

fn pack_q6k(bytes: &[u8], lane: usize, record: &mut [u8]) {
    let factor = half_at(bytes, 208);
    put_half(record, Q6K::FACTORS, lane, factor);
    let mut sum = 0_i64;
    for sub in 0..BLOCK / 16 {
        let scale = bytes[192 + sub];
        record[Q6K::SCALES + sub * LANES + lane] = scale;
        for column in sub * 16..(sub + 1) * 16 {
            let code = code_q6k(bytes, column);
            let ((low, low_shift), (high, high_shift)) = six_bits_of(column, lane);
            record[low] |= (code & 15) << low_shift;
            record[high] |= (code >> 4) << high_shift;
            sum += i64::from(scale as i8) * (i64::from(code) - 32);
        }
    }
    put_offset(record, Q6K::OFFSETS, lane, f64::from(factor.to_f32()) * sum as f64);
}

fn unpack_q6k(record: &[u8], lane: usize) -> Part {
    let factor = get_half(record, Q6K::FACTORS, lane);
    Part {
        codes: std::array::from_fn(|column| {
            let ((low, low_shift), (high, high_shift)) = six_bits_of(column, lane);
            ((record[low] >> low_shift & 15) | (record[high] >> high_shift & 3) << 4) as i8 - 32
        }),
        scales: std::array::from_fn(|at| factor * f32::from(record[Q6K::SCALES + at * LANES + lane] as i8)),
    }
}
