//! Saves the profile of a partner.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::statement::StatementState;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{PageForm, fault};
use countersign_store::{Actor, StoreError};
use countersign_web::problem::Problem;
use serde::Deserialize;

use super::fields::beside_fields;
use super::{Back, ProfileFields, found, page};
use crate::access;
use crate::profiles::ProfileForm;
use crate::state::Studio;

#[derive(Deserialize)]
pub(in crate::pages) struct ProfilePost {
    /// The version that the form was filled from.
    version: String,
    #[serde(flatten)]
    fields: ProfileFields,
}

/// Saves the profile; when somebody saved another one meanwhile, says so and keeps what was typed.
pub(in crate::pages) async fn profile(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<ProfilePost>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let version: i64 =
        form.version.parse().map_err(|_| Problem::malformed("The form has no version; load the page again."))?;
    let profile = match ProfileForm::from(form.fields.clone()).check(Some(&partner.profile)) {
        Ok(profile) => profile,
        Err(wrong) => {
            let back = Back {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                profile: Some(form.fields),
                faults: beside_fields(wrong),
                problem: Some("Some fields need another look.".into()),
                ..Back::default()
            };
            return page(&studio, &who, &partner, back).await;
        }
    };
    let actor = Actor::User(who.user.id);
    match studio.store.partner_update_profile(partner.id, version, profile, actor).await {
        Ok(_) => {
            let standing = studio.store.statement(partner.id).await.map_err(fault::of)?;
            let read = standing.is_none_or(|view| matches!(view.statement.state, StatementState::Approved { .. }));
            let said = if read {
                "The profile is saved. What partners pull from now on has it."
            } else {
                "The profile is saved. Its value proposition is in what partners pull once a reviewer has approved it."
            };
            Ok(go(&format!("/partners/{id}"), Some(&Flash::good(said))))
        }
        Err(StoreError::Conflict(_)) => {
            let said = "Somebody else has saved this profile meanwhile. What you typed is still here: look at it again, then save.";
            let back = Back {
                status: StatusCode::CONFLICT,
                profile: Some(form.fields),
                problem: Some(said.into()),
                ..Back::default()
            };
            page(&studio, &who, &partner, back).await
        }
        Err(error) => Err(fault::of(error)),
    }
}
