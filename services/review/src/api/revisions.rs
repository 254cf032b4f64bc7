//! Edits, and the revisions of an asset.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use countersign_domain::digest::Digest;
use countersign_domain::id::AssetId;
use countersign_domain::review::Revision;
use countersign_session::SignedIn;
use countersign_session::idempotent::{self, Turn};
use countersign_store::Actor;
use countersign_web::conditional::etag;
use countersign_web::json::Json;
use countersign_web::languages::{Languages, Told, vary};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::editing::{self, Bench};
use crate::view::{FindingView, Telling};
use crate::{Face, faults};

const ROUTE: &str = "POST /api/v1/assets/{id}/revisions";

#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditForm {
    /// The digest of the revision that the edit starts from: the asset's latest.
    base_digest: String,
    /// New text by slot; slots that are left out stay as they are. Partner references as `{{partner.…}}`.
    slots: BTreeMap<String, String>,
}

/// What an edit made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EditMade {
    revision: EditedRevision,
    /// The review that waits for another person.
    review: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EditedRevision {
    id: String,
    digest: String,
    findings: Vec<FindingView>,
}

/// Edit an asset: a new revision, with you as its author and without approvals
#[utoipa::path(post, path = "/api/v1/assets/{id}/revisions", tag = "review",
    params(("id" = String, Path, description = "The asset's id")),
    request_body = EditForm,
    responses(
        (status = 201, description = "The new revision and its review", body = EditMade),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "Only reviewers and marketers edit", body = Problem),
        (status = 404, description = "There is none, or none for you to see", body = Problem),
        (status = 409, description = "The asset is in a state in which it cannot be edited", body = Problem),
        (status = 412, description = "The asset has moved on from that digest", body = Problem),
        (status = 422, description = "A slot cannot be taken as it is, or nothing changes", body = Problem),
    ))]
pub(crate) async fn create(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(form): Json<EditForm>,
) -> Result<Response, Problem> {
    faults::may_edit(&who.user)?;
    let id: AssetId = faults::id(&id)?;
    let actor = Actor::User(who.id());
    match idempotent::turn(&face.store, actor, &headers, ROUTE, &(id, &form)).await? {
        Turn::Again(response) => Ok(*response),
        Turn::Work(key) => {
            let made = make(&face, &who, id, form, &Languages::of(&headers)).await;
            let tag = made.as_ref().ok().map(|made| etag(&made.revision.digest));
            let mut response = idempotent::finish(&face.store, key, StatusCode::CREATED, made).await?;
            if let Some(tag) = tag {
                response.headers_mut().insert(header::ETAG, tag);
            }
            vary(&mut response);
            Ok(response)
        }
    }
}

async fn make(
    face: &Face,
    who: &SignedIn,
    id: AssetId,
    form: EditForm,
    languages: &Languages,
) -> Result<EditMade, Problem> {
    let base: Digest =
        form.base_digest.parse().map_err(|error| Problem::invalid(error).fault("/base_digest", error))?;
    if form.slots.is_empty() {
        let detail = "Name at least one slot.";
        return Err(Problem::invalid(detail).fault("/slots", detail));
    }
    let view = face.store.asset(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let bench = Bench::of(face, view).await?;
    let made = editing::edit(face, &bench, who.id(), &base, &form.slots).await?;
    let telling = Telling { languages, conditions: &face.packs, roles: &who.user.roles };
    Ok(EditMade {
        revision: EditedRevision {
            id: made.revision.to_string(),
            digest: made.digest.to_string(),
            findings: FindingView::all(&made.findings, &made.content, telling),
        },
        review: made.review.to_string(),
    })
}

/// The revisions of an asset, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Revisions {
    items: Vec<RevisionItem>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RevisionItem {
    id: String,
    number: u32,
    digest: String,
    /// `drafted`, `edited` or `imported`.
    origin: &'static str,
    /// The author's id.
    author: String,
    created_at: String,
    template: String,
    rules: String,
    /// Text by slot, partner references as `{{partner.…}}`.
    slots: BTreeMap<String, String>,
    findings: Vec<FindingView>,
}

impl RevisionItem {
    fn of(revision: &Revision, telling: Telling<'_>) -> Self {
        Self {
            id: revision.id.to_string(),
            number: revision.number,
            digest: revision.digest.to_string(),
            origin: revision.origin.name(),
            author: revision.origin.author().to_string(),
            created_at: revision.created_at.rfc3339(),
            template: revision.context.template.clone(),
            rules: revision.context.rules.clone(),
            slots: revision.content.plain(),
            findings: FindingView::all(&revision.findings, &revision.content, telling),
        }
    }
}

/// The revisions of an asset, newest first
#[utoipa::path(get, path = "/api/v1/assets/{id}/revisions", tag = "review",
    params(("id" = String, Path, description = "The asset's id")),
    responses(
        (status = 200, description = "All of them", body = Revisions),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "There is no such asset, or none for you to see", body = Problem),
    ))]
pub(crate) async fn list(
    State(face): State<Face>,
    who: SignedIn,
    Path(id): Path<String>,
    languages: Languages,
) -> Result<Told<Revisions>, Problem> {
    faults::may_see(&who.user)?;
    let id: AssetId = faults::id(&id)?;
    let view = face.store.asset(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let mut revisions = face.store.revisions(id).await.map_err(faults::store)?;
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.number));
    let telling = Telling { languages: &languages, conditions: &face.packs, roles: &who.user.roles };
    let mut items: Vec<RevisionItem> = revisions.iter().map(|revision| RevisionItem::of(revision, telling)).collect();
    // Only of the latest is there still something to decide.
    if let Some(latest) = items.first_mut() {
        latest.findings.extend(view.lapsed.iter().map(|why| FindingView::lapsed(why)));
    }
    Ok(Told(Revisions { items }))
}
