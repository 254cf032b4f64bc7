//! A draft as it came out, one JSON line each: what a run keeps, and what every measure is computed from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign_domain::content::{Content, SlotText};
use countersign_domain::finding::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// One draft, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The name of the brief's file.
    pub brief: String,
    /// `dev` or `held-out`: the brief's folder.
    pub half: String,
    pub product: String,
    pub asset_type: String,
    pub locale: String,
    pub variant: u32,
    pub seed: u64,
    /// With references resolved; partner references stay.
    pub slots: BTreeMap<String, String>,
    /// What the model wrote of each slot, in stretches between references; the product's and the partner's name as their
    /// references.
    pub free: BTreeMap<String, Vec<String>>,
    /// The texts of the references that the draft was given, whether it holds them or not.
    pub sources: Vec<String>,
    pub findings: Vec<Finding>,
    pub model: String,
    pub error: Option<String>,
    pub milliseconds: u64,
}

impl Recorded {
    /// `de` of `de-DE`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.locale.split('-').next().unwrap_or_default()
    }

    /// The findings for which no reviewer may, or should, sign.
    pub fn serious(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity >= Severity::Error)
    }

    /// Every stretch that the model wrote.
    pub fn stretches(&self) -> impl Iterator<Item = &str> {
        self.free.values().flatten().map(String::as_str)
    }

    /// Assets of the same kit in the same locale have one key.
    #[must_use]
    pub fn kit(&self) -> (&str, &str) {
        (&self.brief, &self.locale)
    }
}

/// What a model wrote of `content`: see [`Recorded::free`].
#[must_use]
pub fn free_text(content: &Content) -> BTreeMap<String, Vec<String>> {
    let of = |slot: &SlotText| {
        let stretches = slot.stretches();
        let lines = stretches.iter().flat_map(|text| text.split('\n')).map(|text| text.trim().trim_start_matches("- "));
        lines.filter(|text| text.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
    };
    content.slots.iter().map(|(name, slot)| (name.clone(), of(slot))).collect()
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path}: {cause}", path = path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{path}:{line}: is no recorded draft: {cause}", path = path.display())]
    Line { path: PathBuf, line: usize, cause: serde_json::Error },
    #[error("{path} holds no draft", path = path.display())]
    Empty { path: PathBuf },
}

/// The drafts of a file of JSON lines.
///
/// # Errors
/// The file cannot be read, a line is no draft, or there is none.
pub fn read(path: &Path) -> Result<Vec<Recorded>, ReadError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ReadError::File { path: path.to_owned(), cause })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let drafts = lines.map(|(at, line)| {
        serde_json::from_str(line).map_err(|cause| ReadError::Line { path: path.to_owned(), line: at + 1, cause })
    });
    let drafts: Vec<Recorded> = drafts.collect::<Result<_, _>>()?;
    if drafts.is_empty() { Err(ReadError::Empty { path: path.to_owned() }) } else { Ok(drafts) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use countersign_domain::content::Bound;

    /// A draft of these stretches, each a slot.
    pub(crate) fn draft(asset_type: &str, stretches: &[&str]) -> Recorded {
        let slots = stretches.iter().enumerate().map(|(at, text)| (format!("s{at}"), (*text).to_owned()));
        let slots: BTreeMap<String, String> = slots.collect();
        Recorded {
            brief: "pumps".into(),
            half: "dev".into(),
            product: "Fjord".into(),
            asset_type: asset_type.into(),
            locale: "en-US".into(),
            variant: 1,
            seed: 1,
            free: slots.iter().map(|(name, text)| (name.clone(), vec![text.clone()])).collect(),
            slots,
            sources: vec!["It runs for 12 hours.".into()],
            findings: Vec::new(),
            model: "test".into(),
            error: None,
            milliseconds: 1,
        }
    }

    #[test]
    fn free_text_is_what_stands_between_references() {
        let claim = |name: &str| {
            let text = if name == "product.name" { "Fjord" } else { "It runs." };
            Some(Bound { reference: name.into(), source: String::new(), text: text.into() })
        };
        let text = "Try {{product.name}} with {{partner.display_name}}. {{claim.1}} And then.\n\nSo:\n- {{claim.2}}";
        let slot = SlotText::parse_with(text, claim).unwrap();
        let content = Content { slots: BTreeMap::from([("body".into(), slot)]) };
        let free = free_text(&content);
        assert_eq!(free["body"], ["Try {{product.name}} with {{partner.display_name}}.", "And then.", "So:"]);
    }

    #[test]
    fn a_broken_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts.jsonl");
        let line = serde_json::to_string(&draft("email", &["One."])).unwrap();
        std::fs::write(&path, format!("{line}\n{{\"brief\":1}}\n")).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("drafts.jsonl:2: is no recorded draft"), "{error}");
        std::fs::write(&path, "").unwrap();
        assert!(read(&path).unwrap_err().to_string().ends_with("holds no draft"));
    }
}
