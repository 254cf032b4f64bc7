//! `verify`: a receipt's signature, and that a rendition is the one it speaks of.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use countersign_domain::receipt::Envelope;
use countersign_partner::{Signer, public_key, verify};

use super::read_document;
use crate::cli::Verify;
use crate::data_folder::DataFolder;
use crate::say;

pub fn run(ask: &Verify) -> Result<ExitCode> {
    let envelope: Envelope = read_document(&ask.receipt)?;
    let pem = match &ask.key {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?,
        None => {
            let path = DataFolder::look(&ask.data.data)?.receipt_key();
            let pem = std::fs::read_to_string(&path)
                .with_context(|| format!("no --key given, and {} cannot be read", path.display()))?;
            Signer::from_pem(&pem)?.public_pem()
        }
    };
    let key = public_key(&pem)?;
    let rendition = match &ask.file {
        Some(path) => Some(std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?),
        None => None,
    };
    let statement = verify(&envelope, &key, rendition.as_deref())?;
    let predicate = &statement.predicate;
    let key = envelope.signatures.first().map_or("", |s| s.keyid.as_str());
    if ask.json {
        say::line(
            &serde_json::json!({
                "verified": true, "key": key, "rendition": ask.file.is_some().then_some("matches"),
                "release": predicate.release, "content": predicate.content_digest,
                "author": predicate.provenance.author, "approved_at": predicate.provenance.approved_at,
                "approver": predicate.provenance.approver, "model": predicate.provenance.model,
                "sources": predicate.sources,
            })
            .to_string(),
        );
        return Ok(ExitCode::SUCCESS);
    }
    say::line(&format!("signature holds (key {key})"));
    if ask.file.is_some() {
        say::line("the rendition is one that this receipt speaks of");
    }
    say::line(&format!("release   {}", predicate.release));
    say::line(&format!("content   {}", predicate.content_digest));
    say::line(&format!("author    {}", predicate.provenance.author));
    say::line(&format!("approved  {} by {}", predicate.provenance.approved_at, predicate.provenance.approver));
    say::line(&format!("model     {}", predicate.provenance.model));
    for source in &predicate.sources {
        say::line(&format!("source    {source}"));
    }
    Ok(ExitCode::SUCCESS)
}
