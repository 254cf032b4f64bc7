//! `rules check`: files, or standard input, against the rules.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use countersign_domain::brand::Brand;
use countersign_domain::clock::{Clock as _, SystemClock, Timestamp};
use countersign_domain::finding::Severity;
use countersign_domain::place::{Locale, Market};
use countersign_rules::{BrandTerms, LineIndex, Place};

use super::super::{open_store_to_read, the_brand};
use super::annotation::Annotation;
use super::packs::Checker;
use super::sarif::Sarif;
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

#[derive(Debug, Args)]
pub struct RulesCheck {
    /// Text files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Rules besides the shipped ones: a pack, a folder of packs, or a style of the linter Vale. May be given again.
    #[arg(long, value_name = "DIR")]
    pack: Vec<PathBuf>,
    /// The locale that the texts are in; rules of other locales are left out.
    #[arg(long)]
    locale: Option<Locale>,
    /// The market that the texts are for.
    #[arg(long)]
    market: Option<Market>,
    /// The channel that the texts are for, such as `email`: rules of certain channels speak only where it is known.
    #[arg(long)]
    channel: Option<String>,
    /// The asset type that the texts are, such as `linkedin_post`; as with --channel.
    #[arg(long)]
    asset_type: Option<String>,
    /// The day for which rules with `from` and `until` are asked, such as 2026-11-30; today when left out.
    #[arg(long, value_parser = day)]
    date: Option<Timestamp>,
    /// The brand whose own words and packs count too, by its slug in the data folder.
    #[arg(long, value_name = "SLUG")]
    brand: Option<String>,
    /// The language of the messages, where rules speak it.
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    data: Data,
    /// How findings are told.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// One JSON line a finding: --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// FILE:LINE:COLUMN: a line a finding, for people and editors.
    Text,
    /// A JSON object a finding.
    Json,
    /// Workflow commands of GitHub Actions.
    Github,
    /// One SARIF 2.1.0 log.
    Sarif,
}

fn day(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|error| error.to_string())
}

/// The most bytes of one checked file.
const MAX_FILE: u64 = 10_000_000;

/// Exit code 1 when there is a finding of severity error or block, or a file cannot be read.
pub async fn run(args: &RulesCheck) -> Result<ExitCode> {
    let checker = Checker::load(&args.pack)?;
    let brand = match &args.brand {
        Some(slug) => Some(brand_of(slug, &args.data).await?),
        None => None,
    };
    let terms = brand.as_ref().map_or_else(BrandTerms::default, |brand| BrandTerms::of(&brand.sheet));
    let place = Place {
        locale: args.locale.as_ref(),
        market: args.market,
        channel: args.channel.as_deref(),
        asset_type: args.asset_type.as_deref(),
        brand: brand.as_ref().map(|brand| brand.sheet.identity.name.as_str()),
        ..Place::unknown(args.date.unwrap_or_else(|| SystemClock.now()))
    };
    let format = if args.json { Format::Json } else { args.format };
    let mut counts = Counts::default();
    let mut failed = Vec::new();
    let mut sarif = Sarif::default();
    for path in &args.files {
        let text = match read(path) {
            Ok(text) => text,
            Err(error) => {
                failed.push(format!("{error:#}"));
                say::note(&format!("error: {error:#}"));
                continue;
            }
        };
        counts.files += 1;
        let (shown, lines) = (shown(path), LineIndex::new(&text));
        for finding in checker.check(&text, &place, &terms) {
            counts.add(finding.severity);
            let annotation = Annotation::new(&shown, &lines, &finding, args.language.as_deref());
            match format {
                Format::Text => say::line(&annotation.text()),
                Format::Json => say::line(&annotation.json()),
                Format::Github => say::line(&annotation.github()),
                Format::Sarif => sarif.push(&annotation),
            }
        }
    }
    if format == Format::Sarif {
        say::line(&serde_json::to_string_pretty(&sarif.finish(&checker.packs, &failed))?);
    }
    say::note(&counts.to_string());
    let refused = !failed.is_empty() || counts.worst() >= Some(Severity::Error);
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What was read and found.
#[derive(Debug, Default)]
struct Counts {
    files: usize,
    /// From the gravest.
    findings: [usize; 4],
}

const SEVERITIES: [Severity; 4] = [Severity::Block, Severity::Error, Severity::Warn, Severity::Info];

impl Counts {
    fn add(&mut self, severity: Severity) {
        for (count, _) in self.findings.iter_mut().zip(SEVERITIES).filter(|(_, known)| *known == severity) {
            *count += 1;
        }
    }

    fn worst(&self) -> Option<Severity> {
        self.findings.iter().zip(SEVERITIES).find(|(count, _)| **count > 0).map(|(_, severity)| severity)
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let all: usize = self.findings.iter().sum();
        write!(f, "{} file{}, {all} finding{}", self.files, plural(self.files), plural(all))?;
        let some = self.findings.iter().zip(SEVERITIES).filter(|(count, _)| **count > 0);
        for (at, (count, severity)) in some.enumerate() {
            write!(f, "{}{count} {}", if at == 0 { ": " } else { ", " }, severity.as_str())?;
        }
        Ok(())
    }
}

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

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn read(path: &Path) -> Result<String> {
    use std::io::Read as _;
    let name = shown(path);
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{name} cannot be read"))?;
    if bytes.len() as u64 > MAX_FILE {
        bail!("{name} is larger than {MAX_FILE} bytes; check it in parts");
    }
    String::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("{name} is not UTF-8: byte {} is wrong", error.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_from_the_gravest_and_names_only_what_there_is() {
        let mut counts = Counts { files: 1, ..Counts::default() };
        assert_eq!((counts.to_string().as_str(), counts.worst()), ("1 file, 0 findings", None));
        for severity in [Severity::Warn, Severity::Block, Severity::Warn] {
            counts.add(severity);
        }
        assert_eq!(counts.to_string(), "1 file, 3 findings: 1 block, 2 warn");
        assert_eq!(counts.worst(), Some(Severity::Block));
    }
}
