//! What partners say of themselves: the list of what waits, and the decision about one wording.

use axum::extract::{Path, State};
use countersign_domain::digest::Digest;
use countersign_domain::id::{PartnerId, UserId};
use countersign_domain::people::Role;
use countersign_domain::statement::{StatementState, StatementVerdict};
use countersign_session::SignedIn;
use countersign_store::StatementView;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::{Face, faults};

/// A partner's description of itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StatementJson {
    /// The partner's id.
    partner: String,
    slug: String,
    display_name: String,
    text: String,
    /// Of the text; a decision names it.
    digest: String,
    /// Null when it was no person of the house.
    author: Option<String>,
    written_at: String,
    /// `waiting`, `approved` or `rejected`.
    state: &'static str,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
}

impl StatementJson {
    pub(crate) fn of(view: &StatementView) -> Self {
        let statement = &view.statement;
        let (state, reason) = match &statement.state {
            StatementState::Waiting => ("waiting", ""),
            StatementState::Approved { .. } => ("approved", ""),
            StatementState::Rejected { reason, .. } => ("rejected", reason.as_str()),
        };
        Self {
            partner: statement.partner.to_string(),
            slug: view.slug.clone(),
            display_name: view.display_name.clone(),
            text: statement.text.clone(),
            digest: statement.digest.to_string(),
            author: view.author_name.clone(),
            written_at: statement.written_at.rfc3339(),
            state,
            reason: reason.to_owned(),
        }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Statements {
    items: Vec<StatementJson>,
}

/// What partners say of themselves and nobody has read yet, oldest first
#[utoipa::path(get, path = "/api/v1/partner-statements", tag = "review", operation_id = "partner_statements", responses(
    (status = 200, description = "All that wait", body = Statements),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "No role", body = Problem),
))]
pub(crate) async fn list(State(face): State<Face>, who: SignedIn) -> Result<Json<Statements>, Problem> {
    who.require_any(&Role::ALL)?;
    let waiting = face.store.statements_waiting().await.map_err(faults::store)?;
    Ok(Json(Statements { items: waiting.iter().map(StatementJson::of).collect() }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementDecisionForm {
    /// `approve` or `reject`.
    decision: String,
    /// The digest of the text that you read.
    digest: String,
    /// Required to reject; 2000 characters at most.
    #[serde(default)]
    reason: String,
}

/// Decide about what a partner says of itself
///
/// An approval takes effect at once: what this partner pulls from now on may hold the text. A decision stands for good.
#[utoipa::path(post, path = "/api/v1/partners/{id}/statement/decision", tag = "review", operation_id = "decide_statement",
    params(("id" = String, Path, description = "The partner's id")),
    request_body = StatementDecisionForm,
    responses(
        (status = 200, description = "Decided", body = StatementJson),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "You may not decide: your role, or your own words", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "It was decided already", body = Problem),
        (status = 412, description = "The profile says something else by now", body = Problem),
        (status = 422, description = "A reason is missing, or the form is not right", body = Problem),
    ))]
pub(crate) async fn decide(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    Json(form): Json<StatementDecisionForm>,
) -> Result<Json<StatementJson>, Problem> {
    faults::may_decide(&who.user)?;
    let view = cast(&face, faults::id(&id)?, who.id(), &form.decision, &form.digest, &form.reason).await?;
    Ok(Json(StatementJson::of(&view)))
}

/// Reads a decision as it was written and takes it. Pages and the API do this alike.
pub(crate) async fn cast(
    face: &Face,
    partner: PartnerId,
    by: UserId,
    verdict: &str,
    digest: &str,
    reason: &str,
) -> Result<StatementView, Problem> {
    let verdict: StatementVerdict = verdict.parse().map_err(|()| {
        let detail = "A decision is approve or reject.";
        Problem::invalid(detail).fault("/decision", detail)
    })?;
    let digest: Digest = digest.parse().map_err(|error| Problem::invalid(error).fault("/digest", error))?;
    let view = face.store.statement_decide(partner, &digest, verdict, by, reason).await.map_err(faults::statement)?;
    tracing::info!(partner.id = %partner, verdict = verdict.as_str(), "statement.decided");
    Ok(view)
}
