//! `GET /api/v1/reviews`: the queue.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use countersign_domain::people::Role;
use countersign_session::SignedIn;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::Face;
use crate::queue::{self, Asked, QueueRow};

/// A page of the queue, oldest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Reviews {
    items: Vec<QueueRow>,
    /// Give it back as `cursor` to go on; null at the end.
    next: Option<String>,
}

/// The review queue, oldest first
#[utoipa::path(get, path = "/api/v1/reviews", tag = "review", params(Asked), responses(
    (status = 200, description = "A page of the queue", body = Reviews),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "No role", body = Problem),
    (status = 422, description = "A filter is not right", body = Problem),
))]
pub(crate) async fn list(
    State(face): State<Face>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Reviews>, Problem> {
    who.require_any(&Role::ALL)?;
    let (filter, page) = super::query(asked)?.filter(&who.user)?;
    let page = queue::rows(&face, &who.user, filter, page).await?;
    Ok(Json(Reviews { items: page.items, next: page.next }))
}
