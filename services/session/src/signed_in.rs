//! The extractors that say who is asking: [`SignedIn`] for API routes (401), [`OnPage`] for pages (to the sign-in).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use countersign_domain::id::UserId;
use countersign_domain::people::{Role, User};
use countersign_web::problem::Problem;

use crate::cookies::{self, Flash};
use crate::sessions::Sessions;
use crate::{csrf, fault, secret};

/// A person who is asking, for API routes. A request with a cookie that may change something must also prove where it
/// comes from (see [`csrf`]); one with a bearer token need not.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: User,
    /// The session's token against forgery; `None` for a bearer.
    pub csrf: Option<String>,
}

impl SignedIn {
    /// Refuses whoever has not the role.
    pub fn require(&self, role: Role) -> Result<(), Problem> {
        require_any(&self.user, &[role])
    }

    /// Refuses whoever has none of the roles.
    pub fn require_any(&self, roles: &[Role]) -> Result<(), Problem> {
        require_any(&self.user, roles)
    }

    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id
    }
}

/// The role check itself, for whoever holds a [`User`].
pub fn require_any(user: &User, roles: &[Role]) -> Result<(), Problem> {
    if roles.iter().any(|role| user.has(*role)) {
        return Ok(());
    }
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    Err(Problem::forbidden(format!("This needs the role {}; ask your administrator.", names.join(" or "))))
}

impl<S> FromRequestParts<S> for SignedIn
where
    Sessions: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let sessions = Sessions::from_ref(state);
        if let Some(bearer) = bearer(&parts.headers)? {
            let found = sessions.store.user_by_token(&secret::hash(&bearer)).await.map_err(fault::of)?;
            let user = found
                .filter(|user| user.disabled_at.is_none())
                .ok_or_else(|| Problem::unauthenticated("The token is unknown, expired or revoked."))?;
            return Ok(Self { user, csrf: None });
        }
        let (user, csrf_token) = by_cookie(&sessions, &parts.headers)
            .await?
            .ok_or_else(|| Problem::unauthenticated("Send a session cookie or Authorization: Bearer cs_user_…"))?;
        if csrf::is_unsafe(&parts.method) && !csrf::headers_prove(&parts.headers, &csrf_token) {
            return Err(csrf::refused());
        }
        Ok(Self { user, csrf: Some(csrf_token) })
    }
}

/// A person on a page. Whoever is not signed in is sent to the sign-in and back. For a POST take
/// [`crate::PageForm`] or [`crate::PageParts`], which check the form's token; this alone does not.
#[derive(Debug, Clone)]
pub struct OnPage {
    pub user: User,
    pub csrf: String,
    pub flash: Option<Flash>,
    /// Where the person is: path and query.
    pub path: String,
}

impl OnPage {
    pub fn require(&self, role: Role) -> Result<(), Problem> {
        require_any(&self.user, &[role])
    }

    pub fn require_any(&self, roles: &[Role]) -> Result<(), Problem> {
        require_any(&self.user, roles)
    }
}

impl<S> FromRequestParts<S> for OnPage
where
    Sessions: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let sessions = Sessions::from_ref(state);
        let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let path = path_of(uri);
        match by_cookie(&sessions, &parts.headers).await.map_err(IntoResponse::into_response)? {
            Some((user, csrf)) => Ok(Self { user, csrf, flash: Flash::read(&parts.headers), path }),
            None => Err(to_sign_in(if parts.method.is_safe() { &path } else { "/" })),
        }
    }
}

fn path_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

fn to_sign_in(next: &str) -> Response {
    if next == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    let mut query = String::new();
    for byte in next.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push_str(&format!("%{byte:02X}"));
        }
    }
    Redirect::to(&format!("/sign-in?next={query}")).into_response()
}

/// The bearer token, when there is one. Another scheme or kind of token is refused, not ignored.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned())
        .filter(|token| token.starts_with(secret::USER_PREFIX))
        .map(Some)
        .ok_or_else(|| Problem::unauthenticated("Authorization must be Bearer with a token that starts with cs_user_."))
}

pub(crate) async fn by_cookie(sessions: &Sessions, headers: &HeaderMap) -> Result<Option<(User, String)>, Problem> {
    let Some(token) = cookies::read(headers, cookies::SESSION) else { return Ok(None) };
    let session = sessions.store.session(&secret::hash(&token)).await.map_err(fault::of)?;
    Ok(session
        .filter(|session| session.expires_at > sessions.now() && session.user.disabled_at.is_none())
        .map(|session| (session.user, session.csrf)))
}
