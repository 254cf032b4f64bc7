//! `GET /api/v1/brands`.

use axum::extract::State;
use countersign_session::{SignedIn, fault};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access;
use crate::state::Studio;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BrandJson {
    id: String,
    slug: String,
    name: String,
    products: Vec<ProductJson>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProductJson {
    key: String,
    name: String,
    summary: String,
}

/// The brands, with their products.
#[utoipa::path(get, path = "/api/v1/brands", tag = "brands", responses((status = 200, body = inline(Vec<BrandJson>))))]
pub(super) async fn list(State(studio): State<Studio>, who: SignedIn) -> Result<Json<Vec<BrandJson>>, Problem> {
    access::see(&who.user)?;
    let brands = studio.store.brands().await.map_err(fault::of)?;
    let show = |brand: countersign_domain::brand::Brand| BrandJson {
        id: brand.id.to_string(),
        slug: brand.slug,
        name: brand.sheet.identity.name,
        products: brand
            .sheet
            .products
            .into_iter()
            .map(|product| ProductJson { key: product.key, name: product.name, summary: product.summary })
            .collect(),
    };
    Ok(Json(brands.into_iter().map(show).collect()))
}
