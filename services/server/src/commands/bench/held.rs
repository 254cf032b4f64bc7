//! `bench held`: what it costs that rules hold the decoder.
//!
//! First, for every asset type and language, how long it takes to make the bounds of one asset: with nothing kept, and
//! with the automata of its place kept from an asset before. Then one kit's job, in turns free and held to the shipped
//! rules of an email, prompts read before: what is left is writing. Drafts of one asset share their bounds; each asset's
//! are made anew.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use countersign_domain::clock::{Clock as _, SystemClock};
use countersign_domain::content::Bound;
use countersign_domain::place::Locale;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_drafting::held::{Held, Kept};
use countersign_drafting::skeleton::{Skeleton, SlotPlan};
use countersign_drafting::sources::Sources;
use countersign_engine::{Bounds, CompiledBounds, DraftRequest, Engine, EngineOptions};
use countersign_render::{Template, Templates, Unit};
use countersign_rules::{BrandTerms, Packs, Place};
use serde_json::json;

use super::figures::Figures;
use super::job::{Field, Job, Size};
use super::kit::read;
use super::machine::Machine;
use crate::cli::Data;
use crate::say;

const LANGUAGES: [&str; 5] = ["de-DE", "en-US", "es-ES", "fr-FR", "it-IT"];

#[derive(Debug, Args)]
pub struct BenchHeld {
    /// `starter`, a GGUF file, or a folder with config.json, tokenizer.json and safetensors.
    #[arg(long, value_name = "NAME|PATH", default_value = "starter")]
    model: String,
    /// Where the emails run.
    #[arg(long, default_value = "en-US")]
    locale: Locale,
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=4096))]
    drafts: u32,
    /// Drafts of one asset, which share its bounds.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    candidates: u32,
    /// Tokens that a draft comes to, about.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(32..=4096))]
    out: u32,
    /// Turns, each free and held.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    #[command(flatten)]
    data: Data,
    /// The figures as JSON lines.
    #[arg(long)]
    json: bool,
}

/// What bounds are made of.
struct Workshop {
    packs: Packs,
    templates: Templates,
    terms: BrandTerms,
    sources: Sources,
}

impl Workshop {
    fn new() -> Result<Self> {
        let product =
            Bound { reference: "product.name".into(), source: "product:vault".into(), text: "Fjord Vault".into() };
        let sources = Sources {
            product,
            messages: Vec::new(),
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        };
        let terms = BrandTerms::default();
        Ok(Self { packs: Packs::embedded()?, templates: Templates::embedded()?, terms, sources })
    }

    /// The bounds of one asset, for these slots, as drafting makes them.
    fn bounds(&self, template: &Template, locale: &Locale, slots: &[String], kept: &Kept) -> Result<Bounds> {
        let market = locale.market().with_context(|| format!("{locale} names no market; write en-US or de-AT"))?;
        let context = Context {
            asset_type: template.name.clone(),
            channel: template.channel.clone(),
            market,
            locale: locale.clone(),
            template: template.tag(),
            rules: self.packs.version().to_string(),
            brand: BrandIdentity::default(),
        };
        let place = Place::of(&context, "vault", SystemClock.now());
        let held = Held {
            demands: self.packs.demands(&place, &self.terms, None),
            never: Vec::new(),
            names: vec![self.sources.product.text.clone()],
            figures: Vec::new(),
            kept,
        };
        let plan = |slot: &String| SlotPlan { name: slot.clone(), key: slot.clone(), ..SlotPlan::default() };
        let run = Skeleton { slots: slots.iter().map(plan).collect(), left_out: Vec::new() };
        Ok(held.bounds(&run, &template.in_context(&context), &self.sources)?)
    }
}

pub async fn run(args: BenchHeld) -> Result<ExitCode> {
    let machine = Machine::here();
    let size = Size { drafts: args.drafts as usize, common: 200, own: 40, out: args.out as usize, seed: 1 };
    let source = crate::models::source(&args.model, &args.data.data)?;
    // A turn would guess from the one before it, and what is guessed is no measure of what writing costs.
    let options = EngineOptions {
        speculate: false,
        context_limit: size.context_tokens(),
        queue_depth: size.drafts,
        ..EngineOptions::default()
    };
    let engine = tokio::task::spawn_blocking(move || Engine::start(source, options))
        .await
        .context("loading the model was interrupted")?
        .with_context(|| format!("the model `{}` cannot be used", args.model))?;
    let workshop = Workshop::new()?;
    if !args.json {
        say::line(&machine.describe());
        say::line(&format!("model    {}, {}", engine.info().name, engine.info().digest));
        say::line("bounds of one asset, made in milliseconds: first of its place, and the next (highest of five)");
    }
    for name in workshop.templates.iter().map(|template| template.name.clone()).collect::<Vec<_>>() {
        making(&workshop, &engine, &name, args.json)?;
    }
    writing(&args, &workshop, &engine, size).await?;
    Ok(ExitCode::SUCCESS)
}

/// How long the bounds of one asset take to make, in each language.
fn making(workshop: &Workshop, engine: &Engine, name: &str, json: bool) -> Result<()> {
    let template = workshop.templates.get(name).with_context(|| format!("there is no template {name}"))?;
    let slots: Vec<String> =
        template.slots.iter().filter(|slot| slot.from.is_none()).map(|slot| slot.name.clone()).collect();
    let mut told = Vec::new();
    for locale in LANGUAGES {
        let locale: Locale = locale.parse()?;
        let kept = Kept::default();
        let make = || -> Result<f64> {
            let began = Instant::now();
            // As many slots as a run of a small model has.
            for run in slots.chunks(4) {
                engine.compile_bounds(&workshop.bounds(template, &locale, run, &kept)?)?;
            }
            Ok(began.elapsed().as_secs_f64() * 1e3)
        };
        let first = make()?;
        let next = (0..5).map(|_| make()).collect::<Result<Vec<_>>>()?.into_iter().fold(0.0, f64::max);
        if json {
            let row = json!({"asset_type": name, "locale": locale, "first_ms": first, "next_ms": next});
            say::line(&row.to_string());
        }
        told.push(format!("{} {first:6.1} {next:5.1}", locale.language()));
    }
    if !json {
        say::line(&format!("{name:<16} {}", told.join("   ")));
    }
    Ok(())
}

/// The template's slots that are drafted, as long as `out` tokens of a model of random weights come to.
fn fields(template: &Template, out: usize) -> Vec<Field> {
    let slots: Vec<_> =
        template.slots.iter().filter(|slot| slot.from.is_none() && slot.limit.unit == Unit::Graphemes).collect();
    let all: usize = slots.iter().map(|slot| slot.limit.max).sum();
    let field = |slot: &&countersign_render::Slot| {
        let most = (slot.limit.max * out * 6 / all.max(1)).clamp(8, slot.limit.max.max(8));
        Field { name: slot.name.clone(), least: most * 3 / 5, most }
    };
    slots.iter().map(field).collect()
}

async fn writing(args: &BenchHeld, workshop: &Workshop, engine: &Engine, size: Size) -> Result<()> {
    let template = workshop.templates.get("email").context("there is no template email")?;
    let fields = fields(template, size.out);
    let slots: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let mut job = Job::build(size, fields, &|text| Ok(engine.count_tokens(text)?))?;
    let kept = Kept::default();
    let new = || -> Result<CompiledBounds> {
        Ok(engine.compile_bounds(&workshop.bounds(template, &args.locale, &slots, &kept)?)?)
    };
    // Reads the prompts.
    let warm = turn(engine, &job, &[]).await?;
    let (mut free, mut held) = (Vec::new(), Vec::new());
    let mut written = 0;
    for round in 0..args.rounds {
        job.seed = u64::from(round) + 2;
        free.push(turn(engine, &job, &[]).await?.0);
        let bounds = job.own.chunks(args.candidates as usize).map(|_| new()).collect::<Result<Vec<_>>>()?;
        let shared: Vec<CompiledBounds> =
            (0..job.own.len()).map(|draft| bounds[draft / args.candidates as usize].clone()).collect();
        let (speed, tokens) = turn(engine, &job, &shared).await?;
        held.push(speed);
        written = tokens;
    }
    ensure!(warm.1 > 0 && written > 0, "nothing was written");
    let (free, held) = (Figures::of(free).context("no turn")?, Figures::of(held).context("no turn")?);
    let cost = (1.0 - held.median / free.median) * 100.0;
    if args.json {
        let row = json!({"locale": args.locale, "drafts": size.drafts, "candidates": args.candidates,
            "free_tokens_per_second": free, "held_tokens_per_second": held, "cost_percent": cost});
        say::line(&row.to_string());
    } else {
        say::line(&format!(
            "writing {} emails for {}, {} to an asset, tokens a second",
            size.drafts, args.locale, args.candidates
        ));
        say::line(&format!("free {free}"));
        say::line(&format!("held {held}: {cost:.1} % less"));
    }
    Ok(())
}

/// One kit: tokens a second, and tokens. `bounds` is one for each draft, or nothing.
async fn turn(engine: &Engine, job: &Job, bounds: &[CompiledBounds]) -> Result<(f64, usize)> {
    let grammar = engine.compile_grammar(&job.lark)?;
    let began = Instant::now();
    let mut readers = Vec::with_capacity(job.own.len());
    for (stream, own) in job.own.iter().enumerate() {
        let handle = engine
            .submit(DraftRequest { bounds: bounds.get(stream).cloned(), ..job.request(&grammar, stream, own) })?;
        readers.push(tokio::spawn(read(handle, began)));
    }
    let mut tokens = 0;
    for reader in readers {
        let outcome = reader.await.context("a draft's reader stopped")?;
        let output = outcome.output.map_err(|reason| anyhow::anyhow!("a draft failed: {reason}"))?;
        ensure!(job.is_answer(&output.text), "a draft is not what the grammar asks for: {:?}", output.text);
        tokens += output.tokens;
    }
    Ok((tokens as f64 / began.elapsed().as_secs_f64(), tokens))
}
