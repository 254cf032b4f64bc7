//! Where a partner stands and works: its tier and certification, markets and locales, and whether its keys open anything.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::{Actor, Partner, StoreError};
use countersign_web::problem::Problem;
use serde::Deserialize;

use super::{Back, found, page, words};
use crate::access;
use crate::pages::by_field;
use crate::partner_forms::PartnerChange;
use crate::state::Studio;

#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::pages) struct PlaceForm {
    #[serde(default)]
    pub(super) tier: String,
    #[serde(default)]
    pub(super) certified_until: String,
    #[serde(default)]
    pub(super) markets: String,
    #[serde(default)]
    pub(super) locales: String,
    /// A checkbox: absent when it is not ticked.
    pub(super) active: Option<String>,
    /// The version that the form was filled from.
    #[serde(default)]
    pub(super) seen: String,
}

/// Saves where a partner works; when somebody changed it meanwhile, says so and keeps what was typed.
pub(in crate::pages) async fn place(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<PlaceForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    if form.seen != PartnerChange::of(&partner).digest().as_str() {
        return place_moved(&studio, &who, &partner, form).await;
    }
    let change = PartnerChange {
        tier: form.tier.clone(),
        // The form always says it: an empty field takes a certification back.
        certified_until: Some(Some(form.certified_until.clone())),
        markets: words(&form.markets),
        locales: words(&form.locales),
        active: form.active.is_some(),
    };
    match change.check(&partner) {
        Ok(update) => match studio.store.partner_update(&partner, update, Actor::User(who.user.id)).await {
            Ok(_) => Ok(go(&format!("/partners/{id}"), Some(&Flash::good("Saved.")))),
            Err(StoreError::Conflict(_)) => place_moved(&studio, &who, &found(&studio, &id).await?, form).await,
            Err(error) => Err(fault::of(error)),
        },
        Err(faults) => {
            let problem = faults.into_problem("Some fields need another look.");
            let back = Back {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                faults: by_field(&problem),
                problem: Some(problem.detail),
                place: Some(form),
                ..Back::default()
            };
            page(&studio, &who, &partner, back).await
        }
    }
}

/// The page again: what there is now, and what was typed.
async fn place_moved(studio: &Studio, who: &OnPage, partner: &Partner, form: PlaceForm) -> Result<Response, Problem> {
    let said = format!(
        "Somebody else has changed meanwhile where this partner works; it now says: {}. What you typed is still here: look at it again, then save.",
        in_words(&PartnerChange::of(partner))
    );
    let back = Back { status: StatusCode::CONFLICT, place: Some(form), problem: Some(said), ..Back::default() };
    page(studio, who, partner, back).await
}

fn in_words(place: &PartnerChange) -> String {
    let tier = if place.tier.is_empty() { "no tier" } else { &place.tier };
    let until = place.certified_until.as_ref().and_then(Option::as_deref);
    let certified = until.map_or_else(|| "not certified".to_owned(), |until| format!("certified until {until}"));
    let active = if place.active { "active" } else { "inactive" };
    format!("{tier}, {certified}; {}; {}; {active}", place.markets.join(", "), place.locales.join(", "))
}
