//! `bench engine`: tokens a second, below grammars and queues.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use countersign_engine::measure::Bench;
use countersign_engine::random_model::{Quantization, RandomModel, Shape};
use countersign_engine::{EngineOptions, ModelInfo, ModelSource};
use serde::Serialize;

use super::figures::{Figures, mebibytes, weights};
use super::machine::{Machine, Memory};
use super::read_bounded;
use super::shape::LARGEST_TOKENIZER;
use crate::cli::Data;
use crate::say;

#[derive(Debug, Args)]
pub struct BenchEngine {
    /// `starter`, a GGUF file, or a folder with config.json, tokenizer.json and safetensors.
    #[arg(long, value_name = "NAME|PATH", default_value = "starter", conflicts_with = "shape")]
    pub model: String,
    /// Measure a model of random weights instead, written for the run and removed after it: tiny, 100m, 1.2b.
    #[arg(long, requires_all = ["quant", "tokenizer"])]
    pub shape: Option<Shape>,
    /// How the random model's weights are kept: q8_0, q4_k, q4_k_m, q4_0, f16, bf16, f32.
    #[arg(long, requires = "shape")]
    pub quant: Option<Quantization>,
    /// The random model's tokenizer.json, a byte-level BPE.
    #[arg(long, value_name = "FILE", requires = "shape")]
    pub tokenizer: Option<PathBuf>,
    /// Tokens of the prompt that is read; 0 measures no reading.
    #[arg(long, default_value_t = 512, value_parser = count(0))]
    pub prefill: u32,
    /// Tokens that each sequence writes; 0 measures no writing.
    #[arg(long, default_value_t = 64, value_parser = count(0))]
    pub decode: u32,
    /// Sequences that are written together; several with commas.
    #[arg(long, value_delimiter = ',', default_value = "1,8,16", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub batch: Vec<u32>,
    /// Tokens that stand before what a sequence writes.
    #[arg(long, default_value_t = 256, value_parser = count(1))]
    pub context: u32,
    /// Tokens of a prompt that are read at once; as the engine does it when left out.
    #[arg(long, value_parser = count(1))]
    pub chunk: Option<u32>,
    /// Mebibytes that keys and values may take; as the engine has it when left out.
    #[arg(long, value_name = "MIB", value_parser = count(1))]
    pub cache: Option<u32>,
    /// How often each figure is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub repeat: u32,
    #[command(flatten)]
    pub data: Data,
    /// JSON lines: machine and model, one a figure, memory.
    #[arg(long)]
    pub json: bool,
}

fn count(least: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(least..=1 << 20)
}

pub async fn run(args: BenchEngine) -> Result<ExitCode> {
    tokio::task::spawn_blocking(move || measure(&args)).await.context("the measurement was interrupted")?
}

/// One figure.
#[derive(Debug, Serialize)]
struct Measured {
    what: &'static str,
    /// Tokens of each sequence that were timed.
    tokens: u32,
    sequences: u32,
    /// Tokens of each sequence before them.
    context: u32,
    /// All sequences together.
    tokens_per_second: Figures,
}

fn measure(args: &BenchEngine) -> Result<ExitCode> {
    let machine = Machine::here();
    let temporary = args.shape.map(|shape| TemporaryModel::write(shape, args)).transpose()?;
    let source = match &temporary {
        Some(model) => ModelSource::path(&model.path)?,
        None => crate::models::source(&args.model, &args.data.data)?,
    };
    let context_limit = args.prefill.max(args.context + args.decode) as usize;
    let options = EngineOptions::default();
    let chunk = args.chunk.map_or(options.chunk, |tokens| tokens as usize);
    let cache_bytes = args.cache.map_or(options.cache_bytes, |mebibytes| (mebibytes as usize) << 20);
    let (mut bench, model) = Bench::load(&source, context_limit, chunk, cache_bytes)?;
    drop(source);
    say_start(&machine, &model, args.json);

    // The first forward of each kind may pack weights; that is start-up, not speed.
    let failed = |reason: String| anyhow!("the model failed: {reason}");
    bench.prefill(args.context.min(64) as usize).map_err(failed)?;
    if args.prefill > 0 {
        let runs = repeat(args, args.prefill, || bench.prefill(args.prefill as usize)).map_err(failed)?;
        say_measured(&Measured::new("prefill", args.prefill, 1, 0, runs)?, args.json)?;
    }
    if args.decode > 0 {
        for &sequences in &args.batch {
            bench.decode(sequences as usize, 1, 1).map_err(failed)?;
            let decode = || bench.decode(sequences as usize, args.context as usize, args.decode as usize);
            let runs = repeat(args, args.decode * sequences, decode).map_err(failed)?;
            say_measured(&Measured::new("decode", args.decode, sequences, args.context, runs)?, args.json)?;
        }
    }
    say_memory(args.json);
    Ok(ExitCode::SUCCESS)
}

/// Tokens a second of each run.
fn repeat(
    args: &BenchEngine,
    tokens: u32,
    mut run: impl FnMut() -> Result<Duration, String>,
) -> Result<Vec<f64>, String> {
    (0..args.repeat).map(|_| run().map(|took| f64::from(tokens) / took.as_secs_f64())).collect()
}

impl Measured {
    fn new(what: &'static str, tokens: u32, sequences: u32, context: u32, runs: Vec<f64>) -> Result<Self> {
        let tokens_per_second = Figures::of(runs).context("nothing was measured")?;
        Ok(Self { what, tokens, sequences, context, tokens_per_second })
    }
}

fn say_start(machine: &Machine, model: &ModelInfo, json: bool) {
    if json {
        let model = serde_json::json!({
            "name": model.name, "digest": model.digest, "architecture": model.architecture,
            "parameters": model.parameters, "vocabulary": model.vocab_size,
        });
        say::line(&serde_json::json!({"machine": machine, "model": model}).to_string());
    } else {
        say::line(&machine.describe());
        say::line(&format!(
            "model    {}, {}, {}, vocabulary {}\n         {}",
            model.name,
            model.architecture,
            weights(model.parameters),
            model.vocab_size,
            model.digest
        ));
    }
}

fn say_measured(measured: &Measured, json: bool) -> Result<()> {
    if json {
        say::line(&serde_json::json!({"result": serde_json::to_value(measured)?}).to_string());
    } else {
        let Measured { what, tokens, sequences, context, tokens_per_second } = measured;
        let of =
            if *what == "decode" { format!("{sequences} × {tokens} after {context}") } else { tokens.to_string() };
        say::line(&format!("{what:<8} {of:<18} {tokens_per_second} tokens/s"));
    }
    Ok(())
}

fn say_memory(json: bool) {
    let Some(memory) = Memory::now() else { return };
    if json {
        say::line(&serde_json::json!({"memory": memory}).to_string());
    } else {
        say::line(&format!("memory   {} resident, {} at most", mebibytes(memory.resident), mebibytes(memory.peak)));
    }
}

/// A random model that is removed when the measurement ends.
#[derive(Debug)]
struct TemporaryModel {
    path: PathBuf,
    tokenizer: PathBuf,
}

impl TemporaryModel {
    fn write(shape: Shape, args: &BenchEngine) -> Result<Self> {
        // clap requires both beside --shape.
        let (Some(quantization), Some(tokenizer)) = (args.quant, &args.tokenizer) else {
            anyhow::bail!("--shape needs --quant and --tokenizer");
        };
        let tokenizer = read_bounded(tokenizer, LARGEST_TOKENIZER)?;
        let model = RandomModel { shape, quantization, vocabulary: 32_000, seed: 1 };
        let path = std::env::temp_dir().join(format!("countersign-{}-{}.gguf", model.name(), std::process::id()));
        say::note(&format!("writing {} to {}", model.name(), path.display()));
        let written = model.write(&path, &tokenizer)?;
        Ok(Self { path: written.path, tokenizer: written.tokenizer })
    }
}

impl Drop for TemporaryModel {
    fn drop(&mut self) {
        for path in [&self.path, &self.tokenizer] {
            if let Err(error) = std::fs::remove_file(path) {
                say::note(&format!("{} could not be removed: {error}", path.display()));
            }
        }
    }
}
