//! `kit draft`: a brief's drafts on the command line. Without `--url` nothing is stored and nobody can approve them; with
//! it, a running service drafts and keeps the kit.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::content::Content;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::{BrandId, RandomIds, UserId};
use countersign_domain::library::{Claim, Passage};
use countersign_domain::place::Locale;
use countersign_domain::review::SourceNote;
use countersign_drafting::drafter::{Drafter, Task};
use countersign_drafting::plan::plan;
use countersign_engine::Priority;
use countersign_library::index::Index;
use countersign_render::Templates;
use countersign_rules::Packs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::remote::{self, Service};
use super::{open_store_to_read, read_document, the_brand};
use crate::cli::{Data, KitDraft};
use crate::data_folder::DataFolder;
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

/// What a brief is drafted on.
#[derive(Clone)]
pub(super) struct Ground {
    pub brand: Brand,
    pub claims: Vec<Claim>,
    pub passages: Arc<[Passage]>,
}

async fn local(form: BriefForm, ask: &KitDraft) -> Result<ExitCode> {
    let templates = Templates::embedded()?;
    let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
    let brief = form.check(&known).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        anyhow::anyhow!("the brief {} cannot be drafted:\n{}", ask.brief.display(), lines.join("\n"))
    })?;
    let assets = plan(&brief, &templates)?;
    let ground = ground(&ask.data, &brief).await?;
    let engine = crate::models::start(&ask.model, &ask.data.data).await?;
    // An index of its own: the data folder's belongs to the service that may be running on it.
    let scratch = Scratch::new()?;
    let index = Arc::new(Index::open(scratch.path()).context("the index for retrieval cannot be made")?);
    let drafter = Drafter::new(engine, templates, Packs::embedded()?, index)?.with_figures(ask.model.figures.into());
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
        let task = Task {
            brand: ground.brand.clone(),
            brief: brief.clone(),
            claims: ground.claims.clone(),
            passages: Arc::clone(&ground.passages),
            passages_version: 1,
            asset_type: asset.asset_type.clone(),
            locale: asset.locale.clone(),
            market: asset.market,
            variant: asset.variant,
            seed: asset.seed,
            earlier: earlier.get(&asset.locale).cloned().unwrap_or_default().into(),
            now,
            priority: Priority::Interactive,
        };
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

/// The brand with its claims and passages; on an empty folder a neutral brand.
pub(super) async fn ground(data: &Data, brief: &Brief) -> Result<Ground> {
    let folder = DataFolder::look(&data.data)?;
    if data.database.is_some() || folder.has_database() {
        let store = open_store_to_read(data, &folder).await?;
        if brief.brand.is_some() || !store.brands().await?.is_empty() {
            let brand = the_brand(&store, brief.brand.as_deref()).await?;
            let claims = store.claims(brand.id).await?;
            let passages = store.passages(brand.id).await?.into();
            store.close().await;
            return Ok(Ground { brand, claims, passages });
        }
        store.close().await;
    }
    if let Some(slug) = &brief.brand {
        bail!("there is no brand `{slug}`: {} holds none; `countersign brand add FILE` makes one", data.data.display());
    }
    let id = BrandId::new(&RandomIds, SystemClock.now());
    let brand = Brand { id, slug: "neutral".into(), sheet: BrandSheet::default() };
    Ok(Ground { brand, claims: Vec::new(), passages: Arc::from([]) })
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

/// A folder that goes when the command ends.
pub(super) struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the operating system's temporary folder's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Scratch {
    pub(super) fn new() -> Result<Self> {
        let unique = UserId::new(&RandomIds, SystemClock.now());
        let path = std::env::temp_dir().join(format!("countersign-{unique}"));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &std::path::Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &std::path::Path) -> Data {
        Data { data: path.to_owned(), database: None }
    }

    fn brief() -> Brief {
        let form = BriefForm {
            product: "Fjord".into(),
            locales: vec!["en-US".into()],
            asset_types: vec!["email".into()],
            ..BriefForm::default()
        };
        form.check(&["email"]).unwrap()
    }

    #[tokio::test]
    async fn a_missing_and_an_empty_folder_give_a_neutral_brand_and_stay_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("data");
        assert_eq!(ground(&folder(&missing), &brief()).await.unwrap().brand.slug, "neutral");
        assert!(!missing.exists());
        assert_eq!(ground(&folder(dir.path()), &brief()).await.unwrap().brand.slug, "neutral");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let named = Brief { brand: Some("acme".into()), ..brief() };
        let said = ground(&folder(dir.path()), &named).await.err().unwrap().to_string();
        assert!(said.contains("countersign brand add"), "{said}");
    }

    #[tokio::test]
    async fn a_folder_is_read_and_its_database_is_never_changed() {
        let dir = tempfile::tempdir().unwrap();
        let data = folder(dir.path());
        let opened = DataFolder::open(dir.path()).unwrap();
        let store = super::super::open_store(&data, &opened).await.unwrap();
        store.brand_upsert("acme", BrandSheet::default(), countersign_store::Actor::Cli).await.unwrap();
        store.close().await;
        std::fs::remove_file(dir.path().join("VERSION")).unwrap();
        assert_eq!(ground(&data, &brief()).await.unwrap().brand.slug, "acme");
        assert!(!dir.path().join("VERSION").exists());
        let store = open_store_to_read(&data, &opened).await.unwrap();
        let refused = store.brand_upsert("other", BrandSheet::default(), countersign_store::Actor::Cli).await;
        assert!(refused.is_err(), "the database can be written");
    }

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
