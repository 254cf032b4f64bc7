//! Kits and assets as the API shows them.

use std::collections::BTreeMap;

use countersign_domain::finding::Finding;
use countersign_domain::kit::{AssetState, Kit};
use countersign_domain::review::{Origin, Revision, SourceNote};
use countersign_store::{AssetView, KitSummary, standing};
use countersign_web::languages::Languages;
use serde::Serialize;
use utoipa::ToSchema;

/// One asset and its latest revision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssetJson {
    pub id: String,
    pub kit: String,
    pub asset_type: String,
    pub channel: String,
    pub locale: String,
    pub market: String,
    pub audience: String,
    /// From 1.
    pub variant: u32,
    pub seed: u64,
    /// `drafting`, `failed`, `in_review`, `changes_requested`, `approved`, `rejected`, `released` or `recalled`.
    pub state: String,
    /// Why it could not be drafted.
    pub failure: Option<String>,
    pub revision: Option<RevisionJson>,
    /// The open review.
    pub review: Option<String>,
    /// The live release.
    pub release: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevisionJson {
    pub id: String,
    pub number: u32,
    pub digest: String,
    /// `drafted`, `edited` or `imported`.
    pub origin: String,
    pub author: String,
    pub created_at: String,
    /// Resolved text by slot; only partner references are left in, as `{{partner.…}}`.
    pub slots: BTreeMap<String, String>,
    pub findings: Vec<FindingJson>,
    /// What it drew on.
    pub sources: Vec<SourceJson>,
    /// The model that drafted it, `NAME sha256:…`; null when a person wrote it.
    pub model: Option<String>,
}

/// What a revision drew on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourceJson {
    /// `claim.1`, `passage.2` where the draft may refer to it, else empty: retrieved, not offered.
    pub reference: String,
    /// `claim:KEY`, `passage:ID`, `message:brief.1`, `product:KEY`.
    pub source: String,
    pub text: String,
    /// Evidence, file and heading, or the brief's own words on the source.
    pub origin: String,
    /// How well it fits, where it was retrieved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingJson {
    pub rule: String,
    /// `block`, `error`, `warn` or `info`.
    pub severity: String,
    pub slot: String,
    /// Bytes of the slot's text, half open; an empty span means the slot as a whole.
    pub start: usize,
    pub end: usize,
    pub message: String,
    /// The language of the message: of those that you accept, the first that the rule speaks, else `en`.
    pub language: String,
    pub fix: Option<String>,
}

impl AssetJson {
    pub(crate) fn of(view: &AssetView, languages: &Languages) -> Self {
        let asset = &view.asset;
        Self {
            id: asset.id.to_string(),
            kit: asset.kit.to_string(),
            asset_type: asset.asset_type.clone(),
            channel: asset.channel.clone(),
            locale: asset.locale.to_string(),
            market: asset.market.to_string(),
            audience: asset.audience.clone(),
            variant: asset.variant,
            seed: asset.seed,
            state: asset.state.as_str().to_owned(),
            failure: asset.failure.clone(),
            revision: view.revision.as_ref().map(|revision| RevisionJson::of(revision, &view.lapsed, languages)),
            review: view.review.map(|id| id.to_string()),
            release: view.release.map(|id| id.to_string()),
        }
    }
}

impl RevisionJson {
    /// What may not be said any more is a finding too, as long as the draft waits.
    fn of(revision: &Revision, lapsed: &[String], languages: &Languages) -> Self {
        let lapsed: Vec<Finding> = lapsed.iter().map(|clause| standing::finding(clause)).collect();
        Self {
            id: revision.id.to_string(),
            number: revision.number,
            digest: revision.digest.to_string(),
            origin: revision.origin.name().to_owned(),
            author: revision.origin.author().to_string(),
            created_at: revision.created_at.rfc3339(),
            slots: revision.content.plain(),
            findings: revision
                .findings
                .iter()
                .chain(&lapsed)
                .map(|finding| FindingJson::of(finding, languages))
                .collect(),
            sources: revision.sources.iter().map(SourceJson::of).collect(),
            model: match &revision.origin {
                Origin::Drafted { model, .. } => Some(model.clone()),
                Origin::Edited { .. } | Origin::Imported { .. } => None,
            },
        }
    }
}

impl SourceJson {
    fn of(note: &SourceNote) -> Self {
        Self {
            reference: note.reference.clone(),
            source: note.source.clone(),
            text: note.text.clone(),
            origin: note.origin.clone(),
            score: note.score,
        }
    }
}

impl FindingJson {
    pub(crate) fn of(finding: &Finding, languages: &Languages) -> Self {
        let (language, message) = finding.told_in(languages.iter());
        Self {
            rule: finding.rule.clone(),
            severity: finding.severity.as_str().to_owned(),
            slot: finding.slot.clone(),
            start: finding.start,
            end: finding.end,
            message: message.to_owned(),
            language: language.to_owned(),
            fix: finding.fix.clone(),
        }
    }
}

/// How far drafting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Assets that are drafted or have failed.
    pub done: u64,
    pub total: u64,
}

impl Progress {
    pub(crate) fn of(states: impl IntoIterator<Item = (AssetState, u64)>) -> Self {
        states.into_iter().fold(Self { done: 0, total: 0 }, |sum, (state, count)| Self {
            done: sum.done + if state == AssetState::Drafting { 0 } else { count },
            total: sum.total + count,
        })
    }

    pub(crate) fn of_assets(assets: &[AssetView]) -> Self {
        Self::of(assets.iter().map(|view| (view.asset.state, 1)))
    }
}

/// Where a kit stands as a whole: `drafting`, then `in_review` while any asset waits for people, then `done`.
pub(crate) fn kit_state(states: &[(AssetState, u64)]) -> &'static str {
    let any = |wanted: &[AssetState]| states.iter().any(|(state, count)| *count > 0 && wanted.contains(state));
    if any(&[AssetState::Drafting]) {
        "drafting"
    } else if any(&[AssetState::InReview, AssetState::ChangesRequested, AssetState::Approved]) {
        "in_review"
    } else if !states.is_empty() && states.iter().all(|(state, count)| *count == 0 || *state == AssetState::Failed) {
        "failed"
    } else {
        "done"
    }
}

pub(crate) fn counts_of(assets: &[AssetView]) -> Vec<(AssetState, u64)> {
    AssetState::ALL
        .into_iter()
        .map(|state| (state, assets.iter().filter(|view| view.asset.state == state).count() as u64))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// A kit in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KitLine {
    pub id: String,
    pub campaign: String,
    pub product: String,
    pub audience: String,
    pub created_by: String,
    pub created_at: String,
    /// `drafting`, `in_review`, `done` or `failed`.
    pub state: String,
    pub progress: Progress,
    /// Assets by state.
    pub counts: BTreeMap<String, u64>,
    pub url: String,
}

impl KitLine {
    pub(crate) fn of(summary: &KitSummary) -> Self {
        let kit = &summary.kit;
        Self {
            id: kit.id.to_string(),
            campaign: kit.brief.campaign.clone(),
            product: kit.brief.product.clone(),
            audience: kit.brief.audience.clone(),
            created_by: kit.created_by.to_string(),
            created_at: kit.created_at.rfc3339(),
            state: kit_state(&summary.counts).to_owned(),
            progress: Progress::of(summary.counts.iter().copied()),
            counts: summary.counts.iter().map(|(state, count)| (state.as_str().to_owned(), *count)).collect(),
            url: kit_url(kit),
        }
    }
}

pub(crate) fn kit_url(kit: &Kit) -> String {
    format!("/api/v1/kits/{}", kit.id)
}

/// A kit with its assets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KitJson {
    pub id: String,
    pub brand: String,
    /// `drafting`, `in_review`, `done` or `failed`.
    pub state: String,
    pub progress: Progress,
    /// The brief as it was checked.
    pub brief: serde_json::Value,
    pub created_by: String,
    pub created_at: String,
    pub assets: Vec<AssetJson>,
}

impl KitJson {
    pub(crate) fn of(kit: &Kit, assets: &[AssetView], languages: &Languages) -> Self {
        Self {
            id: kit.id.to_string(),
            brand: kit.brand.to_string(),
            state: kit_state(&counts_of(assets)).to_owned(),
            progress: Progress::of_assets(assets),
            brief: serde_json::to_value(&kit.brief).unwrap_or_default(),
            created_by: kit.created_by.to_string(),
            created_at: kit.created_at.rfc3339(),
            assets: assets.iter().map(|view| AssetJson::of(view, languages)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_is_drafting_until_the_last_asset_is_and_done_when_people_are_done() {
        use AssetState::{Approved, Drafting, Failed, InReview, Released};
        assert_eq!(kit_state(&[(Drafting, 1), (InReview, 3)]), "drafting");
        assert_eq!(kit_state(&[(Approved, 1), (Released, 3)]), "in_review");
        assert_eq!(kit_state(&[(Released, 3), (Failed, 1)]), "done");
        assert_eq!(kit_state(&[(Failed, 1)]), "failed");
        assert_eq!(Progress::of([(Drafting, 1), (Failed, 1), (InReview, 2)]), Progress { done: 3, total: 4 });
    }
}
