//! What goes out: the files of one kit for one pair of languages.

use countersign_domain::content::SlotText;
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, KitId};
use countersign_domain::place::Locale;

/// One document: all assets of a kit in `target`, each beside its sibling in `source`.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub kit: KitId,
    pub source: Locale,
    pub target: Locale,
    pub files: Vec<File>,
}

/// One asset.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub asset: AssetId,
    /// The digest of the revision that the target texts are of; `None` for an asset that has no text yet.
    pub base: Option<Digest>,
    /// The asset whose texts are the sources, and the digest of their revision.
    pub source_asset: AssetId,
    pub source_digest: Digest,
    pub notes: Vec<Note>,
    pub units: Vec<Unit>,
}

/// One slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The slot's name; templates only have names that XML takes as identifiers.
    pub slot: String,
    pub notes: Vec<Note>,
    pub source: SlotText,
    /// `None` where the target has no such slot yet.
    pub target: Option<SlotText>,
}

/// Something that a translator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What kind of note it is, for tools: `slot`, `limit`, `wording` …
    pub category: &'static str,
    pub text: String,
}
