//! `GET /api/v1/assets/{id}`.

use axum::extract::{Path, State};
use countersign_session::{SignedIn, fault};
use countersign_web::languages::{Languages, Told};
use countersign_web::problem::Problem;

use crate::access;
use crate::state::Studio;
use crate::view::AssetJson;

/// One asset with its latest revision.
#[utoipa::path(get, path = "/api/v1/assets/{id}", tag = "kits", params(("id" = String, Path)),
    responses((status = 200, body = AssetJson), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    languages: Languages,
) -> Result<Told<AssetJson>, Problem> {
    access::see(&who.user)?;
    let view = studio.store.asset(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    Ok(Told(AssetJson::of(&view, &languages)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};

    #[tokio::test]
    async fn an_asset_shows_its_text_and_findings_once_it_is_drafted() {
        let world = World::new().await;
        let kit = world.post("/api/v1/kits", "marketer", brief()).await.json();
        world.draft_all().await;
        let path = format!("/api/v1/assets/{}", kit["assets"][0].as_str().unwrap());
        let asset = world.get(&path, "reviewer").await.json();
        assert_eq!(asset["state"], "in_review");
        assert!(asset["revision"]["digest"].as_str().unwrap().starts_with("sha256:"));
        assert!(asset["revision"]["slots"].as_object().is_some_and(|slots| !slots.is_empty()));
        assert!(asset["review"].is_string());
    }
}
