//! Findings: what a rule says of a span of a revision.

use serde::{Deserialize, Serialize};

/// Gates go by severity, never by a score: `block` refuses approval, `error` must be answered, the rest informs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warn,
    Error,
    Block,
}

impl Severity {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Block => "block",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `PACK.RULE`.
    pub rule: String,
    pub severity: Severity,
    pub slot: String,
    /// Bytes of the slot's plain text (`Content::plain`), half open; an empty span means the slot as a whole.
    pub start: usize,
    pub end: usize,
    /// What is wrong and what to do, in the reviewer's language (English in this version).
    pub message: String,
    /// A text that would mend the span, where the rule knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// How many of `findings` refuse approval.
#[must_use]
pub fn blocks(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Block).count()
}
