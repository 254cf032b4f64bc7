//! `/kits`: what was asked for, newest first.

use axum::extract::{Query, State};
use axum::response::Response;
use countersign_domain::people::User;
use countersign_session::{OnPage, fault};
use countersign_store::{KitFilter, KitSummary};
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::access;
use crate::api::PageQuery;
use crate::state::Studio;
use crate::view::{Progress, kit_state};
use crate::when::When;

#[derive(Serialize)]
pub(super) struct KitRow {
    pub id: String,
    pub title: String,
    pub product: String,
    pub audience: String,
    pub locales: Vec<String>,
    pub by: String,
    pub at: When,
    pub state: &'static str,
    pub state_label: &'static str,
    pub progress: Progress,
    /// Assets by state, as people say it.
    pub counts: Vec<(&'static str, &'static str, u64)>,
}

#[derive(Serialize)]
pub(super) struct Kits {
    pub kits: Vec<KitRow>,
    pub next: Option<String>,
    pub may_brief: bool,
}

/// As people say an asset's state.
pub(super) fn label(state: &str) -> &'static str {
    match state {
        "drafting" => "Drafting",
        "failed" => "Failed",
        "in_review" => "In review",
        "changes_requested" => "Changes requested",
        "approved" => "Approved",
        "rejected" => "Rejected",
        "released" => "Released",
        "recalled" => "Recalled",
        "done" => "Done",
        "live" => "Live",
        "replaced" => "Replaced",
        "expired" => "Expired",
        _ => "Unknown",
    }
}

pub(super) fn row(summary: &KitSummary, users: &[User]) -> KitRow {
    let kit = &summary.kit;
    let state = kit_state(&summary.counts);
    let title = if kit.brief.campaign.is_empty() { &kit.brief.product } else { &kit.brief.campaign };
    KitRow {
        id: kit.id.to_string(),
        title: title.clone(),
        product: kit.brief.product.clone(),
        audience: kit.brief.audience.clone(),
        locales: kit.brief.locales.iter().map(ToString::to_string).collect(),
        by: name(users, kit.created_by),
        at: When::of(kit.created_at),
        state,
        state_label: label(state),
        progress: Progress::of(summary.counts.iter().copied()),
        counts: summary
            .counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(state, count)| (state.as_str(), label(state.as_str()), *count))
            .collect(),
    }
}

pub(super) fn name(users: &[User], id: countersign_domain::id::UserId) -> String {
    users.iter().find(|user| user.id == id).map_or_else(|| "somebody".to_owned(), |user| user.name.clone())
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let page = studio.store.kits(KitFilter::default(), query.request()).await.map_err(fault::of)?;
    let users = studio.store.users().await.map_err(fault::of)?;
    let page = Kits {
        kits: page.items.iter().map(|summary| row(summary, &users)).collect(),
        next: page.next,
        may_brief: access::make(&who.user).is_ok(),
    };
    Ok(studio.ui.page(&who, "Kits", "kits.html", &page))
}
