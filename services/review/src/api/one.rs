//! `GET /api/v1/reviews/{id}`: one review with all that a decision needs.

use axum::extract::{Path, State};
use countersign_session::SignedIn;
use countersign_web::json::Json;
use countersign_web::problem::Problem;

use crate::view::{self, ReviewView};
use crate::{Face, faults};

/// One review: its text with findings and sources, what changed, the history, and whether you may decide
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    responses(
        (status = 200, description = "The review", body = ReviewView),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
    ))]
pub(crate) async fn one(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<ReviewView>, Problem> {
    faults::may_see(&who.user)?;
    Ok(Json(view::load(&face, &who.user, faults::id(&id)?).await?.view))
}
