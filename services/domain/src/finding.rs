//! Findings: what a rule says of a span of a revision.

use std::collections::BTreeMap;

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
    /// What is wrong and what to do, in English.
    pub message: String,
    /// The same in other languages, where the rule speaks them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, String>,
    /// A text that would mend the span, where the rule knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    /// What is wrong and what to do, in the first of `languages` that the rule speaks, else in English.
    #[must_use]
    pub fn message_in<'a>(&'a self, languages: impl IntoIterator<Item = &'a str>) -> &'a str {
        self.told_in(languages).1
    }

    /// The same, with the language that it is in.
    #[must_use]
    pub fn told_in<'a>(&'a self, languages: impl IntoIterator<Item = &'a str>) -> (&'a str, &'a str) {
        for language in languages {
            if language == "en" {
                break;
            }
            if let Some(message) = self.messages.get(language) {
                return (language, message);
            }
        }
        ("en", &self.message)
    }
}

/// How many of `findings` refuse approval.
#[must_use]
pub fn blocks(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Block).count()
}

/// How many of `findings` an approval must answer.
#[must_use]
pub fn errors(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}
