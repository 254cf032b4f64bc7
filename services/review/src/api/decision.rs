//! Decisions, and taking one back while it has not taken effect.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_domain::digest::Digest;
use countersign_domain::id::{DecisionId, ReviewId};
use countersign_domain::overriding::{Overriding, Unanswered};
use countersign_domain::people::User;
use countersign_domain::review::{Ballot, Decision, Refusal, Verdict};
use countersign_session::SignedIn;
use countersign_store::DecideError;
use countersign_web::json::Json;
use countersign_web::languages::Languages;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::{Face, faults};

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionForm {
    /// `approve`, `request_changes` or `reject`.
    decision: String,
    /// The digest of the revision that you saw.
    digest: String,
    /// From claiming the review.
    lease: String,
    /// Required to send back or to reject; 2000 characters at most.
    #[serde(default)]
    reason: String,
    /// Approving: one for each finding of severity `error`, else the answer lists those that are open. Other decisions
    /// need none and keep none.
    #[serde(default)]
    overrides: Vec<OverrideForm>,
}

/// An error that is to stand, named by its rule, slot and span as the review shows them.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideForm {
    rule: String,
    slot: String,
    /// Bytes of the slot's text, half open.
    start: usize,
    end: usize,
    /// Why it stands; required where the finding says so, 2000 characters at most.
    #[serde(default)]
    reason: String,
}

impl From<OverrideForm> for Overriding {
    fn from(form: OverrideForm) -> Self {
        let OverrideForm { rule, slot, start, end, reason } = form;
        Self { rule, slot, start, end, reason }
    }
}

/// A decision that was written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Decided {
    decision_id: String,
    /// When it takes effect: an approved revision is released then.
    effective_at: String,
    /// Until when its reviewer may take it back.
    undo_until: String,
}

/// Decide on the revision that you saw
#[utoipa::path(post, path = "/api/v1/reviews/{id}/decision", tag = "review",
    params(("id" = String, Path, description = "The review's id")),
    request_body = DecisionForm,
    responses(
        (status = 200, description = "Decided; it takes effect when the time to undo has passed", body = Decided),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "You may not decide on it: your role, or your own work", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "The review is closed, or your claim has lapsed", body = Problem),
        (status = 412, description = "The asset has moved on from the digest that you saw", body = Problem),
        (status = 422, description = "A reason is missing, findings stand against approval, or errors are open: then \
            `open_findings` lists them, with who may let each stand", body = Problem),
    ))]
pub(crate) async fn decide(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    languages: Languages,
    Json(form): Json<DecisionForm>,
) -> Result<Json<Decided>, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let vote = Vote {
        verdict: &form.decision,
        digest: &form.digest,
        lease: form.lease,
        reason: form.reason,
        overrides: form.overrides.into_iter().map(Overriding::from).collect(),
    };
    let decision = cast(&face, id, &who.user, vote).await.map_err(|refused| refused.problem(&languages, &who.user))?;
    let effective_at = decision.effective_at.rfc3339();
    Ok(Json(Decided { decision_id: decision.id.to_string(), undo_until: effective_at.clone(), effective_at }))
}

/// A ballot as it was written.
#[derive(Debug)]
pub(crate) struct Vote<'a> {
    pub verdict: &'a str,
    pub digest: &'a str,
    pub lease: String,
    pub reason: String,
    pub overrides: Vec<Overriding>,
}

/// Why a vote was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Errors are open, or overrides answer none.
    Unanswered(Unanswered),
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Refused {
    pub(crate) fn problem(self, languages: &Languages, reviewer: &User) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Unanswered(unanswered) => faults::unanswered(&unanswered, languages, &reviewer.roles),
        }
    }
}

/// Reads a ballot as it was written and casts it. Pages and the API do this alike.
pub(crate) async fn cast(face: &Face, review: ReviewId, reviewer: &User, vote: Vote<'_>) -> Result<Decision, Refused> {
    let verdict: Verdict = vote.verdict.parse().map_err(|()| {
        let detail = "A decision is approve, request_changes or reject.";
        Problem::invalid(detail).fault("/decision", detail)
    })?;
    let digest: Digest = vote.digest.parse().map_err(|error| Problem::invalid(error).fault("/digest", error))?;
    let ballot = Ballot { verdict, digest, lease: vote.lease, reason: vote.reason, overrides: vote.overrides };
    let decided = face.store.decide(review, ballot, reviewer.id, &face.packs, face.undo_seconds).await;
    let decision = decided.map_err(|error| match error {
        DecideError::Refusal(Refusal::Unanswered(unanswered)) => Refused::Unanswered(unanswered),
        other => Refused::Problem(faults::decide(other)),
    })?;
    faults::seen(face, reviewer.id, decision.asset, decision.revision).await;
    tracing::info!(decision.id = %decision.id, review.id = %review, verdict = decision.verdict.as_str(), "review.decided");
    Ok(decision)
}

/// Take a decision back before it takes effect
///
/// The review is open again. Only whoever decided can do this.
#[utoipa::path(post, path = "/api/v1/decisions/{id}/undo", tag = "review",
    params(("id" = String, Path, description = "The decision's id")),
    responses(
        (status = 204, description = "Taken back; the review is open again"),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "Somebody else decided", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "It has taken effect, or was taken back already", body = Problem),
    ))]
pub(crate) async fn undo(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    faults::may_decide(&who.user)?;
    let id: DecisionId = faults::id(&id)?;
    face.store.undo(id, who.id()).await.map_err(faults::undo)?;
    Ok(StatusCode::NO_CONTENT)
}
