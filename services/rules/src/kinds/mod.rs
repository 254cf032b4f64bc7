//! The kinds of rules, one a file. Each file says what its kind does, why the offence is bad, and shows a rule.
//!
//! A kind is a `…Params` (its fields in a rule file, unknown ones refused) that compiles to a checked form, which
//! finds [`Hit`]s in a scene. To add one: a file here, an arm in each `match` below, a row in brand-rules/README.md.

pub(crate) mod existence;
pub(crate) mod length;
pub(crate) mod number_grounding;
pub(crate) mod pattern;
pub(crate) mod placeholder;
pub(crate) mod required_text;
pub(crate) mod substitution;

use crate::rule::{Hit, Rule};
use crate::scene::Scene;

/// A rule's kind with its compiled parameters.
#[derive(Debug)]
pub(crate) enum Kind {
    Existence(existence::Existence),
    Substitution(substitution::Substitution),
    Length(length::Length),
    Placeholder(placeholder::Placeholder),
    RequiredText(required_text::RequiredText),
    NumberGrounding(number_grounding::NumberGrounding),
}

impl Kind {
    pub(crate) const NAMES: [&str; 6] =
        ["existence", "substitution", "length", "placeholder", "required_text", "number_grounding"];

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Existence(_) => "existence",
            Self::Substitution(_) => "substitution",
            Self::Length(_) => "length",
            Self::Placeholder(_) => "placeholder",
            Self::RequiredText(_) => "required_text",
            Self::NumberGrounding(_) => "number_grounding",
        }
    }

    /// The names in braces that its messages may use.
    pub(crate) const fn message_names(&self) -> &'static [&'static str] {
        match self {
            Self::Existence(_) => &["match"],
            Self::Substitution(_) => &["match", "fix"],
            Self::Length(_) => &["slot", "count", "min", "max", "unit"],
            Self::Placeholder(placeholder) => placeholder.message_names(),
            Self::RequiredText(_) => &["market", "text"],
            Self::NumberGrounding(_) => &["match"],
        }
    }

    /// Whether `scope` and `exceptions` mean anything to it.
    pub(crate) const fn reads_words(&self) -> bool {
        match self {
            Self::Existence(_) | Self::Substitution(_) => true,
            Self::Placeholder(placeholder) => placeholder.reads_words(),
            Self::NumberGrounding(_) => true,
            Self::Length(_) | Self::RequiredText(_) => false,
        }
    }

    pub(crate) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        match self {
            Self::Existence(kind) => kind.hits(rule, scene),
            Self::Substitution(kind) => kind.hits(rule, scene),
            Self::Length(kind) => kind.hits(rule, scene),
            Self::Placeholder(kind) => kind.hits(rule, scene),
            Self::RequiredText(kind) => kind.hits(rule, scene),
            Self::NumberGrounding(kind) => kind.hits(rule, scene),
        }
    }
}
