//! The quantized formats, packed: sixteen rows of a matrix side by side, one record for each 256 columns.
//!
//! In a record the codes come first, in groups of four columns: 64 bytes that hold four codes of each of
//! sixteen rows, which is what one instruction multiplies. Then the scales, one vector for sixteen rows.
//! The last number, `offsets`, is what the 128 added to activations contributes; it is taken off once a
//! record. Columns past the matrix's width have scale 0.

#![expect(unsafe_code, reason = "reads of packed records, whose sizes `pack` guarantees")]

use half::f16;

use super::activations::{BLOCK, SUB};
use super::simd::{LANES, Simd};

const GROUP: usize = 4 * LANES;
/// How far ahead of their use weights are asked for, in bytes: measured, `countersign bench engine`.
const AHEAD: usize = 4096;
const NIBBLES: u32 = 0x0F0F_0F0F;

/// Where activations of the rows at hand stand: pointers to a block's codes and sums, and its scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub codes: *const u8,
    pub sums: *const i16,
    pub scale: f32,
}

/// A packed format.
pub(crate) trait Format {
    /// Bytes of a record.
    const RECORD: usize;

    /// Adds to `sums` the products of `ROWS` activation blocks with `TILES` records. `FIRST` says that the
    /// weights come from memory, so that those that follow are asked for ahead.
    ///
    /// # Safety
    /// `records` point to whole records; `rows` to whole blocks.
    unsafe fn multiply<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool>(
        records: [*const u8; TILES],
        rows: [Row; ROWS],
        sums: &mut [[S::F; TILES]; ROWS],
    );
}

/// The codes of one group of four columns.
#[inline(always)]
unsafe fn codes<S: Simd, const TILES: usize, const FIRST: bool>(
    records: [*const u8; TILES],
    offset: usize,
) -> [S::I; TILES] {
    records.map(|record| {
        // SAFETY: the caller's offset lies in the record; what is asked for ahead need not.
        unsafe {
            if FIRST {
                S::prefetch(record.wrapping_add(offset + AHEAD));
            }
            S::load_i(record.add(offset))
        }
    })
}

/// Adds the products of one group of four columns.
#[inline(always)]
unsafe fn group<S: Simd, const ROWS: usize, const TILES: usize>(
    sums: &mut [[S::I; TILES]; ROWS],
    rows: &[Row; ROWS],
    column: usize,
    weights: [S::I; TILES],
) {
    for (sums, row) in sums.iter_mut().zip(rows) {
        // SAFETY: the column lies in the block.
        unsafe {
            let codes = S::splat_4(row.codes.add(column));
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum = S::dot_4(*sum, codes, weight);
            }
        }
    }
}

/// The whole sums of 32 columns of four-bit codes, less `MINUS` each.
#[inline(always)]
unsafe fn nibbles<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool, const MINUS: i8>(
    records: [*const u8; TILES],
    rows: &[Row; ROWS],
    sub: usize,
) -> [[S::I; TILES]; ROWS] {
    // SAFETY: the caller's records hold these columns.
    unsafe {
        let mut whole = [[S::zero_i(); TILES]; ROWS];
        for at in 0..4 {
            let packed = codes::<S, TILES, FIRST>(records, (sub * 4 + at) * GROUP);
            let column = sub * SUB + at * 4;
            let low = packed.map(|codes| S::sub_bytes(S::and(codes, NIBBLES), MINUS));
            group::<S, ROWS, TILES>(&mut whole, rows, column, low);
            let high = packed.map(|codes| S::sub_bytes(S::and(S::right::<4>(codes), NIBBLES), MINUS));
            group::<S, ROWS, TILES>(&mut whole, rows, column + 16, high);
        }
        whole
    }
}

/// Four bits and a scale for 32 columns.
#[derive(Debug)]
pub(crate) struct Q4;

impl Q4 {
    pub(crate) const SCALES: usize = BLOCK / 2 * LANES;
    pub(crate) const OFFSETS: usize = Self::SCALES + BLOCK / SUB * LANES * 2;
}

impl Format for Q4 {
    const RECORD: usize = Self::OFFSETS + LANES * 4;

    #[inline(always)]
    unsafe fn multiply<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool>(
        records: [*const u8; TILES],
        rows: [Row; ROWS],
        sums: &mut [[S::F; TILES]; ROWS],
    ) {
        // SAFETY: all offsets lie in the record.
        unsafe {
            let mut block = [[S::zero(); TILES]; ROWS];
            for sub in 0..BLOCK / SUB {
                let whole = nibbles::<S, ROWS, TILES, FIRST, 8>(records, &rows, sub);
                scale_16::<S, ROWS, TILES>(&mut block, &whole, records, Self::SCALES + sub * LANES * 2);
            }
            finish::<S, ROWS, TILES>(sums, &block, records, Self::OFFSETS, &rows);
        }
    }
}

/// Eight bits and a scale for 32 columns.
#[derive(Debug)]
pub(crate) struct Q8;

impl Q8 {
    pub(crate) const SCALES: usize = BLOCK * LANES;
    pub(crate) const OFFSETS: usize = Self::SCALES + BLOCK / SUB * LANES * 2;
}

impl Format for Q8 {
    const RECORD: usize = Self::OFFSETS + LANES * 4;

    #[inline(always)]
    unsafe fn multiply<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool>(
        records: [*const u8; TILES],
        rows: [Row; ROWS],
        sums: &mut [[S::F; TILES]; ROWS],
    ) {
        // SAFETY: all offsets lie in the record.
        unsafe {
            let mut block = [[S::zero(); TILES]; ROWS];
            for sub in 0..BLOCK / SUB {
                let mut whole = [[S::zero_i(); TILES]; ROWS];
                for at in 0..8 {
                    let weights = codes::<S, TILES, FIRST>(records, (sub * 8 + at) * GROUP);
                    group::<S, ROWS, TILES>(&mut whole, &rows, sub * SUB + at * 4, weights);
                }
                scale_16::<S, ROWS, TILES>(&mut block, &whole, records, Self::SCALES + sub * LANES * 2);
            }
            finish::<S, ROWS, TILES>(sums, &block, records, Self::OFFSETS, &rows);
        }
    }
}

/// Adds whole sums times the F16 scales at an offset of the records.
#[inline(always)]
unsafe fn scale_16<S: Simd, const ROWS: usize, const TILES: usize>(
    block: &mut [[S::F; TILES]; ROWS],
    whole: &[[S::I; TILES]; ROWS],
    records: [*const u8; TILES],
    offset: usize,
) {
    // SAFETY: the caller's offset lies in the record.
    unsafe {
        let scales = records.map(|record| S::load_f16(record.add(offset).cast::<f16>()));
        for (block, whole) in block.iter_mut().zip(whole) {
            for tile in 0..TILES {
                block[tile] = S::fma(S::to_f32(whole[tile]), scales[tile], block[tile]);
            }
        }
    }
}

/// Takes off what the added 128 contributed and scales by the activations' scale.
#[inline(always)]
unsafe fn finish<S: Simd, const ROWS: usize, const TILES: usize>(
    sums: &mut [[S::F; TILES]; ROWS],
    block: &[[S::F; TILES]; ROWS],
    records: [*const u8; TILES],
    offset: usize,
    rows: &[Row; ROWS],
) {
    // SAFETY: the caller's offset lies in the record.
    unsafe {
        let offsets = records.map(|record| S::load(record.add(offset).cast::<f32>()));
        for ((sums, block), row) in sums.iter_mut().zip(block).zip(rows) {
            for tile in 0..TILES {
                sums[tile] = S::fma(S::sub(block[tile], offsets[tile]), S::splat(row.scale), sums[tile]);
            }
        }
    }
}

/// ggml's Q4_K: four bits; for 32 columns a six-bit scale and a six-bit minimum, for 256 their factors.
#[derive(Debug)]
pub(crate) struct Q4K;

impl Q4K {
    pub(crate) const SCALES: usize = BLOCK / 2 * LANES;
    /// Pairs of neighbouring minima, for a product with pairs of sums.
    pub(crate) const MINIMA: usize = Self::SCALES + BLOCK / SUB * LANES;
    pub(crate) const FACTORS: usize = Self::MINIMA + BLOCK / SUB * LANES;
    pub(crate) const MINIMA_FACTORS: usize = Self::FACTORS + LANES * 2;
    pub(crate) const OFFSETS: usize = Self::MINIMA_FACTORS + LANES * 2;
}

impl Format for Q4K {
    const RECORD: usize = Self::OFFSETS + LANES * 4;

    #[inline(always)]
    unsafe fn multiply<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool>(
        records: [*const u8; TILES],
        rows: [Row; ROWS],
        sums: &mut [[S::F; TILES]; ROWS],
    ) {
        // SAFETY: all offsets lie in the record.
        unsafe {
            let mut block = [[S::zero(); TILES]; ROWS];
            for sub in 0..BLOCK / SUB {
                let whole = nibbles::<S, ROWS, TILES, FIRST, 0>(records, &rows, sub);
                let scales = records.map(|record| S::bytes_f32(record.add(Self::SCALES + sub * LANES)));
                for (block, whole) in block.iter_mut().zip(&whole) {
                    for tile in 0..TILES {
                        block[tile] = S::fma(S::to_f32(whole[tile]), scales[tile], block[tile]);
                    }
                }
            }
            for tile in 0..TILES {
                let record = records[tile];
                let mut minima = [S::zero_i(); ROWS];
                for pair in 0..BLOCK / SUB / 2 {
                    let both = S::bytes_i16(record.add(Self::MINIMA + pair * 2 * LANES));
                    for (minimum, row) in minima.iter_mut().zip(&rows) {
                        *minimum = S::dot_2(*minimum, both, S::splat_4(row.sums.add(pair * 2).cast()));
                    }
                }
                let factors = S::load_f16(record.add(Self::FACTORS).cast::<f16>());
                let minima_factors = S::load_f16(record.add(Self::MINIMA_FACTORS).cast::<f16>());
                let offsets = S::load(record.add(Self::OFFSETS).cast::<f32>());
                for ((sums, block), (row, minimum)) in sums.iter_mut().zip(&block).zip(rows.iter().zip(minima)) {
                    let value = S::fma(block[tile], factors, S::sub(S::zero(), offsets));
                    let value = S::fnma(S::to_f32(minimum), minima_factors, value);
                    sums[tile] = S::fma(value, S::splat(row.scale), sums[tile]);
                }
            }
        }
    }
}

/// ggml's Q6_K: six bits, four of them in one plane and two in another; for 16 columns an eight-bit
/// scale, for 256 its factor.
#[derive(Debug)]
pub(crate) struct Q6K;

impl Q6K {
    pub(crate) const HIGH: usize = BLOCK / 2 * LANES;
    pub(crate) const SCALES: usize = Self::HIGH + BLOCK / 4 * LANES;
    pub(crate) const FACTORS: usize = Self::SCALES + BLOCK / 16 * LANES;
    pub(crate) const OFFSETS: usize = Self::FACTORS + LANES * 2;
}

impl Format for Q6K {
    /// Filled up to whole cache lines.
    const RECORD: usize = (Self::OFFSETS + LANES * 4).next_multiple_of(64);

    #[inline(always)]
    unsafe fn multiply<S: Simd, const ROWS: usize, const TILES: usize, const FIRST: bool>(
        records: [*const u8; TILES],
        rows: [Row; ROWS],
        sums: &mut [[S::F; TILES]; ROWS],
    ) {
        const HIGH_BITS: u32 = 0x3030_3030;
        // SAFETY: all offsets lie in the record.
        unsafe {
            let mut block = [[S::zero(); TILES]; ROWS];
            for sub in 0..BLOCK / 16 {
                let mut whole = [[S::zero_i(); TILES]; ROWS];
                let first = codes::<S, TILES, FIRST>(records, sub * 2 * GROUP);
                let second = codes::<S, TILES, FIRST>(records, (sub * 2 + 1) * GROUP);
                let high = codes::<S, TILES, FIRST>(records, Self::HIGH + sub * GROUP);
                let mut weights = [[S::zero_i(); TILES]; 4];
                for tile in 0..TILES {
                    let (first, second, high) = (first[tile], second[tile], high[tile]);
                    let low = |codes| S::and(codes, NIBBLES);
                    let all = [
                        S::or(low(first), S::and(S::left::<4>(high), HIGH_BITS)),
                        S::or(low(S::right::<4>(first)), S::and(S::left::<2>(high), HIGH_BITS)),
                        S::or(low(second), S::and(high, HIGH_BITS)),
                        S::or(low(S::right::<4>(second)), S::and(S::right::<2>(high), HIGH_BITS)),
                    ];
                    for (weights, codes) in weights.iter_mut().zip(all) {
                        weights[tile] = S::sub_bytes(codes, 32);
                    }
                }
                for (at, weights) in weights.into_iter().enumerate() {
                    group::<S, ROWS, TILES>(&mut whole, &rows, sub * 16 + at * 4, weights);
                }
                let scales = records.map(|record| S::signed_bytes_f32(record.add(Self::SCALES + sub * LANES).cast()));
                for (block, whole) in block.iter_mut().zip(&whole) {
                    for tile in 0..TILES {
                        block[tile] = S::fma(S::to_f32(whole[tile]), scales[tile], block[tile]);
                    }
                }
            }
            for tile in 0..TILES {
                let factors = S::load_f16(records[tile].add(Self::FACTORS).cast::<f16>());
                let offsets = S::load(records[tile].add(Self::OFFSETS).cast::<f32>());
                for ((sums, block), row) in sums.iter_mut().zip(&block).zip(&rows) {
                    let value = S::fma(block[tile], factors, S::sub(S::zero(), offsets));
                    sums[tile] = S::fma(value, S::splat(row.scale), sums[tile]);
                }
            }
        }
    }
}
