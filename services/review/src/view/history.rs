//! What was before: the asset's revisions with their decisions, and what changed since this person last looked.

use countersign_domain::id::RevisionId;
use countersign_domain::overriding::Overridden;
use countersign_domain::review::{Revision, Verdict};
use countersign_render::Template;
use countersign_store::DecisionView;
use serde::Serialize;

use super::people::{People, Person};
use crate::diff::{self, DiffRun};

/// What changed against another revision.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DiffView {
    /// The number of the revision that it is compared with.
    pub against: u32,
    /// Whether that is what this person saw last; else it is the revision before.
    pub since_last_seen: bool,
    /// As a sentence.
    pub heading: String,
    /// Only slots that changed.
    pub slots: Vec<SlotDiffView>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SlotDiffView {
    pub slot: String,
    pub title: String,
    pub runs: Vec<DiffRun>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct HistoryItem {
    pub revision: String,
    pub number: u32,
    pub digest: String,
    pub origin: &'static str,
    pub author: Person,
    pub created_at: String,
    pub decisions: Vec<HistoryDecision>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct HistoryDecision {
    pub id: String,
    pub verdict: &'static str,
    pub verdict_text: &'static str,
    pub reviewer: Person,
    pub reason: String,
    pub decided_at: String,
    pub undone_at: Option<String>,
    /// The errors that it let stand.
    pub overrides: Vec<OverriddenView>,
}

/// An error that stands with an approval.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OverriddenView {
    pub rule: String,
    /// The rule's pack with its version; empty for a rule that is code.
    pub pack: String,
    pub slot: String,
    /// Bytes of the slot's text, half open.
    pub start: usize,
    pub end: usize,
    pub message: String,
    /// Why it stands; empty where the rule asks for no reason.
    pub reason: String,
}

impl OverriddenView {
    fn of(overridden: &Overridden) -> Self {
        Self {
            rule: overridden.rule.clone(),
            pack: overridden.pack.clone(),
            slot: overridden.slot.clone(),
            start: overridden.start,
            end: overridden.end,
            message: overridden.message.clone(),
            reason: overridden.reason.clone(),
        }
    }
}

pub(crate) const fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "Approved",
        Verdict::RequestChanges => "Changes requested",
        Verdict::Reject => "Rejected",
    }
}

/// Newest first.
pub(super) fn items(revisions: &[Revision], decisions: &[DecisionView], people: &People) -> Vec<HistoryItem> {
    let mut items: Vec<HistoryItem> = revisions
        .iter()
        .map(|revision| HistoryItem {
            revision: revision.id.to_string(),
            number: revision.number,
            digest: revision.digest.to_string(),
            origin: revision.origin.name(),
            author: people.get(revision.origin.author()),
            created_at: revision.created_at.rfc3339(),
            decisions: decisions
                .iter()
                .filter(|view| view.decision.revision == revision.id)
                .map(|view| HistoryDecision {
                    id: view.decision.id.to_string(),
                    verdict: view.decision.verdict.as_str(),
                    verdict_text: verdict_text(view.decision.verdict),
                    reviewer: people.get(view.decision.reviewer),
                    reason: view.decision.reason.clone(),
                    decided_at: view.decision.decided_at.rfc3339(),
                    undone_at: view.undone_at.map(|at| at.rfc3339()),
                    overrides: view.decision.overrides.iter().map(OverriddenView::of).collect(),
                })
                .collect(),
        })
        .collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.number));
    items
}

/// Against what this person last saw of the asset; where that is this very revision, or nothing, against the one before.
pub(super) fn diff(
    current: &Revision,
    revisions: &[Revision],
    seen: Option<RevisionId>,
    template: Option<&Template>,
) -> Option<DiffView> {
    let seen = revisions.iter().find(|revision| Some(revision.id) == seen && revision.id != current.id);
    let before = revisions.iter().filter(|revision| revision.number < current.number).max_by_key(|r| r.number);
    let old = seen.or(before)?;
    let heading = if seen.is_some() {
        format!("What changed since you last looked (revision {})", old.number)
    } else {
        format!("What changed since revision {}", old.number)
    };
    let slots = diff::contents(&old.content, &current.content)
        .into_iter()
        .map(|slot| SlotDiffView {
            title: template
                .and_then(|template| template.slot(&slot.slot))
                .map_or_else(|| slot.slot.clone(), |found| found.title("en").to_owned()),
            slot: slot.slot,
            runs: slot.runs,
        })
        .collect();
    Some(DiffView { against: old.number, since_last_seen: seen.is_some(), heading, slots })
}
