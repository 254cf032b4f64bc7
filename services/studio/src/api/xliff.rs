//! `GET` and `POST /api/v1/kits/{id}/xliff`: a kit's texts for translators, and what they bring back.

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::digest::Digest;
use countersign_domain::id::KitId;
use countersign_domain::place::Locale;
use countersign_session::SignedIn;
use countersign_session::idempotent::{self, Turn};
use countersign_store::Actor;
use countersign_web::languages::{Languages, vary};
use countersign_web::problem::Problem;
use countersign_xliff::{MAX_BYTES, MEDIA_TYPE};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access;
use crate::state::Studio;
use crate::view::FindingJson;
use crate::xliff::{self, Fate, Ground};

const ROUTE: &str = "POST /api/v1/kits/{id}/xliff";

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Pair {
    /// The language to translate from, such as `en-US`: a locale of the kit.
    source: String,
    /// The language to translate into, such as `fr-FR`: a locale of the kit; the same as `source` for working in one.
    target: String,
}

/// A kit's texts as XLIFF 2.1: one file an asset, one unit a slot. docs/XLIFF.md tells the rest.
#[utoipa::path(get, path = "/api/v1/kits/{id}/xliff", tag = "kits", params(("id" = String, Path), Pair),
    responses(
        (status = 200, description = "The document", body = String, content_type = "application/xliff+xml"),
        (status = 404, body = Problem),
        (status = 409, description = "Nothing can be exported yet", body = Problem),
        (status = 422, description = "The kit has no such locale", body = Problem)))]
pub(super) async fn export(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(pair): Query<Pair>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let id: KitId = access::id(&id)?;
    let locale = |pointer: &str, tag: &str| {
        let detail = "The languages are not right.";
        tag.parse::<Locale>().map_err(|error| Problem::invalid(detail).fault(pointer, error))
    };
    let (source, target) = (locale("/source", &pair.source)?, locale("/target", &pair.target)?);
    let ground = Ground::of(&studio, id).await?;
    let document = xliff::export(&studio, &ground, &source, &target)?;
    let mut response = (StatusCode::OK, document).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    // A draft's text: for who asked, and for no cache on the way.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"kit-{id}-{source}-{target}.xlf\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// What became of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportMade {
    files: Vec<FileFate>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileFate {
    /// The asset's id.
    asset: String,
    /// `imported` or `unchanged`; a file that is refused refuses the document.
    fate: &'static str,
    /// The new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<ImportedRevision>,
    /// The review that waits for another person.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
    /// Something to know of it, such as that the source has another text by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportedRevision {
    id: String,
    digest: String,
    findings: Vec<FindingJson>,
}

impl FileFate {
    fn of(fate: Fate, languages: &Languages) -> Self {
        match fate {
            Fate::Unchanged { asset } => Self {
                asset,
                fate: "unchanged",
                revision: None,
                review: None,
                reason: Some("no slot has another text than the asset has"),
            },
            Fate::Imported { revision, review, source_moved } => Self {
                asset: revision.asset.to_string(),
                fate: "imported",
                review: Some(review.to_string()),
                reason: source_moved.then_some("the source has another text by now than the one that was translated"),
                revision: Some(ImportedRevision {
                    id: revision.id.to_string(),
                    digest: revision.digest.to_string(),
                    findings: revision.findings.iter().map(|finding| FindingJson::of(finding, languages)).collect(),
                }),
            },
        }
    }
}

/// Brings translations back: each file whose texts differ becomes a new revision, with you as its author and without
/// approvals. All files are taken, or none.
#[utoipa::path(post, path = "/api/v1/kits/{id}/xliff", tag = "kits", params(("id" = String, Path)),
    request_body(content = String, content_type = "application/xliff+xml", description = "XLIFF 2.0 or 2.1, 4 MiB at most"),
    responses(
        (status = 200, description = "What became of each file", body = inline(ImportMade)),
        (status = 403, description = "Neither marketer nor reviewer", body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "An asset is being drafted, or is about to be released", body = Problem),
        (status = 412, description = "An asset has moved on since the export", body = Problem),
        (status = 413, description = "The document is too large", body = Problem),
        (status = 415, description = "The body is no XLIFF", body = Problem),
        (status = 422, description = "The document is at fault; each fault has its line and column", body = Problem)))]
pub(super) async fn import(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    access::edit(&who.user)?;
    let id: KitId = access::id(&id)?;
    let headers = request.headers().clone();
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if ![MEDIA_TYPE, "application/xml", "text/xml"].contains(&media.as_str()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "unsupported-media-type", "Send XLIFF")
            .detail(format!("Set content-type: {MEDIA_TYPE}.")));
    }
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BYTES).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The document is too large")
            .detail(format!("A document has {MAX_BYTES} bytes at most; take some of its files into another one."))
    })?;
    let ground = Ground::of(&studio, id).await?;
    let actor = Actor::User(who.id());
    match idempotent::turn(&studio.store, actor, &headers, ROUTE, &(id, Digest::of_bytes(&bytes))).await? {
        Turn::Again(response) => Ok(*response),
        Turn::Work(key) => {
            let fates = xliff::import(&studio, &ground, &bytes, who.id()).await;
            let languages = Languages::of(&headers);
            let made = fates.map(|fates| ImportMade {
                files: fates.into_iter().map(|fate| FileFate::of(fate, &languages)).collect(),
            });
            let mut response = idempotent::finish(&studio.store, key, StatusCode::OK, made).await?;
            vary(&mut response);
            Ok(response)
        }
    }
}
