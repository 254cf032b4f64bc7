//! The sample's files, embedded.

use anyhow::{Context as _, Result};
use countersign_domain::clock::Timestamp;
use countersign_domain::place::Market;
use countersign_domain::wording::Wording;
use countersign_store::NewClaim;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

static SAMPLE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sample");

pub fn bytes(name: &str) -> Result<&'static [u8]> {
    SAMPLE.get_file(name).map(include_dir::File::contents).with_context(|| format!("the sample has no {name}"))
}

/// Every file of approved content with its name.
pub fn library() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    SAMPLE
        .get_dir("library")
        .into_iter()
        .flat_map(Dir::files)
        .filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimFile {
    key: String,
    #[serde(default)]
    product: String,
    text: Wording,
    evidence: String,
    #[serde(default)]
    markets: Vec<Market>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

impl From<ClaimFile> for NewClaim {
    fn from(file: ClaimFile) -> Self {
        Self {
            key: file.key,
            product: file.product,
            text: file.text,
            evidence: file.evidence,
            markets: file.markets,
            expires_at: file.expires_at,
        }
    }
}
