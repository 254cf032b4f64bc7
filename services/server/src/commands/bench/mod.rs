//! `bench …`: how fast the engine, the rendering and the rules are here, in figures that can be held against another's.
//!
//! `bench engine` measures reading and writing below grammars and queues, `bench kit` a whole kit as a kit is drafted, `bench held` what rules cost it,
//! `bench shape` writes a model of random weights for both, `bench render` renders a release for many partners, `bench
//! rules` checks texts. Each prints its machine. Nothing is stored and no database is opened. `eval/engine/` runs them
//! beside llama.cpp. One command a file; `job` is what `kit` drafts, `prose` its text, `figures` the statistics.

mod engine;
mod figures;
mod held;
mod job;
mod kit;
mod machine;
mod prose;
mod render;
mod rules;
mod shape;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Tokens a second: reading a prompt, writing one sequence, writing several together.
    Engine(engine::BenchEngine),
    /// A fixed kit job: drafts that share most of their prompt and obey a JSON grammar.
    Kit(kit::BenchKit),
    /// What it costs that rules hold the decoder: making bounds, and writing within them.
    Held(held::BenchHeld),
    /// Renditions a second: one release for many partners, and what a changed value makes again.
    Render(render::BenchRender),
    /// How fast brand rules are: one asset by all shipped packs, and a long text by more and more rules.
    Rules(rules::BenchRules),
    /// Write a model of random weights, as large as a real one.
    Shape(shape::BenchShape),
}

pub async fn run(bench: Bench) -> Result<ExitCode> {
    match bench {
        Bench::Engine(engine) => engine::run(engine).await,
        Bench::Kit(kit) => kit::run(kit).await,
        Bench::Held(held) => held::run(held).await,
        Bench::Render(render) => render::run(&render),
        Bench::Rules(rules) => rules::run(&rules),
        Bench::Shape(shape) => shape::run(&shape),
    }
}

/// A file whole, unless it is larger than `most` bytes.
fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > most {
        bail!("{} is larger than {most} bytes", path.display());
    }
    Ok(bytes)
}
