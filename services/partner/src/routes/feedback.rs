//! `POST /partner/v1/assets/{id}/feedback`: what partners say back.

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_released::id::FeedbackId;
use countersign_store_released::NewFeedback;
use countersign_store_released::records::FeedbackAnswer;
use countersign_web::idempotency;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::live;
use crate::auth::Partner;
use crate::face::{State, fault};
use crate::idempotent::{Turn, abandon, turn};

const ROUTE: &str = "POST /partner/v1/assets/{id}/feedback";
/// In characters.
const MAX_COMMENT: usize = 2000;

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Feedback {
    kind: Kind,
    #[serde(default)]
    comment: String,
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Useful,
    NotUseful,
    Problem,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::NotUseful => "not_useful",
            Self::Problem => "problem",
        }
    }
}

/// Tells the vendor how it went. With an Idempotency-Key, once, however often it is sent.
#[utoipa::path(post, path = "/partner/v1/assets/{id}/feedback", tag = "partner", params(("id" = String, Path)), request_body = Feedback, security(("bearer" = [])),
    responses((status = 201, description = "Heard"), (status = 404, body = Problem, description = "Nothing here for you"),
        (status = 422, body = Problem, description = "The feedback is not acceptable")))]
pub(super) async fn give(
    Shared(state): Shared<State>,
    partner: Partner,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(feedback): Json<Feedback>,
) -> Result<Response, Problem> {
    let length = feedback.comment.chars().count();
    if length > MAX_COMMENT {
        return Err(Problem::invalid("The comment is too long.")
            .fault("/comment", format!("has {length} characters; {MAX_COMMENT} at most")));
    }
    let who = &partner.identity;
    let release = live(&state, who, &id).await?;
    let key = match turn(&state, who, &headers, ROUTE, &(&id, &feedback)).await? {
        Turn::Work(key) => key,
        Turn::Again(response) => return Ok(response),
    };
    let new = NewFeedback { release: release.id, kind: feedback.kind.as_str().to_owned(), text: feedback.comment };
    let body = |id: FeedbackId| serde_json::json!({"id": id}).to_string();
    let status = StatusCode::CREATED.as_u16();
    let answer = key.as_ref().map(|held| FeedbackAnswer { held, status, body: &body });
    let given = match state.face.store.feedback(who, new, answer).await {
        Ok(Some(given)) => given,
        Ok(None) => {
            abandon(&state, who, key).await;
            return Err(Problem::not_found());
        }
        Err(error) => {
            abandon(&state, who, key).await;
            return Err(fault(error));
        }
    };
    Ok(idempotency::answer(StatusCode::CREATED, body(given), false))
}
