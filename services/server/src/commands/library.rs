//! `library import`: files of approved content into the store. A running service notices by itself.
//!
//! A source is known by its file's name, so that a file that has moved still replaces what it brought. Two files of one
//! name in a command would withdraw each other's passages; they are refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::Brand;
use countersign_library::import::{MAX_FILE_BYTES, ParsedPassage, parse, with_product_keys};
use countersign_store::{Actor, ImportCounts, NewPassage, Store};
use indicatif::{ProgressBar, ProgressStyle};

use super::{open_store, the_brand};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

pub async fn import(files: &[PathBuf], data: &Data, brand: Option<&str>, json: bool) -> Result<ExitCode> {
    refuse_same_names(files)?;
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let brand = the_brand(&store, brand).await?;
    let bar = ProgressBar::new(files.len() as u64).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} files  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut faults = 0;
    for path in files {
        let name = source_name(path);
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

/// What a file's passages are kept under.
fn source_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn refuse_same_names(files: &[PathBuf]) -> Result<()> {
    let mut seen: BTreeMap<String, &Path> = BTreeMap::new();
    for path in files {
        let Some(first) = seen.insert(source_name(path), path) else { continue };
        bail!(
            "{} and {} have the same name, under which the one would withdraw the other's passages; rename one of them. \
             Nothing was imported",
            first.display(),
            path.display()
        );
    }
    Ok(())
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
    let parsed = with_product_keys(brand, name, parse(name, bytes)?)?;
    let passages = parsed.into_iter().map(new_passage).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_of_one_name_are_refused_and_both_named() {
        let files = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let error = refuse_same_names(&files(&["en/guide.md", "faq.md", "de/guide.md"])).unwrap_err().to_string();
        assert!(error.starts_with("en/guide.md and de/guide.md have the same name"), "{error}");
        refuse_same_names(&files(&["en/guide.md", "de/guide.de.md"])).unwrap();
    }
}
