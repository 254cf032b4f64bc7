//! `/kits/{id}`: a kit's assets, as they are drafted and then as they go through review: thumbnails by locale, or a list.

mod cards;

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::id::{AssetId, KitId, ReviewId};
use countersign_domain::kit::AssetState;
use countersign_domain::place::Locale;
use countersign_preview::{Address, Asked, Choices, Whom, fitting};
use countersign_session::{OnPage, fault};
use countersign_store::{AssetView, PageRequest, ReviewFilter};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::kits::label;
use crate::access;
use crate::state::Studio;
use crate::view::{Progress, counts_of, kit_state};
use crate::when::When;

#[cfg(test)]
pub(super) use cards::Card;
pub(super) use cards::Section;

#[derive(Serialize)]
pub(super) struct KitPage {
    pub id: String,
    pub title: String,
    pub state: &'static str,
    pub state_label: &'static str,
    pub progress: Progress,
    pub by: String,
    pub at: When,
    pub facts: Vec<(&'static str, String)>,
    pub messages: Vec<String>,
    pub claims: Vec<String>,
    /// By locale, in the order of the brief.
    pub sections: Vec<Section>,
    /// `grid` or `list`.
    pub view: &'static str,
    /// For whom the thumbnails are.
    pub whom: Choices,
    /// The same kit for the same people, the other way.
    pub other_view: String,
    pub translate: Translate,
}

/// Translators' files, out and back.
#[derive(Serialize)]
pub(super) struct Translate {
    /// Locales with a text to start from; none while nothing is drafted.
    pub sources: Vec<String>,
    pub targets: Vec<String>,
    pub may_import: bool,
    /// Of a file that was refused, one sentence each.
    pub faults: Vec<String>,
}

/// How the kit is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    /// `list`, or thumbnails.
    view: String,
    #[serde(flatten)]
    asked: Asked,
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    page(&studio, &who, &id, &look, StatusCode::OK, Vec::new()).await
}

/// The page; with `faults`, after a file of translations was refused.
pub(super) async fn page(
    studio: &Studio,
    who: &OnPage,
    id: &str,
    look: &Look,
    status: StatusCode,
    faults: Vec<String>,
) -> Result<Response, Problem> {
    let kit = studio.store.kit(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let mut assets = studio.store.assets(kit.id).await.map_err(fault::of)?;
    in_order_of(&kit.brief, &mut assets);
    let reviews = latest_reviews(studio, kit.id).await?;
    let by = studio.store.user(kit.created_by).await.map_err(fault::of)?;
    let whom = Whom::find(&studio.store, Some(kit.brand), &look.asked).await?;
    let partners = fitting(&studio.store, Some(kit.brand), None).await?;
    let view = if look.view == "list" { "list" } else { "grid" };
    let other = if view == "grid" { "list" } else { "" };
    let brief = &kit.brief;
    let several = brief.variants > 1;
    let state = kit_state(&counts_of(&assets));
    let list = |items: Vec<String>| items.join(", ");
    let facts = [
        ("Product", brief.product.clone()),
        ("Audience", brief.audience.clone()),
        ("Objective", brief.objective.clone()),
        ("Tone", brief.tone.clone()),
        ("Locales", list(brief.locales.iter().map(ToString::to_string).collect())),
        ("Markets", list(brief.markets.iter().map(ToString::to_string).collect())),
        ("Asset types", list(brief.asset_types.iter().map(|name| studio.type_title(name)).collect())),
        ("Seed", brief.seed.to_string()),
    ];
    let page = KitPage {
        id: kit.id.to_string(),
        title: if brief.campaign.is_empty() { brief.product.clone() } else { brief.campaign.clone() },
        state,
        state_label: label(state),
        progress: Progress::of_assets(&assets),
        by: by.map_or_else(|| "somebody".to_owned(), |user| user.name),
        at: When::of(kit.created_at),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        messages: brief.messages.iter().map(|message| message.texts().join(" · ")).collect(),
        claims: brief
            .claims
            .iter()
            .map(|claim| match claim {
                ClaimForm::Plain(text) => text.clone(),
                ClaimForm::Full(full) if full.source.is_empty() => full.text.texts().join(" · "),
                ClaimForm::Full(full) => format!("{} ({})", full.text.texts().join(" · "), full.source),
            })
            .collect(),
        sections: cards::sections(
            assets.iter().map(|view| cards::card(studio, view, several, reviews.get(&view.asset.id), &whom)),
        ),
        view,
        whom: Choices::of(&whom, &partners),
        other_view: Address::new(&format!("/kits/{}", kit.id)).with("view", other).with("for", &whom.value()).text(),
        translate: translate(who, brief, &assets, faults),
    };
    let title = page.title.clone();
    Ok(studio.ui.page_with(status, who, &title, "kit.html", &page))
}

fn translate(who: &OnPage, brief: &Brief, assets: &[AssetView], faults: Vec<String>) -> Translate {
    let in_locale = |locale: &Locale, fits: fn(&AssetView) -> bool| {
        assets.iter().any(|view| view.asset.locale == *locale && fits(view))
    };
    let locales = |fits: fn(&AssetView) -> bool| {
        brief.locales.iter().filter(|locale| in_locale(locale, fits)).map(ToString::to_string).collect()
    };
    Translate {
        sources: locales(|view| view.revision.is_some()),
        targets: locales(|view| view.asset.state != AssetState::Drafting),
        may_import: access::edit(&who.user).is_ok(),
        faults,
    }
}

/// As the brief lists them: the same kit looks the same each time, and variants stand side by side.
fn in_order_of(brief: &Brief, assets: &mut [AssetView]) {
    assets.sort_by_cached_key(|view| {
        let asset = &view.asset;
        let locale = brief.locales.iter().position(|locale| *locale == asset.locale);
        let kind = brief.asset_types.iter().position(|name| *name == asset.asset_type);
        (locale, asset.market.to_string(), kind, asset.variant)
    });
}

/// The latest review of each asset, decided ones too: there people see why it was sent back, and edit.
async fn latest_reviews(studio: &Studio, kit: KitId) -> Result<HashMap<AssetId, ReviewId>, Problem> {
    let mut latest: HashMap<AssetId, (u32, ReviewId)> = HashMap::new();
    let mut cursor = None;
    loop {
        let filter = ReviewFilter { kit: Some(kit), ..ReviewFilter::default() };
        let page = studio.store.reviews(filter, PageRequest { cursor, limit: 200 }).await.map_err(fault::of)?;
        for row in page.items {
            let known = latest.entry(row.asset.id).or_insert((row.number, row.id));
            if row.number >= known.0 {
                *known = (row.number, row.id);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(latest.into_iter().map(|(asset, (_, review))| (asset, review)).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};

    #[tokio::test]
    async fn a_kit_shows_its_assets_and_leads_to_their_reviews() {
        let world = World::new().await;
        let kit = world.post("/api/v1/kits", "marketer", brief()).await.json()["id"].as_str().unwrap().to_owned();
        let before = world.page(&format!("/kits/{kit}"), "marketer").await.body;
        assert!(before.contains("Drafting") && before.contains("kit.js"));
        world.draft_all().await;
        let after = world.page(&format!("/kits/{kit}"), "reviewer").await.body;
        assert!(after.contains("href=\"/reviews/") && after.contains("preview?format=html"), "{after}");
        let sections: Vec<_> = after.match_indices("id=\"locale-").collect();
        assert_eq!(sections.len(), 2, "one a locale");
    }

    #[tokio::test]
    async fn a_kit_is_a_list_too_and_its_thumbnails_are_for_whoever_is_chosen() {
        let world = World::new().await;
        world.post("/api/v1/partners", "marketer", crate::testing::partner("nordlicht")).await;
        let kit = world.post("/api/v1/kits", "marketer", brief()).await.json()["id"].as_str().unwrap().to_owned();
        world.draft_all().await;
        let path = format!("/kits/{kit}");
        let list = world.page(&format!("{path}?view=list"), "reviewer").await.body;
        assert!(list.contains("<tr") && !list.contains("<iframe") && list.contains("href=\"/reviews/"), "{list}");
        let worst = world.page(&format!("{path}?for=worst%3Drtl"), "reviewer").await.body;
        assert!(worst.contains("preview?for=worst%3Drtl&amp;format=html"), "{worst}");
        let partner = world.page(&format!("{path}?partner=nordlicht"), "reviewer").await.body;
        assert!(partner.contains("preview?for=partner%3Dnordlicht"), "{partner}");
        for (bad, status) in [("partner=nobody", 404), ("worst=x", 404), ("for=x", 400)] {
            assert_eq!(world.page(&format!("{path}?{bad}"), "reviewer").await.status, status, "{bad}");
        }
    }

    #[tokio::test]
    async fn what_was_decided_still_leads_to_its_review() {
        let world = World::new().await;
        world.released().await;
        let kits = world.get("/api/v1/kits", "marketer").await.json();
        let page = world.page(&format!("/kits/{}", kits["items"][0]["id"].as_str().unwrap()), "marketer").await.body;
        assert!(page.contains("href=\"/reviews/") && page.contains("href=\"/releases/"), "{page}");
    }

    #[tokio::test]
    async fn a_hostile_brief_stays_text() {
        let world = World::new().await;
        let mut hostile = brief();
        hostile["campaign"] = serde_json::json!("<script>alert(1)</script>{{7*7}}");
        let kit = world.post("/api/v1/kits", "marketer", hostile).await.json()["id"].as_str().unwrap().to_owned();
        for path in [format!("/kits/{kit}"), "/kits".into(), "/".into()] {
            let body = world.page(&path, "marketer").await.body;
            assert!(body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"), "{path}: {body}");
            assert!(!body.contains("<script>alert"), "{path}");
        }
    }

    #[tokio::test]
    async fn an_unknown_kit_is_a_page_that_says_so() {
        let world = World::new().await;
        let page = world.page("/kits/01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f", "marketer").await;
        assert_eq!(page.status, 404);
        assert!(page.header("content-type").starts_with("text/html") && page.body.contains("Not found"));
    }
}
