//! What sets architectures apart is read from both formats, and what would change the numbers is refused.

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value;

use super::{load_bytes, load_folder, reason};
use crate::ModelSource;
use crate::error::LoadError;
use crate::testing::Tiny;

/// What loading says of a folder of this architecture with these fields changed, at a context limit of 512.
fn with_fields(architecture: &str, fields: serde_json::Value) -> Result<(), LoadError> {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Tiny::each().into_iter().find(|tiny| tiny.architecture == architecture).unwrap();
    tiny.write_folder(folder.path());
    let mut config = tiny.config();
    for (field, value) in fields.as_object().unwrap() {
        config[field] = value.clone();
    }
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    load_folder(folder.path())
}

#[test]
fn every_architecture_loads_from_both_formats_and_is_named() {
    for tiny in Tiny::each() {
        let folder = tempfile::tempdir().unwrap();
        tiny.write_folder(folder.path());
        let loaded =
            crate::load::load(&ModelSource::path(folder.path()).unwrap(), &crate::load::Target::up_to(512)).unwrap();
        assert_eq!(loaded.info.architecture, tiny.architecture);
        let numbers: usize = tiny.weights().values().map(candle_core::Tensor::elem_count).sum();
        assert_eq!(loaded.info.parameters, numbers as u64, "{}", tiny.architecture);
        load_bytes(tiny.gguf(GgmlDType::Q8_0)).unwrap();
    }
}

#[test]
fn a_window_is_refused_only_where_it_would_change_the_numbers() {
    let json = |window: serde_json::Value| serde_json::json!({"sliding_window": window});
    for (architecture, fields, refused) in [
        ("mistral", json(511.into()), true),
        ("mistral", json(512.into()), false),
        ("mistral", json(serde_json::Value::Null), false),
        ("mistral", json("far".into()), true),
        ("llama", json(16.into()), false),
        ("qwen2", json(16.into()), false),
        ("qwen3", serde_json::json!({"sliding_window": 16, "use_sliding_window": true}), true),
        ("qwen2", serde_json::json!({"sliding_window": 16, "use_sliding_window": true, "max_window_layers": 2}), false),
        ("qwen2", serde_json::json!({"sliding_window": 16, "use_sliding_window": true, "max_window_layers": 1}), true),
        (
            "smollm3",
            serde_json::json!({"sliding_window": 16, "use_sliding_window": true, "layer_types": ["full_attention"]}),
            false,
        ),
        ("smollm3", serde_json::json!({"sliding_window": 16, "use_sliding_window": true}), true),
    ] {
        let outcome = with_fields(architecture, fields.clone());
        assert_eq!(outcome.is_err(), refused, "{architecture} {fields}: {outcome:?}");
        if refused {
            assert!(reason(outcome).contains("sliding_window"), "{architecture} {fields}");
        }
    }
    let window = |positions| {
        Tiny::default().gguf_with(GgmlDType::F16, &[("llama.attention.sliding_window", Value::U32(positions))], &[])
    };
    assert!(reason(load_bytes(window(100))).contains("limit the context to 100"));
    load_bytes(window(512)).unwrap();
}

#[test]
fn a_mistral_that_is_silent_has_the_window_that_transformers_takes() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Tiny { context: 8192, ..Tiny::each().remove(1) };
    tiny.write_folder(folder.path());
    let mut config = tiny.config();
    config.as_object_mut().unwrap().remove("sliding_window");
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let source = ModelSource::path(folder.path()).unwrap();
    crate::load::load(&source, &crate::load::Target::up_to(4096)).unwrap();
    let error = crate::load::load(&source, &crate::load::Target::up_to(8192)).unwrap_err().to_string();
    assert!(error.contains("limit the context to 4096"), "{error}");
}

#[test]
fn layers_without_rotation_are_listed_for_each_layer_or_by_an_interval() {
    for (fields, expected) in [
        (serde_json::json!({"no_rope_layers": [1, 0]}), "lists 2 layers, but there are 4"),
        (serde_json::json!({"no_rope_layers": ["x"]}), "invalid type"),
        (serde_json::json!({"no_rope_layer_interval": 0}), "no_rope_layer_interval is 0"),
    ] {
        assert!(reason(with_fields("smollm3", fields)).contains(expected));
    }
    with_fields("smollm3", serde_json::json!({"no_rope_layers": [1, 0, 1, 0]})).unwrap();
    with_fields("smollm3", serde_json::json!({"no_rope_layer_interval": 2})).unwrap();
}

#[test]
fn a_gguf_tensor_that_the_forward_would_pass_over_is_refused() {
    let vector = |length: usize| candle_core::Tensor::zeros(length, candle_core::DType::F32, &candle_core::Device::Cpu);
    for name in ["blk.0.attn_q.bias", "blk.1.attn_output.bias", "blk.0.attn_q_norm.weight", "blk.2.attn_q.weight"] {
        let gguf = Tiny::default().gguf_with(GgmlDType::F16, &[], &[(name, vector(128).unwrap())]);
        let found = reason(load_bytes(gguf));
        assert!(found.contains(name), "{found}");
    }
    let qwen = Tiny::each().remove(2);
    let gguf = qwen.gguf_with(GgmlDType::F16, &[], &[("blk.0.attn_output.bias", vector(64).unwrap())]);
    assert!(reason(load_bytes(gguf)).contains("attn_output.bias"));
}

#[test]
fn gguf_metadata_that_would_change_the_numbers_are_refused() {
    for (key, value, expected) in [
        ("llama.rope.scaling.type", Value::String("yarn".into()), "yarn"),
        ("llama.rope.scaling.type", Value::String("linear".into()), "linear"),
        ("llama.rope.scale_linear", Value::F32(4.0), "rope.scale_linear"),
        ("llama.rope.freq_base", Value::U32(10_000), "no floating-point number"),
        ("llama.rope.dimension_count", Value::U32(16), "rope.dimension_count"),
        ("llama.expert_count", Value::U32(8), "llama with experts"),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(0.0), "epsilon"),
    ] {
        let found = reason(load_bytes(Tiny::default().gguf_with(GgmlDType::F16, &[(key, value)], &[])));
        assert!(found.contains(expected), "{key}: {found}");
    }
}
