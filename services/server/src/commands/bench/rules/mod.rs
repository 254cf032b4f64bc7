//! `bench rules`: what a check costs.
//!
//! An asset of 200 words by all shipped packs, in each language that they speak, each time from the start; then a text of
//! a megabyte by more and more rules of terms, beside the same rules as regular expressions of their own. One thread.
//! `assets` are the texts, `terms` the made-up rules.

mod assets;
mod terms;

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use countersign_domain::clock::Timestamp;
use countersign_domain::place::Locale;
use countersign_rules::{BrandTerms, Packs, Place, Source, Subject};
use serde_json::json;

use self::assets::{ASSETS, Asset};
use super::figures::Figures;
use super::machine::Machine;
use crate::say;

#[derive(Debug, Args)]
pub struct BenchRules {
    /// How often each asset is checked.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(200..=100_000))]
    checks: u32,
    /// How often the long text is read by each number of rules.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    repeat: u32,
    /// Bytes of the long text.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(10_000..=10_000_000))]
    bytes: u32,
    /// Numbers of rules, with commas.
    #[arg(long, value_delimiter = ',', default_value = "1,10,100,1000,10000",
        value_parser = clap::value_parser!(u32).range(1..=60_000))]
    rules: Vec<u32>,
    /// The most rules that the rival is asked for: its time grows with them.
    #[arg(long, default_value_t = 1_000)]
    rival_up_to: u32,
    /// Show the rules that take longest on an asset too.
    #[arg(long)]
    profile: bool,
    /// JSON lines: the machine, then one a figure.
    #[arg(long)]
    json: bool,
}

/// Rules that a profile shows.
const SHOWN: usize = 15;
/// Passes of a profile after the one that makes what rules share.
const PASSES: usize = 50;

pub fn run(args: &BenchRules) -> Result<ExitCode> {
    let machine = Machine::here();
    if args.json {
        say::line(&json!({"machine": machine}).to_string());
    } else {
        say::line(&machine.describe());
    }
    let began = Instant::now();
    let packs = Packs::embedded()?;
    let loading = began.elapsed();
    let count = packs.rules().len();
    if args.json {
        say::line(&json!({"shipped": {"rules": count, "load_ms": milliseconds(loading)}}).to_string());
    } else {
        say::line(&format!("shipped  {count} rules, loaded in {:.0} ms", milliseconds(loading)));
    }
    for asset in &ASSETS {
        of_asset(args, &packs, asset)?;
    }
    drop(packs);
    curve(args)?;
    Ok(ExitCode::SUCCESS)
}

fn of_asset(args: &BenchRules, packs: &Packs, asset: &Asset) -> Result<()> {
    let content = asset.content();
    let locale: Locale = asset.locale.parse()?;
    let terms = BrandTerms::default();
    let sources = [Source::of_brief(asset.source)];
    let place = Place {
        locale: Some(&locale),
        market: locale.market(),
        channel: Some("email"),
        asset_type: Some("email"),
        ..Place::unknown(Timestamp::from_micros(1_795_996_800_000_000))
    };
    let subject = Subject { sources: &sources, ..Subject::new(&content, place, &terms) };
    let words: usize = content.plain().values().map(|text| text.split_whitespace().count()).sum();
    // Machines of patterns are made as they are needed.
    let findings = (0..20).map(|_| packs.check(&subject).len()).max().unwrap_or_default();
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..args.checks {
        let began = Instant::now();
        black_box(packs.check(black_box(&subject)));
        times.push(milliseconds(began.elapsed()));
    }
    let late = percentile(&times, 0.95).context("nothing was measured")?;
    let figures = Figures::of(times).context("nothing was measured")?;
    if args.json {
        let row = json!({
            "what": "asset", "locale": asset.locale, "words": words, "findings": findings, "checks": args.checks,
            "median_ms": figures.median, "p95_ms": late, "least_ms": figures.low,
        });
        say::line(&row.to_string());
    } else {
        say::line(&format!(
            "asset    {}  {words} words, {findings} findings   median {:.2} ms   p95 {late:.2} ms   least {:.2} ms",
            asset.locale, figures.median, figures.low
        ));
    }
    if args.profile {
        profile(args, packs, asset, &subject);
    }
    Ok(())
}

/// Time by rule, on a scene of which everything shared is there already.
fn profile(args: &BenchRules, packs: &Packs, asset: &Asset, subject: &Subject<'_>) {
    let mut times: HashMap<String, Duration> = HashMap::new();
    let mut last = Instant::now();
    packs.rule_by_rule(subject, PASSES + 1, &mut |pass, rule| {
        let now = Instant::now();
        if pass > 0 {
            *times.entry(rule.id().to_owned()).or_default() += now - last;
        }
        last = Instant::now();
    });
    let (rules, all): (usize, Duration) = (times.len(), times.values().sum());
    let mut times: Vec<(String, Duration)> = times.into_iter().collect();
    times.sort_by(|(a, of_a), (b, of_b)| (of_b, a).cmp(&(of_a, b)));
    let each = |time: Duration| milliseconds(time) * 1_000.0 / PASSES as f64;
    if args.json {
        let top: Vec<_> =
            times.iter().take(SHOWN).map(|(rule, time)| json!({"rule": rule, "us": each(*time)})).collect();
        let row = json!({"what": "profile", "locale": asset.locale, "rules": rules, "us": each(all), "top": top});
        return say::line(&row.to_string());
    }
    say::line(&format!("         {rules} rules speak and take {:.0} µs", each(all)));
    for (rule, time) in times.iter().take(SHOWN) {
        say::line(&format!("         {:>8.1} µs  {rule}", each(*time)));
    }
}

/// The long text by more and more rules, by ours and by the rival.
fn curve(args: &BenchRules) -> Result<()> {
    let (mut before, mut rival_before) = (None, None);
    for &rules in &args.rules {
        let text = terms::text(args.bytes as usize, rules as usize, 1);
        let packs = terms::packs(rules as usize)?;
        let found = terms::findings(&packs, &text);
        let figures = timed(args.repeat, || terms::findings(&packs, &text))?;
        drop(packs);
        told(args, "terms", rules, &text, found, &figures, &mut before);
        if rules <= args.rival_up_to {
            let rival = terms::rival(rules as usize)?;
            let hits = terms::hits(&rival, &text);
            ensure!(hits == found, "with {rules} rules the rival has {hits} hits and we have {found} findings");
            let figures = timed(args.repeat, || terms::hits(&rival, &text))?;
            told(args, "rival", rules, &text, hits, &figures, &mut rival_before);
        }
    }
    Ok(())
}

fn timed<T>(repeat: u32, mut run: impl FnMut() -> T) -> Result<Figures> {
    let mut times = Vec::new();
    for _ in 0..repeat {
        let began = Instant::now();
        black_box(run());
        times.push(milliseconds(began.elapsed()));
    }
    Figures::of(times).context("nothing was measured")
}

fn told(
    args: &BenchRules,
    what: &str,
    rules: u32,
    text: &str,
    found: usize,
    figures: &Figures,
    before: &mut Option<f64>,
) {
    let speed = text.len() as f64 / 1e3 / figures.median;
    let ratio = before.replace(figures.median).map(|before| figures.median / before);
    if args.json {
        let row = json!({
            "what": what, "rules": rules, "bytes": text.len(), "findings": found, "ms": figures, "mb_per_s": speed,
            "ratio_to_before": ratio,
        });
        return say::line(&row.to_string());
    }
    let ratio = ratio.map_or_else(String::new, |ratio| format!("   × {ratio:.2}"));
    say::line(&format!("{what:<8} {rules:>6} rules {found:>6} findings {figures} ms   {speed:8.2} MB/s{ratio}"));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The nearest rank.
fn percentile(times: &[f64], part: f64) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!((percentile(&times, 0.95), percentile(&times, 0.5)), (Some(190.0), Some(100.0)));
        assert_eq!(percentile(&[], 0.95), None);
    }
}
