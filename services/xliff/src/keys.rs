//! The names that both ways must agree on: namespaces, and the keys of our metadata.

/// Core of XLIFF 2.0 and 2.1 (the same for both).
pub(crate) const CORE: &str = "urn:oasis:names:tc:xliff:document:2.0";
/// The metadata module.
pub(crate) const METADATA: &str = "urn:oasis:names:tc:xliff:metadata:2.0";
/// What every namespace of XLIFF's cores starts with, for saying that a version is another one.
pub(crate) const ANY_CORE: &str = "urn:oasis:names:tc:xliff:document:";

/// The category of our group of metadata in each file.
pub(crate) const GROUP: &str = "countersign";
pub(crate) const KIT: &str = "kit";
pub(crate) const ASSET: &str = "asset";
/// The digest of the revision that the target texts are of, or [`NONE`].
pub(crate) const BASE: &str = "base";
pub(crate) const SOURCE_ASSET: &str = "source-asset";
pub(crate) const SOURCE_DIGEST: &str = "source-digest";

pub(crate) const NONE: &str = "none";
