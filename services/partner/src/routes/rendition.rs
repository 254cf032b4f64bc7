//! `GET /partner/v1/assets/{id}/renditions/{format}` and `…/receipt`: the co-branded bytes, and what they are made of.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_released::receipt::{PREDICATE_TYPE, Predicate, STATEMENT_TYPE, Statement, Subject, SubjectDigest};
use countersign_released::release::Release;
use countersign_render::{Format, Rendition, Wanted};
use countersign_store_released::NewPull;
use countersign_web::conditional::{etag, not_modified};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::{live, query, recalled};
use crate::auth::Partner;
use crate::face::{State, fault};
use crate::produce::{every, learn, produce};

/// A page that is looked at in a browser does nothing and loads nothing but our logos.
const RENDITION_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; form-action 'none'; base-uri 'none'; sandbox allow-popups";

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Which {
    /// One of the layouts that the asset lists, such as `300x250`; the whole when left out.
    layout: Option<String>,
}

/// One rendition in this partner's branding: `html`, `text`, `json`, `png`, `pdf` or `zip`, whichever the asset lists. The
/// same bytes every time, until the release or a value of the partner's profile that shows in it changes.
#[utoipa::path(get, path = "/partner/v1/assets/{id}/renditions/{format}", tag = "partner",
    params(("id" = String, Path), ("format" = String, Path, description = "html, text, json, png, pdf or zip"), Which), security(("bearer" = [])),
    responses((status = 200, description = "The bytes, with ETag, Repr-Digest and Content-Language"),
        (status = 304, description = "You have them already"), (status = 404, body = Problem, description = "Nothing here for you"),
        (status = 409, body = Problem, description = "It cannot be rendered for your market"), (status = 410, body = Problem, description = "Withdrawn")))]
pub(super) async fn rendition(
    Shared(state): Shared<State>,
    partner: Partner,
    Path((id, format)): Path<(String, String)>,
    asked: Result<Query<Which>, QueryRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let layout = query(asked)?.layout;
    let what = (id.as_str(), format.as_str(), layout.as_deref());
    let rendition = match pulled(&state, &partner, what, &method, &headers).await? {
        Some(rendition) => rendition,
        // It ended while it was rendered. Most likely another release took its place: that one is asked for, once.
        None => pulled(&state, &partner, what, &method, &headers).await?.ok_or_else(recalled)?,
    };
    let mut response = if not_modified(&headers, rendition.digest.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut full = rendition.bytes.clone().into_response();
        describe(full.headers_mut(), &rendition);
        full
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, etag(rendition.digest.as_str()));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    out.insert(header::VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}

/// The rendition of what is live now, with the pull on record; `None` when it ended meanwhile.
async fn pulled(
    state: &State,
    partner: &Partner,
    (id, format, layout): (&str, &str, Option<&str>),
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Arc<Rendition>>, Problem> {
    let release = live(state, &partner.identity, id).await?;
    // An unknown format of something that exists is told; of anything else it was 404 already.
    let format: Format = format.parse().map_err(|error| Problem::not_found().detail(error))?;
    let rendition = produce(state, &partner.identity, &release, Wanted { format, layout }).await?;
    // Whoever has the bytes already, or asks for none, gets no copy.
    if method == Method::HEAD || not_modified(headers, rendition.digest.as_str()) {
        return Ok(Some(rendition));
    }
    // Written before the bytes go out, and only while the release is live: a recall knows of every copy.
    let pull = NewPull {
        release: release.id,
        format: layout.map_or_else(|| format.to_string(), |layout| format!("{format}:{layout}")),
        rendition_digest: rendition.digest.clone(),
        profile_version: partner.identity.profile_version,
    };
    let pull = state.face.store.record_pull(&partner.identity, pull).await.map_err(fault)?;
    Ok(pull.map(|_| rendition))
}

fn describe(headers: &mut HeaderMap, rendition: &Rendition) {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, rendition.media_type);
    set(header::CONTENT_LANGUAGE, rendition.language.as_str());
    set(header::CONTENT_DISPOSITION, &format!("inline; filename=\"{}\"", rendition.file_name));
    set(header::CONTENT_SECURITY_POLICY, RENDITION_CSP);
    let sum = STANDARD.encode(Sha256::digest(&rendition.bytes));
    set(HeaderName::from_static("repr-digest"), &format!("sha-256=:{sum}:"));
}

/// The receipt: a DSSE envelope over an in-toto statement about this partner's renditions, signed by this service.
#[utoipa::path(get, path = "/partner/v1/assets/{id}/receipt", tag = "partner", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, description = "A DSSE envelope; check it with `countersign verify` or the receipt key"),
        (status = 404, body = Problem, description = "Nothing here for you"), (status = 410, body = Problem, description = "Withdrawn")))]
pub(super) async fn receipt(
    Shared(state): Shared<State>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let release = live(&state, &partner.identity, &id).await?;
    let mut subject = Vec::new();
    learn(&state, &release).await?;
    for wanted in every(&state.face.templates, &release) {
        let wanted = Wanted { format: wanted.0, layout: wanted.1.as_deref() };
        let rendition = produce(&state, &partner.identity, &release, wanted).await?;
        subject.push(Subject {
            name: rendition.file_name.clone(),
            digest: SubjectDigest { sha256: rendition.digest.hex().to_owned() },
        });
    }
    let statement = statement(&release, subject, partner.identity.profile.digest());
    Ok(Json(state.face.signer.sign(&statement)).into_response())
}

fn statement(release: &Release, subject: Vec<Subject>, profile: countersign_released::digest::Digest) -> Statement {
    let mut sources: Vec<String> = release.content.bound().map(|bound| bound.source.clone()).collect();
    sources.sort();
    sources.dedup();
    Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject,
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            release: release.id.to_string(),
            asset: release.asset.to_string(),
            content_digest: release.digest.clone(),
            context_digest: release.context.digest(),
            profile_digest: profile,
            template: release.context.template.clone(),
            rules: release.context.rules.clone(),
            sources,
            digital_source_type: source_type(&release.provenance.origin).to_owned(),
            provenance: release.provenance.clone(),
            released_at: release.released_at,
        },
    }
}

/// IPTC's digital source type: template and approved wording stand in every draft, so none is a model's alone.
fn source_type(origin: &str) -> &'static str {
    match origin {
        "drafted" => "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
        "edited" => "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",
        _ => "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
    }
}
