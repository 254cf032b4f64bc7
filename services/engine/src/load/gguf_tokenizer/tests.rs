use std::io::Cursor;
use std::path::Path;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, Value};
use serde_json::json;
use tokenizers::Tokenizer;

use super::beside_or_inside;
use crate::testing::{Tiny, tokenizer_json};

/// The test tokenizer as GGUF has it, splitting text by `pre`.
fn content(model: &str, pre: Option<&str>) -> Content {
    let json: serde_json::Value = serde_json::from_str(&tokenizer_json()).unwrap();
    let vocab = json["model"]["vocab"].as_object().unwrap();
    let mut tokens = vec![Value::String("<|unused|>".into()); vocab.len()];
    for (token, id) in vocab {
        tokens[id.as_u64().unwrap() as usize] = Value::String(token.clone());
    }
    let kind = |id: usize| match id {
        256..=259 => 3,
        260..=263 => 4,
        _ => 1,
    };
    let kinds = (0..tokens.len()).map(|id| Value::I32(kind(id))).collect();
    let merges = json["model"]["merges"].as_array().unwrap();
    let merge = |pair: &serde_json::Value| {
        Value::String(format!("{} {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
    };
    let mut metadata = vec![
        ("tokenizer.ggml.model", Value::String(model.into())),
        ("tokenizer.ggml.tokens", Value::Array(tokens)),
        ("tokenizer.ggml.token_type", Value::Array(kinds)),
        ("tokenizer.ggml.merges", Value::Array(merges.iter().map(merge).collect())),
        ("tokenizer.ggml.bos_token_id", Value::U32(257)),
        ("tokenizer.ggml.eos_token_id", Value::U32(258)),
    ];
    metadata.extend(pre.map(|pre| ("tokenizer.ggml.pre", Value::String(pre.into()))));
    let gguf = Tiny::default().gguf_with(GgmlDType::F16, &metadata, &[]);
    Content::read(&mut Cursor::new(gguf)).unwrap()
}

fn inside(pre: &str) -> Tokenizer {
    beside_or_inside(Path::new("/nowhere/tiny.gguf"), &content("gpt2", Some(pre))).unwrap().0
}

/// The same as tokenizer.json, splitting by the pattern that llama.cpp has for it; `None` is GPT-2's.
fn reference(pattern: Option<&str>, ignore_merges: bool) -> Tokenizer {
    let mut json: serde_json::Value = serde_json::from_str(&tokenizer_json()).unwrap();
    if let Some(pattern) = pattern {
        json["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
        ]});
    }
    json["model"]["ignore_merges"] = ignore_merges.into();
    Tokenizer::from_bytes(json.to_string()).unwrap()
}

const TEXT: &str = "cheap body of 12345 c'est CHEAP'S\n\n  sub-body\t2 {{claim.1}} żółw <|end|>\r\n x";

#[test]
fn a_pre_tokenizer_that_is_known_splits_as_llama_cpp_has_it() {
    let pattern = |digits: &str| {
        format!(
            r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
    };
    let (one, three) = (pattern(r"\p{N}"), pattern(r"\p{N}{1,3}"));
    let known = [
        ("gpt-2", None, false),
        ("gpt2", None, false),
        ("qwen2", Some(&one), false),
        ("llama-bpe", Some(&three), true),
        ("llama3", Some(&three), true),
        ("llama-v3", Some(&three), true),
        ("smaug-bpe", Some(&three), false),
    ];
    for (pre, pattern, ignore_merges) in known {
        let expected = reference(pattern.map(String::as_str), ignore_merges).encode(TEXT, false).unwrap();
        let found = inside(pre).encode(TEXT, false).unwrap();
        assert_eq!(found.get_tokens(), expected.get_tokens(), "{pre}");
        assert_eq!(found.get_ids(), expected.get_ids(), "{pre}");
    }
}

#[test]
fn a_pre_tokenizer_that_is_not_known_is_refused_and_says_where_tokenizer_json_belongs() {
    for pre in [Some("smollm"), Some("tekken"), Some("default"), Some("qwen35"), Some(""), None] {
        let error = beside_or_inside(Path::new("/models/tiny.gguf"), &content("gpt2", pre)).unwrap_err().to_string();
        let named = format!("splits text by `{}`", pre.unwrap_or("none"));
        assert!(error.contains(&named), "{error}");
        assert!(error.contains("put the model's tokenizer.json at /models/tiny.tokenizer.json"), "{error}");
    }
    for model in ["llama", "bert", "no_vocab"] {
        let content = content(model, Some("qwen2"));
        let error = beside_or_inside(Path::new("/models/tiny.gguf"), &content).unwrap_err().to_string();
        assert!(error.contains(model) && error.contains("/models/tiny.tokenizer.json"), "{error}");
    }
}

#[test]
fn control_tokens_are_special_and_user_defined_ones_are_text() {
    let tokenizer = inside("qwen2");
    let added = tokenizer.get_added_tokens_decoder();
    assert!((256..260).all(|id| added[&id].special));
    assert!((260..264).all(|id| !added[&id].special));
    assert_eq!(tokenizer.encode("{{claim.1}}", false).unwrap().get_ids(), [261]);
}

#[test]
fn a_llama_3_begins_with_its_begin_token_though_the_file_does_not_say_so() {
    assert_eq!(inside("llama-bpe").encode("x", true).unwrap().get_ids()[0], 257);
    assert_eq!(inside("qwen2").encode("x", true).unwrap().get_ids().len(), 1);
}

#[test]
fn metadata_that_are_damaged_are_refused() {
    let damaged = [
        ("tokenizer.ggml.tokens", Value::U32(3)),
        ("tokenizer.ggml.tokens", Value::Array(vec![Value::U32(3)])),
        ("tokenizer.ggml.merges", Value::Array(vec![Value::String("nothing".into())])),
        ("tokenizer.ggml.merges", Value::Array(vec![Value::String("never seen".into())])),
    ];
    for (key, value) in damaged {
        let mut content = content("gpt2", Some("qwen2"));
        content.metadata.insert(key.into(), value);
        let error = beside_or_inside(Path::new("tiny.gguf"), &content).unwrap_err().to_string();
        assert!(error.contains("its own tokenizer") && error.contains("tiny.tokenizer.json"), "{key}: {error}");
    }
}
