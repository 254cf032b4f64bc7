//! Several runs of one measurement, and how they are told.

use serde::Serialize;

/// A measurement, repeated. Figures of a shared machine stray upwards in time, so the median is told, with the whole
/// spread beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    /// In the order in which they were measured.
    pub runs: Vec<f64>,
}

impl Figures {
    /// `None` without a run.
    pub fn of(runs: Vec<f64>) -> Option<Self> {
        let mut sorted = runs.clone();
        sorted.sort_by(f64::total_cmp);
        let (&low, &high) = (sorted.first()?, sorted.last()?);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + sorted[middle]) / 2.0 } else { sorted[middle] };
        Some(Self { median, low, high, runs })
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let runs = self.runs.len();
        write!(formatter, "{:9.1} ({:.1} to {:.1}, {runs} runs)", self.median, self.low, self.high)
    }
}

/// A number of weights for a person.
pub fn weights(count: u64) -> String {
    let millions = count as f64 / 1e6;
    if millions < 1000.0 { format!("{millions:.1} M weights") } else { format!("{:.2} G weights", millions / 1000.0) }
}

/// A size for a person.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn the_median_is_the_middle_run_or_the_mean_of_the_middle_two() {
        let odd = Figures::of(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!((odd.median, odd.low, odd.high), (2.0, 1.0, 3.0));
        assert_eq!(odd.runs, [3.0, 1.0, 2.0], "as measured");
        assert_eq!(Figures::of(vec![4.0, 1.0, 2.0, 3.0]).unwrap().median, 2.5);
        assert_eq!(Figures::of(Vec::new()), None);
    }
}
