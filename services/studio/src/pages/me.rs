//! `/me`: one's own password and tokens.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use countersign_session::cookies::{self, Flash};
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, fault, password as passwords};
use countersign_store::Actor;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::by_field;
use super::partner::Shown;
use crate::api::{DEFAULT_DAYS, MAX_DAYS, new_token};
use crate::form::FieldFaults;
use crate::people;
use crate::state::Studio;

#[derive(Serialize)]
pub(super) struct Me {
    pub name: String,
    pub email: String,
    pub roles: Vec<&'static str>,
    pub faults: FieldFaults,
    pub days: String,
    pub max_days: u32,
    pub token_name: String,
}

fn page(studio: &Studio, who: &OnPage, status: StatusCode, faults: FieldFaults, token: Option<TokenPost>) -> Response {
    let token = token.unwrap_or_else(|| TokenPost { name: String::new(), days: DEFAULT_DAYS.to_string() });
    let view = Me {
        name: who.user.name.clone(),
        email: who.user.email.clone(),
        roles: who.user.roles.iter().map(|role| role.as_str()).collect(),
        faults,
        days: token.days,
        max_days: MAX_DAYS,
        token_name: token.name,
    };
    studio.ui.page_with(status, who, "You", "me.html", &view)
}

pub(super) async fn show(State(studio): State<Studio>, who: OnPage) -> Response {
    page(&studio, &who, StatusCode::OK, FieldFaults::new(), None)
}

#[derive(Deserialize)]
pub(super) struct PasswordPost {
    #[serde(default)]
    current: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

/// Sets a new password; every session and token of this person ends, this one too.
pub(super) async fn password(
    State(studio): State<Studio>,
    PageForm { who, form }: PageForm<PasswordPost>,
) -> Result<Response, Problem> {
    let mut faults = FieldFaults::new();
    let found = studio.store.user_by_email(&who.user.email).await.map_err(fault::of)?;
    let hash = found.filter(|(user, _)| user.id == who.user.id).map(|(_, hash)| hash);
    let hash = hash.as_deref().unwrap_or(passwords::DUMMY);
    if !passwords::verify(&form.current, hash).await.map_err(people::unchecked)? {
        faults.insert("current".into(), "is not your password".into());
    }
    if let Err(error) = passwords::check(&form.new) {
        faults.insert("new".into(), error.to_string());
    } else if form.new != form.again {
        faults.insert("again".into(), "is not the same as the new password".into());
    }
    if !faults.is_empty() {
        return Ok(page(&studio, &who, StatusCode::UNPROCESSABLE_ENTITY, faults, None));
    }
    let hash = passwords::hash(&form.new).await.map_err(people::unchecked)?;
    studio.store.user_set_password(who.user.id, &hash, Actor::User(who.user.id)).await.map_err(fault::of)?;
    let mut response = go("/sign-in", Some(&Flash::good("Your password is changed. Sign in with the new one.")));
    response.headers_mut().append(header::SET_COOKIE, cookies::gone(cookies::SESSION));
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct TokenPost {
    #[serde(default)]
    name: String,
    #[serde(default)]
    days: String,
}

pub(super) async fn token(
    State(studio): State<Studio>,
    PageForm { who, form }: PageForm<TokenPost>,
) -> Result<Response, Problem> {
    let days = form.days.trim().parse().unwrap_or(0);
    match new_token(&studio, who.user.id, &form.name, days).await {
        Ok((_, token, expires_at)) => {
            let view = Shown {
                what: "token",
                whose: who.user.name.clone(),
                secret: token.as_str().to_owned(),
                use_it: format!("Authorization: Bearer, on every request to /api/v1, until {expires_at}"),
                back: "/me".into(),
            };
            Ok(studio.ui.page(&who, "New token", "secret.html", &view))
        }
        Err(problem) if problem.status == 422 => {
            Ok(page(&studio, &who, problem.status_code(), by_field(&problem), Some(form)))
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{PASSWORD, World};

    #[tokio::test]
    async fn a_new_password_needs_the_old_one_and_ends_every_session() {
        let world = World::new().await;
        let form = |current: &str| format!("current={current}&new=another+long+one&again=another+long+one");
        let refused = world.submit("/me/password", "reviewer", &form("guess")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"fault-current\""));
        let done = world.submit("/me/password", "reviewer", &form(&PASSWORD.replace(' ', "+"))).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(world.page("/me", "reviewer").await.status, 303);
    }

    #[tokio::test]
    async fn a_token_is_shown_once() {
        let world = World::new().await;
        let shown = world.submit("/me/tokens", "marketer", "name=ci&days=30").await;
        assert!(shown.body.contains("cs_user_"), "{}", shown.body);
        assert!(!world.page("/me", "marketer").await.body.contains("cs_user_"));
        assert_eq!(world.submit("/me/tokens", "marketer", "name=&days=x").await.status, 422);
    }
}
