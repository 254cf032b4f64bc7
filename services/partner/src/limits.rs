//! How much one key may ask: a token bucket for each, in this process, told in the RateLimit headers
//! (draft-ietf-httpapi-ratelimit-headers).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use countersign_released::clock::Timestamp;
use countersign_released::id::PartnerKeyId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub requests_per_minute: u32,
}

/// More keys than this at work at once forget the fullest buckets first.
const MAX_BUCKETS: usize = 20_000;

#[derive(Debug)]
pub struct Buckets {
    limits: Limits,
    by_key: Mutex<HashMap<PartnerKeyId, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

/// How a key stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub quota: u32,
    pub remaining: u32,
    /// Seconds until the bucket is full again; for a refused request, until one more is allowed.
    pub reset: u64,
}

impl Buckets {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits: Limits { requests_per_minute: limits.requests_per_minute.max(1) }, by_key: Mutex::default() }
    }

    /// Takes one request from the key's bucket; `Err` when it is empty.
    pub fn take(&self, key: PartnerKeyId, now: Timestamp) -> Result<Standing, Standing> {
        let quota = self.limits.requests_per_minute;
        let per_second = f64::from(quota) / 60.0;
        let mut buckets = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS {
            let full = |bucket: &Bucket| seconds(bucket.at, now) * per_second + bucket.tokens >= f64::from(quota);
            buckets.retain(|_, bucket| !full(bucket));
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: f64::from(quota), at: now });
        bucket.tokens = (bucket.tokens + seconds(bucket.at, now) * per_second).min(f64::from(quota));
        bucket.at = now;
        if bucket.tokens < 1.0 {
            let reset = whole((1.0 - bucket.tokens) / per_second).max(1);
            return Err(Standing { quota, remaining: 0, reset });
        }
        bucket.tokens -= 1.0;
        let remaining = u32::try_from(whole(bucket.tokens.floor())).unwrap_or(0);
        Ok(Standing { quota, remaining, reset: whole((f64::from(quota) - bucket.tokens) / per_second) })
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    // A clock that steps back gives nothing.
    (to.micros().saturating_sub(from.micros())).max(0) as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
fn whole(value: f64) -> u64 {
    value.ceil().max(0.0) as u64
}

impl Standing {
    fn write(self, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        };
        set("ratelimit-policy", format!("\"default\";q={};w=60", self.quota));
        set("ratelimit", format!("\"default\";r={};t={}", self.remaining, self.reset));
    }
}

/// Where the extractor leaves a request's standing for [`told`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot(Arc<OnceLock<Standing>>);

impl Slot {
    pub(crate) fn leave(&self, standing: Standing) {
        // A request asks for its partner once.
        let _ = self.0.set(standing);
    }
}

/// A layer: every answer to a partner says how its key stands, refusals included.
pub(crate) async fn told(mut request: Request, next: Next) -> Response {
    let slot = Slot::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = next.run(request).await;
    if let Some(standing) = slot.0.get() {
        standing.write(response.headers_mut());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_released::id::CountingIds;

    #[test]
    fn a_key_has_its_quota_and_gets_it_back_with_time() {
        let now = Timestamp::from_micros(1_795_000_000_000_000);
        let ids = CountingIds::default();
        let (one, other) = (PartnerKeyId::new(&ids, now), PartnerKeyId::new(&ids, now));
        let buckets = Buckets::new(Limits { requests_per_minute: 2 });
        assert_eq!(buckets.take(one, now).unwrap().remaining, 1);
        assert!(buckets.take(one, now).is_ok());
        let refused = buckets.take(one, now).unwrap_err();
        assert_eq!(refused.reset, 30);
        assert!(buckets.take(other, now).is_ok(), "another key has a bucket of its own");
        assert!(buckets.take(one, now.plus_seconds(31)).is_ok());
    }
}
