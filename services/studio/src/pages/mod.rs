//! The pages of the studio: plain forms that answer with a redirect, and small scripts on top.

mod admin;
mod asset_type;
mod home;
mod kit;
mod kit_new;
mod kits;
mod library;
mod me;
mod partner;
mod partner_new;
mod partners;
mod previews;
mod releases;
#[cfg(test)]
mod samples;
mod translations;
mod types;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};
use countersign_session::ui::html_errors;

use crate::state::Studio;

/// All pages of this face, with their errors as pages.
pub fn router(studio: Studio) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/kits", get(kits::show).post(kit_new::submit))
        .route("/kits/new", get(kit_new::show).post(kit_new::fill))
        .route("/kits/{id}", get(kit::show))
        .route("/kits/{id}/translations", post(translations::import))
        .route("/assets/{id}/preview", get(previews::asset))
        .route("/types", get(types::show))
        .route("/types/{name}", get(asset_type::show))
        .route("/types/{name}/preview", get(previews::sample))
        .route("/partners", get(partners::show).post(partner_new::submit))
        .route("/partners/new", get(partner_new::show))
        .route("/partners/{id}", get(partner::show))
        .route("/partners/{id}/profile", post(partner::profile))
        .route("/partners/{id}/place", post(partner::place))
        .route("/partners/{id}/logo", get(partner::logo).post(partner::upload))
        .route("/partners/{id}/logo/remove", post(partner::remove))
        .route("/partners/{id}/logo-dark", get(partner::logo_dark).post(partner::upload_dark))
        .route("/partners/{id}/logo-dark/remove", post(partner::remove_dark))
        .route("/partners/{id}/keys", post(partner::key))
        .route("/partners/{id}/keys/{key}/revoke", post(partner::revoke))
        .route("/partners/{id}/preview", get(previews::partner).post(previews::typed))
        .route("/releases", get(releases::list))
        .route("/releases/{id}", get(releases::show))
        .route("/releases/{id}/recall", post(releases::recall))
        .route("/releases/{id}/preview", get(previews::release))
        .route("/library", get(library::show))
        .route("/library/import", post(library::import))
        .route("/me", get(me::show))
        .route("/me/password", post(me::password))
        .route("/me/tokens", post(me::token))
        .route("/admin", get(|| async { Redirect::to("/admin/users") }))
        .route("/admin/users", get(admin::users).post(admin::make_user))
        .route("/admin/users/{id}/disable", post(admin::disable))
        .route("/admin/users/{id}/enable", post(admin::enable))
        .route("/admin/jobs", get(admin::jobs))
        .route("/admin/jobs/{id}/restart", post(admin::restart))
        .route("/admin/audit", get(admin::audit))
        .layer(axum::middleware::from_fn_with_state(studio.sessions.clone(), html_errors))
        .with_state(studio)
}

/// The faults of a problem document by the last part of their pointers, for forms whose fields are named alike.
fn by_field(problem: &countersign_web::problem::Problem) -> crate::form::FieldFaults {
    let mut faults = crate::form::FieldFaults::new();
    for fault in &problem.errors {
        let pointer = fault.pointer.trim_start_matches("/profile").trim_start_matches('/');
        let pointer = pointer.replacen("socials/", "social_", 1);
        let field = pointer.split('/').next().unwrap_or("").to_owned();
        let said = faults.entry(field).or_default();
        if !said.is_empty() {
            said.push_str("; ");
        }
        said.push_str(&fault.detail);
    }
    faults
}
