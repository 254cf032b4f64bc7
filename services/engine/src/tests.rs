//! The engine through its public face, on random models.

use std::collections::HashMap;
use std::sync::Arc;

use crate::testing::Tiny;
use crate::{
    AtMost, Bounds, CompiledBounds, DraftError, DraftEvent, DraftOutput, DraftRequest, Engine, EngineOptions,
    ForbiddenTerms, Priority, Sampling, SubmitError,
};

const TWO_SLOTS: &str = r#"
start: "{\"subject\":\"" SUBJECT "\",\"body\":\"" BODY "\"}"
SUBJECT: /[a-zA-Z ,.!]{5,20}/
BODY: /([a-zA-Z ,.!]|\\n|\{\{claim\.[12]\}\}){10,40}/
"#;

const GREEDY: Sampling = Sampling { temperature: 0.0, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0 };

/// Hot enough that a random model tries everything that it may.
const WILD: Sampling = Sampling { temperature: 30.0, ..GREEDY };

fn engine() -> Engine {
    Tiny::default().engine(EngineOptions::default())
}

fn request(engine: &Engine, lark: &str, sampling: Sampling, seed: u64) -> DraftRequest {
    DraftRequest {
        prompt: "<|lang:en|>write about {{product.name}}<|draft|>".into(),
        grammar: engine.compile_grammar(lark).unwrap(),
        bounds: None,
        sampling,
        seed,
        stream: 0,
        max_tokens: 400,
        priority: Priority::Interactive,
    }
}

async fn write(engine: &Engine, request: DraftRequest) -> Result<DraftOutput, DraftError> {
    engine.submit(request).unwrap().finish().await
}

fn forbid(engine: &Engine, terms: &[&str], once: &[&str]) -> Option<CompiledBounds> {
    let terms = ForbiddenTerms::new(terms.iter().copied()).unwrap();
    let once = AtMost::once(once.iter().copied()).unwrap();
    Some(engine.compile_bounds(&Bounds::default().with(Arc::new(terms)).with(Arc::new(once))).unwrap())
}

#[tokio::test]
async fn a_random_model_obeys_the_grammar() {
    let engine = engine();
    for seed in 0..8 {
        let output = write(&engine, request(&engine, TWO_SLOTS, WILD, seed)).await.unwrap();
        let slots: HashMap<String, String> = serde_json::from_str(&output.text).unwrap();
        assert!((5..=20).contains(&slots["subject"].len()), "{}", output.text);
        assert_eq!(slots.len(), 2);
        assert!(output.forced_tokens > 10 && output.forced_tokens < output.tokens, "{output:?}");
        assert!(output.mean_logprob < 0.0 && output.mean_logprob.is_finite());
    }
}

#[tokio::test]
async fn the_same_request_gives_the_same_draft_whatever_runs_before_and_beside() {
    let engine = engine();
    let target = || request(&engine, TWO_SLOTS, WILD, 42);
    let alone = write(&engine, target()).await.unwrap().text;
    let mut longer = request(&engine, TWO_SLOTS, WILD, 7);
    longer.prompt = format!("{} and {}", target().prompt, "more ".repeat(30));
    write(&engine, longer.clone()).await.unwrap();
    let mut beside = Vec::new();
    for stream in 0..3 {
        beside.push(engine.submit(DraftRequest { stream, ..longer.clone() }).unwrap());
    }
    assert_eq!(write(&engine, target()).await.unwrap().text, alone);
    let elsewhere = Tiny::default().engine(EngineOptions::default());
    assert_eq!(write(&elsewhere, request(&elsewhere, TWO_SLOTS, WILD, 42)).await.unwrap().text, alone);
    let mut other = target();
    other.stream = 1;
    assert_ne!(write(&engine, other).await.unwrap().text, alone);
    let greedy = write(&engine, request(&engine, TWO_SLOTS, GREEDY, 1)).await.unwrap().text;
    assert_eq!(write(&engine, request(&engine, TWO_SLOTS, GREEDY, 2)).await.unwrap().text, greedy);
}

#[tokio::test]
async fn forbidden_terms_never_appear() {
    let engine = engine();
    let grammar = "start: TEXT\nTEXT: /(cheap|CHEAP|Cheap| |er|\\.){30}/";
    let words =
        |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(Into::into).collect::<Vec<String>>();
    let mut without = 0;
    for seed in 0..12 {
        let mut request = request(&engine, grammar, WILD, seed);
        let free = write(&engine, request.clone()).await.unwrap();
        without += usize::from(words(&free.text).contains(&"cheap".into()));
        request.bounds = forbid(&engine, &["Cheap"], &[]);
        let output = write(&engine, request).await.unwrap();
        assert!(!words(&output.text).contains(&"cheap".into()), "{}", output.text);
    }
    assert!(without > 6, "the grammar hardly tempts: {without} of 12");
}

#[tokio::test]
async fn a_once_literal_stands_at_most_once_even_where_the_way_to_it_is_a_dead_end() {
    let engine = engine();
    // No token is a whole literal: `[[` is sampled before anything says that both are used up.
    let grammar = "start: TEXT\nTEXT: /(\\[\\[one\\]\\]|\\[\\[two\\]\\]|x){12}/";
    for seed in 0..12 {
        let mut request = request(&engine, grammar, WILD, seed);
        request.bounds = forbid(&engine, &[], &["[[one]]", "[[two]]"]);
        let mut handle = engine.submit(request).unwrap();
        let mut streamed = String::new();
        let output = loop {
            match handle.next().await.unwrap() {
                DraftEvent::Started { prompt_tokens } => assert!(prompt_tokens > 3),
                DraftEvent::Text(text) => streamed.push_str(&text),
                DraftEvent::Finished(output) => break output,
                DraftEvent::Failed(error) => panic!("{error}"),
            }
        };
        assert_eq!(streamed, output.text);
        assert!(output.text.matches("[[one]]").count() <= 1, "{}", output.text);
        assert!(output.text.matches("[[two]]").count() <= 1, "{}", output.text);
    }
}

#[tokio::test]
async fn added_tokens_that_are_not_special_are_text() {
    let engine = engine();
    let output =
        write(&engine, request(&engine, "start: \"a {{product.name}} b{{claim.1}}\"", GREEDY, 0)).await.unwrap();
    assert_eq!(output.text, "a {{product.name}} b{{claim.1}}");
    assert_eq!(output.tokens, output.forced_tokens);
    assert_eq!(output.tokens, 6, "each reference is one token: a, space, reference, space, b, reference");
}

#[tokio::test]
async fn a_rule_that_the_grammar_contradicts_is_stuck_not_endless() {
    let engine = engine();
    for (grammar, bounds) in [
        ("start: \"all cheap \" /[a-z]{5}/", forbid(&engine, &["cheap"], &[])),
        ("start: \"so cheap\"", forbid(&engine, &["cheap"], &[])),
        ("start: /(cheap ){3}/", forbid(&engine, &["cheap"], &[])),
        ("start: /x(ab|ac){20}/", forbid(&engine, &[], &["ab", "ac"])),
    ] {
        let mut request = request(&engine, grammar, WILD, 3);
        request.bounds = bounds;
        let error = write(&engine, request).await.unwrap_err();
        assert!(matches!(error, DraftError::Stuck { .. }), "{grammar}: {error}");
    }
}

#[tokio::test]
async fn a_draft_that_cannot_end_in_time_is_unfinished() {
    let engine = engine();
    let mut request = request(&engine, "start: /[a-z]{200,}/", WILD, 0);
    request.max_tokens = 20;
    assert_eq!(write(&engine, request).await.unwrap_err(), DraftError::Unfinished { tokens: 20 });
}

#[tokio::test]
async fn cancelling_ends_a_draft_and_the_next_one_runs() {
    let engine = engine();
    let mut long = request(&engine, "start: /[a-z ]{800}/", WILD, 0);
    long.max_tokens = 900;
    let mut handle = engine.submit(long.clone()).unwrap();
    assert!(matches!(handle.next().await, Some(DraftEvent::Started { .. })));
    handle.cancel();
    let error = handle.finish().await.unwrap_err();
    assert_eq!(error, DraftError::Cancelled);
    drop(engine.submit(long).unwrap());
    assert!(write(&engine, request(&engine, TWO_SLOTS, GREEDY, 0)).await.is_ok());
}

#[tokio::test]
async fn a_full_queue_is_an_overload_with_advice() {
    // One place to run and one to wait.
    let engine = Tiny::default().engine(EngineOptions { queue_depth: 1, batch: 1, ..EngineOptions::default() });
    let mut long = request(&engine, "start: /[a-z ]{800}/", WILD, 0);
    long.max_tokens = 900;
    long.priority = Priority::Bulk;
    let mut running = engine.submit(long.clone()).unwrap();
    assert!(matches!(running.next().await, Some(DraftEvent::Started { .. })));
    let waiting = engine.submit(long.clone()).unwrap();
    let error = engine.submit(long).unwrap_err();
    assert!(matches!(error, SubmitError::Overloaded { retry_after } if retry_after.as_secs() > 0), "{error}");
    drop((running, waiting));
}

#[tokio::test]
async fn stopping_the_engine_fails_what_runs_and_what_waits() {
    let engine = engine();
    let mut long = request(&engine, "start: /[a-z ]{800}/", WILD, 0);
    long.max_tokens = 900;
    let mut running = engine.submit(long.clone()).unwrap();
    running.next().await.unwrap();
    let waiting = engine.submit(long).unwrap();
    drop(engine);
    assert_eq!(running.finish().await.unwrap_err(), DraftError::Stopped);
    assert_eq!(waiting.finish().await.unwrap_err(), DraftError::Stopped);
}

#[tokio::test]
async fn what_cannot_be_run_is_refused_at_once() {
    let engine = engine();
    let good = request(&engine, TWO_SLOTS, GREEDY, 0);
    let refused = |request: DraftRequest| engine.submit(request).unwrap_err();
    let long = DraftRequest { prompt: "word ".repeat(300), ..good.clone() };
    assert!(matches!(refused(long), SubmitError::PromptTooLong { tokens, limit: 624 } if tokens > 624));
    assert_eq!(refused(DraftRequest { prompt: String::new(), ..good.clone() }), SubmitError::EmptyPrompt);
    assert_eq!(refused(DraftRequest { max_tokens: 0, ..good.clone() }), SubmitError::NothingToWrite);
    let nan = Sampling { temperature: f32::NAN, ..GREEDY };
    assert!(matches!(refused(DraftRequest { sampling: nan, ..good.clone() }), SubmitError::Sampling(_)));
    let other = Tiny { seed: 2, ..Tiny::default() }.engine(EngineOptions::default());
    assert_eq!(other.submit(good).unwrap_err(), SubmitError::ForeignGrammar);
}

#[test]
fn a_grammar_that_does_not_compile_says_why() {
    let error = engine().compile_grammar("start: MISSING").unwrap_err().to_string();
    assert!(error.contains("MISSING"), "{error}");
}

#[test]
fn a_model_describes_itself() {
    let engine = engine();
    let info = engine.info();
    assert_eq!((info.name.as_str(), info.architecture.as_str(), info.vocab_size), ("tiny", "llama", 320));
    assert!(info.digest.starts_with("sha256:") && info.digest.len() == 71, "{}", info.digest);
    assert_eq!(info.context_length, 1024);
    // 320·64 + 2 · (64·32·(8+4) + 3·64·96 + 2·64) + 64
    assert_eq!(info.parameters, 20_480 + 2 * (24_576 + 18_432 + 128) + 64);
    assert!(!info.chat_template);
    assert_eq!(engine.count_tokens("{{claim.1}}<|draft|> cheap").unwrap(), 4);
    assert_eq!(engine.as_plain_text("a<|draft|>b"), "a< |draft|>b");
}
