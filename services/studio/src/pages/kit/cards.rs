//! A kit's assets as cards, in sections by locale.

use countersign_domain::finding::Severity;
use countersign_domain::id::ReviewId;
use countersign_preview::{Address, Thumb, Whom};
use countersign_store::{AssetView, standing};
use serde::Serialize;

use crate::pages::kits::label;
use crate::state::Studio;

/// What is in one locale.
#[derive(Serialize)]
pub(in crate::pages) struct Section {
    pub locale: String,
    pub cards: Vec<Card>,
}

#[derive(Serialize)]
pub(in crate::pages) struct Card {
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
    /// What it looks like, once there is a revision.
    pub thumb: Option<Thumb>,
    /// What of its text may not be said any more, as sentences.
    pub lapsed: Vec<String>,
    /// Severity and how many findings have it, worst first.
    pub findings: Vec<(&'static str, usize)>,
    pub review: Option<String>,
    pub release: Option<String>,
}

/// In sections, in the order in which the locales come.
pub(super) fn sections(cards: impl IntoIterator<Item = Card>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for card in cards {
        match sections.iter_mut().find(|section| section.locale == card.locale) {
            Some(section) => section.cards.push(card),
            None => sections.push(Section { locale: card.locale.clone(), cards: vec![card] }),
        }
    }
    sections
}

pub(super) fn card(studio: &Studio, view: &AssetView, several: bool, review: Option<&ReviewId>, whom: &Whom) -> Card {
    let asset = &view.asset;
    let count = |severity: Severity| {
        let findings = view.revision.iter().flat_map(|revision| &revision.findings);
        let lapsed = if severity == Severity::Block { view.lapsed.len() } else { 0 };
        findings.filter(|finding| finding.severity == severity).count() + lapsed
    };
    let thumb = view.revision.as_ref().map(|revision| {
        let edition = studio.templates.edition(&asset.asset_type, &revision.context.template);
        Thumb::of(edition.as_deref(), &Address::new(&format!("/assets/{}/preview", asset.id)), whom)
    });
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
        thumb,
        findings: [Severity::Block, Severity::Error, Severity::Warn, Severity::Info]
            .map(|severity| (severity.as_str(), count(severity)))
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        lapsed: view.lapsed.iter().map(|clause| standing::finding(clause).message).collect(),
        review: view.review.as_ref().or(review).map(ToString::to_string),
        release: view.release.map(|id| id.to_string()),
    }
}
