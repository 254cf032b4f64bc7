//! Files that are truncated, damaged or lie: an error or a model, never a panic, never an allocation without bound.
//!
//! That nothing large is allocated follows from limits, not from measurement: every count in a GGUF header is held
//! against the file's length before candle reads it (`gguf_header`), safetensors are views into the bytes read, and
//! dimensions are held against limits (`config::check`) and against each tensor's own shape before anything is made of
//! their size. The tests that claim 2^60 of everything would end the process if that were not so.

use std::path::Path;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value;
use proptest::prelude::*;
use serde_json::json;

use crate::ModelSource;
use crate::error::LoadError;
use crate::testing::{Tiny, tokenizer_json};

fn tiny(architecture: &str) -> Tiny {
    Tiny {
        architecture: architecture.into(),
        hidden: 32,
        heads: 2,
        kv_heads: 1,
        head_dim: 16,
        ffn: 32,
        ..Tiny::default()
    }
}

/// What loading says. A parser that panics is caught, and called so; here that is a failure.
fn outcome(source: &ModelSource) -> Result<(), String> {
    let outcome =
        super::load(source, &crate::load::Target::up_to(512)).map(drop).map_err(|error: LoadError| error.to_string());
    if let Err(reason) = &outcome {
        assert!(!reason.contains("did not survive"), "a parser panicked: {reason}");
        assert!(reason.len() < 4000, "an error of {} bytes", reason.len());
    }
    outcome
}

fn load_gguf(gguf: Vec<u8>) -> Result<(), String> {
    outcome(&ModelSource::bytes("bad", gguf, tokenizer_json().into_bytes()))
}

fn load_folder(folder: &Path) -> Result<(), String> {
    outcome(&ModelSource::path(folder).unwrap())
}

fn folder(architecture: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    tiny(architecture).write_folder(folder.path());
    folder
}

/// Replaces what lies at `at`, as far as the file goes.
fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (old, new) in bytes.iter_mut().skip(at).zip(with) {
        *old = *new;
    }
}

/// Numbers that counts and lengths should never be.
fn lie() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1 << 60),
        Just(1 << 63),
        Just(u64::MAX),
        Just(u64::from(u32::MAX)),
        Just(1 << 23),
        any::<u64>(),
        (0_u64..4096)
    ]
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        lie().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        "[a-z<>|]{0,12}".prop_map(|value| json!(value)),
        prop::collection::vec(lie(), 0..4).prop_map(|value| json!(value)),
        Just(json!({"rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 1})),
        Just(json!({"rope_type": "llama3", "factor": 1e300, "low_freq_factor": -1, "high_freq_factor": 4,
                    "original_max_position_embeddings": 1e-300})),
    ]
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_gguf_cut_anywhere_is_refused(part in 0.0_f64..1.0, qwen in any::<bool>()) {
        let whole = tiny(if qwen { "qwen2" } else { "smollm3" }).gguf(GgmlDType::Q8_0);
        // The file ends in padding, which nobody misses.
        let length = ((whole.len() - 32) as f64 * part) as usize;
        prop_assert!(load_gguf(whole[..length].to_vec()).is_err());
    }

    #[test]
    fn a_gguf_with_wrong_bytes_in_its_header_is_refused_or_loads(
        changes in prop::collection::vec((0_usize..2600, any::<u8>()), 1..6),
    ) {
        let mut gguf = tiny("qwen3").gguf(GgmlDType::Q8_0);
        for (at, byte) in changes {
            overwrite(&mut gguf, at, &[byte]);
        }
        let _ = load_gguf(gguf);
    }

    #[test]
    fn a_gguf_with_lying_numbers_is_refused_or_loads(at in 8_usize..2600, lie in lie(), short in any::<bool>()) {
        let mut gguf = tiny("qwen2").gguf(GgmlDType::Q8_0);
        let bytes = lie.to_le_bytes();
        overwrite(&mut gguf, at, if short { &bytes[..4] } else { &bytes });
        let _ = load_gguf(gguf);
    }

    #[test]
    fn a_gguf_whose_dimensions_lie_is_refused(which in 0_usize..8, lie in lie()) {
        let keys = ["embedding_length", "block_count", "feed_forward_length", "attention.head_count",
            "attention.head_count_kv", "attention.key_length", "rope.dimension_count", "attention.value_length"];
        let tiny = tiny("qwen3");
        let honest = [32, 2, 32, 2, 1, 16, 16, 16][which];
        let gguf = tiny.gguf_with(GgmlDType::Q8_0, &[(&format!("qwen3.{}", keys[which]), Value::U64(lie))], &[]);
        prop_assert_eq!(load_gguf(gguf).is_ok(), lie == honest);
    }

    #[test]
    fn safetensors_with_wrong_bytes_in_their_header_are_refused_or_load(
        changes in prop::collection::vec((0_usize..2000, any::<u8>()), 1..4),
        length in prop::option::of(lie()),
    ) {
        let folder = folder("qwen2");
        let path = folder.path().join("model.safetensors");
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, byte) in changes {
            overwrite(&mut bytes, at, &[byte]);
        }
        if let Some(length) = length {
            overwrite(&mut bytes, 0, &length.to_le_bytes());
        }
        std::fs::write(&path, bytes).unwrap();
        let _ = load_folder(folder.path());
    }

    #[test]
    fn safetensors_cut_anywhere_are_refused(part in 0.0_f64..1.0) {
        let folder = folder("qwen3");
        let path = folder.path().join("model.safetensors");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..(whole.len() as f64 * part) as usize]).unwrap();
        prop_assert!(load_folder(folder.path()).is_err());
    }

    #[test]
    fn an_index_that_lies_is_refused_or_loads(
        name in prop_oneof![Just("model.safetensors".to_owned()), "[./a-z\\\\]{0,20}", Just("config.json".into())],
        missing in any::<bool>(),
        other in any_json(),
    ) {
        let folder = folder("llama");
        let mut map = serde_json::Map::new();
        for tensor in tiny("llama").weights().keys().skip(usize::from(missing)) {
            map.insert(tensor.clone(), name.clone().into());
        }
        map.insert("lm_head.weight".into(), other);
        let index = json!({"weight_map": map}).to_string();
        std::fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
        let _ = load_folder(folder.path());
    }

    #[test]
    fn a_configuration_with_any_field_wrong_is_refused_or_loads(
        architecture in prop::sample::select(vec!["llama", "mistral", "qwen2", "qwen3", "smollm3"]),
        field in prop::sample::select(vec!["architectures", "model_type", "vocab_size", "hidden_size",
            "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
            "rms_norm_eps", "rope_theta", "rope_scaling", "rope_parameters", "max_position_embeddings",
            "tie_word_embeddings", "sliding_window", "use_sliding_window", "max_window_layers", "layer_types",
            "no_rope_layers", "no_rope_layer_interval", "eos_token_id", "attention_bias", "partial_rotary_factor"]),
        value in any_json(),
    ) {
        let folder = folder(architecture);
        let path = folder.path().join("config.json");
        let mut config: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        config[field] = value;
        std::fs::write(&path, config.to_string()).unwrap();
        let _ = load_folder(folder.path());
    }

    #[test]
    fn a_tokenizer_with_wrong_bytes_is_refused_or_loads(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let folder = folder("llama");
        let mut json = tokenizer_json().into_bytes();
        for (at, byte) in changes {
            let at = at.index(json.len());
            overwrite(&mut json, at, &[byte]);
        }
        if let Some(cut) = cut {
            json.truncate(cut.index(json.len()));
        }
        std::fs::write(folder.path().join("tokenizer.json"), json).unwrap();
        let _ = load_folder(folder.path());
    }
}

const CLAIM: u64 = 1 << 60;

/// A GGUF header of one tensor and one entry, which lie.
fn header(tensors: u64, entries: u64, rest: &[u8]) -> Vec<u8> {
    let mut gguf = b"GGUF".to_vec();
    gguf.extend(3_u32.to_le_bytes());
    gguf.extend(tensors.to_le_bytes());
    gguf.extend(entries.to_le_bytes());
    gguf.extend(rest);
    gguf
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

#[test]
fn a_gguf_header_that_claims_a_quintillion_of_anything_is_refused() {
    let claim = CLAIM.to_le_bytes();
    let kind = |kind: u32| kind.to_le_bytes();
    let array = |inner: u32| [&string("a")[..], &kind(9), &kind(inner), &claim].concat();
    let tensor = |dimensions: &[u64], kind: u32, offset: u64| {
        let mut tensor = [&string("token_embd.weight")[..], &(dimensions.len() as u32).to_le_bytes()].concat();
        dimensions.iter().for_each(|size| tensor.extend(size.to_le_bytes()));
        [&tensor[..], &kind.to_le_bytes(), &offset.to_le_bytes()].concat()
    };
    let cases = [
        ("tensors", header(CLAIM, 0, &[]), "claims"),
        ("entries", header(0, CLAIM, &[]), "claims"),
        ("a key", header(0, 1, &claim), "a string claims"),
        ("a text", header(0, 1, &[&string("a")[..], &kind(8), &claim].concat()), "a string claims"),
        ("numbers", header(0, 1, &array(4)), "arrays claim"),
        ("texts", header(0, 1, &array(8)), "arrays claim"),
        ("arrays", header(0, 1, &array(9)), "arrays claim"),
        ("one dimension", header(1, 0, &tensor(&[CLAIM], 0, 0)), "larger than the file"),
        ("two dimensions", header(1, 0, &tensor(&[1 << 30, 1 << 30], 0, 0)), "larger than the file"),
        ("four that overflow", header(1, 0, &tensor(&[CLAIM, CLAIM, CLAIM, CLAIM], 0, 0)), "larger than the file"),
        ("none, but far away", header(1, 0, &tensor(&[1], 0, CLAIM)), "truncated"),
        ("more than there is", header(1, 0, &tensor(&[256], 0, 0)), "claims 1024 bytes"),
        ("an unknown type", header(1, 0, &tensor(&[1], 16, 0)), "type 16"),
    ];
    for (what, gguf, expected) in cases {
        let reason = load_gguf(gguf).unwrap_err();
        assert!(reason.contains(expected), "{what}: {reason}");
    }
}

#[test]
fn safetensors_and_configurations_that_claim_a_quintillion_are_refused() {
    let folder = folder("llama");
    let path = folder.path().join("model.safetensors");
    let good = std::fs::read(&path).unwrap();
    let header = json!({"model.embed_tokens.weight":
        {"dtype": "F32", "shape": [CLAIM, 32], "data_offsets": [0, CLAIM]}})
    .to_string();
    for length in [header.len() as u64, CLAIM] {
        std::fs::write(&path, [&length.to_le_bytes()[..], header.as_bytes()].concat()).unwrap();
        let reason = load_folder(folder.path()).unwrap_err();
        assert!(reason.contains("damaged or truncated"), "{reason}");
    }
    std::fs::write(&path, good).unwrap();
    let path = folder.path().join("config.json");
    let good: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for (field, expected) in [
        ("vocab_size", "the vocabulary is"),
        ("hidden_size", "the hidden size is"),
        ("intermediate_size", "the feed-forward size is"),
        ("num_hidden_layers", "the number of layers is"),
        ("num_attention_heads", "the number of heads is"),
        ("num_key_value_heads", "the number of key-value heads is"),
        ("head_dim", "the head size is"),
    ] {
        let mut config = good.clone();
        config[field] = CLAIM.into();
        std::fs::write(&path, config.to_string()).unwrap();
        let reason = load_folder(folder.path()).unwrap_err();
        assert!(reason.contains(expected), "{field}: {reason}");
    }
    // Within the limits, but not the tensors' own: refused before anything of that size is made.
    let mut config = good;
    config["vocab_size"] = (1 << 24).into();
    std::fs::write(&path, config.to_string()).unwrap();
    assert!(load_folder(folder.path()).unwrap_err().contains("model.embed_tokens.weight"));
}

/// tokenizers panics on each of these in a decoder; it may not get them.
#[test]
fn a_decoder_that_cannot_be_read_is_refused_before_it_is_tried() {
    let folder = folder("llama");
    let good = tokenizer_json();
    let at = good.find(r#""decoder""#).unwrap();
    for wrong in [&b"\xff"[..], br"\ud800", br"\q", b"\n", b"\""] {
        let place = at + good[at..].find("ByteLevel").unwrap();
        let json = [&good.as_bytes()[..place], wrong, &good.as_bytes()[place..]].concat();
        std::fs::write(folder.path().join("tokenizer.json"), json).unwrap();
        let reason = load_folder(folder.path()).unwrap_err();
        assert!(reason.contains("is no valid tokenizer.json"), "{reason}");
    }
}

#[test]
fn a_tokenizer_that_claims_a_number_beyond_the_model_is_refused() {
    let folder = folder("llama");
    let far = tokenizer_json().replace(r#""bo":271"#, r#""bo":4294967295"#);
    std::fs::write(folder.path().join("tokenizer.json"), far).unwrap();
    let reason = load_folder(folder.path()).unwrap_err();
    assert!(reason.contains("another model"), "{reason}");
}
