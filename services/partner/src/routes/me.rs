//! `GET /partner/v1/me`: whose key this is.

use axum::extract::State as Shared;
use countersign_released::clock::Timestamp;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::auth::Partner;
use crate::face::State;

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Me {
    id: String,
    slug: String,
    brand: String,
    /// `msp`, `var`, `si`, `isv`, `influencer` or `reseller`.
    kind: String,
    tier: String,
    /// The first instant at which you are not certified for your tier any more; null: not certified.
    certified_until: Option<String>,
    /// The tier whose badge your renditions show now; null: none.
    badge: Option<String>,
    markets: Vec<String>,
    locales: Vec<String>,
    display_name: String,
    /// Changes whenever the co-branding profile does; renditions change with it.
    profile_version: i64,
    /// Of the profile with its badge: changes when the badge lapses, too.
    profile_digest: String,
}

/// Whose key this is, and what it may see.
#[utoipa::path(get, path = "/partner/v1/me", tag = "partner", security(("bearer" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem, description = "No key in force")))]
pub(super) async fn me(Shared(_state): Shared<State>, partner: Partner) -> Json<Me> {
    let who = partner.identity;
    let me = Me {
        id: who.id.to_string(),
        slug: who.slug,
        brand: who.brand_slug,
        kind: who.kind.to_string(),
        tier: who.tier,
        certified_until: who.certified_until.map(Timestamp::rfc3339),
        badge: who.profile.badge.clone(),
        markets: who.markets.iter().map(ToString::to_string).collect(),
        locales: who.locales.iter().map(ToString::to_string).collect(),
        profile_digest: who.profile.digest().to_string(),
        display_name: who.profile.display_name,
        profile_version: who.profile_version,
    };
    Json(me)
}
