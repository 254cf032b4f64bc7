//! The text of a slot cut into runs, each with its standing (new, approved before, a partner's value) and the findings
//! that cover it. Pages and the JSON API show the same runs.

use countersign_domain::content::{Bound, Segment, SlotText};
use countersign_domain::finding::{Finding, Severity};
use serde::Serialize;

/// A piece of a slot's plain text whose standing and findings are the same throughout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Run {
    /// Plain text: partner references as `{{partner.…}}`.
    pub text: String,
    pub standing: Standing,
    /// The reference's name for what is bound (`claim.1`) and for a partner's value (`partner.phone`); else empty.
    pub reference: String,
    /// What a bound reference stands for (`claim:uptime`); else empty.
    pub source: String,
    /// The worst severity of the findings on it: `block`, `error`, `warn`, `info`, or empty.
    pub severity: String,
    /// Which of the revision's findings cover it, from 0.
    pub findings: Vec<usize>,
}

/// What a reviewer must read anew, and what was approved word for word before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Written by the model or by a person for this revision.
    New,
    /// A bound reference to what was approved before: product name, claim or passage of the library, put in by code.
    Bound,
    /// A message or claim of this brief, word for word: nobody has approved it yet.
    Brief,
    /// A typed hole that each partner's own value fills.
    Partner,
}

/// The runs of `text`, which is slot `slot`. `findings` are the whole revision's; their spans are bytes of the plain text.
/// A span that does not fit the text (another rules version, a defect) is widened to character borders or left out of
/// the marks; the finding itself is still in the list beside the text.
#[must_use]
pub fn runs(slot: &str, text: &SlotText, findings: &[Finding]) -> Vec<Run> {
    let plain = text.plain();
    let spans: Vec<(usize, usize, usize)> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.slot == slot && finding.start < finding.end && finding.start < plain.len())
        .map(|(index, finding)| {
            (plain.floor_char_boundary(finding.start), plain.ceil_char_boundary(finding.end), index)
        })
        .collect();
    let mut out = Vec::new();
    let mut start = 0;
    for segment in &text.segments {
        let (piece, standing, reference, source) = parts(segment);
        let end = start + piece.len();
        let mut cuts = vec![start, end];
        for (from, to, _) in &spans {
            cuts.extend([*from, *to].into_iter().filter(|cut| start < *cut && *cut < end));
        }
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let covering: Vec<usize> =
                spans.iter().filter(|(s, e, _)| *s <= from && to <= *e).map(|(_, _, index)| *index).collect();
            out.push(Run {
                text: piece[from - start..to - start].to_owned(),
                standing,
                reference: reference.clone(),
                source: source.clone(),
                severity: worst(findings, &covering).map_or_else(String::new, |s| s.as_str().to_owned()),
                findings: covering,
            });
        }
        start = end;
    }
    out
}

fn parts(segment: &Segment) -> (&str, Standing, String, String) {
    match segment {
        Segment::Text { text } => (text, Standing::New, String::new(), String::new()),
        Segment::Bound(bound @ Bound { reference, source, text }) => {
            let standing = if is_of_brief(bound) { Standing::Brief } else { Standing::Bound };
            (text, standing, reference.clone(), source.clone())
        }
        Segment::Partner { partner } => {
            (partner.placeholder(), Standing::Partner, format!("partner.{}", partner.name()), String::new())
        }
    }
}

/// Whether it stands for words of the brief itself, rather than for something that the library holds.
#[must_use]
pub fn is_of_brief(bound: &Bound) -> bool {
    bound.source.split_once(':').is_some_and(|(_, key)| key.starts_with("brief."))
}

fn worst(findings: &[Finding], covering: &[usize]) -> Option<Severity> {
    covering.iter().filter_map(|index| findings.get(*index)).map(|finding| finding.severity).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::PartnerField;

    fn finding(severity: Severity, start: usize, end: usize) -> Finding {
        Finding {
            rule: "core.x".into(),
            severity,
            slot: "body".into(),
            start,
            end,
            message: "no".into(),
            messages: Default::default(),
            fix: None,
        }
    }

    fn sample() -> SlotText {
        SlotText {
            segments: vec![
                Segment::Text { text: "Über ".into() },
                Segment::Bound(Bound {
                    reference: "claim.1".into(),
                    source: "claim:uptime".into(),
                    text: "99.9 %".into(),
                }),
                Segment::Text { text: " mit ".into() },
                Segment::Partner { partner: PartnerField::DisplayName },
            ],
        }
    }

    #[test]
    fn the_runs_together_are_the_plain_text_and_say_what_was_approved_before() {
        let runs = runs("body", &sample(), &[]);
        assert_eq!(runs.iter().map(|r| r.text.as_str()).collect::<String>(), sample().plain());
        let standings: Vec<_> = runs.iter().map(|r| (r.standing, r.reference.as_str())).collect();
        assert_eq!(
            standings,
            [
                (Standing::New, ""),
                (Standing::Bound, "claim.1"),
                (Standing::New, ""),
                (Standing::Partner, "partner.display_name")
            ]
        );
    }

    #[test]
    fn a_finding_across_a_reference_marks_both_sides_and_the_worst_severity_shows() {
        // "Über 99.9 % mit {{…": bytes 3..9 cover "er " and "99.", bytes 6..8 the "99".
        let findings = [finding(Severity::Warn, 3, 9), finding(Severity::Block, 6, 8)];
        let runs = runs("body", &sample(), &findings);
        let marked: Vec<_> = runs
            .iter()
            .filter(|r| !r.severity.is_empty())
            .map(|r| (r.text.as_str(), r.severity.as_str(), r.findings.clone()))
            .collect();
        assert_eq!(marked, [("er ", "warn", vec![0]), ("99", "block", vec![0, 1]), (".", "warn", vec![0])]);
    }

    #[test]
    fn a_span_that_does_not_fit_never_breaks_the_page() {
        let findings =
            [finding(Severity::Error, 1, 1_000_000), finding(Severity::Warn, 900, 901), finding(Severity::Warn, 3, 2)];
        let runs = runs("body", &sample(), &findings);
        assert_eq!(runs.iter().map(|r| r.text.as_str()).collect::<String>(), sample().plain());
        assert!(runs.iter().all(|r| r.findings == [0]), "byte 1 is inside Ü and widens to its start");
    }

    #[test]
    fn findings_of_another_slot_mark_nothing_here() {
        let runs = runs("subject", &sample(), &[finding(Severity::Block, 0, 5)]);
        assert!(runs.iter().all(|r| r.severity.is_empty()));
    }
}
