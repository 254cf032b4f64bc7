//! Chooses one token: repetition penalty, temperature, min-p, top-p, and one random number.
//!
//! A pure function of its arguments. It works on the tokens that are allowed alone, so a mask never
//! leaves it with nothing that the other filters would have kept.

use std::borrow::Cow;
use std::collections::HashSet;

use toktrie::SimpleVob;

use crate::compute::elementwise;
use crate::compute::simd::Level;
use crate::draft::Sampling;

/// Divides the logits of tokens already written (multiplies negative ones), as in CTRL (Keskar et al.,
/// 2019).
pub(crate) fn penalised<'a>(logits: &'a [f32], written: &[u32], penalty: f32) -> Cow<'a, [f32]> {
    if penalty == 1.0 {
        return Cow::Borrowed(logits);
    }
    let mut logits = logits.to_vec();
    let distinct: HashSet<u32> = written.iter().copied().collect();
    for token in distinct {
        if let Some(logit) = logits.get_mut(token as usize) {
            *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
        }
    }
    Cow::Owned(logits)
}

/// The natural logarithm of the probability that `logits` give to `token`.
pub(crate) fn log_probability(logits: &[f32], token: u32) -> f64 {
    let Some(&logit) = logits.get(token as usize) else { return f64::NEG_INFINITY };
    let (max, sum) = elementwise::exponentials(Level::detect(), logits);
    f64::from(logit - max) - f64::from(sum).ln()
}

/// The token for the random number `uniform` in [0, 1), or `None` when no token is left.
pub(crate) fn draw(
    logits: &[f32],
    allowed: &SimpleVob,
    banned: &HashSet<u32>,
    sampling: &Sampling,
    uniform: f64,
) -> Option<u32> {
    let mut candidates: Vec<(u32, f32)> = Vec::new();
    allowed.iter_set_entries(|index| {
        let token = index as u32;
        if let Some(&logit) = logits.get(index)
            && logit.is_finite()
            && !banned.contains(&token)
        {
            candidates.push((token, logit));
        }
    });
    let mut best = *candidates.first()?;
    for &candidate in &candidates {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    if sampling.temperature == 0.0 {
        return Some(best.0);
    }
    // Weights relative to the likeliest, which so has weight 1. Most of a vocabulary is far below `min_p`: what is so
    // by a wide margin is dropped before its exponential is taken.
    let hopeless = if sampling.min_p > 0.0 {
        f64::from(best.1) + f64::from(sampling.temperature) * (f64::from(sampling.min_p).ln() - 0.01)
    } else {
        f64::NEG_INFINITY
    };
    let mut weighted: Vec<(u32, f64)> = candidates
        .into_iter()
        .filter(|&(_, logit)| f64::from(logit) >= hopeless)
        .map(|(token, logit)| (token, (f64::from(logit - best.1) / f64::from(sampling.temperature)).exp()))
        .filter(|&(_, weight)| weight >= f64::from(sampling.min_p))
        .collect();
    if sampling.top_p < 1.0 {
        weighted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let enough = f64::from(sampling.top_p) * weighted.iter().map(|entry| entry.1).sum::<f64>();
        let mut reached = 0.0;
        let kept = weighted.iter().take_while(|entry| {
            let before = reached;
            reached += entry.1;
            before < enough
        });
        let kept = kept.count();
        weighted.truncate(kept.max(1));
    }
    let mut remaining = uniform * weighted.iter().map(|entry| entry.1).sum::<f64>();
    for &(token, weight) in &weighted {
        remaining -= weight;
        if remaining < 0.0 {
            return Some(token);
        }
    }
    // Rounding may leave a hair over: it belongs to the last.
    weighted.last().map(|entry| entry.0).or(Some(best.0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use toktrie::SimpleVob;

    use super::{draw, log_probability, penalised};
    use crate::draft::Sampling;

    const GREEDY: Sampling = Sampling { temperature: 0.0, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0 };

    fn all(size: usize) -> SimpleVob {
        SimpleVob::alloc_ones(size)
    }

    #[test]
    fn greedy_takes_the_lowest_id_of_equals() {
        assert_eq!(draw(&[1.0, 3.0, 3.0, 2.0], &all(4), &HashSet::new(), &GREEDY, 0.9), Some(1));
        assert_eq!(draw(&[1.0, 3.0, 3.0, 2.0], &all(4), &HashSet::from([1]), &GREEDY, 0.9), Some(2));
    }

    #[test]
    fn nothing_allowed_is_none() {
        assert_eq!(draw(&[1.0, 2.0], &SimpleVob::alloc(2), &HashSet::new(), &GREEDY, 0.0), None);
        assert_eq!(draw(&[f32::NAN, 2.0], &all(2), &HashSet::from([1]), &GREEDY, 0.0), None);
    }

    #[test]
    fn numbers_map_to_tokens_by_their_probability() {
        let plain = Sampling { temperature: 1.0, ..GREEDY };
        let logits = [0.5_f32.ln(), 0.25_f32.ln(), 0.25_f32.ln()];
        let at = |uniform| draw(&logits, &all(3), &HashSet::new(), &plain, uniform);
        assert_eq!(
            [at(0.0), at(0.49), at(0.51), at(0.74), at(0.76), at(0.999)],
            [Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]
        );
    }

    #[test]
    fn min_p_and_top_p_drop_the_tail() {
        let logits = [0.6_f32.ln(), 0.3_f32.ln(), 0.1_f32.ln()];
        let min_p = Sampling { temperature: 1.0, min_p: 0.4, ..GREEDY };
        assert_eq!(draw(&logits, &all(3), &HashSet::new(), &min_p, 0.999), Some(1));
        let top_p = Sampling { temperature: 1.0, top_p: 0.5, ..GREEDY };
        assert_eq!(draw(&logits, &all(3), &HashSet::new(), &top_p, 0.999), Some(0));
    }

    #[test]
    fn a_penalty_lowers_what_was_written_once() {
        assert_eq!(*penalised(&[2.0, -2.0, 2.0], &[0, 1, 0], 2.0), [1.0, -4.0, 2.0]);
    }

    #[test]
    fn log_probabilities_are_normalised() {
        let total: f64 = (0..3).map(|token| log_probability(&[1.0, 2.0, 3.0], token).exp()).sum();
        assert!((total - 1.0).abs() < 1e-6);
    }
}
