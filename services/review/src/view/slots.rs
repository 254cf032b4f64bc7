//! The slots of a revision with their runs, limits, findings and sources.

use std::collections::BTreeSet;

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::overriding::{Conditions, Override};
use countersign_domain::people::Role;
use countersign_domain::review::Revision;
use countersign_drafting::examine::slot_limit;
use countersign_render::Template;
use countersign_store::standing;
use countersign_web::languages::Languages;
use serde::Serialize;

use super::facts::FactView;
use crate::checking;
use crate::marks::{self, Run};

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SlotView {
    pub name: String,
    pub title: String,
    /// Partner references as `{{partner.…}}`.
    pub text: String,
    pub multiline: bool,
    /// `graphemes`, `weighted` or `words`; empty when the template is gone.
    pub unit: &'static str,
    /// Its length at its longest, whatever the partners' values.
    pub count: usize,
    pub min: usize,
    /// 0 when the template is gone.
    pub max: usize,
    /// What a client shows before it cuts.
    pub shown: Option<usize>,
    pub runs: Vec<Run>,
    pub findings: Vec<FindingView>,
    pub sources: Vec<SourceView>,
    /// Its sentences that state facts, each with the source that bears it out best.
    pub facts: Vec<FactView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    pub rule: String,
    pub severity: &'static str,
    pub slot: String,
    /// Bytes of the slot's text, half open.
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub fix: Option<String>,
    /// The text that it is about; empty for a slot as a whole.
    pub quote: String,
    /// The language of the message: of those that you accept, the first that the rule speaks, else `en`.
    pub language: String,
    /// Its place in the revision's findings, from 0; null for what was found just now.
    pub place: Option<usize>,
    /// Of an error: who may let it stand with an approval. Null for every other severity.
    #[serde(rename = "override")]
    pub overriding: Option<OverrideView>,
}

/// On what conditions an error may stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OverrideView {
    /// Whether anybody may.
    pub allowed: bool,
    /// Who: `reviewer`, `admin` or `marketer`.
    pub roles: Vec<&'static str>,
    pub reason_required: bool,
    /// Whether you may: what the roles allow. It is still another question whether you may decide.
    pub by_you: bool,
}

/// Who is told of findings, and in which languages.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    pub languages: &'a Languages,
    pub conditions: &'a dyn Conditions,
    pub roles: &'a [Role],
}

impl OverrideView {
    pub(crate) fn of(conditions: &Override, roles: &[Role]) -> Self {
        Self {
            allowed: conditions.allowed,
            roles: conditions.roles.iter().map(|role| role.as_str()).collect(),
            reason_required: conditions.reason_required,
            by_you: conditions.allowed && conditions.roles.iter().any(|role| roles.contains(role)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SourceView {
    /// `claim.1`; empty for what was retrieved and not offered to the model.
    pub reference: String,
    pub source: String,
    pub text: String,
    /// Evidence, file and heading, or the brief's own words.
    pub origin: String,
    /// The page's anchor of the first place where it stands; else empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub anchor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// How many findings of one severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SeverityCount {
    pub severity: &'static str,
    pub count: usize,
}

/// By severity, worst first; those that there are.
pub fn counts(severities: impl Iterator<Item = Severity>) -> Vec<SeverityCount> {
    let all: Vec<Severity> = severities.collect();
    [Severity::Block, Severity::Error, Severity::Warn, Severity::Info]
        .into_iter()
        .map(|severity| SeverityCount {
            severity: severity.as_str(),
            count: all.iter().filter(|own| **own == severity).count(),
        })
        .filter(|count| count.count > 0)
        .collect()
}

impl FindingView {
    /// What may not be said any more: about the asset as a whole.
    pub(crate) fn lapsed(clause: &str) -> Self {
        let finding = standing::finding(clause);
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            slot: finding.slot,
            start: 0,
            end: 0,
            message: finding.message,
            fix: None,
            quote: String::new(),
            language: "en".to_owned(),
            place: None,
            overriding: None,
        }
    }

    /// Of a list, in its order.
    pub(crate) fn all(findings: &[Finding], content: &Content, telling: Telling<'_>) -> Vec<Self> {
        findings.iter().enumerate().map(|(place, finding)| Self::of(place, finding, content, telling)).collect()
    }

    fn of(place: usize, finding: &Finding, content: &Content, telling: Telling<'_>) -> Self {
        let (language, message) = finding.told_in(telling.languages.iter());
        let conditions = (finding.severity == Severity::Error).then(|| telling.conditions.of(finding));
        let text = content.slots.get(&finding.slot).map(SlotText::plain).unwrap_or_default();
        Self {
            rule: finding.rule.clone(),
            severity: finding.severity.as_str(),
            slot: finding.slot.clone(),
            start: finding.start,
            end: finding.end,
            message: message.to_owned(),
            fix: finding.fix.clone(),
            quote: text.get(finding.start..finding.end).map(|q| q.chars().take(120).collect()).unwrap_or_default(),
            language: language.to_owned(),
            place: Some(place),
            overriding: conditions.map(|conditions| OverrideView::of(&conditions, telling.roles)),
        }
    }
}

/// In the template's order; slots that the template does not know come last, so that nothing is hidden.
pub(super) fn views(
    revision: &Revision,
    template: Option<&Template>,
    findings: &[FindingView],
    facts: &[FactView],
) -> Vec<SlotView> {
    let content = &revision.content;
    let known = template.map(|t| t.slots.as_slice()).unwrap_or_default();
    let mut anchored = BTreeSet::new();
    let mut out: Vec<SlotView> = Vec::new();
    for slot in known {
        let empty = SlotText::default();
        let text = content.slots.get(&slot.name).unwrap_or(&empty);
        let mut view = bare(revision, &slot.name, text, findings, &mut anchored);
        let limit = slot_limit(slot, content);
        slot.title("en").clone_into(&mut view.title);
        view.multiline = slot.multiline;
        view.unit = checking::unit_name(slot.limit.unit);
        (view.count, view.min, view.max, view.shown) = (limit.count, limit.min, limit.max, slot.limit.shown);
        out.push(view);
    }
    for (name, text) in content.slots.iter().filter(|(name, _)| !known.iter().any(|slot| slot.name == **name)) {
        out.push(bare(revision, name, text, findings, &mut anchored));
    }
    for view in &mut out {
        view.facts = facts.iter().filter(|fact| fact.slot == view.name).cloned().collect();
    }
    out
}

fn bare(
    revision: &Revision,
    name: &str,
    text: &SlotText,
    findings: &[FindingView],
    anchored: &mut BTreeSet<String>,
) -> SlotView {
    SlotView {
        name: name.to_owned(),
        title: name.to_owned(),
        text: text.plain(),
        multiline: true,
        unit: "",
        count: 0,
        min: 0,
        max: 0,
        shown: None,
        runs: marks::runs(name, text, &revision.findings),
        findings: findings.iter().filter(|finding| finding.slot == name).cloned().collect(),
        sources: sources(revision, text, anchored),
        facts: Vec::new(),
    }
}

/// What the slot cites, each once, with where it comes from.
fn sources(revision: &Revision, text: &SlotText, anchored: &mut BTreeSet<String>) -> Vec<SourceView> {
    let mut out: Vec<SourceView> = Vec::new();
    for segment in &text.segments {
        let Segment::Bound(bound) = segment else { continue };
        if out.iter().any(|known| known.reference == bound.reference && known.text == bound.text) {
            continue;
        }
        let note = revision.sources.iter().find(|note| note.source == bound.source);
        let first = anchored.insert(bound.reference.clone());
        out.push(SourceView {
            reference: bound.reference.clone(),
            source: bound.source.clone(),
            text: bound.text.clone(),
            origin: note.map(|note| note.origin.clone()).unwrap_or_default(),
            anchor: if first { format!("src-{}", bound.reference) } else { String::new() },
            score: note.and_then(|note| note.score),
        });
    }
    out
}

/// What the job had at hand and the text does not cite.
pub(super) fn unused_sources(revision: &Revision) -> Vec<SourceView> {
    let cited: BTreeSet<&str> = revision.content.bound().map(|bound| bound.source.as_str()).collect();
    revision
        .sources
        .iter()
        .filter(|note| !cited.contains(note.source.as_str()))
        .map(|note| SourceView {
            reference: note.reference.clone(),
            source: note.source.clone(),
            text: note.text.clone(),
            origin: note.origin.clone(),
            anchor: String::new(),
            score: note.score,
        })
        .collect()
}

/// Of the characters that are not a partner's, how many stand in references to what was approved before, in percent,
/// rounded down: a text with one new word is never 100. The brief's own words are new.
pub(super) fn approved_percent(content: &Content) -> u8 {
    let (mut bound, mut all) = (0_usize, 0_usize);
    for segment in content.slots.values().flat_map(|slot| &slot.segments) {
        match segment {
            Segment::Bound(own) => {
                let length = own.text.chars().count();
                bound += if marks::is_of_brief(own) { 0 } else { length };
                all += length;
            }
            Segment::Text { text } => all += text.chars().filter(|c| !c.is_whitespace()).count(),
            Segment::Partner { .. } => {}
        }
    }
    u8::try_from((bound * 100).checked_div(all).unwrap_or(0)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_worst_first_and_only_where_there_are_some() {
        let severities = [Severity::Warn, Severity::Block, Severity::Warn];
        let counted: Vec<_> = counts(severities.into_iter()).into_iter().map(|c| (c.severity, c.count)).collect();
        assert_eq!(counted, [("block", 1), ("warn", 2)]);
    }

    #[test]
    fn a_text_with_one_new_word_is_never_wholly_approved() {
        use countersign_domain::content::Bound;
        let claim = Segment::Bound(Bound { reference: "c".into(), source: "s".into(), text: "x".repeat(5000) });
        let content = |segments: Vec<Segment>| Content { slots: [("body".to_owned(), SlotText { segments })].into() };
        assert_eq!(approved_percent(&content(vec![claim.clone()])), 100);
        let message = Bound { reference: "m".into(), source: "message:brief.1".into(), text: "x".repeat(5000) };
        assert_eq!(approved_percent(&content(vec![claim.clone(), Segment::Bound(message)])), 50);
        assert_eq!(approved_percent(&content(vec![claim, Segment::Text { text: " y".into() }])), 99);
        assert_eq!(approved_percent(&content(Vec::new())), 0);
    }
}
