//! `kit draft`: a brief's drafts on the command line. Without `--url` nothing is stored and nobody can approve them; with
//! it, a running service drafts and keeps the kit.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::{BrandId, RandomIds, UserId};
use countersign_domain::library::{Claim, Passage};
use countersign_domain::review::SourceNote;
use countersign_drafting::drafter::{Drafter, Task};
use countersign_drafting::plan::plan;
use countersign_engine::Priority;
use countersign_library::index::Index;
use countersign_render::Templates;
use countersign_rules::Packs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::{open_store, read_document, the_brand};
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

struct Ground {
    brand: Brand,
    claims: Vec<Claim>,
    passages: Arc<[Passage]>,
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
    let scratch = tempdir()?;
    let index = Arc::new(Index::open(&scratch.0).context("the index for retrieval cannot be made")?);
    let drafter = Drafter::new(engine, templates, Packs::embedded()?, index)?;
    let bar = ProgressBar::new(assets.len() as u64).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} drafts  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let (mut failed, mut blocked) = (0_u32, 0_u32);
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
async fn ground(data: &Data, brief: &Brief) -> Result<Ground> {
    let exists = data.database.is_some() || (data.data.exists() && DataFolder::open(&data.data)?.has_database());
    if exists {
        let folder = DataFolder::open(&data.data)?;
        let store = open_store(data, &folder).await?;
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
        bail!("there is no brand `{slug}`: {} holds none", data.data.display());
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
    let token = std::env::var("COUNTERSIGN_TOKEN").unwrap_or_default();
    if token.is_empty() {
        bail!("set COUNTERSIGN_TOKEN to a token of yours (cs_user_…); the studio makes one under your account");
    }
    let (form, url) = (form.clone(), url.clone());
    tokio::task::spawn_blocking(move || remote_blocking(&form, &url, &token, json)).await?
}

fn remote_blocking(form: &BriefForm, url: &url::Url, token: &str, json: bool) -> Result<ExitCode> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let base = url.as_str().trim_end_matches('/').to_owned();
    let bearer = format!("Bearer {token}");
    let mut answer = agent
        .post(format!("{base}/api/v1/kits"))
        .header("authorization", &bearer)
        .send_json(form)
        .with_context(|| format!("{base} cannot be reached"))?;
    let status = answer.status();
    let body: serde_json::Value =
        answer.body_mut().read_json().with_context(|| format!("{base} answered {status} without JSON"))?;
    if !status.is_success() {
        bail!("{base} refused the brief ({status}): {}", problem(&body));
    }
    let id = body["id"].as_str().context("the service's answer has no id")?.to_owned();
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} drafts").unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let kit = loop {
        let kit: RemoteKit = agent
            .get(format!("{base}/api/v1/kits/{id}"))
            .header("authorization", &bearer)
            .call()
            .with_context(|| format!("{base} cannot be reached"))?
            .body_mut()
            .read_json()
            .context("the service's answer cannot be read")?;
        let ready = kit.assets.iter().filter(|asset| asset.state != "drafting").count();
        bar.set_length(kit.assets.len() as u64);
        bar.set_position(ready as u64);
        if ready == kit.assets.len() {
            break kit;
        }
        std::thread::sleep(Duration::from_millis(400));
    };
    bar.finish_and_clear();
    let mut failed = 0;
    for asset in &kit.assets {
        failed += u32::from(asset.failure.is_some());
        let revision = asset.revision.as_ref();
        print(
            &Line {
                asset_type: &asset.asset_type,
                locale: &asset.locale,
                market: &asset.market,
                audience: &asset.audience,
                seed: asset.seed,
                slots: revision.map(|r| r.slots.clone()).unwrap_or_default(),
                findings: revision.map(|r| r.findings.clone()).unwrap_or_default(),
                sources: revision.map(|r| r.sources.clone()).unwrap_or_default(),
                model: revision.and_then(|r| r.model.clone()).unwrap_or_default(),
                error: asset.failure.clone(),
            },
            json,
        )?;
    }
    let summary = serde_json::json!({"summary": {"kit": id, "state": kit.state, "assets": kit.assets.len(), "failed": failed, "stored": true}});
    finish(&summary, json, failed)
}

fn problem(body: &serde_json::Value) -> String {
    let mut text = body["detail"].as_str().or(body["title"].as_str()).unwrap_or("no reason given").to_owned();
    for fault in body["errors"].as_array().into_iter().flatten() {
        text.push_str(&format!(
            "\n  {}: {}",
            fault["pointer"].as_str().unwrap_or_default(),
            fault["detail"].as_str().unwrap_or_default()
        ));
    }
    text
}

/// A folder that goes when the command ends.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the operating system's temporary folder's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tempdir() -> Result<Scratch> {
    let unique = UserId::new(&RandomIds, SystemClock.now());
    let path = std::env::temp_dir().join(format!("countersign-{unique}"));
    std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(Scratch(path))
}
