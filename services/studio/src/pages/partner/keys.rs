//! A partner's API keys: made, shown once, revoked.

use axum::extract::{Path, State};
use axum::response::Response;
use countersign_session::PageForm;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_store::Actor;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::{Back, found, page};
use crate::access;
use crate::api::{new_key, revoke_key};
use crate::state::Studio;

#[derive(Deserialize)]
pub(in crate::pages) struct KeyPost {
    #[serde(default)]
    name: String,
}

/// A secret that is shown once.
#[derive(Serialize)]
pub(in crate::pages) struct Shown {
    pub what: &'static str,
    pub whose: String,
    pub secret: String,
    pub use_it: String,
    pub back: String,
}

pub(in crate::pages) async fn key(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<KeyPost>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let actor = Actor::User(who.user.id);
    let key = match new_key(&studio, partner.id, &form.name, None, actor).await {
        Ok((_, key)) => key,
        Err(problem) if problem.status == 422 => {
            let back = Back {
                status: problem.status_code(),
                faults: [("key_name".to_owned(), problem.errors[0].detail.clone())].into(),
                ..Back::default()
            };
            return page(&studio, &who, &partner, back).await;
        }
        Err(problem) => return Err(problem),
    };
    let page = Shown {
        what: "API key",
        whose: partner.profile.display_name.clone(),
        secret: key.as_str().to_owned(),
        use_it: "Authorization: Bearer, on every request to /partner/v1".into(),
        back: format!("/partners/{id}"),
    };
    Ok(studio.ui.page(&who, "New API key", "secret.html", &page))
}

pub(in crate::pages) async fn revoke(
    State(studio): State<Studio>,
    Path((id, key)): Path<(String, String)>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    revoke_key(&studio, partner.id, &key, Actor::User(who.user.id)).await?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The key is revoked: it opens nothing from now on."))))
}

/// A form that is only a button.
#[derive(Deserialize)]
pub(in crate::pages) struct Nothing {}
