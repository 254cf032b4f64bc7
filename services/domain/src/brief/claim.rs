//! Claims of a brief as they are written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::place::Locale;
use crate::wording::Wording;

/// A claim of a brief: the key of one in the library, or a wording, with its source where one is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "ClaimWire")]
pub enum ClaimForm {
    /// A key of the library when there is such a claim, else a wording without a named source.
    Plain(String),
    Full(ClaimFull),
}

/// The forms in which a claim is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum ClaimWire {
    Plain(String),
    Full(ClaimFull),
    ByLocale(BTreeMap<Locale, String>),
}

impl From<ClaimWire> for ClaimForm {
    fn from(wire: ClaimWire) -> Self {
        match wire {
            ClaimWire::Plain(text) => Self::Plain(text),
            ClaimWire::Full(full) => Self::Full(full),
            ClaimWire::ByLocale(map) => Self::Full(ClaimFull { text: Wording::ByLocale(map), source: String::new() }),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimFull {
    pub text: Wording,
    #[serde(default)]
    pub source: String,
}
