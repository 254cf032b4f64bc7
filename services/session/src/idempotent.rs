//! `Idempotency-Key` of people's requests: a creating request that is sent twice happens once, and is answered twice
//! alike. The partners' are their own face's.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use countersign_domain::digest::Digest;
use countersign_store::{Actor, Begin, Held, Store};
use countersign_web::idempotency;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::fault;

/// A key that was sent, now reserved: finish or abandon it.
#[derive(Debug, Clone)]
pub struct Key {
    pub actor: Actor,
    pub held: Held,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Turn {
    /// Do the work; then finish or abandon the key, when there is one.
    Work(Option<Key>),
    /// It was done: answer this again.
    Again(Box<Response>),
}

/// Reads and reserves the key of a request. `body` is what must be the same for the same key.
pub async fn turn(
    store: &Store,
    actor: Actor,
    headers: &HeaderMap,
    route: &'static str,
    body: &impl Serialize,
) -> Result<Turn, Problem> {
    let Some(key) = idempotency::key(headers)? else { return Ok(Turn::Work(None)) };
    let begun = store.idempotency_begin(actor, &key, route, &Digest::of_json(body)).await.map_err(fault::of)?;
    match begun {
        Begin::New(held) => Ok(Turn::Work(Some(Key { actor, held }))),
        Begin::Replay { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok(Turn::Again(Box::new(answer(status, body, true))))
        }
        Begin::Mismatch => Err(idempotency::mismatch()),
        Begin::InProgress => Err(idempotency::in_progress()),
    }
}

/// With the header that says where the thing is.
pub fn answer(status: StatusCode, body: String, replayed: bool) -> Response {
    let location = location(&body);
    let mut response = idempotency::answer(status, body, replayed);
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Every creating route's body says where the thing is (`status_url` or `url`); the header says the same.
fn location(body: &str) -> Option<HeaderValue> {
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    let url = json.get("status_url").or_else(|| json.get("url"))?.as_str()?;
    HeaderValue::from_str(url).ok()
}

/// Keeps the answer of a finished request; or, when it failed, frees the key for another try.
pub async fn finish<T: Serialize>(
    store: &Store,
    key: Option<Key>,
    status: StatusCode,
    done: Result<T, Problem>,
) -> Result<Response, Problem> {
    let body = match done {
        Ok(body) => serde_json::to_string(&body).map_err(|_| Problem::internal())?,
        Err(problem) => {
            abandon(store, key).await;
            return Err(problem);
        }
    };
    if let Some(Key { actor, held }) = key {
        store.idempotency_finish(actor, &held, status.as_u16(), &body).await.map_err(fault::of)?;
    }
    Ok(answer(status, body, false))
}

/// Frees the key of a request that failed. When even that fails the key frees itself after a minute.
pub async fn abandon(store: &Store, key: Option<Key>) {
    if let Some(Key { actor, held }) = key
        && let Err(error) = store.idempotency_abandon(actor, &held).await
    {
        tracing::warn!(error = %error, "idempotency.abandon.failed");
    }
}
