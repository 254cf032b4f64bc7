//! A GGUF model's tokenizer: `tokenizer.json` beside the file, else from the metadata where that is sure.

use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer};

use super::{gguf, parse_tokenizer, read_small_if_there};
use crate::error::LoadError;

/// llama.cpp's token types that matter here.
const NORMAL: i32 = 1;
const USER_DEFINED: i32 = 4;

/// The tokenizer and where it was found.
pub(super) fn beside_or_inside(path: &Path, content: &Content) -> Result<(Tokenizer, String), LoadError> {
    let beside = path.with_extension("tokenizer.json");
    for candidate in [beside.clone(), path.with_file_name("tokenizer.json")] {
        if let Some(json) = read_small_if_there(&candidate)? {
            let shown = candidate.display().to_string();
            return Ok((parse_tokenizer(&shown, &json)?, shown));
        }
    }
    let shown = path.display().to_string();
    let missing =
        |reason: String| LoadError::NoTokenizer { path: shown.clone(), reason, expected: beside.display().to_string() };
    let kind = gguf::text(content, "tokenizer.ggml.model").unwrap_or_else(|| "none".into());
    if kind != "gpt2" {
        return Err(missing(format!("its own tokenizer is `{kind}`, not a byte-level one (gpt2)")));
    }
    // candle takes an unknown pre-tokenizer for GPT-2's, which would split text otherwise than the model
    // was trained; so only those that are known to be right are let through.
    let pre = gguf::text(content, "tokenizer.ggml.pre").unwrap_or_else(|| "none".into());
    let known_as = match pre.as_str() {
        "gpt-2" | "gpt2" => "gpt2",
        "qwen2" => "qwen2",
        "llama-bpe" | "llama3" | "llama-v3" => "llama3",
        "smaug-bpe" => "smaug-bpe",
        other => {
            return Err(missing(format!("its own tokenizer splits text by `{other}`, which is not known here")));
        }
    };
    let tokenizer =
        from_metadata(content, known_as).map_err(|reason| missing(format!("its own tokenizer: {reason}")))?;
    Ok((tokenizer, shown))
}

fn from_metadata(content: &Content, pre: &str) -> Result<Tokenizer, String> {
    let mut metadata = content.metadata.clone();
    metadata.insert("tokenizer.ggml.pre".into(), Value::String(pre.into()));
    if pre == "llama3" {
        // As Llama 3's tokenizer.json has it and llama.cpp takes it; GGUF need not carry it.
        for key in ["tokenizer.ggml.ignore_merges", "tokenizer.ggml.add_bos_token"] {
            metadata.entry(key.into()).or_insert(Value::Bool(true));
        }
    }
    // candle makes user-defined tokens special; they are text.
    let mut user_defined = Vec::new();
    if let (Some(Value::Array(tokens)), Some(Value::Array(kinds))) =
        (content.metadata.get("tokenizer.ggml.tokens"), metadata.get_mut("tokenizer.ggml.token_type"))
    {
        for (token, kind) in tokens.iter().zip(kinds) {
            if let (Value::String(token), Value::I32(USER_DEFINED)) = (token, &*kind) {
                user_defined.push(AddedToken::from(token.clone(), false).normalized(false));
                *kind = Value::I32(NORMAL);
            }
        }
    }
    let content = Content {
        magic: content.magic,
        metadata,
        tensor_infos: std::collections::HashMap::new(),
        tensor_data_offset: content.tensor_data_offset,
    };
    let mut tokenizer = Tokenizer::from_gguf(&content).map_err(|error| error.to_string())?;
    if pre == "gpt2" {
        // candle's puts a space before the text; GPT-2's tokenizer.json and llama.cpp do not.
        tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    }
    tokenizer.add_tokens(user_defined).map_err(|error| error.to_string())?;
    Ok(tokenizer)
}

#[cfg(test)]
mod tests;
