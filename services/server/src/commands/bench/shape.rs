//! `bench shape`: a model of random weights in a file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use countersign_engine::random_model::{Quantization, RandomModel, Shape};

use super::{figures, read_bounded};
use crate::say;

/// The largest tokenizer.json that is read.
pub(super) const LARGEST_TOKENIZER: u64 = 64 << 20;

#[derive(Debug, Args)]
pub struct BenchShape {
    /// tiny, 100m, or 1.2b (Llama 3.2 1B's).
    #[arg(long)]
    pub shape: Shape,
    /// q8_0, q4_k, q4_k_m (llama.cpp's mix), q4_0, f16, bf16 or f32.
    #[arg(long)]
    pub quant: Quantization,
    /// A byte-level BPE tokenizer.json that splits text as GPT-2 does.
    #[arg(long, value_name = "FILE")]
    pub tokenizer: PathBuf,
    /// Rows of the embedding; what the tokenizer does not fill is padded.
    #[arg(long, default_value_t = 32_000, value_parser = clap::value_parser!(u32).range(256..=1 << 20))]
    pub vocabulary: u32,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The GGUF file to write; its tokenizer goes beside it.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// What was written, as one JSON line.
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: &BenchShape) -> Result<ExitCode> {
    let tokenizer = read_bounded(&args.tokenizer, LARGEST_TOKENIZER)?;
    let model = RandomModel {
        shape: args.shape,
        quantization: args.quant,
        vocabulary: args.vocabulary as usize,
        seed: args.seed,
    };
    let began = Instant::now();
    let written = model.write(&args.out, &tokenizer)?;
    let seconds = began.elapsed().as_secs_f64();
    if args.json {
        let row = serde_json::json!({
            "path": written.path, "tokenizer": written.tokenizer, "name": model.name(),
            "parameters": written.parameters, "bytes": written.bytes, "seconds": seconds,
        });
        say::line(&row.to_string());
    } else {
        say::line(&format!(
            "{}: {} with {}, {}, in {seconds:.1} s",
            written.path.display(),
            model.name(),
            figures::weights(written.parameters),
            figures::mebibytes(written.bytes),
        ));
    }
    Ok(ExitCode::SUCCESS)
}
