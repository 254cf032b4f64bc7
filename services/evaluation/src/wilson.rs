//! What a proportion that was seen says of the one behind it.

use serde::Serialize;

/// A proportion with the bounds of its 95 % interval (Wilson, 1927): it stays within 0 and 1, and says how little a few
/// texts can show.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// The normal deviate of 97.5 %.
const Z: f64 = 1.959_964;

impl Proportion {
    /// `None` of nothing.
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        let (part, n) = (part as f64, whole as f64);
        let value = part / n;
        let around = Z * Z / n;
        let middle = (value + around / 2.0) / (1.0 + around);
        let half = Z / (1.0 + around) * (value * (1.0 - value) / n + around / (4.0 * n)).sqrt();
        Some(Self { value, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
    }

    /// In per cent; a dash for nothing.
    pub fn told(proportion: Option<Self>) -> String {
        proportion.map_or_else(
            || "–".to_owned(),
            |Self { value, low, high }| format!("{:.1} % ({:.1} to {:.1})", 100.0 * value, 100.0 * low, 100.0 * high),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Proportion;

    #[test]
    fn the_interval_is_wilsons() {
        // Values of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        for (part, whole, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)] {
            let seen = Proportion::of(part, whole).unwrap();
            assert!((seen.low - low).abs() < 1e-4 && (seen.high - high).abs() < 1e-4, "{seen:?}");
        }
        assert_eq!(Proportion::of(0, 0), None);
    }
}
