use std::path::Path;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{self, Value};

use crate::error::LoadError;
use crate::testing::{Tiny, tokenizer_json};
use crate::{Engine, EngineOptions, ModelSource};

mod architectures;

fn load(source: &ModelSource) -> Result<(), LoadError> {
    super::load(source, &crate::load::Target::up_to(512)).map(drop)
}

fn load_bytes(gguf: Vec<u8>) -> Result<(), LoadError> {
    load(&ModelSource::bytes("bad", gguf, tokenizer_json().into_bytes()))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Tiny::default().write_folder(folder.path());
    folder
}

fn load_folder(folder: &Path) -> Result<(), LoadError> {
    load(&ModelSource::path(folder)?)
}

fn reason(result: Result<(), LoadError>) -> String {
    let reason = result.unwrap_err().to_string();
    assert!(!reason.contains("did not survive"), "a parser panicked: {reason}");
    reason
}

#[test]
fn a_truncated_gguf_is_refused_wherever_it_ends() {
    let whole = Tiny::default().gguf(GgmlDType::Q8_0);
    assert!(load_bytes(whole.clone()).is_ok());
    let header = (0..2500).step_by(13);
    let data = (2500..whole.len() - 32).step_by(4999);
    for length in header.chain(data) {
        reason(load_bytes(whole[..length].to_vec()));
    }
}

#[test]
fn a_gguf_with_any_wrong_byte_in_its_header_never_panics() {
    let whole = Tiny::default().gguf(GgmlDType::Q8_0);
    for at in (0..1800).step_by(11) {
        for value in [0xFF, 0x00, whole[at] ^ 0x40] {
            let mut wrong = whole.clone();
            wrong[at] = value;
            if let Err(error) = load_bytes(wrong) {
                assert!(!error.to_string().contains("did not survive"), "byte {at}: {error}");
            }
        }
    }
}

fn gguf_with(metadata: &[(&str, Value)]) -> Vec<u8> {
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let mut file = std::io::Cursor::new(Vec::new());
    gguf_file::write(&mut file, &metadata, &[]).unwrap();
    file.into_inner()
}

#[test]
fn a_lying_gguf_is_refused_with_its_lie() {
    let text = |text: &str| Value::String(text.into());
    let other = reason(load_bytes(gguf_with(&[("general.architecture", text("gemma3"))])));
    assert!(other.contains("`gemma3`") && other.contains("llama (GGUF)"), "{other}");
    let alignment = reason(load_bytes(gguf_with(&[("general.alignment", Value::U32(0))])));
    assert!(alignment.contains("alignment"), "{alignment}");
    let empty = reason(load_bytes(gguf_with(&[("general.architecture", text("llama"))])));
    assert!(empty.contains("llama.embedding_length"), "{empty}");
    let mut tensors = gguf_with(&[]);
    tensors[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(reason(load_bytes(tensors)).contains("claims"));
    let mut string = gguf_with(&[("general.name", text("abc"))]);
    let at = 24 + 8 + "general.name".len() + 4;
    string[at..at + 8].copy_from_slice(&(1_u64 << 23).to_le_bytes());
    assert!(reason(load_bytes(string)).contains("truncated"));
    assert!(reason(load_bytes(b"not a model at all, but long enough".to_vec())).contains("no GGUF"));
}

#[test]
fn a_tensor_of_another_shape_than_the_metadata_says_is_named() {
    let small = Tiny { ffn: 64, ..Tiny::default() };
    let mut gguf = small.gguf(GgmlDType::F32);
    let key = b"llama.feed_forward_length";
    let at = gguf.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 4;
    gguf[at..at + 4].copy_from_slice(&96_u32.to_le_bytes());
    assert!(reason(load_bytes(gguf)).contains("blk.0.ffn_gate.weight"));
}

#[test]
fn safetensors_that_are_truncated_or_lie_are_refused() {
    let folder = folder();
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 4, 8, 100, 1000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(reason(load_folder(folder.path())).contains("model.safetensors"));
    }
    let mut lying = whole;
    lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    std::fs::write(&path, lying).unwrap();
    reason(load_folder(folder.path()));
    std::fs::remove_file(&path).unwrap();
    assert!(reason(load_folder(folder.path())).contains("no *.safetensors"));
}

#[test]
fn a_configuration_that_does_not_fit_is_refused_with_its_field() {
    let folder = folder();
    let path = folder.path().join("config.json");
    let good: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let cases = [
        ("architectures", serde_json::json!(["Gemma3ForCausalLM"]), "Gemma3ForCausalLM"),
        ("hidden_size", 128.into(), "shape"),
        ("num_hidden_layers", 3.into(), "model.layers.2"),
        ("num_hidden_layers", u64::MAX.into(), "number of layers"),
        ("num_key_value_heads", 3.into(), "key-value heads"),
        ("num_key_value_heads", 0.into(), "key-value heads"),
        ("head_dim", 31.into(), "odd"),
        ("vocab_size", "many".into(), "expected usize"),
        ("rope_scaling", serde_json::json!({"rope_type": "yarn"}), "yarn"),
        ("rope_theta", (-1).into(), "rope"),
        ("rope_parameters", serde_json::json!({"full_attention": {"rope_theta": 1e4}}), "layer to layer"),
        ("partial_rotary_factor", 0.5.into(), "partial_rotary_factor"),
        ("attention_bias", true.into(), "biases"),
        ("mlp_bias", true.into(), "biases"),
        ("hidden_act", "gelu".into(), "gelu"),
        ("eos_token_id", 5000.into(), "5000"),
        ("tie_word_embeddings", false.into(), "lm_head.weight"),
    ];
    for (field, value, expected) in cases {
        let mut config = good.clone();
        config[field] = value;
        std::fs::write(&path, config.to_string()).unwrap();
        let found = reason(load_folder(folder.path()));
        assert!(found.contains(expected), "{field}: {found}");
    }
    std::fs::write(&path, "{").unwrap();
    assert!(reason(load_folder(folder.path())).contains("config.json"));
    std::fs::remove_file(&path).unwrap();
    assert!(reason(load_folder(folder.path())).contains("config.json"));
}

#[test]
fn a_tokenizer_that_is_missing_damaged_or_another_models_is_refused() {
    let folder = folder();
    let path = folder.path().join("tokenizer.json");
    let good = tokenizer_json();
    for length in (0..good.len()).step_by(211) {
        std::fs::write(&path, &good.as_bytes()[..length]).unwrap();
        assert!(reason(load_folder(folder.path())).contains("tokenizer.json"));
    }
    std::fs::write(&path, good.replace(r#""bo":271"#, r#""bo":4000"#)).unwrap();
    let foreign = reason(load_folder(folder.path()));
    assert!(foreign.contains("another model"), "{foreign}");
    std::fs::write(&path, good.replace("ByteLevel", "Unknown")).unwrap();
    reason(load_folder(folder.path()));
    std::fs::remove_file(&path).unwrap();
    assert!(reason(load_folder(folder.path())).contains("put the model's tokenizer.json at"));
}

#[test]
fn shards_load_like_one_file_and_may_not_point_elsewhere() {
    let folder = folder();
    let whole = folder.path().join("model.safetensors");
    let tensors = candle_core::safetensors::load(&whole, &candle_core::Device::Cpu).unwrap();
    let mut parts = [std::collections::HashMap::new(), std::collections::HashMap::new()];
    let mut map = serde_json::Map::new();
    for (at, (name, tensor)) in tensors.into_iter().enumerate() {
        map.insert(name.clone(), format!("part-{}.safetensors", at % 2).into());
        parts[at % 2].insert(name, tensor);
    }
    for (at, part) in parts.iter().enumerate() {
        candle_core::safetensors::save(part, folder.path().join(format!("part-{at}.safetensors"))).unwrap();
    }
    std::fs::remove_file(whole).unwrap();
    assert!(reason(load_folder(folder.path())).contains("which is which"));
    let index = folder.path().join("model.safetensors.index.json");
    std::fs::write(&index, serde_json::json!({"weight_map": map}).to_string()).unwrap();
    load_folder(folder.path()).unwrap();
    map.insert("lm_head.weight".into(), "../part-0.safetensors".into());
    std::fs::write(&index, serde_json::json!({"weight_map": map}).to_string()).unwrap();
    assert!(reason(load_folder(folder.path())).contains("no plain file name"));
}

#[test]
fn a_gguf_file_finds_the_tokenizer_beside_it_or_says_where_to_put_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = Tiny::default().write_gguf(folder.path(), GgmlDType::F16);
    load_folder(&path).unwrap();
    let named = folder.path().join("tiny.tokenizer.json");
    std::fs::rename(&named, folder.path().join("tokenizer.json")).unwrap();
    load_folder(&path).unwrap();
    std::fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
    let missing = reason(load_folder(&path));
    assert!(missing.contains("no_vocab") && missing.contains("tiny.tokenizer.json"), "{missing}");
}

#[test]
fn a_path_that_is_no_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(ModelSource::path(folder.path().join("absent.gguf")).is_err());
    let file = folder.path().join("model.bin");
    std::fs::write(&file, "x").unwrap();
    assert!(ModelSource::path(&file).unwrap_err().to_string().contains("neither"));
    assert!(reason(load_folder(folder.path())).contains("config.json"));
}

#[test]
fn a_chat_template_of_the_folder_is_used() {
    let folder = folder();
    let template = "{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}";
    let config = serde_json::json!({"chat_template": template, "eos_token": {"content": "<|end|>"}});
    std::fs::write(folder.path().join("tokenizer_config.json"), config.to_string()).unwrap();
    let engine = Engine::start(ModelSource::path(folder.path()).unwrap(), EngineOptions::default()).unwrap();
    assert!(engine.info().chat_template);
    let prompt = engine.render_chat(&[crate::ChatMessage::new("user", "hi")]).unwrap();
    assert_eq!(prompt, "user:hi<|end|>");
}

#[test]
fn a_hostile_chat_template_is_refused_as_a_fault_of_the_model() {
    let folder = folder();
    let config = serde_json::json!({"chat_template": "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}"});
    std::fs::write(folder.path().join("tokenizer_config.json"), config.to_string()).unwrap();
    let error = reason(load_folder(folder.path()));
    assert!(error.contains("chat template failed"), "{error}");
}

#[test]
fn a_number_of_threads_that_cannot_be_had_is_refused() {
    let folder = folder();
    let options = EngineOptions { threads: Some(4711), ..EngineOptions::default() };
    let error = Engine::start(ModelSource::path(folder.path()).unwrap(), options).unwrap_err().to_string();
    assert!(error.contains("CANDLE_NUM_THREADS=4711"), "{error}");
}
