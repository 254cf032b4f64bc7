//! `kit draft`: a brief's drafts on the command line. Without `--url` nothing is stored and nobody can approve them; with
//! it, a running service drafts and keeps the kit.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use countersign_domain::brief::BriefForm;
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::content::Content;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::{RandomIds, UserId};
use countersign_domain::place::Locale;
use countersign_domain::review::SourceNote;
use countersign_drafting::plan::plan;
use countersign_render::Templates;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::local::{Ground, Here, checked};
use super::read_document;
use super::remote::{self, Service};
use crate::cli::KitDraft;
use crate::say;

/// One line of `--json`.
#[derive(Debug, Serialize)]
struct Line<'a> {
    asset_type: &'a str,
    locale: &'a str,
    market: &'a str,
    audience: &'a str,
    seed: u64,
    slots: BTreeMap<String, String>,
    findings: Vec<Finding>,
    sources: Vec<SourceNote>,
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub async fn draft(ask: KitDraft) -> Result<ExitCode> {
    let form: BriefForm = read_document(&ask.brief)?;
    match &ask.url {
        Some(url) => remote(&form, url, ask.json).await,
        None => local(form, &ask).await,
    }
}

async fn local(form: BriefForm, ask: &KitDraft) -> Result<ExitCode> {
    let templates = Templates::embedded()?;
    let brief = checked(form, &ask.brief, &templates)?;
    let assets = plan(&brief, &templates)?;
    let ground = Ground::of(&ask.data, &brief).await?;
    let here = Here::new(&ask.model, &ask.data, templates).await?;
    let drafter = &here.drafter;
    let bar = ProgressBar::new(assets.len() as u64).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} drafts  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let (mut failed, mut blocked) = (0_u32, 0_u32);
    // What was drafted before in each locale.
    let mut earlier: BTreeMap<Locale, Vec<Content>> = BTreeMap::new();
    let now = SystemClock.now();
    for asset in &assets {
        bar.set_message(format!("{} {}", asset.asset_type, asset.locale));
        let before = earlier.get(&asset.locale).map(Vec::as_slice).unwrap_or_default();
        let task = ground.task(&brief, asset, before, now);
        let mut line = Line {
            asset_type: &asset.asset_type,
            locale: asset.locale.as_str(),
            market: asset.market.as_str(),
            audience: &asset.audience,
            seed: asset.seed,
            slots: BTreeMap::new(),
            findings: Vec::new(),
            sources: Vec::new(),
            model: drafter.model(),
            error: None,
        };
        match drafter.draft(&task, UserId::new(&RandomIds, now), |_| {}).await {
            Ok(draft) => {
                blocked += u32::from(draft.findings.iter().any(|finding| finding.severity == Severity::Block));
                line.slots = draft.content.plain();
                earlier.entry(asset.locale.clone()).or_default().push(draft.content);
                line.findings = draft.findings;
                line.sources = draft.sources;
            }
            Err(error) => {
                failed += 1;
                line.error = Some(error.to_string());
            }
        }
        bar.suspend(|| print(&line, ask.json))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let summary = serde_json::json!({"summary": {"assets": assets.len(), "failed": failed, "blocked": blocked, "model": drafter.model(), "stored": false}});
    finish(&summary, ask.json, failed)
}

fn print(line: &Line<'_>, json: bool) -> Result<()> {
    if json {
        say::line(&serde_json::to_string(line)?);
        return Ok(());
    }
    say::line(&format!("── {} · {} · {}", line.asset_type, line.locale, line.market));
    for (slot, text) in &line.slots {
        say::line(&format!("[{slot}]\n{text}\n"));
    }
    for finding in &line.findings {
        say::line(&format!("  {} {}: {} [{}]", finding.severity.as_str(), finding.slot, finding.message, finding.rule));
    }
    if let Some(error) = &line.error {
        say::line(&format!("  not drafted: {error}"));
    }
    Ok(())
}

fn finish(summary: &serde_json::Value, json: bool, failed: u32) -> Result<ExitCode> {
    if json {
        say::line(&summary.to_string());
    } else {
        say::note(&format!("{} drafts, {failed} failed", summary["summary"]["assets"]));
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the service tells of a kit, as far as this command prints it.
#[derive(Debug, Deserialize)]
struct RemoteKit {
    state: String,
    assets: Vec<RemoteAsset>,
}

#[derive(Debug, Deserialize)]
struct RemoteAsset {
    asset_type: String,
    locale: String,
    market: String,
    state: String,
    failure: Option<String>,
    #[serde(default)]
    audience: String,
    #[serde(default)]
    seed: u64,
    revision: Option<RemoteRevision>,
}

#[derive(Debug, Deserialize)]
struct RemoteRevision {
    slots: BTreeMap<String, String>,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default)]
    sources: Vec<SourceNote>,
    #[serde(default)]
    model: Option<String>,
}

async fn remote(form: &BriefForm, url: &url::Url, json: bool) -> Result<ExitCode> {
    let token = remote::token()?;
    let (form, url) = (form.clone(), url.clone());
    tokio::task::spawn_blocking(move || remote_blocking(&form, &url, &token, json)).await?
}

fn remote_blocking(form: &BriefForm, url: &url::Url, token: &str, json: bool) -> Result<ExitCode> {
    let service = Service::new(url, token);
    let queued = service.post("/api/v1/kits", form).context("the brief was not taken")?;
    let id = queued["id"].as_str().context("the service's answer has no id")?.to_owned();
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} drafts").unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let kit = loop {
        let kit = service.get(&format!("/api/v1/kits/{id}")).with_context(|| format!("the kit {id} cannot be read"))?;
        let kit: RemoteKit = serde_json::from_value(kit).context("the service's answer cannot be read")?;
        let ready = kit.assets.iter().filter(|asset| asset.state != "drafting").count();
        bar.set_length(kit.assets.len() as u64);
        bar.set_position(ready as u64);
        if ready == kit.assets.len() {
            break kit;
        }
        std::thread::sleep(remote::POLL);
    };
    bar.finish_and_clear();
    let mut failed = 0;
    for asset in &kit.assets {
        failed += u32::from(asset.failure.is_some());
        print(&asset.line(), json)?;
    }
    let summary = serde_json::json!({"summary": {"kit": id, "state": kit.state, "assets": kit.assets.len(), "failed": failed, "stored": true}});
    finish(&summary, json, failed)
}

impl RemoteAsset {
    fn line(&self) -> Line<'_> {
        let revision = self.revision.as_ref();
        Line {
            asset_type: &self.asset_type,
            locale: &self.locale,
            market: &self.market,
            audience: &self.audience,
            seed: self.seed,
            slots: revision.map(|r| r.slots.clone()).unwrap_or_default(),
            findings: revision.map(|r| r.findings.clone()).unwrap_or_default(),
            sources: revision.map(|r| r.sources.clone()).unwrap_or_default(),
            model: revision.and_then(|r| r.model.clone()).unwrap_or_default(),
            error: self.failure.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_of_a_service_has_its_sources_and_its_model_in_the_lines() {
        let asset: RemoteAsset = serde_json::from_value(serde_json::json!({
            "asset_type": "email", "locale": "en-US", "market": "US", "state": "in_review", "failure": null, "seed": 7,
            "revision": {"slots": {"cta": "Book a call"}, "model": "starter sha256:00", "sources": [
                {"reference": "message.1", "source": "message:brief.1", "text": "Hi.", "origin": "message 1 of the brief"}]}
        }))
        .unwrap();
        let line = serde_json::to_value(asset.line()).unwrap();
        assert_eq!(
            (&line["model"], &line["sources"][0]["reference"]),
            (&"starter sha256:00".into(), &"message.1".into())
        );
    }
}
