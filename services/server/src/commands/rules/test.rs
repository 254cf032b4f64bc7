//! `rules test`: the examples that the rules carry.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use countersign_rules::Packs;

use crate::say;

#[derive(Debug, Args)]
pub struct RulesTest {
    /// A folder of packs; the shipped ones when left out.
    dir: Option<PathBuf>,
    /// One JSON line a failing example, then a summary.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &RulesTest) -> Result<ExitCode> {
    let packs = match &args.dir {
        Some(dir) => Packs::load(&[dir], false)?,
        None => Packs::embedded()?,
    };
    let failures = packs.run_examples();
    for failure in &failures {
        if args.json {
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
    if args.json {
        say::line(&serde_json::json!({"summary": {"rules": rules, "failing": failing}}).to_string());
    } else {
        say::note(&format!("{rules} rules, {failing} failing examples"));
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
