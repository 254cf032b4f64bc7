//! `rules score`: how much of what was put into texts the rules find, and how often they speak where nothing is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use countersign_evaluation::Proportion;
use countersign_rules::Packs;
use countersign_rules::corpus::{Clean, Corpora, Score, Stray, Tally};
use serde_json::json;

use crate::say;

#[derive(Debug, Args)]
pub struct RulesScore {
    /// A folder of corpora: seeded/KIND/LANG.yaml, clean/LANG.yaml, packs/ (eval/rules/README.md).
    #[arg(default_value = "eval/rules")]
    dir: PathBuf,
    /// A folder of packs that are scored in place of the shipped ones.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// List every miss and every false alert too.
    #[arg(long)]
    misses: bool,
    /// Fail where recall or precision, of a language or of all, is less than this (0 to 1).
    #[arg(long, value_name = "SHARE", value_parser = share)]
    least: Option<f64>,
    /// Fail where clean texts of a language, or all, have more alerts per 1,000 words than this.
    #[arg(long, value_name = "ALERTS", value_parser = not_negative)]
    most: Option<f64>,
    /// JSON lines.
    #[arg(long)]
    json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    not_negative(text).and_then(|share| if share <= 1.0 { Ok(share) } else { Err("is a share of 0 to 1".to_owned()) })
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err("is not a number from 0".to_owned()) }
}

pub fn run(args: &RulesScore) -> Result<ExitCode> {
    let corpora = Corpora::read(&args.dir)?;
    let dirs: Vec<&Path> = args.rules.iter().map(PathBuf::as_path).collect();
    let embedded = dirs.is_empty();
    let shipped = Packs::load(&dirs, embedded)?;
    let all = match corpora.packs() {
        Some(packs) => Packs::load(&dirs.into_iter().chain([packs]).collect::<Vec<_>>(), embedded)?,
        None => shipped.clone(),
    };
    let score = corpora.score(&shipped, &all)?;
    score.unknown.iter().for_each(|fault| say::note(&format!("warning: {fault}")));
    let sums = Sums::of(&score);
    if args.json {
        told_as_json(&score, &sums, args.misses)
    } else {
        told(&score, &sums, args.misses)
    }
    let short = sums.short_of(args.least, args.most);
    if short.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("the rules fall short: {}", short.join("; "))
}

/// Totals.
struct Sums<'a> {
    kinds: BTreeMap<&'a str, Tally>,
    languages: BTreeMap<&'a str, Tally>,
    all: Tally,
    clean: BTreeMap<&'a str, &'a Clean>,
    all_clean: Clean,
}

impl<'a> Sums<'a> {
    fn of(score: &'a Score) -> Self {
        let mut sums = Self {
            kinds: BTreeMap::new(),
            languages: BTreeMap::new(),
            all: Tally::default(),
            clean: BTreeMap::new(),
            all_clean: Clean::default(),
        };
        for ((kind, language), tally) in &score.seeded {
            sums.kinds.entry(kind).or_default().add(tally);
            sums.languages.entry(language).or_default().add(tally);
            sums.all.add(tally);
        }
        for (language, clean) in &score.clean {
            sums.clean.insert(language, clean);
            sums.all_clean.texts += clean.texts;
            sums.all_clean.words += clean.words;
            for (rule, count) in &clean.alerts {
                *sums.all_clean.alerts.entry(rule.clone()).or_default() += count;
            }
        }
        sums
    }

    /// What is worse than asked for, one clause each.
    fn short_of(&self, least: Option<f64>, most: Option<f64>) -> Vec<String> {
        let mut short = Vec::new();
        let tallies = self.languages.iter().map(|(name, tally)| (*name, tally)).chain([("all", &self.all)]);
        for (name, tally) in tallies.filter(|_| least.is_some()) {
            let least = least.unwrap_or_default();
            for (what, seen) in [("recall", recall(tally)), ("precision", precision(tally))] {
                if let Some(seen) = seen.filter(|seen| seen.value < least) {
                    short.push(format!("{what} of {name} is {:.4}, not {least}", seen.value));
                }
            }
        }
        let cleans = self.clean.iter().map(|(name, clean)| (*name, *clean)).chain([("all", &self.all_clean)]);
        for (name, clean) in cleans {
            if let (Some(rate), Some(most)) = (rate(clean), most)
                && rate > most
            {
                short.push(format!("clean texts of {name} have {rate:.2} alerts per 1,000 words, not {most}"));
            }
        }
        short
    }
}

fn recall(tally: &Tally) -> Option<Proportion> {
    Proportion::of(tally.found, tally.expected)
}

fn precision(tally: &Tally) -> Option<Proportion> {
    Proportion::of(tally.found, tally.found + tally.false_alerts)
}

/// Alerts per 1,000 words.
fn rate(clean: &Clean) -> Option<f64> {
    let alerts: usize = clean.alerts.values().sum();
    (clean.words > 0).then(|| 1000.0 * alerts as f64 / clean.words as f64)
}

fn told(score: &Score, sums: &Sums<'_>, misses: bool) {
    say::line(&format!(
        "{:<30} {:>6} {:>9} {:>6} {:>6}   {:<26} precision (95 %)",
        "seeded", "texts", "expected", "found", "false", "recall (95 %)"
    ));
    for ((kind, language), tally) in &score.seeded {
        say::line(&row(&format!("{kind} {language}"), tally));
    }
    say::line("");
    sums.kinds.iter().for_each(|(kind, tally)| say::line(&row(kind, tally)));
    say::line("");
    sums.languages.iter().for_each(|(language, tally)| say::line(&row(language, tally)));
    say::line(&row("all", &sums.all));
    say::line("");
    say::line(&format!("{:<30} {:>6} {:>9} {:>6}   per 1,000 words", "clean", "texts", "words", "alerts"));
    for (language, clean) in &sums.clean {
        say::line(&clean_row(language, clean));
        let mut alerts: Vec<_> = clean.alerts.iter().collect();
        alerts.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), *rule));
        alerts.iter().for_each(|(rule, count)| say::line(&format!("{count:>54}   {rule}")));
    }
    say::line(&clean_row("all", &sums.all_clean));
    if misses && !score.strays.is_empty() {
        say::line("");
        score.strays.iter().for_each(|stray| say::line(&listed(stray)));
    }
}

fn row(name: &str, tally: &Tally) -> String {
    let Tally { texts, expected, found, false_alerts } = tally;
    format!(
        "{name:<30} {texts:>6} {expected:>9} {found:>6} {false_alerts:>6}   {:<26} {}",
        Proportion::told(recall(tally)),
        Proportion::told(precision(tally))
    )
}

fn clean_row(name: &str, clean: &Clean) -> String {
    let alerts: usize = clean.alerts.values().sum();
    let rate = rate(clean).map_or_else(|| "–".to_owned(), |rate| format!("{rate:.2}"));
    format!("{name:<30} {:>6} {:>9} {alerts:>6}   {rate}", clean.texts, clean.words)
}

fn listed(stray: &Stray) -> String {
    let Stray { what, file, line, rule, span } = stray;
    format!("{file}:{line}: {:<6} {rule} {span:?}", what.as_str())
}

fn told_as_json(score: &Score, sums: &Sums<'_>, misses: bool) {
    let tally = |kind: Option<&str>, language: Option<&str>, tally: &Tally| {
        let row = json!({
            "part": "seeded", "kind": kind, "language": language, "texts": tally.texts, "expected": tally.expected,
            "found": tally.found, "false": tally.false_alerts, "recall": recall(tally), "precision": precision(tally),
        });
        say::line(&row.to_string());
    };
    for ((kind, language), sum) in &score.seeded {
        tally(Some(kind), Some(language), sum);
    }
    sums.kinds.iter().for_each(|(kind, sum)| tally(Some(kind), None, sum));
    sums.languages.iter().for_each(|(language, sum)| tally(None, Some(language), sum));
    tally(None, None, &sums.all);
    let cleans = sums.clean.iter().map(|(language, clean)| (Some(*language), *clean)).chain([(None, &sums.all_clean)]);
    for (language, clean) in cleans {
        let row = json!({
            "part": "clean", "language": language, "texts": clean.texts, "words": clean.words,
            "alerts": clean.alerts.values().sum::<usize>(), "per_1000_words": rate(clean), "rules": clean.alerts,
        });
        say::line(&row.to_string());
    }
    for Stray { what, file, line, rule, span } in score.strays.iter().filter(|_| misses) {
        let row = json!({"part": what.as_str(), "file": file, "line": line, "rule": rule, "span": span});
        say::line(&row.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(expected: usize, found: usize, false_alerts: usize) -> Tally {
        Tally { texts: 1, expected, found, false_alerts }
    }

    fn seen(alerts: usize) -> Score {
        let key = |kind: &str, language: &str| (kind.to_owned(), language.to_owned());
        Score {
            seeded: [
                (key("link", "en"), tally(90, 90, 0)),
                (key("link", "de"), tally(10, 8, 2)),
                (key("utm", "de"), tally(0, 0, 0)),
            ]
            .into(),
            clean: [("en".to_owned(), Clean { texts: 1, words: 500, alerts: [("a.b".to_owned(), alerts)].into() })]
                .into(),
            ..Score::default()
        }
    }

    #[test]
    fn totals_are_sums_by_kind_by_language_and_of_all() {
        let score = seen(1);
        let sums = Sums::of(&score);
        assert_eq!((sums.kinds["link"].expected, sums.languages["de"].found, sums.all.false_alerts), (100, 8, 2));
        assert_eq!(rate(&sums.all_clean), Some(2.0));
        assert_eq!(recall(&sums.kinds["utm"]), None, "of nothing nothing is said");
    }

    #[test]
    fn a_language_that_falls_short_fails_the_check_even_where_all_together_do_not() {
        let score = seen(1);
        let short = Sums::of(&score).short_of(Some(0.98), Some(1.0));
        let told = short.join("; ");
        assert!(told.contains("recall of de is 0.8000") && told.contains("precision of de is 0.8000"), "{told}");
        assert!(told.contains("recall of all") || !told.contains("recall of en"), "{told}");
        assert!(told.contains("clean texts of en have 2.00") && told.contains("of all have 2.00"), "{told}");
        assert!(Sums::of(&seen(0)).short_of(Some(0.8), Some(1.0)).is_empty());
        assert!(Sums::of(&seen(9)).short_of(None, None).is_empty(), "nothing was asked");
    }
}
