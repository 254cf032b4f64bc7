//! `/partners`: who pulls what is released.

use axum::extract::State;
use axum::response::Response;
use countersign_session::{OnPage, fault};
use countersign_store::Partner;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::access;
use crate::state::Studio;

#[derive(Serialize)]
pub(super) struct Partners {
    pub partners: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub kind: &'static str,
    pub tier: String,
    pub markets: String,
    pub locales: String,
    pub active: bool,
    pub logo: bool,
}

/// As people call a kind of partner.
pub(super) fn kind_label(kind: &str) -> &'static str {
    match kind {
        "msp" => "Managed service provider",
        "var" => "Value-added reseller",
        "si" => "System integrator",
        "isv" => "Software vendor",
        "influencer" => "Influencer",
        "reseller" => "Reseller",
        _ => "Partner",
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn row(partner: &Partner) -> Row {
    Row {
        id: partner.id.to_string(),
        name: partner.profile.display_name.clone(),
        slug: partner.slug.clone(),
        kind: kind_label(partner.kind.as_str()),
        tier: partner.tier.clone(),
        markets: list(&partner.markets),
        locales: list(&partner.locales),
        active: partner.active,
        logo: partner.profile.logo.is_some(),
    }
}

pub(super) async fn show(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partners = studio.store.partners(None).await.map_err(fault::of)?;
    let page = Partners { partners: partners.iter().map(row).collect() };
    Ok(studio.ui.page(&who, "Partners", "partners.html", &page))
}
