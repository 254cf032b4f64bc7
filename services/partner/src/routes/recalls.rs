//! `GET /partner/v1/recalls` and `POST /partner/v1/recalls/{id}/ack`.

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use countersign_released::id::RecallId;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Partner;
use crate::face::{State, fault};

#[derive(Serialize, ToSchema)]
pub(super) struct Recalls {
    items: Vec<RecallView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecallView {
    id: String,
    asset: String,
    release: String,
    reason: String,
    recalled_at: String,
}

/// What you pulled, was withdrawn, and you have not acknowledged yet.
#[utoipa::path(get, path = "/partner/v1/recalls", tag = "partner", security(("bearer" = [])), responses((status = 200, body = Recalls)))]
pub(super) async fn open(Shared(state): Shared<State>, partner: Partner) -> Result<Json<Recalls>, Problem> {
    let open = state.face.store.recalls_open(&partner.identity).await.map_err(fault)?;
    let items = open
        .into_iter()
        .map(|recall| RecallView {
            id: recall.id.to_string(),
            asset: recall.asset.to_string(),
            release: recall.release.to_string(),
            reason: recall.reason,
            recalled_at: recall.recalled_at.rfc3339(),
        })
        .collect();
    Ok(Json(Recalls { items }))
}

/// Acknowledges a recall: you have taken it down. Again changes nothing.
#[utoipa::path(post, path = "/partner/v1/recalls/{id}/ack", tag = "partner", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Acknowledged"), (status = 404, body = Problem, description = "Nothing here for you")))]
pub(super) async fn ack(
    Shared(state): Shared<State>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let recall = id.parse().unwrap_or_else(|_| RecallId::from_uuid(Default::default()));
    match state.face.store.ack_recall(&partner.identity, recall).await.map_err(fault)? {
        Some(()) => Ok(StatusCode::NO_CONTENT),
        None => Err(Problem::not_found()),
    }
}
