//! What sentence-transformers says, and what must hold of any embedder. Bad files are in `tests/bad.rs`.

mod bad;
mod real;

use std::sync::Arc;

use candle_core::DType;
use proptest::prelude::*;

use super::testing::{FOLDERS, Tiny, golden};
use super::{
    CutText, EmbedError, EmbedJob, EmbedKind, EmbedProgress, Embedder, EmbedderOptions, EmbedderSource, Prefixes,
};

const NEVER: &dyn Fn() -> bool = &|| false;

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn one(embedder: &Embedder, text: &str, kind: EmbedKind) -> Vec<f32> {
    embedder.embed(&[text], kind, NEVER).unwrap().vectors.remove(0)
}

#[test]
fn vectors_are_those_of_sentence_transformers() {
    for name in FOLDERS {
        let embedder = Tiny::new(name).load();
        for case in golden(name).cases {
            let apart = farthest(&one(&embedder, &case.text, case.kind()), &case.vector);
            assert!(apart < 1e-4, "{name}, {:?} {:?}: {apart}", case.kind(), case.text);
        }
    }
}

#[test]
fn half_precision_files_give_nearly_the_same_vectors() {
    let cosine = |a: &[f32], b: &[f32]| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    for name in FOLDERS {
        let tiny = Tiny::new(name);
        let whole = one(&tiny.load(), "The quiet pump", EmbedKind::Query);
        for (dtype, most) in [(DType::F16, 1e-5), (DType::BF16, 1e-3)] {
            let half = one(&tiny.with_type(dtype).load(), "The quiet pump", EmbedKind::Query);
            let apart = 1.0 - cosine(&whole, &half);
            assert!(whole != half && apart < most, "{name} {dtype:?}: {apart}");
        }
    }
}

#[test]
fn a_folder_and_its_bytes_are_the_same_embedder() {
    let tiny = Tiny::new("xlm-roberta");
    let folder = tempfile::tempdir().unwrap();
    tiny.write(folder.path());
    let folder = Embedder::load(&EmbedderSource::Folder(folder.path().into()), &EmbedderOptions::default()).unwrap();
    let bytes = tiny.load();
    assert_eq!(folder.info().fingerprint, bytes.info().fingerprint);
    assert_eq!(folder.info().digest, bytes.info().digest);
    assert_eq!(one(&folder, "pump", EmbedKind::Query), one(&bytes, "pump", EmbedKind::Query));
}

#[test]
fn the_info_says_what_was_loaded() {
    let info = Tiny::new("xlm-roberta").load().info().clone();
    assert_eq!((info.name.as_str(), info.dimensions, info.max_tokens, info.normalized), ("tiny", 72, 40, true));
    assert_eq!(info.prefixes, Prefixes { query: "query: ".into(), passage: "passage: ".into() });
    assert!(info.digest.starts_with("sha256:") && info.digest.len() == 71, "{}", info.digest);
    let tensors = Tiny::new("xlm-roberta").tensors();
    assert_eq!(info.parameters, tensors.values().map(|tensor| tensor.elem_count() as u64).sum::<u64>());
    let cls = Tiny::new("bert-cls").load();
    assert_eq!((cls.info().max_tokens, cls.info().normalized), (48, false));
}

#[test]
fn what_decides_a_vector_changes_the_fingerprint() {
    let tiny = Tiny::new("bert");
    let fingerprint = |tiny: &Tiny| tiny.load().info().fingerprint.clone();
    let base = fingerprint(&tiny);
    let mut weights = tiny.tensors();
    weights.insert("more".into(), candle_core::Tensor::new(1_f32, &candle_core::Device::Cpu).unwrap());
    let mut other_weights = tiny.clone();
    other_weights.set_weights(&weights);
    let others = [
        tiny.with("config.json", "layer_norm_eps", 1e-6.into()),
        tiny.with("sentence_bert_config.json", "max_seq_length", 30.into()),
        tiny.with("config_sentence_transformers.json", "prompts", serde_json::json!({"query": "q: "})),
        tiny.with("tokenizer.json", "padding", serde_json::Value::Null),
        other_weights,
    ];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(base, fingerprint(other), "{at}");
    }
    assert_eq!(base, fingerprint(&tiny.clone()));
}

#[test]
fn the_callers_prefixes_serve_where_the_model_has_none() {
    let own = Prefixes { query: "ask: ".into(), passage: "text: ".into() };
    let options = EmbedderOptions { prefixes: own.clone(), ..EmbedderOptions::default() };
    let bert = Tiny::new("bert").load_with(&options).unwrap();
    assert_eq!(bert.info().prefixes, own);
    let plain = Tiny::new("bert").load();
    assert_eq!(one(&bert, "pump", EmbedKind::Query), one(&plain, "ask: pump", EmbedKind::Query));
    assert_eq!(one(&bert, "pump", EmbedKind::Passage), one(&plain, "text: pump", EmbedKind::Query));
    let roberta = Tiny::new("xlm-roberta").load_with(&options).unwrap();
    assert_eq!(roberta.info().prefixes.query, "query: ");
}

#[test]
fn a_bare_encoder_is_averaged_and_normalised() {
    let tiny = Tiny::new("bert");
    let bare = tiny.without("modules.json").without("1_Pooling/config.json").without("sentence_bert_config.json");
    let bare = bare.without("config_sentence_transformers.json").load();
    assert!(bare.info().normalized);
    assert_eq!(one(&bare, "pump", EmbedKind::Query), one(&tiny.load(), "pump", EmbedKind::Query));
}

#[test]
fn a_long_text_is_cut_and_counted() {
    let embedder = Tiny::new("bert").load();
    let long = "pump ".repeat(100);
    let found = embedder.embed(&["pump", &long, ""], EmbedKind::Query, NEVER).unwrap();
    assert_eq!(found.cut, [CutText { index: 1, tokens: 62 }]);
    assert_eq!(found.vectors[1], one(&embedder, &"pump ".repeat(38), EmbedKind::Query));
    let options = EmbedderOptions { max_tokens: 10, ..EmbedderOptions::default() };
    let short = Tiny::new("bert").load_with(&options).unwrap();
    assert_eq!(short.info().max_tokens, 10);
    assert_eq!(short.embed(&[&long], EmbedKind::Query, NEVER).unwrap().cut[0].tokens, 92);
}

#[test]
fn a_megabyte_is_cut_and_more_is_refused_before_it_is_tokenized() {
    for name in FOLDERS {
        let embedder = Tiny::new(name).load();
        let room = (1 << 20) - embedder.info().prefixes.query.len();
        for unit in ["pump ", "x", "ż"] {
            let long = unit.repeat(room / unit.len());
            let found = embedder.embed(&[&long], EmbedKind::Query, NEVER).unwrap();
            assert_eq!(found.vectors[0].len(), 72);
        }
        let error = embedder.embed(&["a".into(), "x".repeat(room + 1)], EmbedKind::Query, NEVER).unwrap_err();
        assert!(matches!(error, EmbedError::TextTooLong { index: 1, .. }), "{error}");
    }
}

#[test]
fn odd_texts_have_finite_vectors_and_empty_ones_are_all_alike() {
    for name in FOLDERS {
        let embedder = Tiny::new(name).load();
        let odd = ["", " \n\t ", "🙂👩‍🌾", "\0\0\0", "a\0b", "\u{202E}\u{FEFF}", "\u{10FFFF}", "e\u{301}\u{301}", "𓀀𓀁"];
        let found = embedder.embed(&odd, EmbedKind::Query, NEVER).unwrap();
        assert!(found.cut.is_empty());
        assert!(found.vectors.iter().flatten().all(|value| value.is_finite()));
        assert_eq!(found.vectors[0], found.vectors[1], "{name}");
    }
}

#[test]
fn a_text_cannot_speak_control_tokens() {
    let bert = Tiny::new("bert").load();
    let spelled = bert.tokenizer.encode("pump [SEP] pump").unwrap().ids;
    let sep = *spelled.last().unwrap();
    assert_eq!(spelled.iter().filter(|&&id| id == sep).count(), 1);
    // Its pieces include the control tokens themselves; padding in a text would shift the positions behind it.
    let roberta = Tiny::new("xlm-roberta").load();
    let spelled = roberta.tokenizer.encode("pump <pad></s><s> <mask> pump").unwrap().ids;
    assert_eq!((spelled[0], spelled[spelled.len() - 1]), (0, 2));
    let mask = Tiny::new("xlm-roberta").json("config.json")["vocab_size"].as_u64().unwrap() as u32 - 1;
    assert!(spelled[1..spelled.len() - 1].iter().all(|id| ![0, 1, 2, mask].contains(id)), "{spelled:?}");
}

#[test]
fn lowercase_is_the_files_to_ask_for() {
    let cls = Tiny::new("xlm-roberta");
    let lower = cls.with("sentence_bert_config.json", "do_lower_case", true.into()).load();
    assert_eq!(one(&lower, "THE Pump", EmbedKind::Query), one(&cls.load(), "the pump", EmbedKind::Query));
    assert_ne!(one(&cls.load(), "The pump", EmbedKind::Query), one(&cls.load(), "the pump", EmbedKind::Query));
}

#[test]
fn a_job_steps_by_length_within_its_budget_and_gives_results_in_order() {
    let options = EmbedderOptions { step_tokens: 20, ..EmbedderOptions::default() };
    let embedder = Arc::new(Tiny::new("bert").load_with(&options).unwrap());
    // Tokens with frame: 12, 6, 6, 6, 6, 40.
    let texts = ["pump ".repeat(10), "the quiet pump with".into(), "garden garden pump pump".into()];
    let texts = [texts.to_vec(), vec!["the the the the".into(), "quiet quiet for for".into(), "pump ".repeat(60)]];
    let texts: Vec<String> = texts.concat();
    let mut job = EmbedJob::new(Arc::clone(&embedder), &texts, EmbedKind::Passage).unwrap();
    let mut left = Vec::new();
    while let EmbedProgress::Left(count) = job.step().unwrap() {
        left.push(count);
    }
    // Three of six tokens, the fourth, then each long one alone.
    assert_eq!(left, [3, 2, 1]);
    assert_eq!(job.step().unwrap(), EmbedProgress::Finished);
    let found = job.finish().unwrap();
    assert_eq!(found.cut, [CutText { index: 5, tokens: 22 }]);
    for (text, vector) in texts.iter().zip(&found.vectors) {
        assert_eq!(vector, &one(&embedder, text, EmbedKind::Passage));
    }
}

/// Two tokens of 72 values are a product that is summed otherwise than a larger one.
#[test]
fn texts_that_are_too_short_to_keep_their_bits_together_are_computed_alone() {
    let embedder = Tiny::new("bert").load();
    let steps = |text: &str| {
        let mut job = EmbedJob::new(&embedder, &[text; 3], EmbedKind::Query).unwrap();
        (0..3).find(|_| job.step().unwrap() == EmbedProgress::Finished).map(|last| last + 1)
    };
    assert_eq!((steps(""), steps("pump"), steps("the pump")), (Some(3), Some(3), Some(1)));
}

#[test]
fn no_texts_are_no_work() {
    let embedder = Tiny::new("bert").load();
    let mut job = EmbedJob::new(&embedder, &[] as &[&str], EmbedKind::Query).unwrap();
    assert_eq!(job.step().unwrap(), EmbedProgress::Finished);
    assert_eq!(job.finish().unwrap().vectors, [[0.0_f32; 0]; 0]);
}

#[test]
fn a_job_that_is_not_done_does_not_finish() {
    let embedder = Tiny::new("bert").load();
    let mut job = EmbedJob::new(&embedder, &["pump", "the pump"], EmbedKind::Query).unwrap();
    job.step().unwrap();
    assert_eq!(job.finish().unwrap_err(), EmbedError::Unfinished { left: 1 });
}

#[test]
fn cancelling_is_seen_between_steps() {
    let embedder = Tiny::new("bert").load();
    let asked = std::cell::Cell::new(0);
    let second = || asked.replace(asked.get() + 1) == 1;
    let error = embedder.embed(&["pump", "the pump", "the the pump"], EmbedKind::Query, &second).unwrap_err();
    assert_eq!((error, asked.get()), (EmbedError::Cancelled, 2));
}

#[test]
fn messages_hold_no_text() {
    let embedder = Tiny::new("bert").load();
    let secret = "secret ".repeat(200_000);
    let error = embedder.embed(&[secret], EmbedKind::Query, NEVER).unwrap_err();
    assert!(!format!("{error} {error:?} {embedder:?}").contains("secret"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The order of a sum may depend on the batch in three cases, which `may_share` keeps apart.
    #[test]
    fn a_vector_has_the_same_bits_alone_and_in_any_batch(
        lengths in prop::collection::vec(0_usize..20, 1..40),
        step_tokens in 1_usize..400,
        folder in 0..FOLDERS.len(),
    ) {
        let words = ["pump", "the", "quiet", "garden", "with", "a", "for", "zz"];
        let texts: Vec<String> = lengths
            .iter()
            .enumerate()
            .map(|(at, &length)| (0..length).map(|word| words[(at * 3 + word * 5) % 8]).collect::<Vec<_>>().join(" "))
            .collect();
        let options = EmbedderOptions { step_tokens, ..EmbedderOptions::default() };
        let embedder = Tiny::new(FOLDERS[folder]).load_with(&options).unwrap();
        let together = embedder.embed(&texts, EmbedKind::Passage, NEVER).unwrap().vectors;
        for (text, vector) in texts.iter().zip(&together) {
            prop_assert_eq!(vector, &one(&embedder, text, EmbedKind::Passage));
        }
    }
}

#[tokio::test]
async fn an_engine_embeds_beside_its_drafts_what_the_embedder_embeds_alone() {
    let embedder = Arc::new(Tiny::new("bert").load());
    let texts = ["pump", "the pump", "the the pump"];
    let alone = embedder.embed(&texts, EmbedKind::Passage, NEVER).unwrap();
    let engine = crate::testing::Tiny::default().engine(crate::EngineOptions::default());
    let draft = engine
        .submit(crate::DraftRequest {
            prompt: "write".into(),
            grammar: engine.compile_grammar("start: /[a-z ]{200,220}/").unwrap(),
            bounds: None,
            sampling: crate::Sampling::default(),
            seed: 1,
            stream: 0,
            max_tokens: 300,
            priority: crate::Priority::Bulk,
        })
        .unwrap();
    let waiting = engine.embed(&embedder, &texts, EmbedKind::Passage).unwrap();
    drop(engine.embed(&embedder, &texts, EmbedKind::Passage).unwrap());
    assert_eq!(waiting.finish().await.unwrap(), alone);
    draft.finish().await.unwrap();
    engine.embed(&embedder, &texts, EmbedKind::Query).unwrap().finish().await.unwrap();
}
