use std::collections::HashMap;

use candle_core::quantized::GgmlDType;
use candle_core::{Device, Tensor};

use super::{Decoder, Span};
use crate::ModelSource;
use crate::kv::{Cache, Pool, Table};
use crate::load::Target;
use crate::testing::{LAYERS, Tiny, decoder, tokenizer_json};

fn from_gguf(tiny: &Tiny, kind: GgmlDType) -> Decoder {
    let source = ModelSource::bytes("tiny", tiny.gguf(kind), tokenizer_json().into_bytes());
    decoder(&source, 1024).0
}

fn from_folder(tiny: &Tiny) -> Decoder {
    let folder = tempfile::tempdir().unwrap();
    tiny.write_folder(folder.path());
    decoder(&ModelSource::path(folder.path()).unwrap(), 1024).0
}

/// The logits after the last of the chunks, read one after another.
fn logits(model: &mut Decoder, chunks: &[&[u32]]) -> Vec<f32> {
    let mut cache = model.new_cache(1 << 24);
    let (mut table, mut start, mut logits) = (Table::default(), 0, Vec::new());
    for tokens in chunks {
        assert!(cache.reserve(&mut table, start + tokens.len()));
        let span = Span { tokens, start, blocks: table.blocks(), wanted: 1 };
        logits = model.forward(&[span], cache.pool_mut()).unwrap();
        start += tokens.len();
    }
    logits
}

fn prompt(length: usize) -> Vec<u32> {
    (0..length).map(|at| (at * 37 % 300) as u32).collect()
}

fn assert_close(left: &[f32], right: &[f32], tolerance: f32, what: &str) {
    assert_eq!(left.len(), right.len());
    let worst = left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: differs by {worst}");
}

fn variants() -> Vec<Tiny> {
    let base = Tiny::default();
    vec![
        base.clone(),
        Tiny { kv_heads: 4, head_dim: 16, ..base.clone() },
        Tiny { kv_heads: 1, tied: false, ..base.clone() },
        Tiny { rope_scaling: true, tied: false, ..base },
    ]
}

#[test]
fn gguf_and_safetensors_of_the_same_weights_agree() {
    for tiny in variants() {
        let tokens = prompt(100);
        let folder = logits(&mut from_folder(&tiny), &[&tokens]);
        let gguf = logits(&mut from_gguf(&tiny, GgmlDType::F32), &[&tokens]);
        assert_close(&folder, &gguf, 1e-3, &format!("{tiny:?}"));
    }
}

#[test]
fn quantized_weights_stay_near_the_exact_ones() {
    let tiny = Tiny::default();
    let tokens = prompt(40);
    let exact = logits(&mut from_folder(&tiny), &[&tokens]);
    for kind in [GgmlDType::F16, GgmlDType::BF16, GgmlDType::Q8_0] {
        let close = logits(&mut from_gguf(&tiny, kind), &[&tokens]);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let cosine = dot(&exact, &close) / (dot(&exact, &exact) * dot(&close, &close)).sqrt();
        assert!(cosine > 0.995, "{kind:?}: {cosine}");
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

const KINDS: [GgmlDType; 4] = [GgmlDType::F32, GgmlDType::F16, GgmlDType::Q8_0, GgmlDType::Q4_0];

#[test]
fn reading_in_chunks_is_reading_the_whole_to_the_bit() {
    for kind in KINDS {
        let mut model = from_gguf(&Tiny::default(), kind);
        let tokens = prompt(600);
        let whole = logits(&mut model, &[&tokens]);
        let chunked = logits(&mut model, &[&tokens[..1], &tokens[1..33], &tokens[33..530], &tokens[530..]]);
        assert_eq!(bits(&whole), bits(&chunked), "{kind:?}");
    }
}

#[test]
fn sequences_read_together_are_what_they_are_alone_to_the_bit() {
    for kind in KINDS {
        let mut model = from_gguf(&Tiny::default(), kind);
        let prompts: Vec<Vec<u32>> = [3, 40, 17, 100, 1].iter().map(|&length| prompt(length)).collect();
        let mut cache = model.new_cache(1 << 24);
        let tables: Vec<Table> = prompts
            .iter()
            .map(|tokens| {
                let mut table = Table::default();
                assert!(cache.reserve(&mut table, tokens.len()));
                table
            })
            .collect();
        let spans: Vec<Span<'_>> = prompts
            .iter()
            .zip(&tables)
            .map(|(tokens, table)| Span { tokens, start: 0, blocks: table.blocks(), wanted: 1 })
            .collect();
        let together = model.forward(&spans, cache.pool_mut()).unwrap();
        let vocab = model.shape().vocab;
        for (tokens, together) in prompts.iter().zip(together.chunks_exact(vocab)) {
            assert_eq!(bits(&logits(&mut model, &[tokens])), bits(together), "{kind:?}");
        }
    }
}

#[test]
fn a_forked_prefix_is_what_a_fresh_one_is_to_the_bit() {
    for kind in KINDS {
        let mut model = from_gguf(&Tiny::default(), kind);
        let mut branch = prompt(80);
        branch[50] = 7;
        let mut cache = model.new_cache(1 << 24);
        let (mut first, mut second) = (Table::default(), Table::default());
        cache.reserve(&mut first, 80);
        let tokens = prompt(80);
        model
            .forward(&[Span { tokens: &tokens, start: 0, blocks: first.blocks(), wanted: 1 }], cache.pool_mut())
            .unwrap();
        cache.remember(&first, &tokens);
        let held = cache.adopt(&mut second, &branch);
        assert_eq!(held, 48);
        cache.reserve(&mut second, 80);
        let span = Span { tokens: &branch[held..], start: held, blocks: second.blocks(), wanted: 1 };
        let forked = model.forward(&[span], cache.pool_mut()).unwrap();
        assert_eq!(bits(&forked), bits(&logits(&mut model, &[&branch])), "{kind:?}");
        // And the first is what it was.
        cache.reserve(&mut first, 81);
        let span = Span { tokens: &[9], start: 80, blocks: first.blocks(), wanted: 1 };
        let on = model.forward(&[span], cache.pool_mut()).unwrap();
        assert_eq!(bits(&on), bits(&logits(&mut model, &[&tokens, &[9]])), "{kind:?}");
    }
}

#[test]
fn several_wanted_positions_are_each_what_it_is_alone() {
    let mut model = from_gguf(&Tiny::default(), GgmlDType::Q8_0);
    let tokens = prompt(30);
    let mut cache = model.new_cache(1 << 24);
    let mut table = Table::default();
    cache.reserve(&mut table, 30);
    let span = Span { tokens: &tokens, start: 0, blocks: table.blocks(), wanted: 4 };
    let last = model.forward(&[span], cache.pool_mut()).unwrap();
    for (at, row) in last.chunks_exact(model.shape().vocab).enumerate() {
        assert_eq!(bits(row), bits(&logits(&mut model, &[&tokens[..27 + at]])));
    }
}

#[test]
fn the_context_is_the_limit_and_unknown_tokens_are_refused() {
    let mut model = from_folder(&Tiny::default());
    let mut cache = model.new_cache(1 << 24);
    let mut table = Table::default();
    cache.reserve(&mut table, 1040);
    let mut run = |tokens: &[u32]| {
        model.forward(&[Span { tokens, start: 0, blocks: table.blocks(), wanted: 1 }], cache.pool_mut())
    };
    assert!(run(&prompt(1025)).is_err());
    assert!(run(&[100_000]).is_err());
    assert!(run(&prompt(1024)).is_ok());
}

/// The architecture written out a second time, in plain loops and f64, as its papers have it.
#[test]
fn the_forward_agrees_with_one_written_in_plain_loops() {
    for tiny in variants().into_iter().filter(|tiny| !tiny.rope_scaling) {
        let tokens = prompt(24);
        let folder = tempfile::tempdir().unwrap();
        tiny.write_folder(folder.path());
        let weights =
            candle_core::safetensors::load(folder.path().join("model.safetensors"), &candle_core::Device::Cpu).unwrap();
        let plain = plain_forward(&tiny, &weights, &tokens);
        let ours = logits(&mut from_folder(&tiny), &[&tokens]);
        assert_close(&ours, &plain, 1e-3, &format!("{tiny:?}"));
    }
}

type Matrix = Vec<Vec<f64>>;

fn matrix(weights: &HashMap<String, Tensor>, name: &str) -> Matrix {
    let rows: Vec<Vec<f32>> = weights[name].to_vec2().unwrap();
    rows.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect()
}

fn vector(weights: &HashMap<String, Tensor>, name: &str) -> Vec<f64> {
    weights[name].to_vec1::<f32>().unwrap().into_iter().map(f64::from).collect()
}

fn times(matrix: &Matrix, vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

fn norm(vector: &[f64], gain: &[f64]) -> Vec<f64> {
    let mean = vector.iter().map(|value| value * value).sum::<f64>() / vector.len() as f64;
    vector.iter().zip(gain).map(|(value, gain)| value / (mean + 1e-5).sqrt() * gain).collect()
}

fn turned(head: &[f64], position: usize) -> Vec<f64> {
    let half = head.len() / 2;
    let mut out = head.to_vec();
    for pair in 0..half {
        let angle = position as f64 * 10_000_f64.powf(-2.0 * pair as f64 / head.len() as f64);
        out[pair] = head[pair] * angle.cos() - head[pair + half] * angle.sin();
        out[pair + half] = head[pair + half] * angle.cos() + head[pair] * angle.sin();
    }
    out
}

fn plain_forward(tiny: &Tiny, weights: &HashMap<String, Tensor>, tokens: &[u32]) -> Vec<f32> {
    let embedding = matrix(weights, "model.embed_tokens.weight");
    let mut states: Matrix = tokens.iter().map(|&token| embedding[token as usize].clone()).collect();
    for layer in 0..LAYERS {
        let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
        let of = |part: &str| matrix(weights, &name(part));
        let (query, key, value, out) =
            (of("self_attn.q_proj"), of("self_attn.k_proj"), of("self_attn.v_proj"), of("self_attn.o_proj"));
        let (gate, up, down) = (of("mlp.gate_proj"), of("mlp.up_proj"), of("mlp.down_proj"));
        let gain = vector(weights, &name("input_layernorm"));
        let normed: Matrix = states.iter().map(|state| norm(state, &gain)).collect();
        let heads_of = |vector: &[f64], position: Option<usize>| -> Matrix {
            vector
                .chunks(tiny.head_dim)
                .map(|head| position.map_or_else(|| head.to_vec(), |position| turned(head, position)))
                .collect()
        };
        let keys: Vec<Matrix> =
            normed.iter().enumerate().map(|(at, state)| heads_of(&times(&key, state), Some(at))).collect();
        let values: Vec<Matrix> = normed.iter().map(|state| heads_of(&times(&value, state), None)).collect();
        for (at, state) in normed.iter().enumerate() {
            let queries = heads_of(&times(&query, state), Some(at));
            let mut attended = Vec::new();
            for (head, query) in queries.iter().enumerate() {
                let shared = head / (tiny.heads / tiny.kv_heads);
                let scores: Vec<f64> = (0..=at)
                    .map(|other| {
                        let dot: f64 = query.iter().zip(&keys[other][shared]).map(|(a, b)| a * b).sum();
                        (dot / (tiny.head_dim as f64).sqrt()).exp()
                    })
                    .collect();
                let sum: f64 = scores.iter().sum();
                attended.extend((0..tiny.head_dim).map(|dimension| -> f64 {
                    scores.iter().zip(&values).map(|(score, value)| score / sum * value[shared][dimension]).sum()
                }));
            }
            for (total, new) in states[at].iter_mut().zip(times(&out, &attended)) {
                *total += new;
            }
        }
        let gain = vector(weights, &name("post_attention_layernorm"));
        for state in &mut states {
            let normed = norm(state, &gain);
            let gated: Vec<f64> = times(&gate, &normed)
                .into_iter()
                .zip(times(&up, &normed))
                .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
                .collect();
            for (total, new) in state.iter_mut().zip(times(&down, &gated)) {
                *total += new;
            }
        }
    }
    let last = norm(states.last().unwrap(), &vector(weights, "model.norm.weight"));
    let output = if tiny.tied { embedding } else { matrix(weights, "lm_head.weight") };
    times(&output, &last).into_iter().map(|logit| logit as f32).collect()
}

/// The forward for other devices, run by candle on the CPU.
#[test]
fn the_forward_in_candles_operations_agrees() {
    for tiny in Tiny::each() {
        for kind in [GgmlDType::F32, GgmlDType::Q8_0] {
            let source = ModelSource::bytes("tiny", tiny.gguf(kind), tokenizer_json().into_bytes());
            let target = Target { context_limit: 1024, device: Some(Device::Cpu), cache_bytes: 1 << 20 };
            let mut on_device = crate::load::load(&source, &target).unwrap().model;
            let mut ours = from_gguf(&tiny, kind);
            let prompts = [prompt(70), prompt(5)];
            let read = |forward: &mut dyn FnMut(&[Span<'_>], &mut Pool) -> Vec<f32>, mut cache: Cache| {
                let mut tables = [Table::default(), Table::default()];
                let mut all = Vec::new();
                for chunk in [0..50, 50..70] {
                    let mut spans = Vec::new();
                    for (tokens, table) in prompts.iter().zip(&mut tables) {
                        assert!(cache.reserve(table, chunk.end.min(tokens.len())));
                    }
                    for (tokens, table) in prompts.iter().zip(&tables) {
                        let range = chunk.start.min(tokens.len())..chunk.end.min(tokens.len());
                        if !range.is_empty() {
                            let (start, tokens) = (range.start, &tokens[range]);
                            spans.push(Span { tokens, start, blocks: table.blocks(), wanted: 2 });
                        }
                    }
                    all.extend(forward(&spans, cache.pool_mut()));
                }
                all
            };
            let cache = on_device.new_cache(1 << 20);
            let theirs = read(&mut |spans, pool| on_device.forward(spans, pool).unwrap(), cache);
            let cache = ours.new_cache(1 << 20);
            let ours = read(&mut |spans, pool| ours.forward(spans, pool).unwrap(), cache);
            // Rounding activations to eight bits magnifies the last bits of what was before.
            let largest = ours.iter().fold(0.0_f32, |most, logit| most.max(logit.abs()));
            let tolerance = if kind == GgmlDType::F32 { 1e-4 } else { 0.05 } * largest;
            assert_close(&ours, &theirs, tolerance, &format!("{} {kind:?}", tiny.architecture));
        }
    }
}
