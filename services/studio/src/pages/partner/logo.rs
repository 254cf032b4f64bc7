//! A partner's logos, for light and for dark grounds: shown, taken in as plain pixels and safe vector, taken off.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::digest::Digest;
use countersign_domain::profile::Profile;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, PageParts, fault};
use countersign_store::{Actor, Partner};
use countersign_web::problem::Problem;

use super::keys::Nothing;
use super::{Back, found, page};
use crate::access;
use crate::logos::{self, Ground, LogoFault};
use crate::state::Studio;

/// The light logo as it was taken in: a plain PNG.
pub(in crate::pages) async fn logo(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    shown(&studio, found(&studio, &id).await?.profile.logo).await
}

/// The one for dark grounds.
pub(in crate::pages) async fn logo_dark(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    shown(&studio, found(&studio, &id).await?.profile.logo_dark).await
}

async fn shown(studio: &Studio, digest: Option<Digest>) -> Result<Response, Problem> {
    let digest = digest.ok_or_else(Problem::not_found)?;
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
    take(&studio, &id, &form, Ground::Light).await
}

pub(in crate::pages) async fn upload_dark(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    form: PageParts,
) -> Result<Response, Problem> {
    take(&studio, &id, &form, Ground::Dark).await
}

async fn take(studio: &Studio, id: &str, form: &PageParts, ground: Ground) -> Result<Response, Problem> {
    access::make(&form.who.user)?;
    let partner = found(studio, id).await?;
    let field = if ground == Ground::Dark { "logo_dark" } else { "logo" };
    let refused = |reason: String| Back {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        problem: Some(format!("The logo was not taken: {reason}.")),
        faults: [(field.to_owned(), reason)].into(),
        ..Back::default()
    };
    let Some(file) = form.file(field) else {
        return page(studio, &form.who, &partner, refused("choose a file first".into())).await;
    };
    let brand = studio.store.brand(partner.brand).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let filed = match logos::file(&studio.store, file.bytes.to_vec(), ground, &brand.sheet.identity.lockup).await {
        Ok(filed) => filed,
        Err(error @ (LogoFault::Image(_) | LogoFault::Contrast(_))) => {
            return page(studio, &form.who, &partner, refused(error.to_string())).await;
        }
        Err(LogoFault::Crashed(error)) => {
            tracing::error!(error = %error, "logo.intake.crashed");
            return Err(Problem::internal());
        }
        Err(LogoFault::Store(error)) => return Err(fault::of(error)),
    };
    let before = partner.profile.clone();
    let profile = match ground {
        Ground::Dark => Profile { logo_dark: Some(filed.png), ..before },
        // The vector is of this logo and no other: it goes when its pixels do.
        _ => Profile { logo: Some(filed.png), logo_vector: filed.vector, ..before },
    };
    save(studio, &partner, profile, form.who.user.id).await?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The logo is saved."))))
}

/// Takes the light logo off: assets show the name in its place.
pub(in crate::pages) async fn remove(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let profile = Profile { logo: None, logo_vector: None, ..partner.profile.clone() };
    save(&studio, &partner, profile, who.user.id).await?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The logo is taken off: assets show the name instead."))))
}

/// Takes the one for dark grounds off.
pub(in crate::pages) async fn remove_dark(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    save(&studio, &partner, Profile { logo_dark: None, ..partner.profile.clone() }, who.user.id).await?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The logo for dark grounds is taken off."))))
}

async fn save(
    studio: &Studio,
    partner: &Partner,
    profile: Profile,
    by: countersign_domain::id::UserId,
) -> Result<(), Problem> {
    let written =
        studio.store.partner_update_profile(partner.id, partner.profile_version, profile, Actor::User(by)).await;
    written.map(|_| ()).map_err(fault::of)
}
