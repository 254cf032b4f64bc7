//! `rules check` and `rules test`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::Brand;
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::finding::Severity;
use countersign_domain::place::{Locale, Market};
use countersign_rules::{BrandTerms, Packs, Place, annotate};

use super::{open_store_to_read, the_brand};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

/// The brand of that slug, from the data folder or the database; nothing is written.
async fn brand_of(slug: &str, data: &Data) -> Result<Brand> {
    let folder = DataFolder::look(&data.data)?;
    if data.database.is_none() && !folder.has_database() {
        bail!(
            "--brand asks for a brand's own words, and {} holds no database; name one with --data",
            folder.path().display()
        );
    }
    let store = open_store_to_read(data, &folder).await?;
    let brand = the_brand(&store, Some(slug)).await;
    store.close().await;
    brand
}

/// The most bytes of one checked file.
const MAX_FILE: u64 = 10_000_000;

/// Exit code 1 when there is a finding of severity error or block, or a file cannot be read.
pub async fn check(
    files: &[PathBuf],
    pack: Option<&Path>,
    (locale, market): (Option<&str>, Option<&str>),
    brand: Option<&str>,
    data: &Data,
    json: bool,
) -> Result<ExitCode> {
    let packs = load(pack)?;
    let brand = match brand {
        Some(slug) => Some(brand_of(slug, data).await?),
        None => None,
    };
    let terms = brand.as_ref().map_or_else(BrandTerms::default, |brand| BrandTerms::of(&brand.sheet));
    let locale: Option<Locale> = locale.map(str::parse).transpose()?;
    let market: Option<Market> = market.map(str::parse).transpose()?;
    let brand = brand.as_ref().map(|brand| brand.sheet.identity.name.as_str());
    let place = Place { locale: locale.as_ref(), market, brand, ..Place::unknown(SystemClock.now()) };
    let mut refused = false;
    for path in files {
        let text = match read(path) {
            Ok(text) => text,
            Err(error) => {
                say::note(&format!("error: {error:#}"));
                refused = true;
                continue;
            }
        };
        for finding in packs.check_text(&text, &place, &terms) {
            let (line, column) = annotate(&text, &finding);
            refused |= finding.severity >= Severity::Error;
            if json {
                let row = serde_json::json!({
                    "file": path.display().to_string(), "line": line, "column": column, "rule": finding.rule,
                    "severity": finding.severity, "message": finding.message, "start": finding.start, "end": finding.end,
                });
                say::line(&row.to_string());
            } else {
                say::line(&format!(
                    "{}:{line}:{column}: {} {} [{}]",
                    path.display(),
                    finding.severity.as_str(),
                    finding.message,
                    finding.rule
                ));
            }
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs the examples that the rules carry.
pub fn test(dir: Option<&Path>, json: bool) -> Result<ExitCode> {
    let packs = match dir {
        Some(dir) => Packs::load(&[dir], false)?,
        None => Packs::embedded()?,
    };
    let failures = packs.run_examples();
    for failure in &failures {
        if json {
            let row = serde_json::json!({
                "file": failure.file, "line": failure.line, "rule": failure.rule, "text": failure.text,
                "found": failure.found, "message": failure.to_string(),
            });
            say::line(&row.to_string());
        } else {
            say::line(&failure.to_string());
        }
    }
    let (rules, failing) = (packs.rules().len(), failures.len());
    if json {
        say::line(&serde_json::json!({"summary": {"rules": rules, "failing": failing}}).to_string());
    } else {
        say::note(&format!("{rules} rules, {failing} failing examples"));
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn load(pack: Option<&Path>) -> Result<Packs> {
    Ok(match pack {
        Some(dir) => Packs::load(&[dir], true)?,
        None => Packs::embedded()?,
    })
}

fn read(path: &Path) -> Result<String> {
    use std::io::Read as _;
    let name = path.display();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{name} cannot be read"))?;
    if bytes.len() as u64 > MAX_FILE {
        bail!("{name} is larger than {MAX_FILE} bytes; check it in parts");
    }
    String::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("{name} is not UTF-8: byte {} is wrong", error.utf8_error().valid_up_to()))
}
