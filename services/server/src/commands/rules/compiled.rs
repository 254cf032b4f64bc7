//! `rules compiled`: what of the rules the decoder obeys while it writes, and what is left to the check.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use countersign_domain::place::Locale;
use countersign_drafting::held::{How, holdings};
use countersign_rules::Packs;
use serde_json::json;

use crate::say;

#[derive(Debug, Args)]
pub struct RulesCompiled {
    /// Rules that may speak in this locale alone.
    #[arg(long)]
    locale: Option<Locale>,
    /// Rules that may speak on this channel alone.
    #[arg(long)]
    channel: Option<String>,
    /// A folder of packs, besides the shipped ones.
    #[arg(long, value_name = "DIR")]
    pack: Vec<std::path::PathBuf>,
    /// One JSON line a rule, then a summary.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &RulesCompiled) -> Result<ExitCode> {
    let dirs: Vec<&std::path::Path> = args.pack.iter().map(std::path::PathBuf::as_path).collect();
    let packs = Packs::load(&dirs, true)?;
    let mut counts = [0_usize; 3];
    let asked = |rule: &countersign_rules::Rule| rule.may_speak(args.locale.as_ref(), args.channel.as_deref());
    for holding in holdings(&packs).into_iter().filter(|holding| asked(holding.rule)) {
        let rule = holding.rule;
        let (at, name, rest) = match holding.how {
            How::Exact => (0, "exact", None),
            How::Partly(rest) => (1, "partly", Some(rest)),
            How::Checked(why) => (2, "checked", Some(why)),
        };
        counts[at] += 1;
        if args.json {
            let row = json!({
                "rule": rule.id(), "kind": rule.kind(), "severity": rule.severity(), "binding": name, "left": rest,
            });
            say::line(&row.to_string());
        } else {
            let rest = rest.map_or_else(String::new, |rest| format!(": {rest}"));
            say::line(&format!("{:<44} {:<20} {name}{rest}", rule.id(), rule.kind()));
        }
    }
    let [exact, partly, checked] = counts;
    let rules = exact + partly + checked;
    if args.json {
        let summary = json!({"rules": rules, "exact": exact, "partly": partly, "checked": checked});
        say::line(&json!({"summary": summary}).to_string());
    } else {
        say::note(&format!("{rules} rules: {exact} bind exactly, {partly} in part, {checked} are checked only"));
    }
    Ok(ExitCode::SUCCESS)
}
