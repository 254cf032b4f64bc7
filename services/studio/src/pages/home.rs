//! `/`: what waits for this person.

use axum::extract::State;
use axum::response::Response;
use countersign_domain::people::Role;
use countersign_session::{OnPage, fault};
use countersign_store::{KitFilter, PageRequest, ReviewFilter, ReviewStatus};
use countersign_web::problem::Problem;
use serde::Serialize;

use super::kits::{KitRow, row};
use crate::access;
use crate::state::Studio;

#[derive(Serialize)]
pub(super) struct Home {
    pub name: String,
    /// Reviews that this person may decide; `None` for whoever does not review.
    pub waiting: Option<usize>,
    /// There are more than were counted.
    pub more: bool,
    pub kits: Vec<KitRow>,
    /// Dead jobs; administrators only.
    pub dead: usize,
    /// Live releases that cite what may not be said any more.
    pub lapsed: u64,
    pub may_brief: bool,
}

/// Reviews that are counted; beyond it the page says "more than".
const COUNTED: u32 = 100;

pub(super) async fn show(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let (waiting, more) = if who.user.has(Role::Reviewer) {
        let filter =
            ReviewFilter { state: Some(ReviewStatus::Open), not_author: Some(who.user.id), ..ReviewFilter::default() };
        let page = PageRequest { cursor: None, limit: COUNTED };
        let page = studio.store.reviews(filter, page).await.map_err(fault::of)?;
        (Some(page.items.len()), page.next.is_some())
    } else {
        (None, false)
    };
    let page = PageRequest { cursor: None, limit: 6 };
    let kits = studio.store.kits(KitFilter::default(), page).await.map_err(fault::of)?;
    let users = studio.store.users().await.map_err(fault::of)?;
    let dead = if who.user.has(Role::Admin) {
        usize::try_from(studio.store.job_counts().await.map_err(fault::of)?.dead).unwrap_or(usize::MAX)
    } else {
        0
    };
    let page = Home {
        name: who.user.name.clone(),
        waiting,
        more,
        kits: kits.items.iter().map(|summary| row(summary, &users)).collect(),
        dead,
        lapsed: studio.store.releases_lapsed().await.map_err(fault::of)?,
        may_brief: access::make(&who.user).is_ok(),
    };
    Ok(studio.ui.page(&who, "Start", "home.html", &page))
}
