//! Random numbers by counting: a pure function of (seed, stream, position, attempt).
//!
//! There is no state to carry, so what ran before, or runs beside, cannot change a draft. The mixer is
//! the finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
//! 2014), applied once for each coordinate.

/// A number in [0, 1) with 53 random bits.
pub(crate) fn uniform(seed: u64, stream: u64, position: u64, attempt: u64) -> f64 {
    let mut state = mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15));
    for coordinate in [stream, position, attempt] {
        // The factor keeps coordinates from changing places: (1, 2) is not (2, 1).
        state =
            mix(state.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(coordinate).wrapping_add(0x9E37_79B9_7F4A_7C15));
    }
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::uniform;

    #[test]
    fn each_coordinate_changes_the_number_and_the_same_ones_repeat_it() {
        let base = uniform(1, 2, 3, 0);
        assert_eq!(base, uniform(1, 2, 3, 0));
        for other in [(2, 2, 3, 0), (1, 3, 3, 0), (1, 2, 4, 0), (1, 2, 3, 1), (2, 1, 3, 0)] {
            assert_ne!(base, uniform(other.0, other.1, other.2, other.3));
        }
    }

    #[test]
    fn numbers_fill_the_unit_interval_evenly() {
        let mut buckets = [0_u32; 10];
        for position in 0..10_000 {
            buckets[(uniform(7, 1, position, 0) * 10.0) as usize] += 1;
        }
        assert!(buckets.iter().all(|&count| (850..1150).contains(&count)), "{buckets:?}");
    }
}
