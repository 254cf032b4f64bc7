//! `models list`, `models pull`, `models verify`, and `models plans` for whoever trains a small model.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_drafting::plans::Plans;
use countersign_drafting::prompt::Prompts;
use countersign_render::Templates;
use serde_json::json;

use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::models::{self, Catalog, Checked, Entry, Lock, STARTER, State};
use crate::say;

pub fn list(data: &Data, json: bool) -> Result<ExitCode> {
    let folder = DataFolder::look(&data.data)?;
    let listed = models::list(&folder.models(), is_cached)?;
    let width = listed.iter().map(|model| model.name.len()).max().unwrap_or(0);
    for model in listed {
        if json {
            say::line(&serde_json::to_string(&model)?);
            continue;
        }
        // What is not here is only known about.
        let about = if model.place.is_none() && model.state != State::Bundled { "~" } else { "" };
        let size = format!("{about}{}", mebibytes(model.bytes));
        let (licence, architecture) = (model.licence.as_deref().unwrap_or("-"), model.architecture.as_deref());
        say::line(
            format!(
                "{:<width$}  {:<10} {size:>12}  {licence:<10}  {:<11}  {}",
                model.name,
                model.state.words(),
                architecture.unwrap_or("-"),
                model.place.or(model.note).unwrap_or_default()
            )
            .trim_end(),
        );
    }
    if !json {
        say::note(&format!(
            "`countersign models pull NAME` fetches one. Put a GGUF file, or a folder with config.json, tokenizer.json and safetensors, into {} to use one of yours; name it with `up --model`.",
            folder.models().display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn plans(count: u64, seed: u64) -> Result<ExitCode> {
    let (templates, prompts) = (Templates::embedded()?, Prompts::starter()?);
    let mut plans = Plans::new(&templates, &prompts, seed);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for _ in 0..count {
        serde_json::to_writer(&mut out, &plans.next_plan()?)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

pub async fn pull(name: String, update: bool, data: &Data, json: bool) -> Result<ExitCode> {
    if name == STARTER {
        say::note(&format!("`{STARTER}` is part of the program; there is nothing to pull."));
        return Ok(ExitCode::SUCCESS);
    }
    // Before anything is made: a name with a slip in it leaves no folder behind.
    let models = DataFolder::look(&data.data)?.models();
    let entry = Catalog::load(&models)?.get(&name)?.clone();
    let models = DataFolder::open(&data.data)?.models();
    let folder = models.join(entry.name.as_str());
    let (state, lock) = tokio::task::spawn_blocking(move || fetch(&entry, &models, update))
        .await
        .context("the pull was interrupted")??;
    if json {
        let line =
            json!({"model": lock.model, "state": state, "place": folder, "bytes": lock.bytes(), "files": lock.files});
        say::line(&line.to_string());
    } else {
        say::line(&format!("{}: {state}, {} in {}", lock.model, mebibytes(lock.bytes()), folder.display()));
        say::note(&format!("`countersign up --model {}` drafts with it.", lock.model));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "pull")]
fn fetch(entry: &Entry, models: &Path, update: bool) -> Result<(&'static str, Lock)> {
    use crate::models::pull::{Progress, Pulled};
    let progress = Progress::new();
    let pulled = models::pull::pull(entry, models, update, &progress);
    progress.end();
    Ok(match pulled? {
        Pulled::WasHere(lock) => ("was here, and is what was locked", lock),
        Pulled::Locked(lock) => ("was here, and is locked now", lock),
        Pulled::Fetched { lock, from_cache } if from_cache == lock.files.len() => ("taken from the cache", lock),
        Pulled::Fetched { lock, .. } => ("pulled", lock),
    })
}

/// What a program without the hub can do: say what to copy, and lock what was copied.
#[cfg(not(feature = "pull"))]
fn fetch(entry: &Entry, models: &Path, _update: bool) -> Result<(&'static str, Lock)> {
    use crate::models::Place;
    let folder = models.join(entry.name.as_str());
    match Place::look(entry, &folder)? {
        Place::Copied => Ok(("was here, and is locked now", models::lock_copied(entry, &folder, |_| {})?)),
        Place::Locked(lock) => {
            let checked = models::check(entry.name.as_str(), &folder, Some(entry), |_| {})?;
            if checked.iter().any(|checked| !checked.verdict.is_good()) {
                bail!("`{0}` is not what was locked; `countersign models verify {0}` says what differs", entry.name);
            }
            Ok(("was here, and is what was locked", lock))
        }
        Place::Absent | Place::Lacks(_) => bail!(
            "this countersign was built without the feature `pull`, so it fetches nothing\n{}",
            models::by_hand(entry, &folder)
        ),
    }
}

#[cfg(feature = "pull")]
fn is_cached(entry: &Entry) -> bool {
    models::pull::is_cached(entry)
}

/// Without the hub nothing is taken from its cache either.
#[cfg(not(feature = "pull"))]
fn is_cached(_: &Entry) -> bool {
    false
}

pub fn verify(names: &[String], data: &Data, json: bool) -> Result<ExitCode> {
    let models = DataFolder::look(&data.data)?.models();
    let catalog = Catalog::load(&models)?;
    let targets = if names.is_empty() { locked(&models)? } else { named(names, &models, &catalog)? };
    let (mut files, mut wrong) = (0_u32, 0_u32);
    for (name, folder) in &targets {
        for checked in models::check(name, folder, catalog.find(name), |_| {})? {
            files += 1;
            wrong += u32::from(!checked.verdict.is_good());
            print(&checked, json)?;
        }
    }
    if names.iter().any(|name| name == STARTER) {
        for (file, digest) in models::starter_digest() {
            let line = json!({"model": STARTER, "file": file, "verdict": "bundled", "found": digest});
            say::line(&if json {
                line.to_string()
            } else {
                format!("{STARTER}/{file} is part of the program, {digest}")
            });
        }
    }
    if json {
        say::line(&json!({"summary": {"models": targets.len(), "files": files, "wrong": wrong}}).to_string());
    } else if targets.is_empty() && names.is_empty() {
        say::note(&format!("No model was pulled into {}.", models.display()));
    } else if wrong > 0 {
        say::note(&format!("{wrong} of {files} files are wrong; `countersign models pull NAME` mends a model."));
    }
    Ok(if wrong > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(checked: &Checked, json: bool) -> Result<()> {
    if json {
        say::line(&serde_json::to_string(checked)?);
        return Ok(());
    }
    let mut text = format!("{}/{} {}", checked.model, checked.file, checked.verdict.words());
    if let (false, Some(wanted), Some(found)) = (checked.verdict.is_good(), &checked.wanted, &checked.found) {
        text.push_str(&format!(": {wanted} wanted, {found} found"));
    }
    say::line(&text);
    Ok(())
}

/// The models that have a lock.
fn locked(models: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    if !models.exists() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(models).with_context(|| format!("{} cannot be read", models.display()))? {
        let path = entry.with_context(|| format!("{} cannot be read", models.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && Lock::read(&path)?.is_some() {
            found.push((name, path));
        }
    }
    found.sort();
    Ok(found)
}

fn named(names: &[String], models: &Path, catalog: &Catalog) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| *name != STARTER) {
        let name = catalog.find(name).map_or(name.as_str(), |entry| entry.name.as_str());
        // Only a plain name is looked for: a path could lead anywhere.
        let folder = models::folder_of(name, models)?;
        if !folder.is_dir() {
            bail!(
                "{} is not there; `countersign models list` shows what is, `countersign models pull` fetches one",
                folder.display()
            );
        }
        found.push((name.to_owned(), folder));
    }
    Ok(found)
}
