//! `library import`: files of approved content into the store. A running service notices by itself.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use countersign_domain::brand::Brand;
use countersign_library::import::{MAX_FILE_BYTES, ParsedPassage, parse};
use countersign_store::{Actor, ImportCounts, NewPassage, Store};
use indicatif::{ProgressBar, ProgressStyle};

use super::{open_store, the_brand};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

pub async fn import(files: &[PathBuf], data: &Data, brand: Option<&str>, json: bool) -> Result<ExitCode> {
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let brand = the_brand(&store, brand).await?;
    let bar = ProgressBar::new(files.len() as u64).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} files  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut faults = 0;
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        bar.set_message(name.clone());
        let done = match read(path) {
            Ok(bytes) => load(&store, &brand, &name, &bytes, Actor::Cli).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(counts) if json => bar.suspend(|| {
                say::line(
                    &serde_json::json!({"file": name, "added": counts.added, "kept": counts.kept, "withdrawn": counts.withdrawn})
                        .to_string(),
                );
            }),
            Ok(counts) => bar.suspend(|| {
                say::line(&format!("{name}: {} added, {} kept, {} withdrawn", counts.added, counts.kept, counts.withdrawn));
            }),
            Err(error) => {
                faults += 1;
                bar.suspend(|| say::note(&format!("error: {error:#}")));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    store.close().await;
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &PathBuf) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(bytes)
}

/// One file's passages in place of what the same file gave before.
pub async fn load(store: &Store, brand: &Brand, name: &str, bytes: &[u8], actor: Actor) -> Result<ImportCounts> {
    let passages = parse(name, bytes)?.into_iter().map(new_passage).collect();
    Ok(store.passages_replace_source(brand.id, name, passages, actor).await?)
}

fn new_passage(parsed: ParsedPassage) -> NewPassage {
    NewPassage {
        product: parsed.product,
        locale: parsed.locale,
        market: parsed.market,
        text: parsed.text,
        source: parsed.source,
        valid_from: parsed.valid_from,
        valid_until: parsed.valid_until,
    }
}
