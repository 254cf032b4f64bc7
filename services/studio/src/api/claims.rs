//! `GET` and `POST /api/v1/library/claims`: what may be said, and what substantiates it.

use axum::extract::{Query, State};
use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::Timestamp;
use countersign_domain::library::Claim;
use countersign_domain::wording::Wording;
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, NewClaim};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::library::{BrandQuery, brand};
use crate::access;
use crate::faults::Faults;
use crate::state::Studio;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimJson {
    id: String,
    key: String,
    product: String,
    /// A string, or a map from BCP 47 tag to text.
    #[schema(schema_with = super::schemas::wording)]
    text: Wording,
    evidence: String,
    markets: Vec<String>,
    expires_at: Option<String>,
}

impl ClaimJson {
    fn of(claim: Claim) -> Self {
        Self {
            id: claim.id.to_string(),
            key: claim.key,
            product: claim.product,
            text: claim.text,
            evidence: claim.evidence,
            markets: claim.markets.iter().map(ToString::to_string).collect(),
            expires_at: claim.expires_at.map(Timestamp::rfc3339),
        }
    }
}

/// The claims of a brand.
#[utoipa::path(get, path = "/api/v1/library/claims", tag = "library", params(BrandQuery),
    responses((status = 200, body = inline(Vec<ClaimJson>))))]
pub(super) async fn list(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(query): Query<BrandQuery>,
) -> Result<Json<Vec<ClaimJson>>, Problem> {
    access::see(&who.user)?;
    let brand = brand(&studio, query.brand.as_deref()).await?;
    let claims = studio.store.claims(brand.id).await.map_err(fault::of)?;
    Ok(Json(claims.into_iter().map(ClaimJson::of).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimForm {
    /// What briefs and drafts call it: small letters, digits and hyphens.
    key: String,
    /// The product's key; empty for the brand as a whole.
    #[serde(default)]
    product: String,
    /// A map from BCP 47 tag to text: a claim is made only in a language that it is worded in.
    #[schema(schema_with = super::schemas::by_locale)]
    text: Wording,
    /// What substantiates it.
    evidence: String,
    /// Where it may be made; empty means everywhere.
    #[serde(default)]
    markets: Vec<String>,
    #[serde(default)]
    expires_at: Option<String>,
}

impl ClaimForm {
    fn check(self, brand: &BrandSheet) -> Result<NewClaim, Faults> {
        let mut faults = Faults::default();
        let key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if self.key.is_empty() || self.key.len() > 60 || !self.key.chars().all(key) {
            faults.say("/key", "needs 1 to 60 small letters, digits and - _ .");
        }
        if self.evidence.trim().is_empty() || self.evidence.chars().count() > 2000 {
            faults.say("/evidence", "needs 1 to 2000 characters: a claim without evidence cannot be made");
        }
        if !self.product.is_empty() && !brand.products.iter().any(|product| product.key == self.product) {
            let known: Vec<&str> = brand.products.iter().map(|product| product.key.as_str()).collect();
            faults.say("/product", format!("is no product's key of this brand; there are: {}", known.join(", ")));
        }
        if matches!(self.text, Wording::One(_)) {
            faults.say("/text", "needs its language: give a map such as {\"en\": \"…\"}");
        }
        let texts = self.text.texts();
        if texts.is_empty() {
            faults.say("/text", "has no text in any language");
        }
        for text in texts {
            let length = text.chars().count();
            if text.trim().is_empty() || length > countersign_domain::brief::MAX_WORDING || text.contains('\n') {
                faults.say("/text", "needs one line of 1 to 400 characters in each language");
            }
        }
        let mut markets = Vec::new();
        for (i, market) in self.markets.iter().enumerate() {
            match market.parse() {
                Ok(market) => markets.push(market),
                Err(error) => faults.say(format!("/markets/{i}"), error),
            }
        }
        let expires_at = self.expires_at.as_deref().map(Timestamp::parse).transpose();
        if let Err(error) = &expires_at {
            faults.say("/expires_at", error);
        }
        match expires_at {
            Ok(expires_at) if faults.0.is_empty() => Ok(NewClaim {
                key: self.key,
                product: self.product,
                text: self.text,
                evidence: self.evidence.trim().to_owned(),
                markets,
                expires_at,
            }),
            _ => Err(faults),
        }
    }
}

/// Writes a claim, or replaces the one of the same key.
#[utoipa::path(post, path = "/api/v1/library/claims", tag = "library", params(BrandQuery),
    request_body = inline(ClaimForm),
    responses((status = 200, body = inline(ClaimJson)), (status = 422, body = Problem)))]
pub(super) async fn put(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(query): Query<BrandQuery>,
    Json(form): Json<ClaimForm>,
) -> Result<Json<ClaimJson>, Problem> {
    access::make(&who.user)?;
    let brand = brand(&studio, query.brand.as_deref()).await?;
    let new = form.check(&brand.sheet).map_err(|faults| faults.into_problem("The claim is not valid."))?;
    let claim = studio.store.claim_upsert(brand.id, new, Actor::User(who.id())).await.map_err(fault::of)?;
    Ok(Json(ClaimJson::of(claim)))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;
    use serde_json::json;

    #[tokio::test]
    async fn a_claim_needs_evidence() {
        let world = World::new().await;
        let claim = json!({"key": "uptime", "text": {"en": "It just runs."}, "evidence": ""});
        let refused = world.post("/api/v1/library/claims", "marketer", claim.clone()).await;
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!("/evidence")));
        let mut claim = claim;
        claim["evidence"] = json!("Measured in 2026");
        for (pointer, wrong) in [("/text", json!("It just runs.")), ("/product", json!("nothing"))] {
            let mut bad = claim.clone();
            bad[&pointer[1..]] = wrong;
            let refused = world.post("/api/v1/library/claims", "marketer", bad).await;
            assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!(pointer)));
        }
        assert_eq!(world.post("/api/v1/library/claims", "marketer", claim).await.status, 200);
        assert_eq!(world.get("/api/v1/library/claims", "reviewer").await.json()[0]["key"], "uptime");
    }
}
