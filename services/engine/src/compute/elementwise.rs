//! Norms, activations, rotations: what is done to each row between products.

#![expect(unsafe_code, reason = "kernels on rows whose lengths are checked here")]

use super::simd::{LANES, Level, Simd, dispatch};
use super::threads::{Shared, parallel};
use crate::rope::Pairing;

/// The root mean square norm of each row of `width`: x / √(mean(x²) + ε) · gain (Zhang, Sennrich, 2019).
pub(crate) fn rms_norm(level: Level, values: &[f32], gain: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = gain.len();
    assert!(values.len() == out.len() && values.len().is_multiple_of(width), "rows of another width");
    let rows = values.len() / width;
    let shared = Shared::new(out);
    let work = |range: std::ops::Range<usize>| {
        for row in range {
            // SAFETY: each row is one thread's.
            let out = unsafe { shared.part(row * width..(row + 1) * width) };
            out.copy_from_slice(&values[row * width..(row + 1) * width]);
            // SAFETY: equal lengths.
            unsafe { norm(level, out, gain, epsilon) };
        }
    };
    parallel(rows, 2 * width, work);
}

/// The same in place, on pieces of `gain.len()`: the norm of each head.
pub(crate) fn rms_norm_in_place(level: Level, values: &mut [f32], gain: &[f32], epsilon: f32) {
    assert!(values.len().is_multiple_of(gain.len()), "pieces of another width");
    for piece in values.chunks_exact_mut(gain.len()) {
        // SAFETY: equal lengths.
        unsafe { norm(level, piece, gain, epsilon) };
    }
}

dispatch! { unsafe fn norm(values: &mut [f32], gain: &[f32], epsilon: f32) = norm_row }

#[inline(always)]
unsafe fn norm_row<S: Simd>(values: &mut [f32], gain: &[f32], epsilon: f32) {
    let mut lanes = [0.0_f32; LANES];
    for chunk in values.chunks(LANES) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value * value;
        }
    }
    let scale = 1.0 / (sum(lanes) / values.len() as f32 + epsilon).sqrt();
    for (value, gain) in values.iter_mut().zip(gain) {
        *value = *value * scale * gain;
    }
}

/// Lanes added up in one fixed order.
#[inline(always)]
pub(super) fn sum(lanes: [f32; LANES]) -> f32 {
    let mut lanes = lanes;
    let mut half = LANES / 2;
    while half > 0 {
        for at in 0..half {
            lanes[at] += lanes[at + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// gate · σ(gate) · up, in place of `gate`, row by row.
pub(crate) fn gated_silu(level: Level, gate: &mut [f32], up: &[f32], width: usize) {
    assert!(gate.len() == up.len() && gate.len().is_multiple_of(width), "rows of another width");
    let rows = gate.len() / width;
    let shared = Shared::new(gate);
    parallel(rows, 16 * width, |range| {
        let range = range.start * width..range.end * width;
        // SAFETY: each row is one thread's.
        let gate = unsafe { shared.part(range.clone()) };
        // SAFETY: equal lengths.
        unsafe { silu(level, gate, &up[range]) };
    });
}

dispatch! { unsafe fn silu(gate: &mut [f32], up: &[f32]) = silu_rows }

#[inline(always)]
unsafe fn silu_rows<S: Simd>(gate: &mut [f32], up: &[f32]) {
    let whole = gate.len() / LANES * LANES;
    // SAFETY: whole vectors inside both; the rest goes through a buffer.
    unsafe {
        for at in (0..whole).step_by(LANES) {
            let (gate, up) = (gate.as_mut_ptr().add(at), up.as_ptr().add(at));
            S::store(gate, silu_lanes::<S>(S::load(gate), S::load(up)));
        }
        if whole < gate.len() {
            let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
            first[..gate.len() - whole].copy_from_slice(&gate[whole..]);
            second[..gate.len() - whole].copy_from_slice(&up[whole..]);
            let result = silu_lanes::<S>(S::load(first.as_ptr()), S::load(second.as_ptr()));
            S::store(first.as_mut_ptr(), result);
            let rest = gate.len() - whole;
            gate[whole..].copy_from_slice(&first[..rest]);
        }
    }
}

#[inline(always)]
unsafe fn silu_lanes<S: Simd>(gate: S::F, up: S::F) -> S::F {
    // SAFETY: arithmetic.
    unsafe {
        let one = S::splat(1.0);
        let denominator = S::add(one, exp::<S>(S::sub(S::zero(), gate)));
        S::mul(S::div(gate, denominator), up)
    }
}

/// The largest of `values`, and the sum of their exponentials relative to it.
pub(crate) fn exponentials(level: Level, values: &[f32]) -> (f32, f32) {
    // SAFETY: any slice serves.
    unsafe { sum_of_exponentials(level, values) }
}

dispatch! { unsafe fn sum_of_exponentials(values: &[f32]) -> (f32, f32) = exponential_lanes }

#[inline(always)]
unsafe fn exponential_lanes<S: Simd>(values: &[f32]) -> (f32, f32) {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut padded = [f32::NEG_INFINITY; LANES];
    padded[..rest.len()].copy_from_slice(rest);
    // SAFETY: whole vectors.
    unsafe {
        let mut most = S::load(padded.as_ptr());
        for vector in whole {
            most = S::max(most, S::load(vector.as_ptr()));
        }
        let mut lanes = [0.0; LANES];
        S::store(lanes.as_mut_ptr(), most);
        let largest = lanes.iter().copied().fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
        let most = S::splat(largest);
        let mut total = S::zero();
        for vector in whole {
            total = S::add(total, exp::<S>(S::sub(S::load(vector.as_ptr()), most)));
        }
        S::store(lanes.as_mut_ptr(), exp::<S>(S::sub(S::load(padded.as_ptr()), most)));
        // What pads is not part of the values; its exponential is tiny, not nothing.
        lanes[rest.len()..].fill(0.0);
        total = S::add(total, S::load(lanes.as_ptr()));
        S::store(lanes.as_mut_ptr(), total);
        (largest, sum(lanes))
    }
}

/// eˣ within 2 units in the last place, for any x; 0 becomes a tiny number, ∞ a huge one.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^r by its Taylor polynomial of degree 7. (Cody, Waite:
/// Software Manual for the Elementary Functions, 1980, has the split of ln 2.)
#[inline(always)]
pub(super) unsafe fn exp<S: Simd>(x: S::F) -> S::F {
    const TERMS: [f32; 6] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    // SAFETY: arithmetic.
    unsafe {
        // Not a number stays one: it is the second of both.
        let x = S::max(S::splat(-87.0), x);
        let x = S::sub(S::zero(), S::max(S::splat(-88.0), S::sub(S::zero(), x)));
        let whole = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        let rest = S::fnma(whole, S::splat(0.693_359_4), x);
        let rest = S::fnma(whole, S::splat(-2.121_944_4e-4), rest);
        let mut value = S::splat(1.0 / 5040.0);
        for term in TERMS {
            value = S::fma(value, rest, S::splat(term));
        }
        let value = S::fma(value, rest, S::splat(1.0));
        S::mul(value, S::exp2_whole(whole))
    }
}

/// Turns pairs of a head by the angles of a position (Su et al., RoFormer, 2021).
pub(crate) fn rotate(head: &mut [f32], cosines: &[f32], sines: &[f32], pairing: Pairing) {
    let half = head.len() / 2;
    match pairing {
        Pairing::Halves => {
            let (first, second) = head.split_at_mut(half);
            for (((a, b), cosine), sine) in first.iter_mut().zip(second).zip(cosines).zip(sines) {
                (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
            }
        }
        Pairing::Neighbours => {
            for ((pair, cosine), sine) in head.chunks_exact_mut(2).zip(cosines).zip(sines) {
                let (a, b) = (pair[0], pair[1]);
                pair[0] = a * cosine - b * sine;
                pair[1] = b * cosine + a * sine;
            }
        }
    }
}

/// Adds `other` to each row.
pub(crate) fn add_to_rows(values: &mut [f32], other: &[f32]) {
    for row in values.chunks_exact_mut(other.len()) {
        add(row, other);
    }
}

/// Adds two slices of equal length.
pub(crate) fn add(values: &mut [f32], other: &[f32]) {
    assert_eq!(values.len(), other.len(), "slices of different lengths");
    for (value, other) in values.iter_mut().zip(other) {
        *value += other;
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, exp, gated_silu, rms_norm};
    use crate::compute::simd::{Portable, Simd};

    #[test]
    fn the_exponential_is_within_a_few_units_in_the_last_place() {
        for at in -8600..=8800 {
            let x = at as f32 / 100.0;
            // SAFETY: portable arithmetic runs everywhere.
            #[expect(unsafe_code, reason = "the kernel's interface")]
            let ours = unsafe { exp::<Portable>(Portable::splat(x)) }[0];
            let exact = f64::from(x).exp();
            assert!((f64::from(ours) / exact - 1.0).abs() < 4e-7, "{x}: {ours} {exact}");
        }
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "the kernel's interface")]
        let at = |x: f32| unsafe { exp::<Portable>(Portable::splat(x)) }[0];
        assert!(at(f32::NEG_INFINITY) < 1e-37 && at(f32::INFINITY) > 1e38 && at(f32::NAN).is_nan());
    }

    #[test]
    fn silu_and_norm_are_what_their_formulas_say_at_every_level() {
        let values: Vec<f32> = (0..75).map(|at| (at as f32 - 30.0) / 7.0).collect();
        let gain: Vec<f32> = (0..25).map(|at| 1.0 + at as f32 / 50.0).collect();
        for level in [Level::Baseline, Level::detect()] {
            let mut gate = values.clone();
            gated_silu(level, &mut gate, &gain.repeat(3), 25);
            let mut normed = vec![0.0; 75];
            rms_norm(level, &values, &gain, 1e-5, &mut normed);
            for at in 0..75 {
                let silu = values[at] / (1.0 + (-values[at]).exp()) * gain[at % 25];
                assert!((gate[at] - silu).abs() < 1e-5, "{} {silu}", gate[at]);
                let row = &values[at / 25 * 25..][..25];
                let mean = row.iter().map(|value| value * value).sum::<f32>() / 25.0;
                let norm = values[at] / (mean + 1e-5).sqrt() * gain[at % 25];
                assert!((normed[at] - norm).abs() < 1e-5, "{} {norm}", normed[at]);
            }
        }
    }
}
