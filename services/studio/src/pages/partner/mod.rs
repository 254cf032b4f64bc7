//! `/partners/{id}`: one partner's profile with a live preview, its logos, its place with its certification, and its
//! keys. A file each.

mod certification;
mod fields;
mod keys;
mod logo;
mod place;
mod profile;
mod shows;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::digest::Digest;
use countersign_domain::statement::StatementState;
use countersign_session::{OnPage, fault};
use countersign_store::{Partner, StatementView};
use countersign_web::problem::Problem;
use serde::Serialize;

use super::partners::kind_label;
use crate::access;
use crate::form::FieldFaults;
use crate::partner_forms::PartnerChange;
use crate::state::Studio;
use crate::when::When;

pub(super) use certification::Certification;
pub(super) use fields::{ProfileFields, field_title};
pub(super) use keys::{Nothing, Shown, key, revoke};
pub(super) use logo::{logo, logo_dark, remove, remove_dark, upload, upload_dark};
pub(super) use place::{PlaceForm, place};
pub(super) use profile::profile;
pub(super) use shows::Shows;

#[derive(Serialize)]
pub(super) struct PartnerPage {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub kind: &'static str,
    pub active: bool,
    /// Whether the form's box for it is ticked.
    pub ticked: bool,
    pub typed: ProfileFields,
    pub version: i64,
    pub faults: FieldFaults,
    pub problem: Option<String>,
    pub tier: String,
    /// A date or an instant, as it is typed.
    pub certified_until: String,
    pub certification: Certification,
    /// Those that the brand has badges for.
    pub tiers: Vec<String>,
    pub markets: String,
    pub locales: String,
    /// The version of tier, certification, markets, locales and active that the form is filled from.
    pub place: String,
    /// The logo's digest, as a version of its address.
    pub logo: Option<String>,
    pub logo_dark: Option<String>,
    /// Whether the light one is on file as SVG too.
    pub vector: bool,
    /// The contrast that the brand asks of logos, such as `3`.
    pub contrast: String,
    pub keys: Vec<KeyRow>,
    /// What became of the description: its state, and a sentence.
    pub statement: Option<(&'static str, String)>,
    /// What the preview can show.
    pub shows: Vec<Shows>,
}

#[derive(Serialize)]
pub(super) struct KeyRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub at: When,
    pub expires: Option<When>,
    pub revoked: Option<When>,
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(super) async fn found(studio: &Studio, id: &str) -> Result<Partner, Problem> {
    studio.store.partner(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)
}

/// What of the page is not as it is in the store: a form that came back.
#[derive(Default)]
struct Back {
    status: StatusCode,
    profile: Option<ProfileFields>,
    place: Option<PlaceForm>,
    faults: FieldFaults,
    problem: Option<String>,
}

async fn page(studio: &Studio, who: &OnPage, partner: &Partner, back: Back) -> Result<Response, Problem> {
    let keys = studio.store.partner_keys(partner.id).await.map_err(fault::of)?;
    let brand = studio.store.brand(partner.brand).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let short = |digest: &Digest| digest.hex()[..8].to_owned();
    let join = |items: Vec<String>| items.join(", ");
    let place = back.place.unwrap_or_else(|| PlaceForm {
        tier: partner.tier.clone(),
        certified_until: certification::typed(partner.certified_until),
        markets: join(partner.markets.iter().map(ToString::to_string).collect()),
        locales: join(partner.locales.iter().map(ToString::to_string).collect()),
        active: partner.active.then(|| "on".to_owned()),
        seen: String::new(),
    });
    let view = PartnerPage {
        id: partner.id.to_string(),
        name: partner.profile.display_name.clone(),
        slug: partner.slug.clone(),
        kind: kind_label(partner.kind.as_str()),
        active: partner.active,
        ticked: place.active.is_some(),
        typed: back.profile.unwrap_or_else(|| ProfileFields::of(&partner.profile)),
        version: partner.profile_version,
        faults: back.faults,
        problem: back.problem,
        place: PartnerChange::of(partner).digest().to_string(),
        certification: Certification::of(partner, &brand.sheet.identity),
        tiers: brand.sheet.identity.badges.keys().cloned().collect(),
        tier: place.tier,
        certified_until: place.certified_until,
        markets: place.markets,
        locales: place.locales,
        logo: partner.profile.logo.as_ref().map(short),
        logo_dark: partner.profile.logo_dark.as_ref().map(short),
        vector: partner.profile.logo_vector.is_some(),
        contrast: (f64::from(brand.sheet.identity.lockup.contrast_tenths) / 10.0).to_string(),
        keys: keys
            .iter()
            .map(|key| KeyRow {
                id: key.id.to_string(),
                name: key.name.clone(),
                prefix: key.prefix.clone(),
                at: When::of(key.created_at),
                expires: key.expires_at.map(When::of),
                revoked: key.revoked_at.map(When::of),
            })
            .collect(),
        statement: studio.store.statement(partner.id).await.map_err(fault::of)?.as_ref().map(standing),
        shows: shows::of(studio, partner).await?,
    };
    Ok(studio.ui.page_with(back.status, who, &view.name, "partner.html", &view))
}

/// What became of a description, as a person wants to know it.
fn standing(view: &StatementView) -> (&'static str, String) {
    let reviewer = view.reviewer_name.as_deref().unwrap_or("a reviewer");
    match &view.statement.state {
        StatementState::Waiting => (
            "waiting",
            "The value proposition waits for a second person. Until then copies hold the one approved before, or none."
                .to_owned(),
        ),
        StatementState::Approved { .. } => ("approved", format!("The value proposition was approved by {reviewer}.")),
        StatementState::Rejected { reason, .. } => (
            "rejected",
            format!(
                "The value proposition was rejected by {reviewer}: {reason} Copies hold the one approved before, or none."
            ),
        ),
    }
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    page(&studio, &who, &partner, Back::default()).await
}

#[cfg(test)]
mod tests;
