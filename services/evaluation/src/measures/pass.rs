//! Drafts that no rule holds up.

use countersign_domain::finding::Severity;

use super::{Better, Count, Measure};

pub(super) const MEASURE: Measure = Measure {
    name: "pass",
    means: "drafts without a finding of severity block or error, as they came out",
    better: Better::More,
    reach: Some(0.95),
    count: |draft, _| Count::one(draft.error.is_none() && draft.serious().next().is_none()),
};

pub(super) const WARNED: Measure = Measure {
    name: "warned",
    means: "drafts with a finding of severity warn",
    better: Better::Less,
    reach: None,
    count: |draft, _| {
        if draft.error.is_some() {
            return Count::NOTHING;
        }
        Count::one(draft.findings.iter().any(|finding| finding.severity == Severity::Warn))
    },
};
