//! Findings that drafting itself adds: what the brief asked for and this asset does not have.

use countersign_domain::finding::{Finding, Severity};
use countersign_domain::place::Locale;
use countersign_domain::review::SourceNote;

use crate::skeleton::Skeleton;
use crate::sources::{Missing, Sources};

/// The findings, at `slot` as a whole.
pub(crate) fn findings(sources: &Sources, skeleton: &Skeleton, locale: &Locale, slot: &str) -> Vec<Finding> {
    let note = |severity, rule: &str, message| Finding {
        rule: rule.to_owned(),
        severity,
        slot: slot.to_owned(),
        start: 0,
        end: 0,
        message,
        fix: None,
    };
    let missing =
        sources.missing.iter().map(|missing| note(Severity::Warn, "drafting.missing_source", not_used(missing)));
    let none = sources.all().next().is_none().then(|| {
        let message = format!(
            "Nothing in {locale} supports this draft: the brief has no message or claim in this language and the library \
             no passage. It says nothing specific."
        );
        note(Severity::Error, "drafting.no_sources", message)
    });
    let left_out = skeleton.left_out.iter().map(|reference| {
        let message = format!("`{reference}` did not fit the length of this asset and was left out.");
        note(Severity::Warn, "drafting.left_out", message)
    });
    missing.chain(none).chain(left_out).collect()
}

/// Every source for the reviewer; one that this draft does not refer to has no reference.
pub(crate) fn sources(sources: &Sources, skeleton: &Skeleton) -> Vec<SourceNote> {
    let used = skeleton.references();
    let mut notes = sources.notes();
    for note in &mut notes {
        if !used.contains(&note.reference) {
            note.reference.clear();
        }
    }
    notes
}

fn not_used(missing: &Missing) -> String {
    let mut what = missing.what.chars();
    let capital = what.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}{} was not used: {}.", capital.collect::<String>(), what.as_str(), missing.why)
}
