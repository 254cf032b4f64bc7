//! `GET /api/v1/kits/{id}`.

use axum::extract::{Path, State};
use countersign_session::{SignedIn, fault};
use countersign_web::languages::{Languages, Told};
use countersign_web::problem::Problem;

use crate::access;
use crate::state::Studio;
use crate::view::KitJson;

/// A kit: its state, progress, and assets with their latest revisions.
#[utoipa::path(get, path = "/api/v1/kits/{id}", tag = "kits", params(("id" = String, Path)),
    responses((status = 200, body = KitJson), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    languages: Languages,
) -> Result<Told<KitJson>, Problem> {
    access::see(&who.user)?;
    let kit = studio.store.kit(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let assets = studio.store.assets(kit.id).await.map_err(fault::of)?;
    Ok(Told(KitJson::of(&kit, &assets, &languages)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};

    #[tokio::test]
    async fn what_does_not_exist_and_what_one_may_not_see_are_the_same() {
        let world = World::new().await;
        let kit = world.post("/api/v1/kits", "marketer", brief()).await.json()["id"].as_str().unwrap().to_owned();
        let there_is_none = world.get("/api/v1/kits/01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f", "marketer").await;
        let no_id = world.get("/api/v1/kits/nonsense", "marketer").await;
        let not_for_you = world.get(&format!("/api/v1/kits/{kit}"), "nobody").await;
        for answer in [&no_id, &not_for_you] {
            assert_eq!((answer.status, &answer.body), (404, &there_is_none.body));
        }
        assert_eq!(there_is_none.status, 404);
    }

    #[tokio::test]
    async fn a_drafted_revision_names_its_sources_and_its_model() {
        let world = World::new().await;
        let url = world.post("/api/v1/kits", "marketer", brief()).await.header("location");
        world.draft_all().await;
        let revision = world.get(&url, "marketer").await.json()["assets"][0]["revision"].clone();
        assert_eq!(
            (&revision["model"], &revision["sources"][0]["source"]),
            (&"test".into(), &"message:brief.1".into())
        );
        assert!(revision["sources"][0].get("score").is_none(), "a message is not retrieved");
    }
}
