//! Slows down whoever guesses passwords: ten failures in ten minutes for one account from one address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign_domain::clock::Timestamp;

/// Attempts that may fail within [`WINDOW_SECONDS`].
pub const MAX_FAILURES: usize = 10;
pub const WINDOW_SECONDS: i64 = 600;
/// Pairs that are remembered; beyond it the oldest go, so that guessing costs no memory.
const MAX_PAIRS: usize = 10_000;

/// Attempts in this process. Several API processes each count their own: the limit is then so many times higher.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<(String, String), Vec<Timestamp>>>);

impl Throttle {
    /// Notes an attempt as failed before it is tried, so that many at once count too. `Err` is the seconds to wait.
    pub fn enter(&self, email: &str, address: &str, now: Timestamp) -> Result<(), u64> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = now.plus_seconds(-WINDOW_SECONDS);
        if pairs.len() >= MAX_PAIRS {
            pairs.retain(|_, times| times.last().is_some_and(|last| *last > start));
        }
        if pairs.len() >= MAX_PAIRS {
            let oldest = pairs.iter().min_by_key(|(_, times)| times.last().copied()).map(|(key, _)| key.clone());
            if let Some(key) = oldest {
                pairs.remove(&key);
            }
        }
        let times = pairs.entry(key(email, address)).or_default();
        times.retain(|time| *time > start);
        if times.len() >= MAX_FAILURES {
            let free = times[0].plus_seconds(WINDOW_SECONDS).micros() - now.micros();
            return Err(u64::try_from(free / 1_000_000).unwrap_or(0).saturating_add(1));
        }
        times.push(now);
        Ok(())
    }

    /// The attempt succeeded: what came before is forgiven.
    pub fn forgive(&self, email: &str, address: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(email, address));
    }
}

fn key(email: &str, address: &str) -> (String, String) {
    (email.trim().to_lowercase().chars().take(254).collect(), address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    #[test]
    fn the_eleventh_failure_waits_until_the_first_is_ten_minutes_old() {
        let throttle = Throttle::default();
        for _ in 0..MAX_FAILURES {
            assert_eq!(throttle.enter("A@x.example", "1.2.3.4", NOW), Ok(()));
        }
        assert_eq!(throttle.enter("a@x.example ", "1.2.3.4", NOW), Err(601));
        assert_eq!(throttle.enter("a@x.example", "5.6.7.8", NOW), Ok(()));
        assert_eq!(throttle.enter("a@x.example", "1.2.3.4", NOW.plus_seconds(601)), Ok(()));
    }

    #[test]
    fn signing_in_forgives() {
        let throttle = Throttle::default();
        for _ in 0..30 {
            assert_eq!(throttle.enter("a@x.example", "1.2.3.4", NOW), Ok(()));
            throttle.forgive("a@x.example", "1.2.3.4");
        }
    }
}
