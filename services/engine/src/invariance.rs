//! That a draft is a function of its request: whatever runs beside it, and however it is computed.

use std::sync::Arc;

use proptest::prelude::*;

use crate::testing::Tiny;
use crate::{
    AtMost, Bounds, CompiledBounds, DraftOutput, DraftRequest, Engine, EngineOptions, ForbiddenTerms, Priority,
    Sampling,
};

const LARK: &str = r#"
start: "{\"subject\":\"" SUBJECT "\",\"body\":\"" BODY "\"}"
SUBJECT: /[a-z ,.!]{5,24}/
BODY: /([a-z ,.!]|\\n|\{\{claim\.[12]\}\}){10,60}/
"#;

/// How the same drafts are computed.
#[derive(Debug, Clone, Copy)]
struct Way {
    batch: usize,
    chunk: usize,
    speculate: bool,
    fast_forward: bool,
    cache_bytes: usize,
}

const PLAIN: Way = Way { batch: 1, chunk: 1 << 20, speculate: false, fast_forward: true, cache_bytes: 1 << 26 };

fn engine(way: Way) -> Engine {
    Tiny::default().engine(EngineOptions {
        batch: way.batch,
        chunk: way.chunk,
        speculate: way.speculate,
        fast_forward: way.fast_forward,
        cache_bytes: way.cache_bytes,
        ..EngineOptions::default()
    })
}

fn bounds(engine: &Engine, terms: &[&str], once: &[&str]) -> CompiledBounds {
    let terms = ForbiddenTerms::new(terms.iter().copied()).unwrap();
    let once = AtMost::once(once.iter().copied()).unwrap();
    engine.compile_bounds(&Bounds::default().in_every_slot(Arc::new(terms)).in_every_slot(Arc::new(once))).unwrap()
}

/// Drafts of a kit: a common prompt, something of their own, sampled at several temperatures.
fn request(engine: &Engine, at: u64) -> DraftRequest {
    let common = "the same brief for every draft of this kit, ".repeat(3);
    let own = ["cheap ", "body and subject ", "a rather longer part of its own, cheap or not, "][at as usize % 3];
    DraftRequest {
        prompt: format!("<|lang:en|>{common}{}<|draft|>", own.repeat(1 + at as usize % 4)),
        grammar: engine.compile_grammar(LARK).unwrap(),
        bounds: Some(bounds(engine, &["ab", "e"], &["{{claim.1}}"])),
        sampling: Sampling {
            temperature: [0.0, 0.7, 5.0][at as usize % 3],
            repetition_penalty: if at.is_multiple_of(2) { 1.0 } else { 1.2 },
            ..Sampling::default()
        },
        seed: 11,
        stream: at,
        max_tokens: 300,
        priority: if at % 5 == 4 { Priority::Interactive } else { Priority::Bulk },
    }
}

fn write(engine: &Engine, count: u64, backwards: bool) -> Vec<DraftOutput> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut order: Vec<u64> = (0..count).collect();
    if backwards {
        order.reverse();
    }
    let handles: Vec<_> = order.iter().map(|&at| (at, engine.submit(request(engine, at)).unwrap())).collect();
    let mut outputs: Vec<_> =
        handles.into_iter().map(|(at, handle)| (at, runtime.block_on(handle.finish()).unwrap())).collect();
    outputs.sort_by_key(|(at, _)| *at);
    outputs.into_iter().map(|(_, output)| output).collect()
}

/// Text and likelihood, to the bit; times and what was reused may differ.
fn essence(outputs: &[DraftOutput]) -> Vec<(String, u32, usize)> {
    outputs.iter().map(|output| (output.text.clone(), output.mean_logprob.to_bits(), output.tokens)).collect()
}

fn plain() -> &'static Vec<(String, u32, usize)> {
    static PLAIN_DRAFTS: std::sync::OnceLock<Vec<(String, u32, usize)>> = std::sync::OnceLock::new();
    PLAIN_DRAFTS.get_or_init(|| essence(&write(&engine(PLAIN), 16, false)))
}

#[test]
fn a_draft_is_the_same_alone_and_in_a_batch_of_sixteen_and_after_a_restart() {
    assert!(plain().iter().collect::<std::collections::HashSet<_>>().len() > 12, "drafts differ: {:?}", plain());
    let batched = engine(Way { batch: 16, ..PLAIN });
    assert_eq!(&essence(&write(&batched, 16, false)), plain());
    assert_eq!(&essence(&write(&batched, 16, true)), plain(), "again, on a warm cache, in another order");
    assert_eq!(&essence(&write(&engine(Way { batch: 16, ..PLAIN }), 16, false)), plain());
}

#[test]
fn guesses_change_no_draft_and_come_true_where_a_draft_repeats() {
    let guessing = engine(Way { batch: 2, speculate: true, ..PLAIN });
    let first = write(&guessing, 16, false);
    assert_eq!(&essence(&first), plain());
    let again = write(&guessing, 16, false);
    assert_eq!(&essence(&again), plain());
    assert!(again.iter().map(|output| output.guessed_tokens).sum::<usize>() > 100, "{again:?}");
}

#[test]
fn what_prompts_share_is_computed_once() {
    let engine = engine(Way { batch: 16, chunk: 48, ..PLAIN });
    let outputs = write(&engine, 16, false);
    let prompts: usize = (0..16).map(|at| engine.count_tokens(&request(&engine, at).prompt).unwrap()).sum();
    let reused: usize = outputs.iter().map(|output| output.reused_tokens).sum();
    let common = engine.count_tokens(&"the same brief for every draft of this kit, ".repeat(3)).unwrap();
    // Whole blocks of the common part, for all drafts but one.
    assert!(reused >= 15 * (common / 16 * 16) && reused < prompts - common, "{reused} of {prompts}, {common} common");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_way_of_computing_changes_a_draft(
        batch in 1_usize..20,
        chunk in prop::sample::select(vec![1_usize, 7, 16, 33, 200]),
        speculate in any::<bool>(),
        fast_forward in any::<bool>(),
        // The smallest holds one sequence of the whole context, so drafts wait for each other.
        cache_bytes in prop::sample::select(vec![0_usize, 700_000, 1 << 22, 1 << 26]),
        backwards in any::<bool>(),
    ) {
        let way = Way { batch, chunk, speculate, fast_forward, cache_bytes };
        prop_assert_eq!(&essence(&write(&engine(way), 16, backwards)), plain(), "{:?}", way);
    }
}

/// The bundled model, which writes words: what is settled late, taken back and written anew.
fn starter(options: EngineOptions) -> Engine {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let source = crate::ModelSource::bytes("starter", read("starter.gguf"), read("tokenizer.json"));
    Engine::start(source, options).unwrap()
}

fn words(engine: &Engine, at: u64) -> DraftRequest {
    let lark = "start: \"{\\\"subject\\\":\\\"\" SUBJECT \"\\\",\\\"body\\\":\\\"\" BODY \"\\\"}\"\nSUBJECT: /[a-zA-Z ,.!']{10,60}/\nBODY: /[a-zA-Z ,.!'-]{80,240}/";
    DraftRequest {
        prompt: format!("{}{}", "the same brief for every draft, ".repeat(4), "and more ".repeat(at as usize % 3)),
        grammar: engine.compile_grammar(lark).unwrap(),
        bounds: Some(bounds(engine, &["the", "to the", "with the", "and", "of", "in", "for your"], &[])),
        sampling: Sampling { temperature: 0.9, ..Sampling::default() },
        seed: 5,
        stream: at,
        max_tokens: 200,
        priority: Priority::Bulk,
    }
}

#[test]
fn words_that_are_taken_back_forced_or_guessed_are_so_alike() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let run = |options: EngineOptions| {
        let engine = starter(options);
        let round = || {
            let handles: Vec<_> = (0..24).map(|at| engine.submit(words(&engine, at)).unwrap()).collect();
            let outputs = handles.into_iter().map(|handle| runtime.block_on(handle.finish()));
            outputs.map(|output| output.map(|output| output.text)).collect::<Vec<_>>()
        };
        // The second time all of it has been written before: guesses come true across what the grammar forces.
        let first = round();
        assert_eq!(first, round());
        first
    };
    let plain = EngineOptions { batch: 1, speculate: false, ..EngineOptions::default() };
    let alone = run(plain.clone());
    for options in [
        plain.clone(),
        EngineOptions { batch: 24, ..plain.clone() },
        EngineOptions { batch: 1, speculate: true, ..plain.clone() },
        EngineOptions { batch: 24, speculate: true, ..plain.clone() },
    ] {
        for (at, (found, expected)) in run(options.clone()).iter().zip(&alone).enumerate() {
            assert_eq!(found, expected, "draft {at} by {options:?}");
        }
    }
}
