//! `POST /api/v1/tokens`: a token for oneself, for programs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_domain::id::UserId;
use countersign_session::secret::{self, Secret};
use countersign_session::{SignedIn, fault};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::Studio;

/// Days that a token works when nothing else is said, and at most.
pub(crate) const DEFAULT_DAYS: u32 = 90;
pub(crate) const MAX_DAYS: u32 = 365;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenForm {
    /// What it is for, such as `nightly import`.
    name: String,
    /// 1 to 365; 90 when left out.
    #[serde(default)]
    days: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenJson {
    id: String,
    name: String,
    /// The token itself. It is never shown again.
    token: String,
    expires_at: String,
}

/// Makes a token of `user` and writes its hash. One way for the API and for the page.
pub(crate) async fn new_token(
    studio: &Studio,
    user: UserId,
    name: &str,
    days: u32,
) -> Result<(String, Secret, String), Problem> {
    let name = name.trim();
    let mut faults = crate::faults::Faults::default();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        faults.say("/name", "needs 1 to 60 characters on one line");
    }
    if !(1..=MAX_DAYS).contains(&days) {
        faults.say("/days", format!("is {days}; 1 to {MAX_DAYS} are possible"));
    }
    if !faults.0.is_empty() {
        return Err(faults.into_problem("The token is not valid."));
    }
    let token = secret::new(secret::USER_PREFIX);
    let expires_at = studio.now().plus_seconds(i64::from(days) * 86_400);
    let id = studio.store.user_token_create(user, &token.hash(), name, Some(expires_at)).await.map_err(fault::of)?;
    Ok((id.to_string(), token, expires_at.rfc3339()))
}

/// Makes a token that acts as you, with your roles; it still cannot decide on your own work.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "session", request_body = inline(TokenForm),
    responses((status = 201, body = inline(TokenJson)), (status = 422, body = Problem)))]
pub(super) async fn create(
    State(studio): State<Studio>,
    who: SignedIn,
    Json(form): Json<TokenForm>,
) -> Result<Response, Problem> {
    let (id, token, expires_at) = new_token(&studio, who.id(), &form.name, form.days.unwrap_or(DEFAULT_DAYS)).await?;
    let body = TokenJson { id, name: form.name.trim().to_owned(), token: token.as_str().to_owned(), expires_at };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::World;
    use serde_json::json;

    #[tokio::test]
    async fn a_token_acts_as_whoever_made_it() {
        let world = World::new().await;
        let made = world.post("/api/v1/tokens", "reviewer", json!({"name": "ci"})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let token = made.json()["token"].as_str().unwrap().to_owned();
        let me = world.get_bearer("/api/v1/me", &token).await.json();
        assert_eq!(me["email"], "reviewer@x.example");
        assert_eq!(world.post("/api/v1/tokens", "reviewer", json!({"name": "ci", "days": 9999})).await.status, 422);
    }
}
