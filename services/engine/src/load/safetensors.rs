//! A folder as Hugging Face lays it out: configuration, tokenizer, one or several safetensors files.
//!
//! Weights of F32, F16 and BF16 are kept as they are and computed with in F32. One file at a time is held in memory beside the
//! model.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use candle_core::quantized::QMatMul;
use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::config::Config;
use super::{Parts, Target, digest_of, digest_text, io_error, open, parse_tokenizer, read_small, read_small_if_there};
use crate::error::LoadError;
use crate::model::{Weight, Weights};

/// Loads the model in `folder`.
pub(super) fn load(folder: &Path, target: &Target) -> Result<Parts, LoadError> {
    let config_path = folder.join("config.json");
    let config = Config::read(&config_path, &read_small(&config_path)?)?;
    let shape = config.shape(&config_path.display().to_string(), target.context_limit)?;
    let tokenizer_path = folder.join("tokenizer.json");
    let Some(tokenizer_json) = read_small_if_there(&tokenizer_path)? else {
        return Err(LoadError::NoTokenizer {
            path: folder.display().to_string(),
            reason: "has no tokenizer".into(),
            expected: tokenizer_path.display().to_string(),
        });
    };
    let tokenizer_path = tokenizer_path.display().to_string();
    let tokenizer = parse_tokenizer(&tokenizer_path, &tokenizer_json)?;
    let tokenizer_config = json_if_there(&folder.join("tokenizer_config.json"))?;
    let generation = json_if_there(&folder.join("generation_config.json"))?;

    let mut weights = FolderWeights::open(folder, !config.tied())?;
    let digest = weights.digest()?;
    let model = target.take(&folder.display().to_string(), shape, &mut weights)?;

    let begin_text = token_text(&tokenizer_config["bos_token"]);
    let end_text = token_text(&tokenizer_config["eos_token"]);
    let mut ends = token_ids(&generation["eos_token_id"]);
    ends.extend(token_ids(config.eos_token_id()));
    ends.extend(end_text.as_deref().and_then(|text| tokenizer.token_to_id(text)));
    Ok(Parts {
        name: folder.file_name().map_or_else(|| "model".into(), |name| name.to_string_lossy().into_owned()),
        digest,
        architecture: config.architecture.name,
        model,
        own_output: weights.own_output,
        tokenizer,
        tokenizer_path,
        ends,
        begin_text,
        end_text,
        chat_template: chat_template(folder, &tokenizer_config)?,
    })
}

fn json_if_there(path: &Path) -> Result<Value, LoadError> {
    match read_small_if_there(path)? {
        None => Ok(Value::Null),
        Some(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| LoadError::invalid(path.display().to_string(), error.to_string())),
    }
}

/// A token in tokenizer_config.json is its text, or an object with it.
fn token_text(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value["content"].as_str()).map(Into::into)
}

/// One id or several.
fn token_ids(value: &Value) -> Vec<u32> {
    let one = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
    match value {
        Value::Array(ids) => ids.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

fn chat_template(folder: &Path, tokenizer_config: &Value) -> Result<Option<String>, LoadError> {
    let path = folder.join("chat_template.jinja");
    if let Some(bytes) = read_small_if_there(&path)? {
        return String::from_utf8(bytes)
            .map(Some)
            .map_err(|error| LoadError::invalid(path.display().to_string(), error.to_string()));
    }
    let template = &tokenizer_config["chat_template"];
    let named_default = |entry: &&Value| entry["name"].as_str() == Some("default");
    Ok(template
        .as_str()
        .or_else(|| template.as_array()?.iter().find(named_default)?["template"].as_str())
        .map(Into::into))
}

struct FolderWeights {
    folder: PathBuf,
    files: Vec<PathBuf>,
    /// Which file a tensor is in; empty when there is one file.
    places: HashMap<String, usize>,
    /// The file in memory.
    current: Option<(usize, Vec<u8>)>,
    own_output: bool,
}

#[derive(Deserialize)]
struct Index {
    weight_map: HashMap<String, String>,
}

impl FolderWeights {
    fn open(folder: &Path, own_output: bool) -> Result<Self, LoadError> {
        let index_path = folder.join("model.safetensors.index.json");
        let single = folder.join("model.safetensors");
        let (files, places) = match read_small_if_there(&index_path)? {
            None if single.is_file() => (vec![single], HashMap::new()),
            None => (vec![only_safetensors(folder)?], HashMap::new()),
            Some(bytes) => {
                let shown = index_path.display().to_string();
                let index: Index =
                    serde_json::from_slice(&bytes).map_err(|error| LoadError::invalid(&shown, error.to_string()))?;
                let names: BTreeSet<&String> = index.weight_map.values().collect();
                // An index may only name its neighbours.
                if let Some(name) = names.iter().find(|name| Path::new(name).file_name() != Some(name.as_ref())) {
                    return Err(LoadError::invalid(shown, format!("`{name}` is no plain file name")));
                }
                let names: Vec<String> = names.into_iter().cloned().collect();
                let places = index
                    .weight_map
                    .into_iter()
                    .filter_map(|(tensor, file)| Some((tensor, names.binary_search(&file).ok()?)))
                    .collect();
                (names.iter().map(|name| folder.join(name)).collect(), places)
            }
        };
        Ok(Self { folder: folder.to_owned(), files, places, current: None, own_output })
    }

    /// Of one file its own digest; of several that of the list of their digests and names.
    fn digest(&self) -> Result<String, LoadError> {
        let mut lines = String::new();
        for path in &self.files {
            let digest = digest_of(path, &mut open(path)?)?;
            if self.files.len() == 1 {
                return Ok(digest);
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            lines.push_str(&format!("{digest}  {name}\n"));
        }
        Ok(digest_text(Sha256::new_with_prefix(lines.as_bytes())))
    }

    fn tensor(&mut self, weight: Weight, expected: &[usize]) -> Result<Tensor, LoadError> {
        let name = name_of(weight);
        let at = match self.places.get(&name) {
            Some(&at) => at,
            None if self.places.is_empty() => 0,
            None => {
                return Err(LoadError::invalid(
                    self.folder.join("model.safetensors.index.json").display().to_string(),
                    format!("names no file for the tensor `{name}`"),
                ));
            }
        };
        let path = &self.files[at];
        if self.current.as_ref().is_none_or(|current| current.0 != at) {
            self.current = None;
            self.current = Some((at, std::fs::read(path).map_err(|source| io_error(path, source))?));
        }
        let invalid = |reason: String| LoadError::invalid(path.display().to_string(), reason);
        let bytes = self.current.as_ref().map_or(&[][..], |current| &current.1);
        let file =
            SliceSafetensors::new(bytes).map_err(|error| invalid(format!("is damaged or truncated: {error}")))?;
        let view = file.get(&name).map_err(|_| invalid(format!("lacks the tensor `{name}`")))?;
        if view.shape() != expected {
            return Err(invalid(format!(
                "tensor `{name}` has the shape {:?}, but config.json calls for {expected:?}",
                view.shape()
            )));
        }
        let kind = format!("{:?}", view.dtype());
        if !matches!(kind.as_str(), "F32" | "F16" | "BF16") {
            return Err(invalid(format!("tensor `{name}` is of type {kind}; supported: F32, F16, BF16")));
        }
        file.load(&name, &Device::Cpu).map_err(|error| invalid(format!("tensor `{name}`: {error}")))
    }
}

fn only_safetensors(folder: &Path) -> Result<PathBuf, LoadError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| io_error(folder, source))? {
        let path = entry.map_err(|source| io_error(folder, source))?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            found.push(path);
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(LoadError::invalid(folder.display().to_string(), "has no *.safetensors file")),
        several => Err(LoadError::invalid(
            folder.display().to_string(),
            format!("has {several} *.safetensors files and no model.safetensors.index.json that says which is which"),
        )),
    }
}

impl Weights for FolderWeights {
    type Error = LoadError;

    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Result<QMatMul, LoadError> {
        self.tensor(weight, &[rows, columns]).map(QMatMul::Tensor)
    }

    fn vector(&mut self, weight: Weight, length: usize) -> Result<Tensor, LoadError> {
        let tensor = self.tensor(weight, &[length])?;
        tensor
            .to_dtype(DType::F32)
            .map_err(|error| LoadError::invalid(self.folder.display().to_string(), error.to_string()))
    }

    fn has_output(&self) -> bool {
        self.own_output
    }
}

pub(super) fn name_of(weight: Weight) -> String {
    match weight {
        Weight::Embedding => "model.embed_tokens.weight".into(),
        Weight::OutputNorm => "model.norm.weight".into(),
        Weight::Output => "lm_head.weight".into(),
        Weight::AttentionNorm(layer) => format!("model.layers.{layer}.input_layernorm.weight"),
        Weight::Query(layer) => format!("model.layers.{layer}.self_attn.q_proj.weight"),
        Weight::Key(layer) => format!("model.layers.{layer}.self_attn.k_proj.weight"),
        Weight::Value(layer) => format!("model.layers.{layer}.self_attn.v_proj.weight"),
        Weight::QueryBias(layer) => format!("model.layers.{layer}.self_attn.q_proj.bias"),
        Weight::KeyBias(layer) => format!("model.layers.{layer}.self_attn.k_proj.bias"),
        Weight::ValueBias(layer) => format!("model.layers.{layer}.self_attn.v_proj.bias"),
        Weight::QueryNorm(layer) => format!("model.layers.{layer}.self_attn.q_norm.weight"),
        Weight::KeyNorm(layer) => format!("model.layers.{layer}.self_attn.k_norm.weight"),
        Weight::AttentionOut(layer) => format!("model.layers.{layer}.self_attn.o_proj.weight"),
        Weight::FfnNorm(layer) => format!("model.layers.{layer}.post_attention_layernorm.weight"),
        Weight::Gate(layer) => format!("model.layers.{layer}.mlp.gate_proj.weight"),
        Weight::Up(layer) => format!("model.layers.{layer}.mlp.up_proj.weight"),
        Weight::Down(layer) => format!("model.layers.{layer}.mlp.down_proj.weight"),
    }
}
