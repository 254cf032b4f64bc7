//! A revision as a partner will send it, for the frame of the review page: the very bytes of a rendition, in a sandbox.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, BrandId, RevisionId};
use countersign_domain::profile::Profile;
use countersign_render::{Blobs, Format, Images, RenderError, Subject, Tracking, placeholder_profile, render};
use countersign_session::OnPage;
use countersign_web::headers::PREVIEW_CSP;
use countersign_web::problem::Problem;
use serde::Deserialize;

use crate::{Face, api, faults};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct For {
    /// A partner's slug; the sample partner when empty.
    partner: String,
    /// `html` when empty.
    format: String,
}

/// `GET /assets/{id}/revisions/{revision}/preview?partner=&format=`
pub(crate) async fn preview(
    State(face): State<Face>,
    who: OnPage,
    Path((asset, revision)): Path<(String, String)>,
    asked: Result<Query<For>, QueryRejection>,
) -> Result<Response, Problem> {
    faults::may_see(&who.user)?;
    let asked = api::query(asked)?;
    let (asset, revision): (AssetId, RevisionId) = (faults::id(&asset)?, faults::id(&revision)?);
    let format: Format =
        if asked.format.is_empty() { Format::Html } else { asked.format.parse().map_err(|_| Problem::not_found())? };
    let view = face.store.asset(asset).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let found = face.store.revision(revision).await.map_err(faults::store)?;
    let revision = found.filter(|found| found.asset == asset).ok_or_else(Problem::not_found)?;
    let kit = face.store.kit(view.asset.kit).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let (slug, profile) = profile(&face, view.asset.brand, &asked.partner).await?;
    let blobs = Logos::load(&face, profile.images(&revision.context.brand)).await?;
    let asset_text = asset.to_string();
    let subject = Subject {
        context: &revision.context,
        content: &revision.content,
        profile: &profile,
        links: Tracking { campaign: &kit.brief.campaign, asset: &asset_text, partner: &slug },
        images: Images::Inline,
    };
    Ok(match render(&face.templates, &subject, &blobs, format) {
        Ok(rendition) => framed(rendition.bytes, rendition.media_type),
        Err(error) => unrenderable(&error),
    })
}

/// The partner's own values, or the sample's. A partner of another brand does not exist here.
async fn profile(face: &Face, brand: BrandId, slug: &str) -> Result<(String, Profile), Problem> {
    if slug.is_empty() {
        return Ok(("sample".to_owned(), placeholder_profile()));
    }
    let partner = face.store.partner_by_slug(slug).await.map_err(faults::store)?;
    let partner = partner.filter(|partner| partner.brand == brand).ok_or_else(Problem::not_found)?;
    Ok((partner.slug, partner.profile))
}

fn framed(bytes: Vec<u8>, media_type: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PREVIEW_CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// Inside the frame there is no page of ours: the reason stands there as plain text, where the asset would.
fn unrenderable(error: &RenderError) -> Response {
    let text = format!("This cannot be rendered, so no partner could pull it.\n\n{error}\n");
    let mut response = framed(text.into_bytes(), "text/plain; charset=utf-8");
    *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// The logos of one preview, read before rendering, which does no IO.
#[derive(Debug, Default)]
struct Logos(BTreeMap<Digest, Arc<[u8]>>);

impl Logos {
    async fn load(face: &Face, wanted: Vec<&Digest>) -> Result<Self, Problem> {
        let mut logos = BTreeMap::new();
        for digest in wanted {
            if let Some(blob) = face.store.blob(digest).await.map_err(faults::store)? {
                logos.insert(digest.clone(), Arc::from(blob.bytes));
            }
        }
        Ok(Self(logos))
    }
}

impl Blobs for Logos {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest).cloned()
    }
}
