//! Coming and going: `POST` and `DELETE /api/v1/session`, and the pages `/sign-in` and `/sign-out`.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cookies::{self, Flash};
use crate::csrf;
use crate::form::PageForm;
use crate::sessions::{Fresh, SESSION_SECONDS, Sessions};
use crate::signed_in::{SignedIn, by_cookie};
use crate::ui::{Shell, html_errors};

/// The API routes.
#[must_use]
pub fn api(sessions: Sessions) -> OpenApiRouter {
    api_routes().with_state(sessions)
}

/// The API routes' description, without a state.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    api_routes().to_openapi()
}

fn api_routes() -> OpenApiRouter<Sessions> {
    OpenApiRouter::new().routes(routes!(create, end))
}

/// The pages, with their errors as pages.
pub fn pages(sessions: Sessions) -> Router {
    Router::new()
        .route("/sign-in", get(form).post(submit))
        .route("/sign-out", post(leave))
        .layer(axum::middleware::from_fn_with_state(sessions.clone(), html_errors))
        .with_state(sessions)
}

/// Where the connection comes from. Behind a proxy that is the proxy: the throttle is then by account alone.
#[derive(Debug)]
pub struct Address(String);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map_or_else(String::new, |ConnectInfo(peer)| peer.ip().to_string())))
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

/// Signs in: a session cookie for browsers. Programs use a token (`POST /api/v1/tokens`) instead.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Credentials, responses(
    (status = 204, description = "Signed in; the cookie cs_session is set"),
    (status = 401, description = "The email address or the password is not right", body = Problem),
    (status = 429, description = "Too many failed attempts", body = Problem)))]
async fn create(
    State(sessions): State<Sessions>,
    Address(address): Address,
    headers: HeaderMap,
    Json(credentials): Json<Credentials>,
) -> Result<Response, Problem> {
    if csrf::same_origin(&headers) == Some(false) {
        return Err(csrf::refused());
    }
    let fresh = sessions.sign_in(&credentials.email, &credentials.password, &address).await?;
    Ok(with_session(StatusCode::NO_CONTENT.into_response(), &sessions, &fresh))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses(
    (status = 204, description = "Signed out; the cookie is taken away"),
    (status = 401, description = "Nobody is signed in", body = Problem)))]
async fn end(State(sessions): State<Sessions>, _who: SignedIn, headers: HeaderMap) -> Result<Response, Problem> {
    leave_session(&sessions, &headers).await?;
    Ok(without_session(StatusCode::NO_CONTENT.into_response()))
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct SignInPage {
    email: String,
    next: String,
    error: Option<String>,
}

async fn form(
    State(sessions): State<Sessions>,
    Query(query): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let next = local(&query.next);
    if by_cookie(&sessions, &headers).await?.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    let page = SignInPage { email: String::new(), next: next.to_owned(), error: None };
    let shell = Shell::anonymous("Sign in", Flash::read(&headers), sessions.ui.versions());
    Ok(sessions.ui.shelled(StatusCode::OK, &shell, "sign-in.html", &page))
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn submit(
    State(sessions): State<Sessions>,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Problem> {
    // There is no session yet to hold a token: the browser's word keeps others from signing a victim in as themselves.
    if csrf::same_origin(&headers) == Some(false) {
        return Err(csrf::refused());
    }
    let next = local(&form.next);
    match sessions.sign_in(&form.email, &form.password, &address).await {
        Ok(fresh) => Ok(with_session(Redirect::to(next).into_response(), &sessions, &fresh)),
        Err(problem) if matches!(problem.status, 401 | 429) => {
            let status = problem.status_code();
            let page = SignInPage { email: form.email, next: next.to_owned(), error: Some(problem.detail) };
            let shell = Shell::anonymous("Sign in", None, sessions.ui.versions());
            Ok(sessions.ui.shelled(status, &shell, "sign-in.html", &page))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn leave(
    State(sessions): State<Sessions>,
    headers: HeaderMap,
    _form: PageForm<Nothing>,
) -> Result<Response, Problem> {
    leave_session(&sessions, &headers).await?;
    Ok(without_session(crate::ui::go("/sign-in", Some(&Flash::good("You are signed out.")))))
}

async fn leave_session(sessions: &Sessions, headers: &HeaderMap) -> Result<(), Problem> {
    match cookies::read(headers, cookies::SESSION) {
        Some(token) => sessions.sign_out(&token).await,
        None => Ok(()),
    }
}

fn with_session(mut response: Response, sessions: &Sessions, fresh: &Fresh) -> Response {
    let cookie = cookies::session(fresh.token.as_str(), SESSION_SECONDS, sessions.secure_cookies());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn without_session(mut response: Response) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookies::gone(cookies::SESSION));
    response
}

/// Only a path of ours: `//evil.example` and `/\evil.example` are other hosts to a browser.
fn local(next: &str) -> &str {
    let path = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && !next.starts_with("/sign-");
    if path { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_followed_after_the_sign_in() {
        assert_eq!(local("/reviews?state=open"), "/reviews?state=open");
        for other in ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/sign-out", "/a\nb"] {
            assert_eq!(local(other), "/", "{other}");
        }
    }
}
