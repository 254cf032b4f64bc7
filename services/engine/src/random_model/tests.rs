use std::fs::File;

use candle_core::Device;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, Value};

use super::{Quantization, RandomModel, RandomModelError, Shape};
use crate::testing::tokenizer_json;
use crate::{DraftRequest, Engine, EngineOptions, ModelSource, Priority, Sampling};

const VOCABULARY: usize = 512;

fn tiny(quantization: Quantization) -> RandomModel {
    RandomModel { shape: Shape::Tiny, quantization, vocabulary: VOCABULARY, seed: 7 }
}

#[test]
fn names_are_read_back_and_an_unknown_one_names_those_there_are() {
    for shape in Shape::ALL {
        assert_eq!(shape.to_string().parse(), Ok(shape));
    }
    for quantization in Quantization::ALL {
        assert_eq!(quantization.to_string().parse(), Ok(quantization));
    }
    let error = "7b".parse::<Shape>().unwrap_err().to_string();
    assert!(error.contains("`7b`") && error.contains("tiny, 100m, 1.2b"), "{error}");
}

#[test]
fn every_quantization_is_read_by_candle_with_weights_as_planned() {
    let folder = tempfile::tempdir().unwrap();
    for quantization in Quantization::ALL {
        let path = folder.path().join(format!("{quantization}.gguf"));
        let written = tiny(quantization).write(&path, tokenizer_json().as_bytes()).unwrap();
        let mut file = File::open(&path).unwrap();
        let content = Content::read(&mut file).unwrap();
        let mut parameters = 0;
        for (name, info) in &content.tensor_infos {
            let weights = content.tensor(&mut file, name, &Device::Cpu).unwrap();
            let weights = weights.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            parameters += weights.len() as u64;
            let mean = weights.iter().sum::<f32>() / weights.len() as f32;
            let variance = weights.iter().map(|weight| (weight - mean).powi(2)).sum::<f32>() / weights.len() as f32;
            let (expected_mean, expected) = match (name.as_str(), info.shape.dims()) {
                (name, [_]) if name.contains("norm") => (1.0, 0.1),
                // Two layers, so what adds to the residual stream is halved.
                (name, [_, columns]) if name.contains("attn_output") || name.contains("ffn_down") => {
                    (0.0, 0.5 / (*columns as f32).sqrt())
                }
                (_, [_, columns]) => (0.0, 1.0 / (*columns as f32).sqrt()),
                (name, shape) => panic!("{name} has the shape {shape:?}"),
            };
            assert!((mean - expected_mean).abs() < 0.25 * expected, "{quantization} {name}: mean {mean}");
            let ratio = variance.sqrt() / expected;
            assert!((0.85..1.15).contains(&ratio), "{quantization} {name}: deviation {ratio} of the planned");
        }
        assert_eq!(parameters, written.parameters);
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len());
    }
}

#[test]
fn the_mix_spends_more_bits_where_llama_cpp_does() {
    let tensors = super::plan::tensors(Shape::OneBillion, Quantization::Q4KM, 32_000);
    let layers = |part: &str| -> Vec<usize> {
        let of_part = tensors.iter().filter(|tensor| tensor.kind == GgmlDType::Q6K && tensor.name.contains(part));
        of_part.map(|tensor| tensor.name.split('.').nth(1).unwrap().parse().unwrap()).collect()
    };
    // n/8 = 2 and 7n/8 = 14, then (layer - 2) % 3 == 2.
    let expected = [0, 1, 4, 7, 10, 13, 14, 15];
    assert_eq!(layers("attn_v"), expected);
    assert_eq!(layers("ffn_down"), expected);
    assert_eq!(tensors.iter().filter(|tensor| tensor.kind == GgmlDType::Q6K).count(), 17, "and the embedding");
    let parameters: usize = tensors.iter().map(super::plan::Planned::elements).sum();
    assert_eq!(parameters, 1_038_682_112, "Llama 3.2 1B's shape with 32,000 words");
}

#[test]
fn the_engine_drafts_with_it_and_its_logits_are_of_a_sensible_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("random.gguf");
    tiny(Quantization::Q4KM).write(&path, tokenizer_json().as_bytes()).unwrap();
    let engine = Engine::start(ModelSource::path(&path).unwrap(), EngineOptions::default()).unwrap();
    assert_eq!((engine.info().name.as_str(), engine.info().vocab_size), ("random-tiny-q4_k_m", VOCABULARY));
    let request = DraftRequest {
        prompt: "cheap body".into(),
        grammar: engine.compile_grammar("start: /[a-z ]{40,60}/").unwrap(),
        bounds: None,
        sampling: Sampling { temperature: 1.0, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0 },
        seed: 1,
        stream: 0,
        max_tokens: 80,
        priority: Priority::Bulk,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let output = runtime.block_on(engine.submit(request).unwrap().finish()).unwrap();
    assert!((40..=60).contains(&output.text.len()), "{:?}", output.text);
    // An even choice of 512 would be ln 512 = 6.2; exploded logits would be near 0 or far below.
    assert!((-8.0..-4.5).contains(&output.mean_logprob), "{}", output.mean_logprob);
}

#[test]
fn the_tokenizer_inside_is_the_one_beside_it_padded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("random.gguf");
    let written = tiny(Quantization::Q8_0).write(&path, tokenizer_json().as_bytes()).unwrap();
    assert_eq!(std::fs::read_to_string(&written.tokenizer).unwrap(), tokenizer_json());
    let content = Content::read(&mut File::open(&path).unwrap()).unwrap();
    let strings = |key: &str| match &content.metadata[key] {
        Value::Array(values) => values.iter().map(|value| value.to_string().unwrap().clone()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let tokens = strings("tokenizer.ggml.tokens");
    assert_eq!(tokens.len(), VOCABULARY);
    assert_eq!((tokens[258].as_str(), tokens[511].as_str()), ("<|end|>", "<|unused:511|>"));
    assert_eq!(strings("tokenizer.ggml.merges")[3], "ch eap");
    assert_eq!(content.metadata["tokenizer.ggml.eos_token_id"].to_u32().unwrap(), 258);
    let Value::Array(kinds) = &content.metadata["tokenizer.ggml.token_type"] else { panic!("no token types") };
    let kind = |at: usize| kinds[at].to_i32().unwrap();
    assert_eq!((kind(65), kind(258), kind(260), kind(511)), (1, 3, 4, 5));
}

#[test]
fn the_same_call_writes_the_same_file_and_another_seed_another() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: u64| {
        let path = folder.path().join(name);
        RandomModel { seed, ..tiny(Quantization::Q4_0) }.write(&path, tokenizer_json().as_bytes()).unwrap();
        std::fs::read(path).unwrap()
    };
    let first = write("a.gguf", 1);
    assert_eq!(first, write("b.gguf", 1));
    assert_ne!(first, write("c.gguf", 2));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with("part")), "{left:?}");
}

#[test]
fn what_does_not_serve_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("random.gguf");
    let refused = |json: &str, vocabulary: usize| {
        let model = RandomModel { vocabulary, ..tiny(Quantization::Q8_0) };
        model.write(&path, json.as_bytes()).unwrap_err().to_string()
    };
    assert!(refused("{", VOCABULARY).contains("no valid tokenizer.json"));
    assert!(refused(&tokenizer_json(), 64).contains("more than the model's vocabulary of 64"));
    let other_split = tokenizer_json().replace("\"use_regex\":true", "\"use_regex\":false");
    assert!(refused(&other_split, VOCABULARY).contains("GPT-2"));
    let endless = tokenizer_json().replace("<|end|>", "<|stop|>");
    assert!(refused(&endless, VOCABULARY).contains("<|endoftext|>"));
    assert!(!path.exists());
    let misnamed = tiny(Quantization::Q8_0).write(&folder.path().join("model.bin"), tokenizer_json().as_bytes());
    assert!(matches!(misnamed, Err(RandomModelError::Name { .. })));
}
