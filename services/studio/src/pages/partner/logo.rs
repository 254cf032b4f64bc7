//! A partner's logo: shown, and taken in as plain pixels.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::profile::Profile;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageParts, fault};
use countersign_store::Actor;
use countersign_web::problem::Problem;

use super::{Back, found, page};
use crate::access;
use crate::state::Studio;

/// The logo as it was taken in: a plain PNG.
pub(in crate::pages) async fn logo(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let digest = partner.profile.logo.ok_or_else(Problem::not_found)?;
    let blob = studio.store.blob(&digest).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let mut response = blob.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    Ok(response)
}

pub(in crate::pages) async fn upload(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    form: PageParts,
) -> Result<Response, Problem> {
    access::make(&form.who.user)?;
    let partner = found(&studio, &id).await?;
    let refused = |reason: String| Back {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        problem: Some(format!("The logo was not taken: {reason}.")),
        faults: [("logo".to_owned(), reason)].into(),
        ..Back::default()
    };
    let Some(file) = form.file("logo") else {
        return page(&studio, &form.who, &partner, refused("choose a PNG first".into())).await;
    };
    let bytes = file.bytes.clone();
    let taken =
        tokio::task::spawn_blocking(move || countersign_render::logo::intake(&bytes)).await.map_err(|error| {
            tracing::error!(error = %error, "logo.intake.crashed");
            Problem::internal()
        })?;
    let logo = match taken {
        Ok(logo) => logo,
        Err(error) => return page(&studio, &form.who, &partner, refused(error.to_string())).await,
    };
    let digest = studio.store.blob_put("image/png", &logo.png).await.map_err(fault::of)?;
    let profile = Profile { logo: Some(digest), ..partner.profile.clone() };
    let actor = Actor::User(form.who.user.id);
    studio
        .store
        .partner_update_profile(partner.id, partner.profile_version, profile, actor)
        .await
        .map_err(fault::of)?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The logo is saved."))))
}
