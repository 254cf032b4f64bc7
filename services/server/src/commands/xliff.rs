//! `kit export-xliff` and `kit import-xliff`: a kit's texts for translators, from a running service and back. An import has
//! a person as its author, so there is no way round the service, which knows who is asking.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::id::KitId;
use countersign_domain::place::Locale;
use serde_json::Value;

use super::remote::{self, Service};
use crate::say;

const MAX_BYTES: u64 = countersign_xliff::MAX_BYTES as u64;

pub async fn export(kit: String, source: String, target: String, url: url::Url) -> Result<ExitCode> {
    // What goes into an address is made sure to be nothing else.
    let (kit, source, target) = (id(&kit)?, source.parse::<Locale>()?, target.parse::<Locale>()?);
    let token = remote::token()?;
    let path = format!("/api/v1/kits/{kit}/xliff?source={source}&target={target}");
    let document = tokio::task::spawn_blocking(move || Service::new(&url, &token).get_text(&path)).await??;
    say::line(document.trim_end());
    Ok(ExitCode::SUCCESS)
}

pub async fn import(file: PathBuf, url: url::Url, json: bool) -> Result<ExitCode> {
    let bytes = bytes(&file)?;
    let kit = kit_of(&bytes).map_err(|faults| anyhow::anyhow!("{} cannot be imported:{faults}", file.display()))?;
    let token = remote::token()?;
    let path = format!("/api/v1/kits/{kit}/xliff");
    let answer = tokio::task::spawn_blocking(move || {
        Service::new(&url, &token).post_document(&path, countersign_xliff::MEDIA_TYPE, &bytes)
    });
    let answer = answer.await?.with_context(|| format!("{} was not imported", file.display()))?;
    for file in answer["files"].as_array().context("the service's answer has no files")? {
        say::line(&if json { file.to_string() } else { told(file) });
    }
    Ok(ExitCode::SUCCESS)
}

fn told(file: &Value) -> String {
    let text = |key: &str| file[key].as_str().unwrap_or("");
    let mut said = format!("{} {}", text("asset"), text("fate"));
    if let Some(findings) = file["revision"]["findings"].as_array() {
        said.push_str(&format!(", {} findings, review {}", findings.len(), text("review")));
    }
    if !text("reason").is_empty() {
        said.push_str(&format!(" ({})", text("reason")));
    }
    said
}

/// The kit that a document is of; or every fault that keeps it from being read, one line each.
fn kit_of(bytes: &[u8]) -> Result<KitId, String> {
    let returned = countersign_xliff::read(bytes)
        .map_err(|faults| faults.iter().map(|fault| format!("\n  {fault}")).collect::<String>())?;
    returned.files.first().map(|file| file.kit).ok_or_else(|| "\n  there is no file in it".to_owned())
}

fn id(text: &str) -> Result<KitId> {
    text.parse()
        .map_err(|_| anyhow::anyhow!("`{text}` is not the id of a kit; it is in the kit's address in the studio"))
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("{} is larger than {MAX_BYTES} bytes", path.display());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fate_is_one_line() {
        let imported =
            serde_json::json!({"asset": "a", "fate": "imported", "review": "r", "revision": {"findings": [1]}});
        assert_eq!(told(&imported), "a imported, 1 findings, review r");
        let unchanged = serde_json::json!({"asset": "a", "fate": "unchanged", "reason": "no change"});
        assert_eq!(told(&unchanged), "a unchanged (no change)");
    }

    #[test]
    fn an_address_holds_nothing_but_an_id() {
        let said = id("../../users").unwrap_err().to_string();
        assert!(said.contains("not the id of a kit"), "{said}");
    }

    #[test]
    fn a_document_that_cannot_be_read_is_told_before_anybody_is_asked() {
        let said = kit_of(b"<xliff version=\"1.2\"/>").unwrap_err();
        assert!(said.contains("line 1, column 1: this is XLIFF 1.2"), "{said}");
    }

    #[test]
    fn a_file_that_is_too_large_or_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large.xlf");
        std::fs::write(&large, vec![b' '; countersign_xliff::MAX_BYTES + 1]).unwrap();
        assert!(bytes(&large).unwrap_err().to_string().contains("large.xlf is larger"));
        assert!(bytes(&folder.path().join("none.xlf")).unwrap_err().to_string().contains("none.xlf cannot be read"));
    }
}
