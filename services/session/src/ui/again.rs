//! Long forms that outlive their session: what was typed comes back as a page, to be sent again after signing in.
//!
//! Nothing is done with it before a form arrives with the token of a session that is in force. Only for forms without
//! passwords: everything that was typed stands in the page.

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Shell;
use crate::form::{MAX_FORM, read, too_large};
use crate::secret::same;
use crate::sessions::Sessions;
use crate::signed_in::by_cookie;
use crate::{OnPage, PageForm, csrf};

/// A [`PageForm`] that gives back what was typed when the session has ended, or is another one by now.
#[derive(Debug)]
pub struct KeptForm<T> {
    pub who: OnPage,
    pub form: T,
}

#[derive(Serialize)]
struct Again {
    action: String,
    fields: Vec<(String, String)>,
}

impl<T, S> FromRequest<S> for KeptForm<T>
where
    T: DeserializeOwned,
    Sessions: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let sessions = Sessions::from_ref(state);
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, MAX_FORM).await.map_err(|_| too_large(MAX_FORM).into_response())?;
        let who = by_cookie(&sessions, &parts.headers).await.map_err(IntoResponse::into_response)?;
        let fields: Vec<(String, String)> = read(&bytes).await.map_err(IntoResponse::into_response)?;
        let sent = fields.iter().find(|(name, _)| name == csrf::FIELD).map_or("", |(_, token)| token.as_str());
        let ours = csrf::same_origin(&parts.headers) == Some(true);
        // What another site sends must not become a page of ours with a button that a person would press.
        let page = match &who {
            None if ours => {
                Some((StatusCode::UNAUTHORIZED, Shell::anonymous("Signed out", None, sessions.ui.versions())))
            }
            Some((user, token)) if ours && !same(sent, token) => {
                let path = parts.uri.path().to_owned();
                let who = OnPage { user: user.clone(), csrf: token.clone(), flash: None, path };
                Some((StatusCode::FORBIDDEN, Shell::of(&who, "Send it again", sessions.ui.versions())))
            }
            _ => None,
        };
        if let Some((status, shell)) = page {
            let fields = fields.into_iter().filter(|(name, _)| name != csrf::FIELD).collect();
            let page = Again { action: parts.uri.path().to_owned(), fields };
            return Err(sessions.ui.shelled(status, &shell, "again.html", &page));
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        let PageForm { who, form } = PageForm::from_request(request, state).await?;
        Ok(Self { who, form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ui;

    #[test]
    fn what_was_typed_is_text_in_the_page_that_gives_it_back() {
        let ui = Ui::new().unwrap();
        let shell = Shell::anonymous("Signed out", None, ui.versions());
        let hostile = "\"><script>alert(1)</script>{{7*7}}".to_owned();
        let page = Again { action: hostile.clone(), fields: vec![(hostile.clone(), hostile)] };
        let html = ui.render(&shell, "again.html", &page).unwrap();
        assert!(!html.contains("<script>alert") && html.contains("{{7*7}}"), "{html}");
        assert!(!html.contains("name=\"_csrf\""));
    }
}
