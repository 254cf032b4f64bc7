//! Renditions for people's eyes: an asset, or a sample, with a partner's values, in a frame that nothing runs in.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::content::Content;
use countersign_domain::digest::Digest;
use countersign_domain::profile::Profile;
use countersign_domain::release::Context;
use countersign_render::{Blobs, Format, Images, RenderError, Subject, Tracking, render};
use countersign_session::fault;
use countersign_web::headers::PREVIEW_CSP;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::state::Studio;

/// The logos of one rendition, read beforehand because rendering is pure.
#[derive(Debug, Default)]
struct Logos(HashMap<String, Arc<[u8]>>);

impl Blobs for Logos {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest.as_str()).cloned()
    }
}

/// What is previewed.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub context: &'a Context,
    pub content: &'a Content,
    pub profile: &'a Profile,
    pub campaign: &'a str,
    pub asset: &'a str,
    pub partner: &'a str,
}

#[derive(Serialize)]
struct Failed {
    reason: String,
}

/// The rendition as a document of its own, or a page that says why there is none.
pub(crate) async fn html(studio: &Studio, scene: &Scene<'_>) -> Result<Response, Problem> {
    let mut logos = Logos::default();
    for digest in scene.profile.images(&scene.context.brand) {
        if let Some(blob) = studio.store.blob(digest).await.map_err(fault::of)? {
            logos.0.insert(digest.as_str().to_owned(), blob.bytes.into());
        }
    }
    let subject = Subject {
        context: scene.context,
        content: scene.content,
        profile: scene.profile,
        links: Tracking { campaign: scene.campaign, asset: scene.asset, partner: scene.partner },
        images: Images::Inline,
    };
    Ok(match render(&studio.templates, &subject, &logos, Format::Html) {
        Ok(rendition) => framed((StatusCode::OK, rendition.bytes).into_response()),
        Err(error) => cannot(studio, &error),
    })
}

/// Errors of rendering speak of templates, markets and slots, never of a draft's text.
fn cannot(studio: &Studio, error: &RenderError) -> Response {
    instead(studio, &format!("This cannot be shown as partners would get it: {error}."))
}

/// A page in place of a rendition.
pub(crate) fn instead(studio: &Studio, reason: &str) -> Response {
    let page = Failed { reason: reason.to_owned() };
    let shell = countersign_session::Shell::anonymous("Preview", None, studio.ui.versions());
    framed(studio.ui.shelled(StatusCode::OK, &shell, "preview-error.html", &page))
}

fn framed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PREVIEW_CSP));
    response
}
