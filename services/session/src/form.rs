//! Forms of pages: they carry the session's token, and are refused without it.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;
use countersign_web::problem::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::secret::same;
use crate::sessions::Sessions;
use crate::{OnPage, csrf};

/// The most bytes of a form without files.
pub const MAX_FORM: usize = 256 * 1024;
/// The most bytes of a form with files.
pub const MAX_PARTS: usize = 8 * 1024 * 1024;

/// A posted form and who posted it. Repeated fields become lists; `_csrf` was checked and need not be a field of `T`.
#[derive(Debug)]
pub struct PageForm<T> {
    pub who: OnPage,
    pub form: T,
}

#[derive(Deserialize)]
struct Token {
    #[serde(rename = "_csrf", default)]
    token: String,
}

impl<T, S> FromRequest<S> for PageForm<T>
where
    T: DeserializeOwned,
    Sessions: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = OnPage::from_request_parts(&mut parts, state).await?;
        let bytes = axum::body::to_bytes(body, MAX_FORM).await.map_err(|_| too_large(MAX_FORM).into_response())?;
        let token: Token = read(&bytes).await.map_err(IntoResponse::into_response)?;
        if !same(&token.token, &who.csrf) {
            return Err(csrf::refused().into_response());
        }
        let form = read(&bytes).await.map_err(IntoResponse::into_response)?;
        Ok(Self { who, form })
    }
}

pub(crate) async fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    let request = Request::builder()
        .method("POST")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(bytes.clone()))
        .map_err(Problem::malformed)?;
    let Form(form) = Form::<T>::from_request(request, &()).await.map_err(Problem::malformed)?;
    Ok(form)
}

/// A posted form with files (`multipart/form-data`), read whole, and who posted it.
#[derive(Debug)]
pub struct PageParts {
    pub who: OnPage,
    pub parts: Vec<Part>,
}

#[derive(Debug)]
pub struct Part {
    pub name: String,
    /// Of a file: as the browser named it, to be shown and never used as a path.
    pub file_name: Option<String>,
    pub bytes: Bytes,
}

impl PageParts {
    /// The text of the field `name`; empty when it was not sent or is not UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let part = self.parts.iter().find(|part| part.name == name && part.file_name.is_none());
        part.and_then(|part| std::str::from_utf8(&part.bytes).ok()).unwrap_or("")
    }

    /// The file `name`; `None` when none was chosen.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name && part.file_name.is_some() && !part.bytes.is_empty())
    }
}

impl<S> FromRequest<S> for PageParts
where
    Sessions: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = OnPage::from_request_parts(&mut parts, state).await?;
        let fields = read_parts(Request::from_parts(parts, body)).await.map_err(IntoResponse::into_response)?;
        let out = Self { who, parts: fields };
        if !same(out.text(csrf::FIELD), &out.who.csrf) {
            return Err(csrf::refused().into_response());
        }
        Ok(out)
    }
}

/// All parts of a `multipart/form-data` body, [`MAX_PARTS`] bytes at most. Pages take [`PageParts`]; API routes, which
/// have proved where they come from by [`crate::SignedIn`], call this.
pub async fn read_parts(request: Request) -> Result<Vec<Part>, Problem> {
    let (head, body) = request.into_parts();
    // Read whole first: the limit is on the body, whatever its parts say of themselves.
    let bytes = axum::body::to_bytes(body, MAX_PARTS).await.map_err(|_| too_large(MAX_PARTS))?;
    let mut request = Request::from_parts(head, axum::body::Body::from(bytes));
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart =
        Multipart::from_request(request, &()).await.map_err(|error| Problem::malformed(error.body_text()))?;
    let mut out = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| Problem::malformed(error.body_text()))? {
        if out.len() == 64 {
            return Err(Problem::malformed("A form has 64 parts at most."));
        }
        let name = field.name().unwrap_or("").to_owned();
        let file_name = field.file_name().map(|name| name.chars().take(200).collect());
        let bytes = field.bytes().await.map_err(|error| Problem::malformed(error.body_text()))?;
        out.push(Part { name, file_name, bytes });
    }
    Ok(out)
}

pub(crate) fn too_large(max: usize) -> Problem {
    Problem::new(axum::http::StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The form is too large")
        .detail(format!("A form has {max} bytes at most, and must arrive whole."))
}
