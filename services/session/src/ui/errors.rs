//! Problems as pages: handlers of page routes return problem documents, and this layer shows them to people.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use countersign_web::rejections;
use serde::Serialize;

use super::Shell;
use crate::cookies::Flash;
use crate::sessions::Sessions;
use crate::signed_in::by_cookie;
use crate::{OnPage, csrf};

/// The most bytes of a problem document of ours.
const MAX_PROBLEM: usize = 64 * 1024;

#[derive(Serialize)]
struct ErrorPage {
    status: u16,
    title: String,
    detail: String,
    faults: Vec<(String, String)>,
    /// Where repeating can help: an address of ours, or empty.
    back: String,
}

/// A layer (`axum::middleware::from_fn_with_state(sessions, html_errors)`) for routers of pages.
pub async fn html_errors(State(sessions): State<Sessions>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let safe = !csrf::is_unsafe(request.method());
    let response = rejections::as_problem(next.run(request).await).await;
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"));
    if !is_problem {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_PROBLEM).await.unwrap_or_default();
    let problem: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = |key: &str| problem[key].as_str().unwrap_or("").to_owned();
    let page = ErrorPage {
        status: head.status.as_u16(),
        title: if text("title").is_empty() { "Something went wrong".to_owned() } else { text("title") },
        detail: text("detail"),
        faults: problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|fault| {
                let of = |key: &str| fault[key].as_str().unwrap_or("").to_owned();
                (of("pointer"), of("detail"))
            })
            .collect(),
        back: if safe { path.clone() } else { String::new() },
    };
    // A database that is away must not hide the error behind another one: then the frame is the anonymous one.
    let who = by_cookie(&sessions, &headers).await.ok().flatten();
    let versions = sessions.ui.versions();
    let shell = match who {
        Some((user, csrf)) => {
            Shell::of(&OnPage { user, csrf, flash: Flash::read(&headers), path }, &page.title, versions)
        }
        None => Shell::anonymous(&page.title, None, versions),
    };
    match sessions.ui.render(&shell, "error.html", &page) {
        Ok(html) => {
            head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::from(html))
        }
        Err(error) => {
            tracing::error!(error = %error, "page.render.failed");
            Response::from_parts(head, Body::from(bytes))
        }
    }
}
