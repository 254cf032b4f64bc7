//! `GET /reviews/{id}`: one review as a page.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_domain::people::{Role, User};
use countersign_preview::{self as preview, Stage, StageOf, Whom, fitting};
use countersign_session::{OnPage, cookies};
use countersign_web::languages::{Languages, vary};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::answers::Answer;
use super::toast::{Toast, toast};
use super::{actions, edit};
use crate::view::{self, Loaded, ReviewView};
use crate::{Face, api, faults};

#[derive(Debug, Serialize)]
pub(crate) struct ReviewPage {
    pub review: ReviewView,
    pub stage: Stage,
    /// Whether this person could claim it now.
    pub can_claim: bool,
    pub lease_seconds: i64,
    /// The claim that this browser holds; empty when it holds none.
    pub lease: String,
    /// Whether somebody else holds it.
    pub held: bool,
    pub claim_text: String,
    pub reason: String,
    pub reason_error: String,
    /// By the place of each finding in its revision.
    pub answers: Vec<Answer>,
    pub problem: String,
    pub toast: Option<Toast>,
    pub edit: Option<EditForm>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EditForm {
    pub open: bool,
    pub slots: Vec<EditSlot>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EditSlot {
    pub name: String,
    pub title: String,
    pub text: String,
    pub rows: usize,
    pub error: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
    #[serde(flatten)]
    shown: preview::Asked,
}

pub(crate) async fn page(
    State(face): State<Face>,
    who: OnPage,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    faults::may_see(&who.user)?;
    let asked = api::query(asked)?;
    let loaded = view::load(&face, &who.user, faults::id(&id)?, &Languages::of(&headers)).await?;
    let shown = build(&face, &who.user, loaded, &headers, &asked).await?;
    Ok(answer(&face, &who, StatusCode::OK, &shown))
}

pub(super) fn answer(face: &Face, who: &OnPage, status: StatusCode, shown: &ReviewPage) -> Response {
    let asset = &shown.review.asset;
    let title = format!("{}, {} {}", asset.title, asset.locale, asset.market);
    let mut response = face.ui.page_with(status, who, &title, "review.html", shown);
    vary(&mut response);
    response
}

/// The page of a review; forms that come back with faults fill theirs in.
pub(super) async fn build(
    face: &Face,
    user: &User,
    loaded: Loaded,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<ReviewPage, Problem> {
    let Loaded { view, review, asset, .. } = loaded;
    let asset = asset.asset;
    let whom = Whom::find(&face.store, Some(asset.brand), &asked.shown).await?;
    let context = &review.revision.context;
    let stage = Stage::of(&StageOf {
        page: &format!("/reviews/{}", review.id),
        preview: &format!("/assets/{}/revisions/{}/preview", asset.id, review.revision.id),
        more: &[],
        template: face.templates.edition(&asset.asset_type, &context.template).as_deref(),
        whom: &whom,
        partners: &fitting(&face.store, Some(asset.brand), Some((asset.market, &asset.locale))).await?,
        asked: &asked.shown,
    })?;
    let mine = view.lease.as_ref().is_some_and(|lease| lease.mine);
    let held = view.lease.as_ref().is_some_and(|lease| !lease.mine);
    let lease = if mine && view.may_decide.allowed {
        cookies::read(headers, actions::LEASE).unwrap_or_default()
    } else {
        String::new()
    };
    let claim_text = match &view.lease {
        Some(other) if held => {
            format!("{} is at it until {} UTC.", other.holder.name, other.expires_at.get(11..16).unwrap_or("soon"))
        }
        _ if !lease.is_empty() => "Yours to decide.".to_owned(),
        _ => "Start the review to decide.".to_owned(),
    };
    let may_edit = (user.has(Role::Reviewer) || user.has(Role::Marketer)) && view.revision.latest;
    Ok(ReviewPage {
        stage,
        can_claim: view.may_decide.allowed && !held,
        lease_seconds: face.lease_seconds,
        lease,
        held,
        claim_text,
        reason: String::new(),
        reason_error: String::new(),
        answers: vec![Answer::default(); review.revision.findings.len()],
        problem: String::new(),
        toast: toast(face, user, &asked.done).await?,
        edit: may_edit.then(|| edit::form(&view)),
        review: view,
    })
}
