//! `eval`: drafts briefs and counts how good the drafts are, or counts what an earlier run recorded. Nothing is stored but what
//! `--out` names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::id::{RandomIds, UserId};
use countersign_drafting::drafter::Drafter;
use countersign_drafting::plan::plan;
use countersign_evaluation::{Baseline, Corpus, Evaluation, Recorded, Spelling, free_text, html, measure, table};
use countersign_render::Templates;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::local::{Ground, Here, checked};
use super::read_document;
use crate::cli::{Data, ModelChoice};
use crate::say;

#[derive(Debug, Args)]
pub struct Eval {
    /// A folder of briefs, in `dev` and `held-out` (eval/README.md).
    #[arg(long, value_name = "DIR", default_value = "eval/briefs")]
    briefs: PathBuf,
    /// Only these: what a model was tuned by, or what nobody has looked at.
    #[arg(long, value_enum, default_value_t)]
    half: Half,
    /// Only these asset types; all that a brief asks for when left out.
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Only these languages.
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    languages: Vec<String>,
    /// Count the drafts of this file instead of drafting.
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,
    /// Keep the run in this folder: drafts.jsonl, evaluation.json, report.html.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Fail where a measure is worse than in this baseline, by more than chance explains.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// Write this run's counts as a baseline.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// The starter's corpus, to tell what stands in it word for word; left out where it is not there.
    #[arg(long, value_name = "DIR", default_value = "models/starter/corpus")]
    corpus: PathBuf,
    /// Lists of words that are right and in no dictionary.
    #[arg(long, value_name = "DIR", default_value = "models/starter/words")]
    words: PathBuf,
    /// Lines to stand in the report beside the figures: a text file, a paragraph a line.
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    model: ModelChoice,
    /// The counts as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Half {
    Dev,
    #[default]
    HeldOut,
    Both,
}

impl Half {
    const fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &["dev"],
            Self::HeldOut => &["held-out"],
            Self::Both => &["dev", "held-out"],
        }
    }
}

pub async fn run(ask: Eval) -> Result<ExitCode> {
    let baseline = ask.check.as_deref().map(Baseline::read).transpose()?;
    let notes = ask.notes.as_deref().map(read_notes).transpose()?.unwrap_or_default();
    let began = Instant::now();
    let drafts = match &ask.recorded {
        Some(file) => countersign_evaluation::read(file)?,
        None => draft_all(&ask).await?,
    };
    let corpus = if ask.corpus.is_dir() { Some(Corpus::read(&ask.corpus)?) } else { None };
    let texts = drafts.iter().flat_map(|draft| draft.stretches().map(|text| (draft.language(), text)));
    let spelling = match Spelling::ask(texts, Some(&ask.words)) {
        Ok(spelling) => Some(spelling),
        Err(error) => {
            say::note(&format!("words are not counted: {error}"));
            None
        }
    };
    let evaluation = measure(&drafts, spelling.as_ref(), corpus.as_ref());
    let now = Baseline::of(&evaluation);
    let about = about(&ask, &drafts, began);
    if let Some(folder) = &ask.out {
        keep(folder, &drafts, &evaluation, &now, &about, &notes)?;
    }
    if let Some(file) = &ask.write_baseline {
        now.write(file)?;
    }
    if ask.json {
        let about: serde_json::Map<_, _> = about.into_iter().map(|(name, value)| (name, value.into())).collect();
        say::line(&serde_json::to_string(&json!({"about": about, "counts": now}))?);
    } else {
        say::line(table(&evaluation).trim_end());
        about.iter().for_each(|(name, value)| say::note(&format!("{name}: {value}")));
    }
    let worse = baseline.map(|baseline| baseline.worse(&now)).unwrap_or_default();
    for worse in &worse {
        let (was, is) = (100.0 * worse.was, 100.0 * worse.is);
        say::note(&format!(
            "worse than the baseline: {} of {}: {was:.1} % before, {is:.1} % now",
            worse.measure, worse.group
        ));
    }
    Ok(if worse.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_notes(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn about(ask: &Eval, drafts: &[Recorded], began: Instant) -> Vec<(String, String)> {
    let model = drafts.first().map(|draft| draft.model.clone()).unwrap_or_default();
    let halves: std::collections::BTreeSet<&str> = drafts.iter().map(|draft| draft.half.as_str()).collect();
    let briefs: std::collections::BTreeSet<&str> = drafts.iter().map(|draft| draft.brief.as_str()).collect();
    let mut about = vec![
        ("Model".to_owned(), model),
        ("Program".to_owned(), format!("countersign {}", env!("CARGO_PKG_VERSION"))),
        (
            "Drafts".to_owned(),
            format!(
                "{} of {} briefs ({})",
                drafts.len(),
                briefs.len(),
                halves.into_iter().collect::<Vec<_>>().join(", ")
            ),
        ),
    ];
    let seconds = began.elapsed().as_secs_f64();
    about.push(match &ask.recorded {
        Some(file) => ("Recorded".to_owned(), file.display().to_string()),
        None => ("Time".to_owned(), format!("{seconds:.1} s, {:.1} s a brief", seconds / briefs.len().max(1) as f64)),
    });
    about
}

fn keep(
    folder: &Path,
    drafts: &[Recorded],
    evaluation: &Evaluation,
    counts: &Baseline,
    about: &[(String, String)],
    notes: &[String],
) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut lines = String::new();
    for draft in drafts {
        lines.push_str(&serde_json::to_string(draft)?);
        lines.push('\n');
    }
    for (name, text) in [
        ("drafts.jsonl", lines),
        ("evaluation.json", serde_json::to_string_pretty(counts)? + "\n"),
        ("report.html", html(evaluation, drafts, about, notes)?),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Drafts every brief, in the order of their names.
async fn draft_all(ask: &Eval) -> Result<Vec<Recorded>> {
    let templates = Templates::embedded()?;
    let mut jobs = Vec::new();
    for half in ask.half.folders() {
        for path in files(&ask.briefs.join(half))? {
            let form: BriefForm = read_document(&path)?;
            let mut brief = checked(form, &path, &templates)?;
            brief.asset_types.retain(|name| ask.types.is_empty() || ask.types.contains(name));
            brief.locales.retain(|locale| {
                ask.languages.is_empty() || ask.languages.iter().any(|language| language == locale.language())
            });
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            jobs.push(((*half).to_owned(), name, brief));
        }
    }
    let here = Here::new(&ask.model, &ask.data, templates.clone()).await?;
    let mut total = 0;
    for (_, name, brief) in &jobs {
        total += plan(brief, &templates).with_context(|| format!("the brief {name}"))?.len() as u64;
    }
    let bar = ProgressBar::new(total).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} drafts  {eta} left  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut drafts = Vec::new();
    for (half, name, brief) in &jobs {
        bar.set_message(name.clone());
        drafts.extend(draft_kit(&here.drafter, &templates, ask, (half, name, brief), &bar).await?);
    }
    bar.finish_and_clear();
    Ok(drafts)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{}: no briefs there; --briefs names their folder", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|path| {
        path.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known))
    });
    files.sort();
    if files.is_empty() {
        bail!("{}: no briefs there; --briefs names their folder", folder.display());
    }
    Ok(files)
}

/// The drafts of one brief: its locales one beside the other, as workers draft them.
async fn draft_kit(
    drafter: &Drafter,
    templates: &Templates,
    ask: &Eval,
    (half, name, brief): (&str, &str, &Brief),
    bar: &ProgressBar,
) -> Result<Vec<Recorded>> {
    let ground = Ground::of(&ask.data, brief).await?;
    let now = SystemClock.now();
    let mut locales = tokio::task::JoinSet::new();
    for (place, locale) in brief.locales.iter().enumerate() {
        let assets: Vec<_> = plan(brief, templates)?.into_iter().filter(|asset| asset.locale == *locale).collect();
        let (drafter, ground, brief, bar) = (drafter.clone(), ground.clone(), brief.clone(), bar.clone());
        let (half, name) = (half.to_owned(), name.to_owned());
        locales.spawn(async move {
            let (mut drafts, mut earlier) = (Vec::new(), Vec::new());
            for asset in assets {
                let task = ground.task(&brief, &asset, &earlier, now);
                let began = Instant::now();
                let drafted = drafter.draft(&task, UserId::new(&RandomIds, now), |_| {}).await;
                let mut recorded = Recorded {
                    brief: name.clone(),
                    half: half.clone(),
                    product: brief.product.clone(),
                    asset_type: asset.asset_type,
                    locale: asset.locale.to_string(),
                    variant: asset.variant,
                    seed: asset.seed,
                    slots: Default::default(),
                    free: Default::default(),
                    sources: Vec::new(),
                    findings: Vec::new(),
                    model: drafter.model(),
                    error: None,
                    milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
                };
                match drafted {
                    Ok(draft) => {
                        recorded.slots = draft.content.plain();
                        recorded.free = free_text(&draft.content);
                        recorded.sources = draft.sources.into_iter().map(|source| source.text).collect();
                        recorded.findings = draft.findings;
                        earlier.push(draft.content);
                    }
                    Err(error) => recorded.error = Some(error.to_string()),
                }
                drafts.push(recorded);
                bar.inc(1);
            }
            (place, drafts)
        });
    }
    let mut all = locales.join_all().await;
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().flat_map(|(_, drafts)| drafts).collect())
}
