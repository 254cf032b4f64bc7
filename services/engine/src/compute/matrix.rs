//! Packed matrices of any type, and products with several at once.

#![expect(unsafe_code, reason = "kernels on pointers whose ranges are checked here")]

use half::{bf16, f16};

use super::activations::{Activations, BLOCK, SUB};
use super::floats::{self, Element};
use super::formats::{Format, Q4, Q4K, Q6K, Q8, Row};
use super::lines::Lines;
use super::pack::Kind;
use super::simd::{LANES, Level, Simd, dispatch};
use super::threads::{Shared, parallel};

/// Tiles that are worked on together, and rows.
const TILES: usize = 2;
const ROWS: usize = 4;

/// A matrix `[rows, columns]`, packed for products with rows of activations.
#[derive(Debug)]
pub(crate) struct Matrix {
    rows: usize,
    columns: usize,
    level: Level,
    weights: Weights,
}

#[derive(Debug)]
enum Weights {
    Quantized(Kind, Lines<u8>),
    F32(Lines<f32>),
    F16(Lines<f16>),
    Bf16(Lines<bf16>),
}

impl Matrix {
    /// Packs ggml blocks. `None` when their bytes do not make this shape.
    pub(crate) fn quantized(kind: Kind, data: &[u8], rows: usize, columns: usize) -> Option<Self> {
        let (block_columns, block_bytes) = kind.block();
        if columns == 0 || !columns.is_multiple_of(block_columns) {
            return None;
        }
        let row_bytes = columns / block_columns * block_bytes;
        if data.len() != rows.checked_mul(row_bytes)? {
            return None;
        }
        let (tiles, blocks, record) = (rows.div_ceil(LANES), columns.div_ceil(BLOCK), kind.record());
        let mut packed = Lines::zeros(tiles * blocks * record);
        let shared = Shared::new(&mut packed);
        let part = BLOCK / block_columns * block_bytes;
        parallel(tiles, LANES * columns, |range| {
            for tile in range {
                // SAFETY: each tile is one thread's.
                let records = unsafe { shared.part(tile * blocks * record..(tile + 1) * blocks * record) };
                for (block, record) in records.chunks_exact_mut(record).enumerate() {
                    let parts: Vec<&[u8]> = (tile * LANES..rows.min((tile + 1) * LANES))
                        .map(|row| &data[row * row_bytes..(row + 1) * row_bytes])
                        .map(|row| &row[block * part..row.len().min((block + 1) * part)])
                        .collect();
                    kind.pack(&parts, record);
                }
            }
        });
        Some(Self { rows, columns, level: Level::detect(), weights: Weights::Quantized(kind, packed) })
    }

    /// Packs numbers, row after row. `None` when they do not make this shape.
    pub(crate) fn floats<E: Element>(data: &[E], rows: usize, columns: usize) -> Option<Self>
    where
        Lines<E>: Into<Floats>,
    {
        if columns == 0 || data.len() != rows.checked_mul(columns)? {
            return None;
        }
        let tiles = rows.div_ceil(LANES);
        let mut packed = Lines::zeros(tiles * columns * LANES);
        for (row, values) in data.chunks_exact(columns).enumerate() {
            let tile = &mut packed[row / LANES * columns * LANES..];
            for (column, value) in values.iter().enumerate() {
                tile[column * LANES + row % LANES] = *value;
            }
        }
        let Floats(weights) = packed.into();
        Some(Self { rows, columns, level: Level::detect(), weights })
    }

    #[cfg(test)]
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether products need [`Activations::quantized`].
    pub(crate) fn is_quantized(&self) -> bool {
        matches!(self.weights, Weights::Quantized(..))
    }

    /// Bytes held.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        match &self.weights {
            Weights::Quantized(_, data) => data.len(),
            Weights::F32(data) => data.len() * 4,
            Weights::F16(data) => data.len() * 2,
            Weights::Bf16(data) => data.len() * 2,
        }
    }

    #[cfg(test)]
    pub(crate) fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// One row as F32, for embeddings.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        assert!(row < self.rows && out.len() == self.columns, "a row outside the matrix");
        let (tile, lane) = (row / LANES, row % LANES);
        match &self.weights {
            Weights::Quantized(kind, data) => {
                let (record, blocks) = (kind.record(), self.columns.div_ceil(BLOCK));
                let records = data[tile * blocks * record..].chunks_exact(record);
                for (out, record) in out.chunks_mut(BLOCK).zip(records) {
                    out.copy_from_slice(&kind.unpack(record, lane)[..out.len()]);
                }
            }
            Weights::F32(data) => gather(data, self.columns, tile, lane, out),
            Weights::F16(data) => gather(data, self.columns, tile, lane, out),
            Weights::Bf16(data) => gather(data, self.columns, tile, lane, out),
        }
    }
}

fn gather<E: Element>(data: &[E], columns: usize, tile: usize, lane: usize, out: &mut [f32]) {
    let tile = &data[tile * columns * LANES..];
    for (column, out) in out.iter_mut().enumerate() {
        *out = tile[column * LANES + lane].to_f32();
    }
}

/// Numbers as weights.
#[derive(Debug)]
pub(crate) struct Floats(Weights);

impl From<Lines<f32>> for Floats {
    fn from(data: Lines<f32>) -> Self {
        Self(Weights::F32(data))
    }
}

impl From<Lines<f16>> for Floats {
    fn from(data: Lines<f16>) -> Self {
        Self(Weights::F16(data))
    }
}

impl From<Lines<bf16>> for Floats {
    fn from(data: Lines<bf16>) -> Self {
        Self(Weights::Bf16(data))
    }
}

/// Products of the same rows with several matrices, in one piece of parallel work: each output is
/// `[rows, matrix.rows()]`.
pub(crate) fn multiply(rows: &Activations<'_>, jobs: &mut [(&Matrix, &mut [f32])]) {
    let mut pieces = Vec::new();
    let mut outputs = Vec::new();
    for (job, (matrix, out)) in jobs.iter_mut().enumerate() {
        assert_eq!(matrix.columns, rows.width, "rows of another width");
        assert_eq!(out.len(), rows.rows * matrix.rows, "an output of another size");
        assert_eq!(rows.values.len(), rows.rows * rows.width, "rows of another width");
        assert!(!matrix.is_quantized() || rows.quantized.is_some(), "rows that were not quantized");
        let tiles = matrix.rows.div_ceil(LANES);
        pieces.extend((0..tiles).step_by(TILES).map(|tile| (job, tile, TILES.min(tiles - tile))));
        outputs.push((*matrix, Shared::new(out)));
    }
    let each = rows.rows * rows.width * TILES * LANES / 8;
    parallel(pieces.len(), each, |range| {
        for &(job, tile, tiles) in &pieces[range] {
            let (matrix, out) = &outputs[job];
            piece(rows, matrix, out, tile, tiles);
        }
    });
}

/// All rows with one or two tiles.
fn piece(rows: &Activations<'_>, matrix: &Matrix, out: &Shared<f32>, tile: usize, tiles: usize) {
    let columns = (matrix.rows - tile * LANES).min(tiles * LANES);
    let mut first = 0;
    while first < rows.rows {
        let count = ROWS.min(rows.rows - first);
        let mut results = [0.0_f32; ROWS * TILES * LANES];
        let work = Work { rows, matrix, first, tile };
        // SAFETY: the tiles and rows lie in the matrix and the activations, whose sizes were checked.
        unsafe {
            match (count, tiles, first == 0) {
                (4, 2, true) => run::<4, 2, true>(work, &mut results),
                (3, 2, true) => run::<3, 2, true>(work, &mut results),
                (2, 2, true) => run::<2, 2, true>(work, &mut results),
                (_, 2, true) => run::<1, 2, true>(work, &mut results),
                (4, 2, false) => run::<4, 2, false>(work, &mut results),
                (3, 2, false) => run::<3, 2, false>(work, &mut results),
                (2, 2, false) => run::<2, 2, false>(work, &mut results),
                (_, 2, false) => run::<1, 2, false>(work, &mut results),
                // The odd last tile of a matrix.
                (4, ..) => run::<4, 1, false>(work, &mut results),
                (3, ..) => run::<3, 1, false>(work, &mut results),
                (2, ..) => run::<2, 1, false>(work, &mut results),
                _ => run::<1, 1, false>(work, &mut results),
            }
        }
        for row in 0..count {
            let start = (first + row) * matrix.rows + tile * LANES;
            // SAFETY: these columns are this piece's alone.
            let out = unsafe { out.part(start..start + columns) };
            out.copy_from_slice(&results[row * tiles * LANES..row * tiles * LANES + columns]);
        }
        first += count;
    }
}

/// A few rows, from `first`, and a few tiles, from `tile`.
#[derive(Debug, Clone, Copy)]
struct Work<'a> {
    rows: &'a Activations<'a>,
    matrix: &'a Matrix,
    first: usize,
    tile: usize,
}

/// Products of `R` rows with `T` tiles; `F` says that the tiles come from memory.
unsafe fn run<const R: usize, const T: usize, const F: bool>(work: Work<'_>, results: &mut [f32]) {
    let level = work.matrix.level;
    // SAFETY: the caller's; `results` holds R · T · 16 numbers.
    unsafe {
        match &work.matrix.weights {
            Weights::Quantized(kind, data) => match kind {
                Kind::Q4_0 => q4::<R, T, F>(level, work, data, results),
                Kind::Q8_0 => q8::<R, T, F>(level, work, data, results),
                Kind::Q4K => q4k::<R, T, F>(level, work, data, results),
                Kind::Q6K => q6k::<R, T, F>(level, work, data, results),
            },
            Weights::F32(data) => f32s::<R, T, F>(level, work, data, results),
            Weights::F16(data) => f16s::<R, T, F>(level, work, data, results),
            Weights::Bf16(data) => bf16s::<R, T, F>(level, work, data, results),
        }
    }
}

dispatch! { unsafe fn q4<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[u8], results: &mut [f32]) = quantized_q4 }
dispatch! { unsafe fn q8<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[u8], results: &mut [f32]) = quantized_q8 }
dispatch! { unsafe fn q4k<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[u8], results: &mut [f32]) = quantized_q4k }
dispatch! { unsafe fn q6k<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[u8], results: &mut [f32]) = quantized_q6k }
dispatch! { unsafe fn f32s<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[f32], results: &mut [f32]) = floats_f32 }
dispatch! { unsafe fn f16s<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[f16], results: &mut [f32]) = floats_f16 }
dispatch! { unsafe fn bf16s<const R: usize, const T: usize, const F: bool>(work: Work<'_>, data: &[bf16], results: &mut [f32]) = floats_bf16 }

macro_rules! kernel {
    ($name:ident, $data:ty, $of:ident, $kind:ty) => {
        #[inline(always)]
        unsafe fn $name<S: Simd, const R: usize, const T: usize, const F: bool>(
            work: Work<'_>,
            data: &[$data],
            results: &mut [f32],
        ) {
            // SAFETY: the caller's.
            unsafe { $of::<S, $kind, R, T, F>(work, data, results) }
        }
    };
}

kernel!(quantized_q4, u8, quantized, Q4);
kernel!(quantized_q8, u8, quantized, Q8);
kernel!(quantized_q4k, u8, quantized, Q4K);
kernel!(quantized_q6k, u8, quantized, Q6K);
kernel!(floats_f32, f32, floats_of, f32);
kernel!(floats_f16, f16, floats_of, f16);
kernel!(floats_bf16, bf16, floats_of, bf16);

#[inline(always)]
unsafe fn quantized<S: Simd, K: Format, const R: usize, const T: usize, const F: bool>(
    work: Work<'_>,
    data: &[u8],
    results: &mut [f32],
) {
    let Some(quantized) = work.rows.quantized else { return };
    let blocks = work.matrix.columns.div_ceil(BLOCK);
    let stride = blocks * K::RECORD;
    let tiles: [*const u8; T] = std::array::from_fn(|at| data[(work.tile + at) * stride..].as_ptr());
    // SAFETY: tiles hold `blocks` records each, the activations as many blocks a row.
    unsafe {
        let mut sums = [[S::zero(); T]; R];
        for block in 0..blocks {
            let of = |row: usize| {
                let at = (work.first + row) * blocks + block;
                Row {
                    codes: quantized.codes.as_ptr().add(at * BLOCK),
                    sums: quantized.sums.as_ptr().add(at * (BLOCK / SUB)),
                    scale: *quantized.scales.get_unchecked(at),
                }
            };
            let records = tiles.map(|tile| tile.add(block * K::RECORD));
            K::multiply::<S, R, T, F>(records, std::array::from_fn(of), &mut sums);
        }
        store::<S, R, T>(&sums, results);
    }
}

#[inline(always)]
unsafe fn floats_of<S: Simd, E: Element, const R: usize, const T: usize, const F: bool>(
    work: Work<'_>,
    data: &[E],
    results: &mut [f32],
) {
    let width = work.rows.width;
    let tiles: [*const E; T] = std::array::from_fn(|at| data[(work.tile + at) * width * LANES..].as_ptr());
    let lines: [*const f32; R] = std::array::from_fn(|row| work.rows.values[(work.first + row) * width..].as_ptr());
    // SAFETY: whole tiles and whole rows.
    unsafe {
        let mut sums = [[S::zero(); T]; R];
        floats::multiply::<S, E, R, T, F>(tiles, lines, width, &mut sums);
        store::<S, R, T>(&sums, results);
    }
}

#[inline(always)]
unsafe fn store<S: Simd, const R: usize, const T: usize>(sums: &[[S::F; T]; R], results: &mut [f32]) {
    assert!(results.len() >= R * T * LANES, "a result of another size");
    for (row, sums) in sums.iter().enumerate() {
        for (tile, sum) in sums.iter().enumerate() {
            // SAFETY: just checked.
            unsafe { S::store(results.as_mut_ptr().add((row * T + tile) * LANES), *sum) };
        }
    }
}
