//! A revision as a partner will send it, for the frame of the review page: the very bytes of a rendition, in a sandbox.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use countersign_domain::id::{AssetId, RevisionId};
use countersign_preview::{Asked, Scene, Whom, show};
use countersign_session::OnPage;
use countersign_web::problem::Problem;
use serde::Deserialize;

use crate::{Face, api, faults};

/// What a preview of a revision may be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskedOfRevision {
    /// `yes`: with the revision's findings marked in the page.
    findings: String,
    #[serde(flatten)]
    shown: Asked,
}

/// `GET /assets/{id}/revisions/{revision}/preview?partner=&worst=&layout=&format=&findings=`
pub(crate) async fn preview(
    State(face): State<Face>,
    who: OnPage,
    Path((asset, revision)): Path<(String, String)>,
    asked: Result<Query<AskedOfRevision>, QueryRejection>,
) -> Result<Response, Problem> {
    faults::may_see(&who.user)?;
    let AskedOfRevision { findings, shown: asked } = api::query(asked)?;
    let (asset, revision): (AssetId, RevisionId) = (faults::id(&asset)?, faults::id(&revision)?);
    let view = face.store.asset(asset).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let found = face.store.revision(revision).await.map_err(faults::store)?;
    let revision = found.filter(|found| found.asset == asset).ok_or_else(Problem::not_found)?;
    let kit = face.store.kit(view.asset.kit).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let whom = Whom::find(&face.store, Some(view.asset.brand), &asked).await?;
    let scene = Scene {
        context: revision.context,
        content: revision.content,
        profile: whom.profile(),
        campaign: kit.brief.campaign,
        asset: asset.to_string(),
        partner: whom.slug().to_owned(),
        marks: if findings == "yes" { revision.findings } else { Vec::new() },
    };
    show(&face.store, &face.templates, scene, &asked).await
}
