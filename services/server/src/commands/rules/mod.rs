//! `rules …`: texts held against rules, rules against their examples, corpora and everything released.
//!
//! One command a file. None of them writes anything: findings go to standard output, what concerns the run itself to
//! standard error. `annotation` says one finding in the forms that editors and CI read, `packs` is which rules run.

mod annotation;
mod check;
mod compiled;
mod packs;
mod sarif;
mod score;
mod test;
mod trial;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Check text files against the rule packs.
    Check(check::RulesCheck),
    /// Run the examples inside the rules.
    Test(test::RulesTest),
    /// How much of what was put into texts the rules find, and how often they speak where nothing is wrong.
    Score(score::RulesScore),
    /// What a new pack would find in everything that is released now, beyond what the packs in force find.
    Try(trial::RulesTry),
    /// What of each rule the model cannot break while it writes, and what is left to the check.
    Compiled(compiled::RulesCompiled),
}

pub async fn run(rules: Rules) -> Result<ExitCode> {
    match rules {
        Rules::Check(args) => check::run(&args).await,
        Rules::Test(args) => test::run(&args),
        Rules::Score(args) => score::run(&args),
        Rules::Try(args) => trial::run(&args).await,
        Rules::Compiled(args) => compiled::run(&args),
    }
}
