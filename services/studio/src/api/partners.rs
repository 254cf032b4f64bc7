//! `GET` and `POST /api/v1/partners`, `GET` and `PUT /api/v1/partners/{id}`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::clock::Timestamp;
use countersign_session::idempotent::{self, Turn};
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, Partner, StoreError};
use countersign_web::conditional::{etag, if_match};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::partner_forms::{PartnerChange, PartnerForm};
use crate::profiles::ProfileForm;
use crate::state::Studio;
use crate::{access, brands};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartnerJson {
    id: String,
    brand: String,
    slug: String,
    kind: String,
    tier: String,
    /// The first instant at which it is not certified for its tier any more; null: not certified.
    certified_until: Option<String>,
    /// The tier whose badge its renditions show now; null: none. Nobody sets it: it follows from tier and certification.
    badge: Option<String>,
    markets: Vec<String>,
    locales: Vec<String>,
    active: bool,
    profile: ProfileForm,
    profile_version: i64,
    created_at: String,
    url: String,
}

impl PartnerJson {
    fn of(partner: &Partner) -> Self {
        Self {
            id: partner.id.to_string(),
            brand: partner.brand.to_string(),
            slug: partner.slug.clone(),
            kind: partner.kind.as_str().to_owned(),
            tier: partner.tier.clone(),
            certified_until: partner.certified_until.map(Timestamp::rfc3339),
            badge: partner.profile.badge.clone(),
            markets: partner.markets.iter().map(ToString::to_string).collect(),
            locales: partner.locales.iter().map(ToString::to_string).collect(),
            active: partner.active,
            profile: ProfileForm::of(&partner.profile),
            profile_version: partner.profile_version,
            created_at: partner.created_at.rfc3339(),
            url: format!("/api/v1/partners/{}", partner.id),
        }
    }
}

pub(super) async fn found(studio: &Studio, id: &str) -> Result<Partner, Problem> {
    studio.store.partner(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)
}

/// The partners of all brands.
#[utoipa::path(get, path = "/api/v1/partners", tag = "partners",
    responses((status = 200, body = inline(Vec<PartnerJson>)),
        (status = 403, description = "Neither marketer nor administrator", body = Problem)))]
pub(super) async fn list(State(studio): State<Studio>, who: SignedIn) -> Result<Json<Vec<PartnerJson>>, Problem> {
    access::make(&who.user)?;
    let partners = studio.store.partners(None).await.map_err(fault::of)?;
    Ok(Json(partners.iter().map(PartnerJson::of).collect()))
}

/// A new partner. It can pull nothing until it has a key.
#[utoipa::path(post, path = "/api/v1/partners", tag = "partners", request_body = inline(PartnerForm), responses(
    (status = 201, body = inline(PartnerJson)),
    (status = 409, description = "The slug is taken, or the first request with this Idempotency-Key is still at work", body = Problem),
    (status = 422, description = "Something is not valid, or the Idempotency-Key came with another body", body = Problem)))]
pub(super) async fn create(
    State(studio): State<Studio>,
    who: SignedIn,
    headers: HeaderMap,
    Json(form): Json<PartnerForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let actor = Actor::User(who.id());
    match idempotent::turn(&studio.store, actor, &headers, "POST /api/v1/partners", &form).await? {
        Turn::Again(response) => Ok(*response),
        Turn::Work(key) => {
            let done = make(&studio, &form, actor).await;
            idempotent::finish(&studio.store, key, StatusCode::CREATED, done.map(|partner| PartnerJson::of(&partner)))
                .await
        }
    }
}

async fn make(studio: &Studio, form: &PartnerForm, actor: Actor) -> Result<Partner, Problem> {
    let brand = brands::choose(&studio.store, form.brand.as_deref()).await.map_err(|error| match error {
        brands::NoBrand::Store(error) => fault::of(error),
        other => Problem::invalid("The brand is not known.").fault("/brand", other),
    })?;
    let new = form.check(brand.id).map_err(|faults| faults.into_problem("The partner is not valid."))?;
    studio.store.partner_create(new, actor).await.map_err(fault::of)
}

/// With the version of what can be changed here: tier, certification, markets, locales and whether it is active.
fn tagged(partner: &Partner) -> Response {
    let mut response = axum::Json(PartnerJson::of(partner)).into_response();
    response.headers_mut().insert(header::ETAG, etag(PartnerChange::of(partner).digest().as_str()));
    response
}

/// One partner. Its ETag is the version of its tier, certification, markets, locales and whether it is active; the
/// profile has its own.
#[utoipa::path(get, path = "/api/v1/partners/{id}", tag = "partners", params(("id" = String, Path)),
    responses((status = 200, body = inline(PartnerJson)),
        (status = 403, description = "Neither marketer nor administrator", body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    Ok(tagged(&found(&studio, &id).await?))
}

/// Changes a partner's tier, certification, markets, locales and whether it is active.
#[utoipa::path(put, path = "/api/v1/partners/{id}", tag = "partners",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The ETag that you read")),
    request_body = inline(PartnerChange),
    responses((status = 200, body = inline(PartnerJson)), (status = 404, body = Problem),
        (status = 412, description = "It has changed since", body = Problem), (status = 422, body = Problem),
        (status = 428, description = "If-Match is missing", body = Problem)))]
pub(super) async fn update(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(change): Json<PartnerChange>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let seen = if_match(&headers)?;
    let now = PartnerChange::of(&partner).digest();
    let moved = || {
        Problem::precondition_failed("The partner has changed since you read it; read it again.")
            .header(header::ETAG, etag(now.as_str()))
    };
    if seen != now.as_str() {
        return Err(moved());
    }
    let update = change.check(&partner).map_err(|faults| faults.into_problem("The change is not valid."))?;
    match studio.store.partner_update(&partner, update, Actor::User(who.id())).await {
        Ok(partner) => Ok(tagged(&partner)),
        Err(StoreError::Conflict(_)) => Err(moved()),
        Err(error) => Err(fault::of(error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};
    use serde_json::json;

    #[tokio::test]
    async fn a_partner_is_made_once_and_read_back_as_it_was_written() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.json()["profile"]["display_name"], "<script>alert(1)</script>{{7*7}}");
        let url = made.header("location");
        assert_eq!(world.get(&url, "admin").await.json(), made.json());
        assert_eq!(world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.status, 409);
        assert_eq!(world.post("/api/v1/partners", "reviewer", partner("x")).await.status, 403);
    }

    #[tokio::test]
    async fn the_same_key_makes_one_partner() {
        let world = World::new().await;
        let first = world.post_keyed("/api/v1/partners", "admin", "p", partner("once")).await;
        let again = world.post_keyed("/api/v1/partners", "admin", "p", partner("once")).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.json(), again.json());
    }

    #[tokio::test]
    async fn a_partners_place_is_changed_by_whoever_saw_the_latest() {
        let world = World::new().await;
        let url = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.header("location");
        let tag = world.get(&url, "marketer").await.header("etag");
        let change = json!({"tier": "gold", "markets": ["DE", "AT"], "locales": ["de-DE"], "active": false});
        assert_eq!(world.put(&url, "marketer", None, change.clone()).await.status, 428);
        let changed = world.put(&url, "marketer", Some(&tag), change.clone()).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!((&changed.json()["tier"], &changed.json()["active"]), (&json!("gold"), &json!(false)));
        let late = world.put(&url, "admin", Some(&tag), change).await;
        assert_eq!((late.status, late.header("etag")), (412, changed.header("etag")));
        let bad = json!({"tier": "gold", "markets": ["moon"], "locales": ["de-DE"], "active": true});
        let refused = world.put(&url, "marketer", Some(&changed.header("etag")), bad).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/markets/0");
    }

    #[tokio::test]
    async fn a_partner_is_certified_until_a_date_and_its_badge_follows_from_that() {
        let world = World::new().await;
        let url = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.header("location");
        let read = world.get(&url, "marketer").await;
        assert_eq!((&read.json()["certified_until"], &read.json()["badge"]), (&json!(null), &json!(null)));
        let mut tag = read.header("etag");
        let mut put = async |until: Option<serde_json::Value>, tier: &str| {
            let mut change = json!({"tier": tier, "markets": ["US"], "locales": ["en-US"], "active": true});
            if let Some(until) = until {
                change["certified_until"] = until;
            }
            let answer = world.put(&url, "marketer", Some(&tag), change).await;
            if answer.status == 200 {
                tag = answer.header("etag");
            }
            (answer.status, answer.json())
        };
        let (status, done) = put(Some(json!("2027-01-01")), "gold").await;
        assert_eq!(
            (status, &done["certified_until"], &done["badge"]),
            (200, &json!("2027-01-01T00:00:00Z"), &json!("gold"))
        );
        let (_, kept) = put(None, "gold").await;
        assert_eq!(kept["badge"], "gold", "left out: as it is");
        let (_, moved) = put(None, "silver").await;
        assert_eq!((&moved["certified_until"], &moved["badge"]), (&json!(null), &json!(null)), "not for another tier");
        let (_, lapsed) = put(Some(json!("2026-11-22T09:00:00Z")), "silver").await;
        assert_eq!((&lapsed["certified_until"], &lapsed["badge"]), (&json!("2026-11-22T09:00:00Z"), &json!(null)));
        let (_, none) = put(Some(json!(null)), "silver").await;
        assert_eq!(none["certified_until"], json!(null));
        for (until, tier) in [("next year", "gold"), ("2027-01-01", "")] {
            let (status, refused) = put(Some(json!(until)), tier).await;
            assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/certified_until")), "{until}");
        }
    }

    #[tokio::test]
    async fn a_new_profile_leaves_the_version_of_the_place_alone() {
        let world = World::new().await;
        let url = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.header("location");
        let tag = world.get(&url, "marketer").await.header("etag");
        let profile = world.get(&format!("{url}/profile"), "marketer").await;
        let mut other = profile.json();
        other["phone"] = json!("+49 30 1234567");
        let done = world.put(&format!("{url}/profile"), "marketer", Some(&profile.header("etag")), other).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(world.get(&url, "marketer").await.header("etag"), tag);
    }
}
