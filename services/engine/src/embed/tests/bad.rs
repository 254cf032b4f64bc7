//! Files that are missing, damaged, contradictory or hostile: each is refused by name, none panics.

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use serde_json::{Value, json};

use super::{EmbedKind, Embedder, EmbedderOptions, EmbedderSource, NEVER};
use crate::embed::EmbedError;
use crate::embed::testing::{FOLDERS, Tiny};

fn assert_says(found: &str, expected: &[&str]) {
    assert!(expected.iter().all(|part| found.contains(part)), "{found:?} should hold {expected:?}");
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let tiny = Tiny::new("bert");
    assert_says(&tiny.without("config.json").refusal(), &["has no config.json"]);
    assert_says(&tiny.without("tokenizer.json").refusal(), &["put the model's tokenizer.json at", "tokenizer.json"]);
    assert_says(&tiny.without("model.safetensors").refusal(), &["has no model.safetensors"]);
    let absent = EmbedderSource::Folder("/nowhere/at all".into());
    let error = Embedder::load(&absent, &EmbedderOptions::default()).unwrap_err().to_string();
    assert_says(&error, &["/nowhere/at all", "has no config.json"]);
}

#[test]
fn a_folder_in_a_files_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config.json")).unwrap();
    let source = EmbedderSource::Folder(folder.path().into());
    let error = Embedder::load(&source, &EmbedderOptions::default()).unwrap_err().to_string();
    assert_says(&error, &["config.json", "no regular file"]);
}

#[test]
fn a_configuration_that_does_not_fit_is_refused_with_its_field() {
    let cases = [
        ("model_type", json!("qwen3"), "`qwen3`, which the embedder does not run; supported: bert, xlm-roberta"),
        ("model_type", Value::Null, "`none`"),
        ("hidden_size", json!(96), "word_embeddings"),
        ("hidden_size", json!(0), "`hidden_size` is 0"),
        ("hidden_size", json!(u64::MAX), "`hidden_size`"),
        ("num_hidden_layers", json!(3), "encoder.layer.2.attention.self.query.weight"),
        ("num_hidden_layers", json!(1_000_000), "`num_hidden_layers` is 1000000"),
        ("num_attention_heads", json!(5), "shared among 5 heads"),
        ("num_attention_heads", json!(0), "`num_attention_heads` is 0"),
        ("intermediate_size", json!(100), "[100, 72]"),
        ("max_position_embeddings", json!(64), "position_embeddings"),
        ("max_position_embeddings", json!(2), "no room"),
        ("vocab_size", json!("many"), "expected usize"),
        ("vocab_size", json!(20), "another model's tokenizer"),
        ("vocab_size", json!(1 << 20), "word_embeddings"),
        ("layer_norm_eps", json!(-1), "layer_norm_eps"),
        ("hidden_act", json!("swiglu"), "swiglu"),
        ("position_embedding_type", json!("relative_key"), "relative_key"),
        ("is_decoder", json!(true), "is_decoder"),
    ];
    let tiny = Tiny::new("bert").without("1_Pooling/config.json");
    for (field, value, expected) in cases {
        assert_says(&tiny.with("config.json", field, value).refusal(), &[expected]);
    }
    let roberta = Tiny::new("xlm-roberta").with("config.json", "pad_token_id", json!(u32::MAX));
    assert_says(&roberta.refusal(), &["no room"]);
    for text in ["", "{", "[]", "null", "{\"model_type\": \"bert\"}"] {
        let mut broken = tiny.clone();
        broken.files.insert("config.json".into(), text.as_bytes().to_vec().into());
        assert_says(&broken.refusal(), &["config.json"]);
    }
}

#[test]
fn a_head_that_is_not_run_is_refused() {
    let tiny = Tiny::new("bert");
    let pooling = |field: &str, value: Value| tiny.with("1_Pooling/config.json", field, value).refusal();
    assert_says(&pooling("pooling_mode_max_tokens", json!(true)), &["max_tokens", "mean alone"]);
    assert_says(&pooling("pooling_mode_mean_tokens", json!(false)), &["supported"]);
    assert_says(&pooling("pooling_mode", json!("lasttoken")), &["lasttoken"]);
    assert_says(&pooling("pooling_mode", json!(["mean", "cls"])), &["supported"]);
    assert_says(&pooling("pooling_mode", json!(7)), &["supported"]);
    assert_says(&pooling("word_embedding_dimension", json!(384)), &["384", "hidden_size is 72"]);
    assert_says(&pooling("include_prompt", json!(false)), &["include_prompt"]);
    let modules = |modules: Value| {
        let mut changed = tiny.clone();
        changed.set("modules.json", &modules);
        changed.refusal()
    };
    let module = |kind: &str, path: &str| json!({"type": format!("sentence_transformers.models.{kind}"), "path": path});
    assert_says(&modules(json!([])), &["names no Pooling"]);
    let dense = json!([module("Transformer", ""), module("Pooling", "1_Pooling"), module("Dense", "2_Dense")]);
    assert_says(&modules(dense), &["models.Dense"]);
    assert_says(&modules(json!([module("Transformer", "0_Transformer")])), &["0_Transformer", "move its files up"]);
    for path in ["..", "../other", "/etc", ""] {
        assert_says(&modules(json!([module("Transformer", ""), module("Pooling", path)])), &["plain folder name"]);
    }
    let limit = tiny.with("sentence_bert_config.json", "max_seq_length", json!(0)).refusal();
    assert_says(&limit, &["sentence_bert_config.json", "max_seq_length"]);
    let frame = tiny.with("sentence_bert_config.json", "max_seq_length", json!(2)).refusal();
    assert_says(&frame, &["frames a text with 2 tokens"]);
    let prompts = tiny.with("config_sentence_transformers.json", "prompts", json!({"query": 7})).refusal();
    assert_says(&prompts, &["prompt `query`"]);
}

#[test]
fn a_tokenizer_that_is_damaged_or_another_models_is_refused() {
    for name in FOLDERS {
        let tiny = Tiny::new(name);
        let whole = tiny.files["tokenizer.json"].to_vec();
        for length in (0..whole.len() - 2).step_by(173) {
            let mut cut = tiny.clone();
            cut.files.insert("tokenizer.json".into(), whole[..length].to_vec().into());
            assert_says(&cut.refusal(), &["tokenizer.json", "no valid"]);
        }
    }
    let mut tokenizer = Tiny::new("bert").json("tokenizer.json");
    tokenizer["model"]["vocab"]["pump"] = json!(4000);
    let mut foreign = Tiny::new("bert");
    foreign.set("tokenizer.json", &tokenizer);
    assert_says(&foreign.refusal(), &["\"pump\"", "4000", "another model"]);
}

#[test]
fn a_vocabulary_without_its_unknown_token_is_refused_at_load() {
    let mut tokenizer = Tiny::new("bert").json("tokenizer.json");
    tokenizer["model"]["unk_token"] = json!("[NONE]");
    let mut tiny = Tiny::new("bert");
    tiny.set("tokenizer.json", &tokenizer);
    assert_says(&tiny.refusal(), &["does not know", "unknown token"]);
    let mut tokenizer = Tiny::new("xlm-roberta").json("tokenizer.json");
    tokenizer["model"]["unk_id"] = Value::Null;
    let mut tiny = Tiny::new("xlm-roberta");
    tiny.set("tokenizer.json", &tokenizer);
    assert_says(&tiny.refusal(), &["does not know", "unknown token"]);
}

#[test]
fn a_tokenizer_without_a_frame_makes_no_vector_of_an_empty_text() {
    let bare = Tiny::new("bert").with("tokenizer.json", "post_processor", Value::Null).load();
    assert!(bare.embed(&["pump"], EmbedKind::Query, NEVER).is_ok());
    let error = bare.embed(&["pump", "\u{7}"], EmbedKind::Query, NEVER).unwrap_err();
    assert_eq!(error, EmbedError::NoTokens { index: 1 });
}

#[test]
fn a_frame_that_loses_or_doubles_the_text_is_refused() {
    let text = json!({"Sequence": {"id": "A", "type_id": 0}});
    let other = json!({"Sequence": {"id": "A", "type_id": 1}});
    for (single, expected) in [(json!([text, text]), "once"), (json!([other]), "another type")] {
        let mut tokenizer = Tiny::new("bert").json("tokenizer.json");
        tokenizer["post_processor"]["single"] = single;
        let mut tiny = Tiny::new("bert");
        tiny.set("tokenizer.json", &tokenizer);
        assert_says(&tiny.refusal(), &["tokenizer.json", expected]);
    }
}

#[test]
fn safetensors_that_are_truncated_anywhere_are_refused() {
    let tiny = Tiny::new("bert");
    let whole = tiny.files["model.safetensors"].to_vec();
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let lengths = (0..header).step_by(97).chain((header..whole.len()).step_by(4001)).chain([whole.len() - 1]);
    for length in lengths {
        let mut cut = tiny.clone();
        cut.files.insert("model.safetensors".into(), whole[..length].to_vec().into());
        assert_says(&cut.refusal(), &["model.safetensors", "damaged"]);
    }
}

#[test]
fn a_wrong_byte_in_the_safetensors_header_never_panics() {
    let tiny = Tiny::new("bert");
    let whole = tiny.files["model.safetensors"].to_vec();
    for at in (0..2000).step_by(17) {
        for value in [0xFF, 0x00, b'9', b'}'] {
            let mut wrong = tiny.clone();
            let mut bytes = whole.clone();
            bytes[at] = value;
            wrong.files.insert("model.safetensors".into(), bytes.into());
            if let Err(error) = wrong.load_with(&EmbedderOptions::default()) {
                assert!(!error.to_string().contains("did not survive"), "byte {at}: {error}");
            }
        }
    }
}

fn safetensors(header: &Value, data: usize) -> Vec<u8> {
    let header = header.to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

/// The header of the tiny BERT, each entry changed.
fn header(change: impl Fn(usize, &mut Value)) -> (Tiny, Vec<u8>, usize) {
    let tiny = Tiny::new("bert");
    let whole = tiny.files["model.safetensors"].to_vec();
    let end = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let mut entries: Value = serde_json::from_slice(&whole[8..end]).unwrap();
    for (at, entry) in entries.as_object_mut().unwrap().values_mut().enumerate() {
        change(at, entry);
    }
    let data = whole.len() - end;
    (tiny, safetensors(&entries, data), data)
}

#[test]
fn tensors_that_lie_about_their_place_are_refused_before_they_are_allocated() {
    type Change = Box<dyn Fn(usize, &mut Value)>;
    let cases: [(Change, &str); 5] = [
        (Box::new(|_, entry| entry["data_offsets"] = json!([u64::MAX - 1, u64::MAX])), "lie from"),
        (Box::new(|_, entry| entry["data_offsets"] = json!([100, 4])), "lie from"),
        (Box::new(|_, entry| entry["shape"] = json!([u64::MAX, u64::MAX])), "shape"),
        (Box::new(|_, entry| entry["dtype"] = json!("I64")), "type I64"),
        (Box::new(|_, entry| entry["dtype"] = Value::Null), "type none"),
    ];
    for (change, expected) in cases {
        let (mut tiny, bytes, _) = header(change);
        tiny.files.insert("model.safetensors".into(), bytes.into());
        assert_says(&tiny.refusal(), &[expected]);
    }
    // All on the same bytes, of which only the largest tensor's are there.
    let most = std::cell::Cell::new(0);
    let (mut tiny, bytes, data) = header(|_, entry| {
        let offsets: (u64, u64) = serde_json::from_value(entry["data_offsets"].clone()).unwrap_or_default();
        most.set(most.get().max(offsets.1 - offsets.0));
        entry["data_offsets"] = json!([0, offsets.1 - offsets.0]);
    });
    let kept = bytes.len() - data + most.get() as usize;
    tiny.files.insert("model.safetensors".into(), bytes[..kept].to_vec().into());
    assert_says(&tiny.refusal(), &["overlap"]);
}

#[test]
fn a_header_that_claims_more_than_the_file_is_refused() {
    for claimed in [u64::MAX, 1 << 40, (8 << 20) + 1, 0] {
        let mut tiny = Tiny::new("bert");
        let mut bytes = tiny.files["model.safetensors"].to_vec();
        bytes[..8].copy_from_slice(&claimed.to_le_bytes());
        tiny.files.insert("model.safetensors".into(), bytes.into());
        assert_says(&tiny.refusal(), &["model.safetensors", "header"]);
    }
    let mut tiny = Tiny::new("bert");
    tiny.files.insert("model.safetensors".into(), safetensors(&json!({}), 64).into());
    assert_says(&tiny.refusal(), &["lacks the tensor `embeddings.word_embeddings.weight`"]);
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both_shapes() {
    let mut tiny = Tiny::new("xlm-roberta");
    let mut tensors = tiny.tensors();
    let name = "encoder.layer.1.output.dense.weight";
    tensors.insert(name.into(), tensors[name].t().unwrap().contiguous().unwrap());
    tiny.set_weights(&tensors);
    assert_says(&tiny.refusal(), &[name, "[104, 72]", "[72, 104]"]);
}

#[test]
fn names_behind_a_larger_models_prefix_and_of_old_norms_are_found() {
    for (name, prefix) in [("bert", "bert."), ("xlm-roberta", "roberta.")] {
        let mut tiny = Tiny::new(name);
        let renamed: HashMap<String, Tensor> = tiny
            .tensors()
            .into_iter()
            .map(|(name, tensor)| {
                let name =
                    name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
                (format!("{prefix}{name}"), tensor)
            })
            .chain([("cls.predictions.bias".to_owned(), Tensor::new(&[1_u32], &Device::Cpu).unwrap())])
            .collect();
        let before = tiny.load().embed(&["the pump"], EmbedKind::Query, NEVER).unwrap();
        tiny.set_weights(&renamed);
        assert_eq!(before, tiny.load().embed(&["the pump"], EmbedKind::Query, NEVER).unwrap());
    }
}

#[test]
fn weights_that_are_no_numbers_are_noticed_in_the_vector() {
    let mut tiny = Tiny::new("bert");
    let mut tensors = tiny.tensors();
    let name = "encoder.layer.0.output.dense.bias";
    tensors.insert(name.into(), Tensor::full(f32::NAN, 72, &Device::Cpu).unwrap());
    tiny.set_weights(&tensors);
    let error = tiny.load().embed(&["pump"], EmbedKind::Query, NEVER).unwrap_err();
    assert_eq!(error, EmbedError::NotFinite { index: 0 });
}

#[test]
fn oversized_side_files_are_refused() {
    let tiny = Tiny::new("bert");
    let mut config = tiny.clone();
    config.files.insert("config.json".into(), vec![b' '; (1 << 20) + 1].into());
    assert_says(&config.refusal(), &["config.json", "larger than 1 MiB"]);
    let folder = tempfile::tempdir().unwrap();
    tiny.write(folder.path());
    let file = std::fs::File::create(folder.path().join("tokenizer.json")).unwrap();
    file.set_len(1 << 36).unwrap();
    let source = EmbedderSource::Folder(folder.path().into());
    let error = Embedder::load(&source, &EmbedderOptions::default()).unwrap_err().to_string();
    assert_says(&error, &["tokenizer.json", "larger than 64 MiB"]);
}
