//! Attention of new positions over cached blocks of keys and values.
//!
//! A block holds sixteen positions of one layer: first the keys, `[kv_heads, head_dim, 16]`, so that one
//! vector is one number of sixteen positions; then the values, `[kv_heads, 16, padded head_dim]`. Each
//! query is worked off by itself: all scores, their largest, the exponentials, the weighted sum of
//! values, positions in order. So it does not matter which queries run together.

#![expect(unsafe_code, reason = "kernels over blocks whose sizes are checked where they are made")]

use half::f16;

use super::elementwise::{exp, sum};
use super::floats::{Cached, Element};
use super::simd::{LANES, Level, Simd, dispatch};
use super::threads::{Shared, parallel};

/// Positions of a block.
pub(crate) const POSITIONS: usize = LANES;
/// Queries that are worked on together.
const TOGETHER: usize = 4;

/// The dimensions of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heads {
    pub heads: usize,
    pub kv_heads: usize,
    pub dim: usize,
}

impl Heads {
    /// A value's numbers with its padding.
    fn padded(self) -> usize {
        self.dim.next_multiple_of(LANES)
    }

    fn keys(self) -> usize {
        self.kv_heads * self.dim * POSITIONS
    }

    /// Numbers that one layer has in a block.
    pub(crate) fn block(self) -> usize {
        self.keys() + self.kv_heads * POSITIONS * self.padded()
    }
}

/// Cached numbers of one layer, a block each.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Blocks<'a> {
    F32(&'a [&'a [f32]]),
    F16(&'a [&'a [f16]]),
}

/// New positions of one sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queries<'a> {
    /// The first row in `queries` and the output, and how many.
    pub first_row: usize,
    pub rows: usize,
    /// The position of the first row in its sequence.
    pub start: usize,
    /// All blocks from position 0 to the last row's.
    pub blocks: Blocks<'a>,
}

/// Writes one position's keys and values, `[kv_heads, dim]` each, into its block.
pub(crate) fn write<E: Narrow>(
    level: Level,
    heads: Heads,
    block: &mut [E],
    position: usize,
    keys: &[f32],
    values: &[f32],
) {
    let (dim, padded, slot) = (heads.dim, heads.padded(), position % POSITIONS);
    let (key_block, value_block) = block.split_at_mut(heads.keys());
    for (at, keys) in keys.chunks(POSITIONS).enumerate() {
        for (within, key) in E::narrow(level, keys).into_iter().enumerate().take(keys.len()) {
            key_block[(at * POSITIONS + within) * POSITIONS + slot] = key;
        }
    }
    for (head, values) in values.chunks_exact(dim).enumerate() {
        let to = &mut value_block[(head * POSITIONS + slot) * padded..][..dim];
        for (to, values) in to.chunks_mut(LANES).zip(values.chunks(LANES)) {
            to.copy_from_slice(&E::narrow(level, values)[..values.len()]);
        }
    }
}

/// Numbers that are cached, made from F32, at most sixteen at once.
pub(crate) trait Narrow: Cached {
    fn narrow(level: Level, values: &[f32]) -> [Self; LANES];
}

impl Narrow for f32 {
    fn narrow(_: Level, values: &[f32]) -> [Self; LANES] {
        let mut out = [0.0; LANES];
        out[..values.len()].copy_from_slice(values);
        out
    }
}

impl Narrow for f16 {
    fn narrow(level: Level, values: &[f32]) -> [Self; LANES] {
        let mut wide = [0.0; LANES];
        wide[..values.len()].copy_from_slice(values);
        let mut out = [Self::ZERO; LANES];
        // SAFETY: sixteen each.
        unsafe { narrow_f16(level, &wide, &mut out) };
        out
    }
}

dispatch! { unsafe fn narrow_f16(values: &[f32; LANES], out: &mut [f16; LANES]) = narrow_lanes }

#[inline(always)]
unsafe fn narrow_lanes<S: Simd>(values: &[f32; LANES], out: &mut [f16; LANES]) {
    // SAFETY: sixteen each.
    unsafe { f16::store::<S>(out.as_mut_ptr(), S::load(values.as_ptr())) }
}

/// Attention of all `spans` over their blocks. `queries` and `out` are `[rows, heads, dim]`; queries are
/// already scaled.
pub(crate) fn attend(level: Level, heads: Heads, spans: &[Queries<'_>], queries: &[f32], out: &mut [f32]) {
    assert_eq!(queries.len(), out.len(), "an output of another size");
    let group = heads.heads / heads.kv_heads;
    // Rows that share the reading of keys: at least one, of all the heads of a group.
    let rows_together = (2 * TOGETHER).div_ceil(group);
    let mut pieces = Vec::new();
    // By head first: what sequences share of a head's blocks then stays in the cache.
    for head in 0..heads.kv_heads {
        for (at, span) in spans.iter().enumerate() {
            let rows = (0..span.rows).step_by(rows_together);
            pieces.extend(rows.map(|row| (head, at, row, rows_together.min(span.rows - row))));
        }
    }
    let width = heads.heads * heads.dim;
    let shared = Shared::new(out);
    let longest = spans.iter().map(|span| span.start + span.rows).max().unwrap_or(0);
    let each = longest * heads.dim * group * rows_together / 4;
    parallel(pieces.len(), each, |range| {
        let mut scratch = Vec::new();
        for &(head, span, row, rows) in &pieces[range] {
            let span = &spans[span];
            for row in row..row + rows {
                let position = span.start + row;
                for first in (0..group).step_by(TOGETHER) {
                    let count = TOGETHER.min(group - first);
                    let at = (span.first_row + row) * width + (head * group + first) * heads.dim;
                    let range = at..at + count * heads.dim;
                    // SAFETY: each row and head is one piece's.
                    let out = unsafe { shared.part(range.clone()) };
                    let place = Place { heads, head, position };
                    one(level, place, span.blocks, &queries[range], out, &mut scratch);
                }
            }
        }
    });
}

/// Which queries: the heads of a group, at one position.
#[derive(Debug, Clone, Copy)]
struct Place {
    heads: Heads,
    /// The key-value head that they share.
    head: usize,
    position: usize,
}

/// A few heads of one position.
fn one(level: Level, place: Place, blocks: Blocks<'_>, queries: &[f32], out: &mut [f32], scratch: &mut Vec<f32>) {
    let count = place.position / POSITIONS + 1;
    scratch.resize(TOGETHER * count * POSITIONS, 0.0);
    // SAFETY: the blocks hold `heads.block()` numbers each (checked), and reach to the position.
    unsafe {
        match blocks {
            Blocks::F32(all) => {
                check(place.heads, &all[..count]);
                attend_f32(level, place, &all[..count], queries, out, scratch);
            }
            Blocks::F16(all) => {
                check(place.heads, &all[..count]);
                attend_f16(level, place, &all[..count], queries, out, scratch);
            }
        }
    }
}

fn check<E>(heads: Heads, blocks: &[&[E]]) {
    assert!(blocks.iter().all(|block| block.len() == heads.block()), "a block of another size");
}

dispatch! { unsafe fn attend_f32(place: Place, blocks: &[&[f32]], queries: &[f32], out: &mut [f32], scratch: &mut [f32]) = kernel_f32 }
dispatch! { unsafe fn attend_f16(place: Place, blocks: &[&[f16]], queries: &[f32], out: &mut [f32], scratch: &mut [f32]) = kernel_f16 }

macro_rules! kernel {
    ($name:ident, $element:ty) => {
        #[inline(always)]
        unsafe fn $name<S: Simd>(
            place: Place,
            blocks: &[&[$element]],
            queries: &[f32],
            out: &mut [f32],
            scratch: &mut [f32],
        ) {
            // SAFETY: the caller's.
            unsafe {
                match queries.len() / place.heads.dim {
                    4 => kernel::<S, $element, 4>(place, blocks, queries, out, scratch),
                    3 => kernel::<S, $element, 3>(place, blocks, queries, out, scratch),
                    2 => kernel::<S, $element, 2>(place, blocks, queries, out, scratch),
                    _ => kernel::<S, $element, 1>(place, blocks, queries, out, scratch),
                }
            }
        }
    };
}

kernel!(kernel_f32, f32);
kernel!(kernel_f16, f16);

#[inline(always)]
unsafe fn kernel<S: Simd, E: Element, const Q: usize>(
    place: Place,
    blocks: &[&[E]],
    queries: &[f32],
    out: &mut [f32],
    scratch: &mut [f32],
) {
    let (length, position) = (blocks.len() * POSITIONS, place.position);
    // SAFETY: `scratch` holds Q · length numbers; blocks are whole; queries and out hold Q · dim.
    unsafe {
        scores::<S, E, Q>(place, blocks, queries, scratch);
        let mut inverses = [0.0; Q];
        for (query, inverse) in inverses.iter_mut().enumerate() {
            let scores = &mut scratch[query * length..(query + 1) * length];
            scores[position + 1..].fill(f32::NEG_INFINITY);
            *inverse = 1.0 / softmax::<S>(scores, position + 1);
        }
        weighted::<S, E, Q>(place, blocks, scratch, inverses, out);
    }
}

/// The dot products of Q queries with all keys.
#[inline(always)]
unsafe fn scores<S: Simd, E: Element, const Q: usize>(
    place: Place,
    blocks: &[&[E]],
    queries: &[f32],
    scratch: &mut [f32],
) {
    let (dim, length) = (place.heads.dim, blocks.len() * POSITIONS);
    let keys = place.head * dim * POSITIONS;
    let scratch = scratch.as_mut_ptr();
    // SAFETY: as `kernel` has it. Two blocks at a time, for enough independent sums.
    unsafe {
        for (pair, two) in blocks.chunks(2).enumerate() {
            let first = two[0].as_ptr().add(keys);
            let second = two[two.len() - 1].as_ptr().add(keys);
            let mut sums = [[S::zero(); 2]; Q];
            for at in 0..dim {
                let keys = [E::load::<S>(first.add(at * POSITIONS)), E::load::<S>(second.add(at * POSITIONS))];
                for (query, sums) in sums.iter_mut().enumerate() {
                    let value = S::splat(*queries.as_ptr().add(query * dim + at));
                    sums[0] = S::fma(value, keys[0], sums[0]);
                    sums[1] = S::fma(value, keys[1], sums[1]);
                }
            }
            for (query, sums) in sums.iter().enumerate() {
                for (at, sum) in sums.iter().enumerate().take(two.len()) {
                    S::store(scratch.add(query * length + (pair * 2 + at) * POSITIONS), *sum);
                }
            }
        }
    }
}

/// Turns scores into exponentials relative to the largest and gives their sum. What is behind `held`
/// becomes 0.
#[inline(always)]
unsafe fn softmax<S: Simd>(scores: &mut [f32], held: usize) -> f32 {
    // SAFETY: whole vectors.
    unsafe {
        let mut most = S::splat(f32::NEG_INFINITY);
        for vector in scores.chunks_exact(LANES) {
            most = S::max(most, S::load(vector.as_ptr()));
        }
        let mut lanes = [0.0; LANES];
        S::store(lanes.as_mut_ptr(), most);
        let most = S::splat(lanes.iter().copied().fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b }));
        for vector in scores.chunks_exact_mut(LANES) {
            let value = exp::<S>(S::sub(S::load(vector.as_ptr()), most));
            S::store(vector.as_mut_ptr(), value);
        }
        scores[held..].fill(0.0);
        let mut total = S::zero();
        for vector in scores.chunks_exact(LANES) {
            total = S::add(total, S::load(vector.as_ptr()));
        }
        S::store(lanes.as_mut_ptr(), total);
        sum(lanes)
    }
}

/// The sums of values, weighted by the exponentials.
#[inline(always)]
unsafe fn weighted<S: Simd, E: Element, const Q: usize>(
    place: Place,
    blocks: &[&[E]],
    weights: &[f32],
    inverses: [f32; Q],
    out: &mut [f32],
) {
    /// Vectors of a head that are summed at once: enough to hide the latency, few enough for the registers.
    const WIDE: usize = 4;
    let Place { heads, head, position } = place;
    let held = position + 1;
    let (dim, padded, length) = (heads.dim, heads.padded(), blocks.len() * POSITIONS);
    let start = heads.keys() + head * POSITIONS * padded;
    let vectors = padded / LANES;
    // SAFETY: as `kernel` has it.
    unsafe {
        let mut first = 0;
        while first < vectors {
            let wide = WIDE.min(vectors - first);
            let mut sums = [[S::zero(); WIDE]; Q];
            for (at, block) in blocks.iter().enumerate() {
                let values = block.as_ptr().add(start + first * LANES);
                for slot in 0..POSITIONS.min(held - at * POSITIONS) {
                    let values = values.add(slot * padded);
                    let weights = weights.as_ptr().add(at * POSITIONS + slot);
                    if wide == WIDE {
                        let values: [S::F; WIDE] =
                            std::array::from_fn(|vector| E::load::<S>(values.add(vector * LANES)));
                        for (query, sums) in sums.iter_mut().enumerate() {
                            let weight = S::splat(*weights.add(query * length));
                            for vector in 0..WIDE {
                                sums[vector] = S::fma(weight, values[vector], sums[vector]);
                            }
                        }
                    } else {
                        for (query, sums) in sums.iter_mut().enumerate() {
                            let weight = S::splat(*weights.add(query * length));
                            for (vector, sum) in sums.iter_mut().enumerate().take(wide) {
                                *sum = S::fma(weight, E::load::<S>(values.add(vector * LANES)), *sum);
                            }
                        }
                    }
                }
            }
            for (query, sums) in sums.iter().enumerate() {
                for (vector, sum) in sums.iter().enumerate().take(wide) {
                    let mut lanes = [0.0; LANES];
                    S::store(lanes.as_mut_ptr(), S::mul(*sum, S::splat(inverses[query])));
                    let from = (first + vector) * LANES;
                    let count = LANES.min(dim - from);
                    out[query * dim + from..][..count].copy_from_slice(&lanes[..count]);
                }
            }
            first += wide;
        }
    }
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::{Blocks, Heads, Level, POSITIONS, Queries, attend, write};
    use crate::random::uniform;

    fn random(stream: u64, count: usize) -> Vec<f32> {
        (0..count).map(|at| (uniform(8, stream, at as u64, 0) * 2.0 - 1.0) as f32).collect()
    }

    fn plain(heads: Heads, queries: &[f32], keys: &[f32], values: &[f32], position: usize, head: usize) -> Vec<f32> {
        let (dim, kv) = (heads.dim, head / (heads.heads / heads.kv_heads));
        let of = |all: &[f32], at: usize| all[(at * heads.kv_heads + kv) * dim..][..dim].to_vec();
        let query = &queries[head * dim..][..dim];
        let scores: Vec<f64> = (0..=position)
            .map(|at| query.iter().zip(of(keys, at)).map(|(a, b)| f64::from(a * b)).sum::<f64>().exp())
            .collect();
        let total: f64 = scores.iter().sum();
        (0..dim)
            .map(|at| {
                scores.iter().enumerate().map(|(p, s)| s / total * f64::from(of(values, p)[at])).sum::<f64>() as f32
            })
            .collect()
    }

    #[test]
    fn it_is_softmax_of_products_and_the_same_alone_at_every_level() {
        for heads in [
            Heads { heads: 4, kv_heads: 2, dim: 32 },
            Heads { heads: 6, kv_heads: 1, dim: 72 },
            Heads { heads: 3, kv_heads: 3, dim: 20 },
        ] {
            let (positions, rows, start) = (53, 20, 33);
            let width = heads.kv_heads * heads.dim;
            let (keys, values) = (random(1, positions * width), random(2, positions * width));
            let mut blocks = vec![vec![0.0_f32; heads.block()]; positions.div_ceil(POSITIONS)];
            let mut halves = vec![vec![f16::ZERO; heads.block()]; positions.div_ceil(POSITIONS)];
            for at in 0..positions {
                let (keys, values) = (&keys[at * width..][..width], &values[at * width..][..width]);
                write(Level::detect(), heads, &mut blocks[at / POSITIONS], at, keys, values);
                write(Level::Baseline, heads, &mut halves[at / POSITIONS], at, keys, values);
            }
            let blocks: Vec<&[f32]> = blocks.iter().map(Vec::as_slice).collect();
            let halves: Vec<&[f16]> = halves.iter().map(Vec::as_slice).collect();
            let line = heads.heads * heads.dim;
            let queries = random(3, rows * line);
            let run = |level, first: usize, count: usize, blocks| {
                let mut out = vec![0.0; count * line];
                let span = Queries { first_row: 0, rows: count, start: start + first, blocks };
                attend(level, heads, &[span], &queries[first * line..(first + count) * line], &mut out);
                out
            };
            let whole = run(Level::Baseline, 0, rows, Blocks::F32(&blocks));
            for row in 0..rows {
                for head in 0..heads.heads {
                    let expected = plain(heads, &queries[row * line..], &keys, &values, start + row, head);
                    let ours = &whole[row * line + head * heads.dim..][..heads.dim];
                    let worst = ours.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 1e-5, "{heads:?} row {row} head {head}: {worst}");
                }
                assert_eq!(run(Level::Baseline, row, 1, Blocks::F32(&blocks)), whole[row * line..][..line]);
            }
            assert_eq!(run(Level::detect(), 0, rows, Blocks::F32(&blocks)), whole);
            let half = run(Level::Baseline, 0, rows, Blocks::F16(&halves));
            assert_eq!(run(Level::detect(), 0, rows, Blocks::F16(&halves)), half);
            let worst = half.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3, "{worst}");
        }
    }
}
