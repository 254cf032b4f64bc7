//! Weights that are not quantized, packed: sixteen rows side by side, column after column.

#![expect(unsafe_code, reason = "reads of packed columns, whose number is checked where the pointers are made")]

use half::{bf16, f16};

use super::lines::Plain;
use super::simd::Simd;

/// A number that weights are stored as.
pub(crate) trait Element: Plain + Default + Send + Sync + 'static {
    /// # Safety
    /// Sixteen of them.
    unsafe fn load<S: Simd>(from: *const Self) -> S::F;
    fn to_f32(self) -> f32;
}

/// A number that keys and values are cached as.
pub(crate) trait Cached: Element {
    /// # Safety
    /// Sixteen of them.
    unsafe fn store<S: Simd>(to: *mut Self, value: S::F);
}

impl Element for f32 {
    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::F {
        // SAFETY: the caller's.
        unsafe { S::load(from) }
    }
    fn to_f32(self) -> f32 {
        self
    }
}

impl Element for f16 {
    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::F {
        // SAFETY: the caller's.
        unsafe { S::load_f16(from) }
    }
    fn to_f32(self) -> f32 {
        self.to_f32()
    }
}

impl Cached for f32 {
    #[inline(always)]
    unsafe fn store<S: Simd>(to: *mut Self, value: S::F) {
        // SAFETY: the caller's.
        unsafe { S::store(to, value) }
    }
}

impl Cached for f16 {
    #[inline(always)]
    unsafe fn store<S: Simd>(to: *mut Self, value: S::F) {
        // SAFETY: the caller's.
        unsafe { S::store_f16(to, value) }
    }
}

impl Element for bf16 {
    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::F {
        // SAFETY: the caller's.
        unsafe { S::load_bf16(from) }
    }
    fn to_f32(self) -> f32 {
        self.to_f32()
    }
}

/// How far ahead of their use weights are asked for, in columns.
const AHEAD: usize = 64;

/// Products of `ROWS` rows of activations with `TILES` tiles, added up column after column. `FIRST` says
/// that the weights come from memory.
///
/// # Safety
/// Each of `rows` points to `width` numbers, each of `tiles` to `width · 16`.
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd, E: Element, const ROWS: usize, const TILES: usize, const FIRST: bool>(
    tiles: [*const E; TILES],
    rows: [*const f32; ROWS],
    width: usize,
    sums: &mut [[S::F; TILES]; ROWS],
) {
    for column in 0..width {
        // SAFETY: inside both.
        unsafe {
            let weights = tiles.map(|tile| {
                if FIRST {
                    S::prefetch(tile.wrapping_add((column + AHEAD) * 16).cast());
                }
                E::load::<S>(tile.add(column * 16))
            });
            for (sums, row) in sums.iter_mut().zip(rows) {
                let value = S::splat(*row.add(column));
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = S::fma(value, weight, *sum);
                }
            }
        }
    }
}
