//! Styles, scripts and icons under `/static/`, named by their digest so that they may be cached for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_domain::digest::Digest;
use countersign_web::conditional::{etag, not_modified};
use countersign_web::problem::Problem;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../review-ui/static");

/// Every static file with its digest.
#[derive(Debug)]
pub struct Statics(BTreeMap<String, File>);

#[derive(Debug)]
struct File {
    bytes: &'static [u8],
    digest: String,
    media_type: &'static str,
}

/// The embedded files.
#[must_use]
pub fn statics() -> Statics {
    Statics(
        FILES
            .files()
            .filter_map(|file| {
                let name = file.path().to_str()?.to_owned();
                let media_type = media_type(&name)?;
                let digest = Digest::of_bytes(file.contents()).to_string();
                Some((name, File { bytes: file.contents(), digest, media_type }))
            })
            .collect(),
    )
}

/// Only kinds that we serve on purpose.
fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}

impl Statics {
    /// `style.css` → `/static/style.css?v=0123abcd`.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(name, file)| (name.clone(), format!("/static/{name}?v={}", file.version()))).collect()
    }
}

impl File {
    fn version(&self) -> &str {
        let hex = self.digest.rsplit(':').next().unwrap_or("");
        hex.get(..8).unwrap_or(hex)
    }
}

#[derive(Deserialize)]
struct Version {
    v: Option<String>,
}

pub(super) fn router<S: Clone + Send + Sync + 'static>(statics: Arc<Statics>) -> Router<S> {
    Router::new().route(
        "/static/{file}",
        get(move |Path(name): Path<String>, Query(version): Query<Version>, headers: HeaderMap| {
            let answer = serve(&statics, &name, version.v.as_deref(), &headers);
            std::future::ready(answer)
        }),
    )
}

fn serve(statics: &Statics, name: &str, version: Option<&str>, headers: &HeaderMap) -> Response {
    let Some(file) = statics.0.get(name) else { return Problem::not_found().into_response() };
    let mut response = if not_modified(headers, &file.digest) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut full = file.bytes.into_response();
        full.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        full
    };
    // Modules that import each other have no version in the name: those are checked by their ETag each time.
    let cache = if version == Some(file.version()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(header::ETAG, etag(&file.digest));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_version_is_cached_for_ever_and_any_other_is_checked() {
        let statics = statics();
        let version = statics.0["style.css"].version().to_owned();
        let cache = |version: Option<&str>| {
            serve(&statics, "style.css", version, &HeaderMap::new()).headers()[header::CACHE_CONTROL].clone()
        };
        assert!(cache(Some(&version)).to_str().unwrap().contains("immutable"));
        assert_eq!(cache(Some("00000000")), "no-cache");
        assert_eq!(cache(None), "no-cache");
        assert_eq!(serve(&statics, "nothing.css", None, &HeaderMap::new()).status(), 404);
    }

    #[test]
    fn whoever_has_the_file_gets_304() {
        let statics = statics();
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, etag(&statics.0["style.css"].digest));
        assert_eq!(serve(&statics, "style.css", None, &headers).status(), 304);
    }
}
