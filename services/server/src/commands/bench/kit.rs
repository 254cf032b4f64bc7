//! `bench kit`: a whole kit, as a kit is drafted.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use countersign_engine::{DraftEvent, DraftHandle, DraftOutput, Engine, EngineOptions};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::figures::{Figures, mebibytes};
use super::job::{self, Job, Size};
use super::machine::{Machine, Memory};
use crate::cli::Data;
use crate::say;

#[derive(Debug, Args)]
pub struct BenchKit {
    /// `starter`, a GGUF file, or a folder with config.json, tokenizer.json and safetensors.
    #[arg(long, value_name = "NAME|PATH", default_value = "starter")]
    pub model: String,
    #[arg(long, default_value_t = 36, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub drafts: u32,
    /// Tokens of prompt that all drafts share.
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub common: u32,
    /// Tokens of each draft's own prompt.
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub own: u32,
    /// Tokens that a draft comes to, about.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(32..=4096))]
    pub out: u32,
    /// Characters that a written token is taken to have. The default is what a model of random weights writes; a
    /// trained one writes about 4.5.
    #[arg(long, default_value_t = 6.6)]
    pub characters_per_token: f64,
    /// The strings of the answer: `default` (subject, preheader, body, call_to_action), or a JSON file of an array of
    /// {name, least, most}, lengths in characters.
    #[arg(long, default_value = "default", value_name = "default|FILE")]
    pub slots_schema: String,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write the job (prompts and grammar) for another server to be given, and do not run it.
    #[arg(long, value_name = "FILE", conflicts_with = "job")]
    pub write_job: Option<PathBuf>,
    /// Run a job that was written before; its sizes are its own.
    #[arg(long, value_name = "FILE")]
    pub job: Option<PathBuf>,
    /// Drafts that are written together; as the engine has it when left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub batch: Option<u32>,
    /// Mebibytes that keys and values may take; as the engine has it when left out.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    pub cache: Option<u32>,
    /// Do not guess ahead; the texts must be the same.
    #[arg(long)]
    pub no_speculation: bool,
    /// Read forced tokens one by one; the texts must be the same.
    #[arg(long)]
    pub no_fast_forward: bool,
    #[command(flatten)]
    pub data: Data,
    /// The figures as one JSON line.
    #[arg(long)]
    pub json: bool,
}

impl BenchKit {
    fn size(&self) -> Size {
        Size {
            drafts: self.drafts as usize,
            common: self.common as usize,
            own: self.own as usize,
            out: self.out as usize,
            seed: self.seed,
        }
    }

    fn options(&self, job: Option<&Job>) -> EngineOptions {
        let default = EngineOptions::default();
        let (context_limit, drafts) = match job {
            Some(job) => (job.context_tokens, job.own.len()),
            None => (self.size().context_tokens(), self.size().drafts),
        };
        EngineOptions {
            context_limit,
            queue_depth: drafts,
            batch: self.batch.map_or(default.batch, |batch| batch as usize),
            cache_bytes: self.cache.map_or(default.cache_bytes, |mebibytes| (mebibytes as usize) << 20),
            speculate: !self.no_speculation,
            fast_forward: !self.no_fast_forward,
            ..default
        }
    }

    fn build(&self, engine: &Engine) -> Result<Job> {
        let size = self.size();
        if !(1.0..=20.0).contains(&self.characters_per_token) {
            bail!("--characters-per-token is {}; give 1 to 20", self.characters_per_token);
        }
        let fields = match self.slots_schema.as_str() {
            "default" => job::default_fields(size.out, self.characters_per_token),
            path => job::read_fields(path.as_ref())?,
        };
        Job::build(size, fields, &|text| Ok(engine.count_tokens(text)?))
    }
}

/// Exit code 1 when a draft failed or is not what the grammar asks for: its figures would not count.
pub async fn run(args: BenchKit) -> Result<ExitCode> {
    let machine = Machine::here();
    let written = args.job.as_deref().map(Job::read).transpose()?;
    let options = args.options(written.as_ref());
    let source = crate::models::source(&args.model, &args.data.data)?;
    let engine = tokio::task::spawn_blocking(move || Engine::start(source, options))
        .await
        .context("loading the model was interrupted")?
        .with_context(|| format!("the model `{}` cannot be used", args.model))?;
    let job = match written {
        Some(job) => job,
        None => args.build(&engine)?,
    };
    if let Some(path) = &args.write_job {
        job.write(path)?;
        say::note(&format!("{} drafts, {}", job.own.len(), path.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let report = draft_all(&engine, &job, machine).await?;
    for failure in &report.failures {
        say::note(&format!("error: {failure}"));
    }
    if args.json {
        say::line(&serde_json::to_string(&report)?);
    } else {
        report.say();
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of a kit. Token counts are of all drafts together.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    model: String,
    model_digest: String,
    drafts: usize,
    /// From the first submission to the last draft's end; the model is loaded and warm before.
    wall_seconds: f64,
    drafts_per_second: f64,
    prompt_tokens: usize,
    /// Of them, those that were computed for this draft.
    prompt_tokens_read: usize,
    /// And those that an earlier draft's reading served for.
    prompt_tokens_reused: usize,
    written_tokens: usize,
    /// Of the written ones, those that the grammar forced.
    forced_tokens: usize,
    /// And those that were guessed and came true.
    guessed_tokens: usize,
    /// Written tokens over wall seconds, prompts read in the same time.
    written_per_second: f64,
    /// Seconds from submission to the first text, over the drafts.
    first_text_seconds: Option<Figures>,
    /// Seconds from submission to the end, over the drafts.
    draft_seconds: Option<Figures>,
    memory: Option<Memory>,
    /// Of all texts in the order of the job: the same job on the same model must give the same.
    texts_digest: String,
    failures: Vec<String>,
}

/// One draft as its reader saw it.
#[derive(Debug)]
pub(super) struct Outcome {
    prompt_tokens: usize,
    first_text: Option<Duration>,
    took: Duration,
    pub output: Result<DraftOutput, String>,
}

async fn draft_all(engine: &Engine, job: &Job, machine: Machine) -> Result<Report> {
    // Compiled once for a template, and so not part of a kit's time.
    let grammar = engine.compile_grammar(&job.lark)?;
    let began = Instant::now();
    let mut readers = Vec::with_capacity(job.own.len());
    for (stream, own) in job.own.iter().enumerate() {
        let handle = engine.submit(job.request(&grammar, stream, own))?;
        readers.push(tokio::spawn(read(handle, began)));
    }
    let mut drafts = Vec::with_capacity(readers.len());
    for reader in readers {
        drafts.push(reader.await.map_err(|error| anyhow!("a draft's reader stopped: {error}"))?);
    }
    let wall = began.elapsed();
    let memory = Memory::now();
    let outputs: Vec<&DraftOutput> = drafts.iter().filter_map(|draft| draft.output.as_ref().ok()).collect();
    let failures = drafts.iter().enumerate().filter_map(|(at, draft)| match &draft.output {
        Ok(output) if job.is_answer(&output.text) => None,
        Ok(output) => Some(format!("draft {}: is not what the grammar asks for: {:?}", at + 1, output.text)),
        Err(reason) => Some(format!("draft {}: {reason}", at + 1)),
    });
    let mut digest = Sha256::new();
    for output in &outputs {
        digest.update(output.text.as_bytes());
        digest.update([0]);
    }
    let seconds = |times: Vec<Duration>| Figures::of(times.iter().map(Duration::as_secs_f64).collect());
    let written_tokens: usize = outputs.iter().map(|output| output.tokens).sum();
    let prompt_tokens: usize = drafts.iter().map(|draft| draft.prompt_tokens).sum();
    let prompt_tokens_reused: usize = outputs.iter().map(|output| output.reused_tokens).sum();
    Ok(Report {
        machine,
        model: engine.info().name.clone(),
        model_digest: engine.info().digest.clone(),
        drafts: drafts.len(),
        wall_seconds: wall.as_secs_f64(),
        drafts_per_second: outputs.len() as f64 / wall.as_secs_f64(),
        prompt_tokens,
        prompt_tokens_read: prompt_tokens.saturating_sub(prompt_tokens_reused),
        prompt_tokens_reused,
        written_tokens,
        forced_tokens: outputs.iter().map(|output| output.forced_tokens).sum(),
        guessed_tokens: outputs.iter().map(|output| output.guessed_tokens).sum(),
        written_per_second: written_tokens as f64 / wall.as_secs_f64(),
        first_text_seconds: seconds(drafts.iter().filter_map(|draft| draft.first_text).collect()),
        draft_seconds: seconds(drafts.iter().map(|draft| draft.took).collect()),
        memory,
        texts_digest: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        failures: failures.collect(),
    })
}

pub(super) async fn read(mut handle: DraftHandle, began: Instant) -> Outcome {
    let mut outcome = Outcome {
        prompt_tokens: 0,
        first_text: None,
        took: Duration::ZERO,
        output: Err("the engine stopped before the draft was finished".to_owned()),
    };
    while let Some(event) = handle.next().await {
        match event {
            DraftEvent::Started { prompt_tokens } => outcome.prompt_tokens = prompt_tokens,
            DraftEvent::Text(_) => {
                outcome.first_text.get_or_insert_with(|| began.elapsed());
            }
            DraftEvent::Finished(output) => outcome.output = Ok(output),
            DraftEvent::Failed(error) => outcome.output = Err(error.to_string()),
        }
    }
    outcome.took = began.elapsed();
    outcome
}

impl Report {
    fn say(&self) {
        say::line(&self.machine.describe());
        say::line(&format!("model    {}, {}", self.model, self.model_digest));
        say::line(&format!(
            "kit      {} drafts in {:.2} s: {:.2} drafts/s, {:.1} written tokens/s",
            self.drafts, self.wall_seconds, self.drafts_per_second, self.written_per_second
        ));
        say::line(&format!(
            "tokens   {} of prompts, {} of them reused; {} written, {} of them forced, {} guessed",
            self.prompt_tokens, self.prompt_tokens_reused, self.written_tokens, self.forced_tokens, self.guessed_tokens
        ));
        for (what, seconds) in [("first", &self.first_text_seconds), ("draft", &self.draft_seconds)] {
            if let Some(Figures { median, low, high, .. }) = seconds {
                say::line(&format!("{what:<8} {median:.2} s after submission ({low:.2} to {high:.2})"));
            }
        }
        if let Some(memory) = self.memory {
            let (resident, peak) = (mebibytes(memory.resident), mebibytes(memory.peak));
            say::line(&format!("memory   {resident} resident, {peak} at most"));
        }
        say::line(&format!("texts    sha256:{}", self.texts_digest));
    }
}
