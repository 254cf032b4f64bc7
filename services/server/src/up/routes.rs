//! All faces under one roof, and the layers that every answer goes through.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{MatchedPath, State};
use axum::http::{HeaderName, Request, header};
use countersign_domain::clock::SystemClock;
use countersign_partner::{Limits, PartnerFace, Signer};
use countersign_review::Face as ReviewFace;
use countersign_session::ui::html_errors;
use countersign_session::{Sessions, Ui, sign_in};
use countersign_studio::Studio;
use countersign_web::headers::secure;
use countersign_web::problem::Problem;
use countersign_web::rejections::worded;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::{House, health};
use crate::cli::{Part, Up};
use crate::docs;

pub fn app(house: &House, ask: &Up) -> Result<Router> {
    let ui = Ui::new().context("the pages in review-ui/ are broken")?;
    let mut app = health::router(house.store.clone())?.merge(docs::router(&ui)?).merge(ui.router());
    let mut nowhere = Router::new().fallback(|| async { Problem::not_found() });
    if ask.roles.contains(&Part::Api) {
        let sessions = Sessions::new(house.store.clone(), ui.clone(), house.public_url.starts_with("https://"));
        nowhere = nowhere.layer(axum::middleware::from_fn_with_state(sessions.clone(), page_for_browsers));
        app = app.merge(people(house, ask, ui, sessions));
    }
    if ask.roles.contains(&Part::Partner) {
        app = app.merge(partners(house, ask)?);
    }
    let request_id = HeaderName::from_static("x-request-id");
    Ok(app
        .fallback_service(nowhere)
        .layer(axum::middleware::from_fn(worded))
        .layer(axum::middleware::from_fn(secure))
        .layer(axum::middleware::from_fn(timed))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(Uncertified)))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            use axum::response::IntoResponse as _;
            tracing::error!("handler.panicked");
            Problem::internal().into_response()
        }))
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        // The path as it is written in the code: addresses in it are ids, and none of them is logged above debug.
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request<axum::body::Body>| {
            let path = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
            let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
            // A client may send one of its own, as long as it likes.
            let id = id.get(..64).unwrap_or(id);
            // At the level of errors, so that whatever a handler logs carries the number that its client was given.
            tracing::error_span!("http.request", http.request.id = id, http.method = %request.method(), http.route = path)
        })
        // Whoever made a failure of an answer has logged why; once is enough.
        .on_failure(()))
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid)))
}

/// An address that is nobody's: a page for a browser, a problem document for a program.
async fn page_for_browsers(
    state: State<Sessions>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let reads_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepts| accepts.contains("text/html"));
    if reads_html { html_errors(state, request, next).await } else { next.run(request).await }
}

fn people(house: &House, ask: &Up, ui: Ui, sessions: Sessions) -> Router {
    let studio = Studio::new(
        house.store.clone(),
        sessions.clone(),
        ui.clone(),
        house.templates.clone(),
        house.packs.clone(),
        house.hub.clone(),
    );
    let mut review =
        ReviewFace::new(house.store.clone(), sessions.clone(), ui, house.templates.clone(), house.packs.clone());
    review.undo_seconds = i64::from(ask.undo_seconds);
    let (api, _) = sign_in::api(sessions.clone())
        .merge(countersign_studio::api::router(studio.clone()))
        .merge(countersign_review::api::router(review.clone()))
        .split_for_parts();
    api.merge(sign_in::pages(sessions))
        .merge(countersign_studio::pages::router(studio))
        .merge(countersign_review::pages::router(review))
}

fn partners(house: &House, ask: &Up) -> Result<Router> {
    let signer = match &ask.receipt_key {
        // One that was named must be there: another key would sign what nobody can check.
        Some(path) => Signer::load(path)?,
        None => Signer::load_or_create(&house.folder.receipt_key())?,
    };
    let face = PartnerFace {
        store: house.released.clone(),
        templates: house.templates.clone(),
        signer: Arc::new(signer),
        limits: Limits { requests_per_minute: ask.partner_rate },
        public_url: house.public_url.clone(),
        clock: Arc::new(SystemClock),
    };
    let (api, _) = face.router().split_for_parts();
    Ok(api)
}

/// How long answers take, by route.
async fn timed(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let begin = std::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("countersign_http_seconds", "route" => route, "status" => status)
        .record(Duration::as_secs_f64(&begin.elapsed()));
    response
}

/// Leaves alone what names its own digest: RFC 9530's Repr-Digest, and a strong ETag, are of the bytes as they are sent,
/// and a partner must be able to check them.
#[derive(Clone, Copy, Debug)]
struct Uncertified;

impl Predicate for Uncertified {
    fn should_compress<B>(&self, response: &axum::http::Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        !response.headers().contains_key("repr-digest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::header::CONTENT_ENCODING;
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn bytes_that_have_a_digest_are_sent_as_they_were_digested() {
        let long = || async { "x".repeat(5000) };
        let app: Router = Router::new()
            .route("/page", get(long))
            .route("/rendition", get(move || async move { ([("repr-digest", "sha-256=:x:")], long().await) }))
            .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(Uncertified)));
        let encoded = async |path: &str| {
            let request = Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).expect("a request");
            let response = app.clone().oneshot(request).await.expect("an answer");
            response.headers().contains_key(CONTENT_ENCODING)
        };
        assert!(encoded("/page").await);
        assert!(!encoded("/rendition").await);
    }
}
