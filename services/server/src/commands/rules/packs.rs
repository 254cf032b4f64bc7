//! Which rules run: packs, and styles of the prose linter Vale.

use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_domain::finding::Finding;
use countersign_rules::vale::{Style, is_style};
use countersign_rules::{BrandTerms, Packs, Place};

use crate::say;

/// The shipped packs with others, and styles beside them.
pub struct Checker {
    pub packs: Packs,
    styles: Vec<Style>,
}

impl Checker {
    /// The shipped packs and what `dirs` hold, each a pack, a folder of packs or a Vale style. What of a style is not
    /// supported is told on standard error.
    pub fn load(dirs: &[PathBuf]) -> Result<Self> {
        let (styles, packs): (Vec<&Path>, Vec<&Path>) =
            dirs.iter().map(PathBuf::as_path).partition(|dir| dir.is_dir() && is_style(dir));
        let packs = Packs::load(&packs, true)?;
        let mut loaded = Vec::new();
        for dir in styles {
            let (style, unsupported) = Style::load(dir)?;
            unsupported.iter().for_each(|part| say::note(&format!("warning: {part}")));
            loaded.push(style);
        }
        Ok(Self { packs, styles: loaded })
    }

    /// Findings in a file, in its order. Styles read it as Markdown.
    pub fn check(&self, text: &str, place: &Place<'_>, terms: &BrandTerms) -> Vec<Finding> {
        let mut findings = self.packs.check_text(text, place, terms);
        if !self.styles.is_empty() {
            findings.extend(self.styles.iter().flat_map(|style| style.check(text, &|_| true)));
            findings.sort_by(|a, b| (a.start, a.end, &a.rule).cmp(&(b.start, b.end, &b.rule)));
        }
        findings
    }
}
