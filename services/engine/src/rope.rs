//! Rotary position embedding: tables of cosines and sines in F32, as long as the context.
//!
//! Su et al., RoFormer (2021). The scaling is Llama 3.1's (Meta's reference code,
//! `apply_scaling`); GGUF files carry its result as one factor a frequency.

/// Which numbers of a head are turned together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairing {
    /// i and i + half: Hugging Face's order.
    Halves,
    /// 2i and 2i + 1: GGUF's, whose rows are permuted for it.
    Neighbours,
}

/// How the frequencies are stretched for long contexts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scaling {
    None,
    Llama3 {
        factor: f64,
        low_freq_factor: f64,
        high_freq_factor: f64,
        original_context: f64,
    },
    /// Each frequency is divided by its factor.
    Factors(Vec<f32>),
}

/// All that the tables depend on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rope {
    pub theta: f64,
    pub pairing: Pairing,
    pub scaling: Scaling,
}

impl Rope {
    fn frequencies(&self, head_dim: usize) -> Vec<f64> {
        (0..head_dim / 2)
            .map(|pair| {
                let frequency = self.theta.powf(-2.0 * pair as f64 / head_dim as f64);
                match &self.scaling {
                    Scaling::None => frequency,
                    Scaling::Factors(factors) => frequency / f64::from(factors[pair]),
                    &Scaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_context } => {
                        let wavelength = std::f64::consts::TAU / frequency;
                        if wavelength < original_context / high_freq_factor {
                            frequency
                        } else if wavelength > original_context / low_freq_factor {
                            frequency / factor
                        } else {
                            let smooth = (original_context / wavelength - low_freq_factor)
                                / (high_freq_factor - low_freq_factor);
                            (1.0 - smooth) * frequency / factor + smooth * frequency
                        }
                    }
                }
            })
            .collect()
    }

    /// Cosines and sines, each `[positions, head_dim / 2]`.
    pub(crate) fn tables(&self, head_dim: usize, positions: usize) -> (Vec<f32>, Vec<f32>) {
        let frequencies = self.frequencies(head_dim);
        let angles = || (0..positions).flat_map(|position| frequencies.iter().map(move |turn| position as f64 * turn));
        (angles().map(|angle| angle.cos() as f32).collect(), angles().map(|angle| angle.sin() as f32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Pairing, Rope, Scaling};

    #[test]
    fn llama_3_scaling_keeps_fast_turns_and_slows_the_slow_ones() {
        let plain = Rope { theta: 500_000.0, pairing: Pairing::Halves, scaling: Scaling::None };
        let scaled = Rope {
            scaling: Scaling::Llama3 {
                factor: 8.0,
                low_freq_factor: 1.0,
                high_freq_factor: 4.0,
                original_context: 8192.0,
            },
            ..plain.clone()
        };
        let (plain, scaled) = (plain.frequencies(128), scaled.frequencies(128));
        assert_eq!(plain[0], scaled[0]);
        assert!((plain[63] / scaled[63] - 8.0).abs() < 1e-9);
        let ratios: Vec<f64> = plain.iter().zip(&scaled).map(|(a, b)| a / b).collect();
        assert!(ratios.is_sorted(), "{ratios:?}");
    }
}
