//! The binary `countersign`: command line, configuration, wiring and shutdown.
//!
//! This is the only crate that names concrete databases, indexes and models. It holds no rule of the product: what a
//! command does is in the crates below. Start reading at [`cli`], then [`up`], which puts the house together. To add a
//! command, add a variant to [`cli::Command`] and a file to [`commands`].

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod cli;
mod commands;
mod data_folder;
mod docs;
mod logging;
mod models;
mod sample;
mod say;
mod up;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say::fail(&anyhow::anyhow!("the runtime does not start: {error}")),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => say::fail(&error),
    }
}
