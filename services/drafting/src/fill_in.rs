//! Slots that nobody drafts: they are values of the brief, formatted for the asset's locale.

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::finding::{Finding, Severity};
use countersign_render::Template;

use crate::sources::Sources;

/// The rule of findings about a value that the brief does not have.
const MISSING_VALUE: &str = "drafting.missing_value";

/// Fills every slot of `template` that is a value. What is missing and needed is a block: it is never invented.
pub(crate) fn fill_in(template: &Template, sources: &Sources, content: &mut Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    for slot in &template.slots {
        let Some(from) = &slot.from else { continue };
        let segments = sources.find(from).map(Segment::Bound).into_iter().collect::<Vec<_>>();
        if segments.is_empty() {
            let (_, name) = from.split_once('.').unwrap_or(("", from));
            findings.push(Finding {
                rule: MISSING_VALUE.to_owned(),
                severity: if slot.required { Severity::Block } else { Severity::Info },
                slot: slot.name.clone(),
                start: 0,
                end: 0,
                message: format!("The brief has no value for `{from}`: give it one in `values.{name}`."),
                messages: Default::default(),
                fix: None,
            });
            continue;
        }
        content.slots.insert(slot.name.clone(), SlotText { segments });
    }
    findings
}
