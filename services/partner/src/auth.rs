//! Who asks: a partner's key, its bucket, and the same refusal for every key that does not open.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use countersign_store_released::PartnerIdentity;
use countersign_web::problem::Problem;
use sha2::{Digest as _, Sha256};

use crate::face::{State, fault};
use crate::limits::Slot;

/// A partner that has shown a valid key and is within its limits.
#[derive(Clone, Debug)]
pub struct Partner {
    pub identity: PartnerIdentity,
}

impl FromRequestParts<State> for Partner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let refused =
            || Problem::unauthenticated("Send Authorization: Bearer cs_partner_… with a key that is in force.");
        let key = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| key.trim())
            .filter(|key| key.starts_with("cs_partner_") && key.len() <= 200)
            .ok_or_else(refused)?;
        let hash: String = Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let identity = state.face.store.partner_by_key(&hash).await.map_err(fault)?.ok_or_else(refused)?;
        let standing = state.buckets.take(identity.key_id, state.face.clock.now());
        if let Some(slot) = parts.extensions.get::<Slot>() {
            slot.leave(standing.unwrap_or_else(|refused| refused));
        }
        standing.map(|_| Self { identity }).map_err(|refused| {
            Problem::too_many(refused.reset, format!("This key may make {} requests a minute.", refused.quota))
        })
    }
}
