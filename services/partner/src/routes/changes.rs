//! `GET /partner/v1/changes`: released, replaced, recalled, expired, in order, with tombstones.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use countersign_store_released::{Change, PageRequest};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query;
use crate::auth::Partner;
use crate::face::{State, fault};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    /// Where you left off: the `next` of the answer before. Left out: from the beginning.
    cursor: Option<String>,
    /// 1 to 200, 50 when left out.
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Changes {
    items: Vec<ChangeView>,
    /// Keep it and come back with it; there is always one.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ChangeView {
    /// `released`, or a tombstone: `replaced`, `recalled`, `expired`.
    kind: String,
    asset: String,
    release: String,
    /// What to acknowledge, of a recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    recall: Option<String>,
    at: String,
}

impl ChangeView {
    fn of(change: &Change) -> Self {
        Self {
            kind: change.kind.as_str().to_owned(),
            asset: change.asset.to_string(),
            release: change.release.to_string(),
            recall: change.recall.map(|recall| recall.to_string()),
            at: change.at.rfc3339(),
        }
    }
}

/// What has changed since you last asked. Take what was released, take down what was withdrawn.
#[utoipa::path(get, path = "/partner/v1/changes", tag = "partner", params(From), security(("bearer" = [])),
    responses((status = 200, body = Changes), (status = 400, body = Problem, description = "The cursor cannot be read")))]
pub(super) async fn changes(
    Shared(state): Shared<State>,
    partner: Partner,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Json<Changes>, Problem> {
    let from = query(from)?;
    let limit = from.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::malformed(format!("limit is {limit}; 1 to 200 can be had")));
    }
    let request = PageRequest { cursor: from.cursor, limit };
    let page = state.face.store.changes(&partner.identity, request).await.map_err(fault)?;
    let items = page.items.iter().map(ChangeView::of).collect();
    Ok(Json(Changes { items, next: page.next }))
}
