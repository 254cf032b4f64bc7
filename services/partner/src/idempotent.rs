//! `Idempotency-Key`: a request that is sent twice happens once and is answered twice alike.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_released::digest::Digest;
use countersign_store_released::idempotency::Held;
use countersign_store_released::{Begin, PartnerIdentity};
use countersign_web::idempotency;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::face::{State, fault};

/// `Ok(None)`: no key; `Ok(Some(Err(response)))` would be unreadable, so the two cases have names.
#[derive(Debug)]
pub(crate) enum Turn {
    Work(Option<Held>),
    Again(Response),
}

pub(crate) async fn turn(
    state: &State,
    partner: &PartnerIdentity,
    headers: &HeaderMap,
    route: &'static str,
    body: &impl Serialize,
) -> Result<Turn, Problem> {
    let Some(key) = idempotency::key(headers)? else { return Ok(Turn::Work(None)) };
    match state.face.store.idempotency_begin(partner, &key, route, &Digest::of_json(body)).await.map_err(fault)? {
        Begin::New(held) => Ok(Turn::Work(Some(held))),
        Begin::Replay { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok(Turn::Again(idempotency::answer(status, body, true)))
        }
        Begin::Mismatch => Err(idempotency::mismatch()),
        Begin::InProgress => Err(idempotency::in_progress()),
    }
}

/// Frees the key of a request that failed. When even that fails it frees itself after a minute.
pub(crate) async fn abandon(state: &State, partner: &PartnerIdentity, held: Option<Held>) {
    if let Some(held) = held
        && let Err(error) = state.face.store.idempotency_abandon(partner, &held).await
    {
        tracing::warn!(error = %error, "partner.idempotency.abandon.failed");
    }
}
