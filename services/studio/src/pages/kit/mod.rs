//! `/kits/{id}`: a kit's assets, as they are drafted and then as they go through review.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::finding::Severity;
use countersign_domain::id::{AssetId, KitId, ReviewId};
use countersign_domain::kit::AssetState;
use countersign_domain::place::Locale;
use countersign_session::{OnPage, fault};
use countersign_store::{AssetView, PageRequest, ReviewFilter};
use countersign_web::problem::Problem;
use serde::Serialize;

use super::kits::label;
use crate::access;
use crate::state::Studio;
use crate::view::{Progress, counts_of, kit_state};
use crate::when::When;

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
    pub assets: Vec<Card>,
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

#[derive(Serialize)]
pub(super) struct Card {
    pub id: String,
    pub title: String,
    pub locale: String,
    pub market: String,
    pub dir: &'static str,
    /// 0 when there is only one.
    pub variant: u32,
    pub state: &'static str,
    pub state_label: &'static str,
    pub failure: Option<String>,
    pub revision: Option<u32>,
    /// Severity and how many findings have it, worst first.
    pub findings: Vec<(&'static str, usize)>,
    pub review: Option<String>,
    pub release: Option<String>,
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    page(&studio, &who, &id, StatusCode::OK, Vec::new()).await
}

/// The page; with `faults`, after a file of translations was refused.
pub(super) async fn page(
    studio: &Studio,
    who: &OnPage,
    id: &str,
    status: StatusCode,
    faults: Vec<String>,
) -> Result<Response, Problem> {
    let kit = studio.store.kit(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let mut assets = studio.store.assets(kit.id).await.map_err(fault::of)?;
    in_order_of(&kit.brief, &mut assets);
    let reviews = latest_reviews(studio, kit.id).await?;
    let by = studio.store.user(kit.created_by).await.map_err(fault::of)?;
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
        assets: assets.iter().map(|view| card(studio, view, several, reviews.get(&view.asset.id))).collect(),
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

fn card(studio: &Studio, view: &AssetView, several: bool, review: Option<&ReviewId>) -> Card {
    let asset = &view.asset;
    let count = |severity: Severity| {
        let findings = view.revision.iter().flat_map(|revision| &revision.findings);
        findings.filter(|finding| finding.severity == severity).count()
    };
    Card {
        id: asset.id.to_string(),
        title: studio.type_title(&asset.asset_type),
        locale: asset.locale.to_string(),
        market: asset.market.to_string(),
        dir: asset.locale.direction(),
        variant: if several { asset.variant } else { 0 },
        state: asset.state.as_str(),
        state_label: label(asset.state.as_str()),
        failure: asset.failure.clone(),
        revision: view.revision.as_ref().map(|revision| revision.number),
        findings: [Severity::Block, Severity::Error, Severity::Warn, Severity::Info]
            .map(|severity| (severity.as_str(), count(severity)))
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        review: view.review.as_ref().or(review).map(ToString::to_string),
        release: view.release.map(|id| id.to_string()),
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
        assert!(after.contains("href=\"/reviews/") && after.contains("/preview"), "{after}");
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
