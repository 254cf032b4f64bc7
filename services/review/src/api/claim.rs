//! Claims: a short lease on a review, so that two people do not examine the same thing.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_domain::id::ReviewId;
use countersign_domain::review::ReviewState;
use countersign_session::SignedIn;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::{Face, faults};

/// A claim on a review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Claim {
    /// Show it with the decision, and to renew or give back the claim.
    lease: String,
    /// Renew it well before.
    expires_at: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    lease: String,
}

/// Claim a review
///
/// Only reviewers claim, and nobody claims their own work. Claiming again what you hold gives you a new lease; the
/// former one is void.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/claim", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    responses(
        (status = 200, description = "It is yours for a while", body = Claim),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "You may not decide on it: your role, or your own work", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "Somebody else holds it (named, with the time), or it is closed", body = Problem),
    ))]
pub(crate) async fn claim(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Claim>, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let lease = face.store.review_claim(id, who.id(), face.lease_seconds).await.map_err(faults::claim)?;
    Ok(Json(Claim { lease: lease.token, expires_at: lease.expires_at.rfc3339() }))
}

/// Renew a claim
#[utoipa::path(post, path = "/api/v1/reviews/{id}/claim/renew", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    request_body = Held,
    responses(
        (status = 200, description = "It is yours for a while longer", body = Claim),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "Your role does not decide", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "The claim has lapsed, was taken over, or the review is closed", body = Problem),
    ))]
pub(crate) async fn renew(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    Json(held): Json<Held>,
) -> Result<Json<Claim>, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let renewed = face.store.review_renew(id, who.id(), &held.lease, face.lease_seconds).await;
    let lease = renewed.map_err(faults::claim)?;
    Ok(Json(Claim { lease: lease.token, expires_at: lease.expires_at.rfc3339() }))
}

/// Give a claim back
///
/// Looking is seeing: the next difference that you are shown starts at this revision. A claim that was lost already
/// stays lost, without an error.
#[utoipa::path(delete, path = "/api/v1/reviews/{id}/claim", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    request_body = Held,
    responses(
        (status = 204, description = "You hold it no more"),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "Your role does not decide", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
    ))]
pub(crate) async fn give_back(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    Json(held): Json<Held>,
) -> Result<StatusCode, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let review = face.store.review(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    if matches!(&review.state, ReviewState::Open { lease: Some(lease) } if lease.holder == who.id()) {
        faults::seen(&face, who.id(), review.asset, review.revision.id).await;
    }
    face.store.review_release_claim(id, who.id(), &held.lease).await.map_err(faults::claim)?;
    Ok(StatusCode::NO_CONTENT)
}
