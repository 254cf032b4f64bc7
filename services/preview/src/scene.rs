//! The bytes of a preview: the very rendition that a partner would get, under a policy in which nothing runs.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::content::Content;
use countersign_domain::digest::Digest;
use countersign_domain::finding::Finding;
use countersign_domain::profile::Profile;
use countersign_domain::release::Context;
use countersign_render::{Blobs, Format, Images, RenderError, Rendition, Subject, Templates, Tracking, Wanted, render};
use countersign_session::fault;
use countersign_store::Store;
use countersign_web::headers::PREVIEW_CSP;
use countersign_web::problem::Problem;

use crate::asked::Asked;
use crate::marked::{Unmarkable, marked, with_pairs};

/// What is shown, and for whom.
#[derive(Debug, Clone)]
pub struct Scene {
    pub context: Context,
    pub content: Content,
    pub profile: Profile,
    pub campaign: String,
    pub asset: String,
    pub partner: String,
    /// Findings to be marked in a page's markup; with one it is no longer what a partner gets.
    pub marks: Vec<Finding>,
}

/// The logos of one rendition, read beforehand because rendering is pure.
#[derive(Debug, Default)]
struct Logos(HashMap<String, Arc<[u8]>>);

impl Logos {
    async fn load(store: &Store, scene: &Scene) -> Result<Self, Problem> {
        let mut logos = HashMap::new();
        for digest in scene.profile.images(&scene.context.brand) {
            if let Some(blob) = store.blob(digest).await.map_err(fault::of)? {
                logos.insert(digest.as_str().to_owned(), blob.bytes.into());
            }
        }
        Ok(Self(logos))
    }
}

impl Blobs for Logos {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest.as_str()).cloned()
    }
}

const UNMARKABLE: &str = "The findings cannot be marked in this page: its text fills it to the last character, or holds characters that \
    marking needs. They stand beside the text of the review.\n";

/// The rendition as a document of its own, or the reason why there is none (422). A layout or a format that the asset
/// type does not have does not exist.
pub async fn show(store: &Store, templates: &Templates, scene: Scene, asked: &Asked) -> Result<Response, Problem> {
    let edition = templates.edition(&scene.context.asset_type, &scene.context.template);
    let Wanted { format, layout } = asked.wanted(edition.as_deref())?;
    let (logos, layout, templates) = (Logos::load(store, &scene).await?, layout.map(str::to_owned), templates.clone());
    // A picture takes long enough to keep others waiting on this thread.
    let made = tokio::task::spawn_blocking(move || {
        let subject = Subject {
            context: &scene.context,
            content: &scene.content,
            profile: &scene.profile,
            links: Tracking { campaign: &scene.campaign, asset: &scene.asset, partner: &scene.partner },
            images: Images::Inline,
        };
        let wanted = Wanted { format, layout: layout.as_deref() };
        let plain = || render(&templates, &subject, &logos, wanted);
        if format != Format::Html {
            return plain().map(Some);
        }
        let paired = match with_pairs(&scene.content, &scene.marks) {
            Ok(Some(paired)) => paired,
            Ok(None) => return plain().map(Some),
            Err(Unmarkable) => return Ok(None),
        };
        let Ok(mut made) = render(&templates, &Subject { content: &paired, ..subject }, &logos, wanted) else {
            // Pairs may be what a text is too long by; what cannot be rendered without them either says why.
            return plain().map(|_| None);
        };
        made.bytes = marked(&String::from_utf8_lossy(&made.bytes), &scene.marks).into_bytes();
        Ok(Some(made))
    });
    match made.await {
        Ok(Ok(Some(rendition))) => Ok(framed(rendition, format)),
        Ok(Ok(None)) => Ok(instead(UNMARKABLE)),
        Ok(Err(RenderError::NoLayout { .. } | RenderError::NoFormat { .. })) => Err(Problem::not_found()),
        // Errors of rendering speak of templates, markets and slots, never of a draft's text.
        Ok(Err(error)) => Ok(instead(&format!("This cannot be rendered, so no partner could pull it.\n\n{error}\n"))),
        Err(error) => {
            tracing::error!(error = %error, "preview.render.crashed");
            Err(Problem::internal())
        }
    }
}

/// Plain words in place of a rendition: inside the frame there is no page of ours.
#[must_use]
pub fn instead(reason: &str) -> Response {
    let mut response = (StatusCode::UNPROCESSABLE_ENTITY, reason.to_owned()).into_response();
    guard(&mut response, Format::Text.media_type());
    response
}

fn framed(rendition: Rendition, format: Format) -> Response {
    let mut response = rendition.bytes.into_response();
    guard(&mut response, rendition.media_type);
    // Browsers open neither of them in a sandbox.
    if matches!(format, Format::Pdf | Format::Zip)
        && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", rendition.file_name))
    {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn guard(response: &mut Response, media_type: &'static str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PREVIEW_CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}
