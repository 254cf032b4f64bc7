//! The tiny embedders of `embed-goldens/`, with their weights made by the formula of its make.py.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;

use super::{EmbedKind, Embedder, EmbedderOptions, EmbedderSource};
use crate::error::LoadError;

pub(super) const FOLDERS: [&str; 3] = ["bert", "bert-cls", "xlm-roberta"];

/// What sentence-transformers said.
#[derive(Debug, Deserialize)]
pub(super) struct Golden {
    seed: u64,
    pub cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Case {
    kind: String,
    pub text: String,
    pub vector: Vec<f32>,
}

impl Case {
    pub(super) fn kind(&self) -> EmbedKind {
        match self.kind.as_str() {
            "query" => EmbedKind::Query,
            "passage" => EmbedKind::Passage,
            other => panic!("golden of kind {other}"),
        }
    }
}

/// A tiny embedder that a test can spoil before it is loaded.
#[derive(Debug, Clone)]
pub(super) struct Tiny {
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("embed-goldens").join(name)
}

pub(super) fn golden(name: &str) -> Golden {
    serde_json::from_slice(&std::fs::read(folder(name).join("golden.json")).unwrap()).unwrap()
}

impl Tiny {
    pub(super) fn new(name: &str) -> Self {
        let names = [
            "config.json",
            "tokenizer.json",
            "modules.json",
            "1_Pooling/config.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
        ];
        let folder = folder(name);
        let files = names
            .into_iter()
            .filter(|file| folder.join(file).is_file())
            .map(|file| (file.to_owned(), std::fs::read(folder.join(file)).unwrap().into()))
            .collect();
        let mut tiny = Self { files };
        tiny.set_weights(&weights(&tiny.json("config.json"), golden(name).seed));
        tiny
    }

    pub(super) fn json(&self, file: &str) -> serde_json::Value {
        serde_json::from_slice(&self.files[file]).unwrap()
    }

    pub(super) fn set(&mut self, file: &str, json: &serde_json::Value) {
        self.files.insert(file.into(), json.to_string().into_bytes().into());
    }

    /// Changes one field of a JSON file.
    pub(super) fn with(&self, file: &str, field: &str, value: serde_json::Value) -> Self {
        let mut changed = self.clone();
        let mut json = self.json(file);
        json[field] = value;
        changed.set(file, &json);
        changed
    }

    pub(super) fn without(&self, file: &str) -> Self {
        let mut changed = self.clone();
        changed.files.remove(file).unwrap();
        changed
    }

    pub(super) fn tensors(&self) -> HashMap<String, Tensor> {
        candle_core::safetensors::load_buffer(&self.files["model.safetensors"], &Device::Cpu).unwrap()
    }

    pub(super) fn set_weights(&mut self, tensors: &HashMap<String, Tensor>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        candle_core::safetensors::save(tensors, file.path()).unwrap();
        self.files.insert("model.safetensors".into(), std::fs::read(file.path()).unwrap().into());
    }

    pub(super) fn with_type(&self, dtype: DType) -> Self {
        let mut changed = self.clone();
        let tensors = self.tensors();
        changed
            .set_weights(&tensors.into_iter().map(|(name, tensor)| (name, tensor.to_dtype(dtype).unwrap())).collect());
        changed
    }

    pub(super) fn source(&self) -> EmbedderSource {
        EmbedderSource::Bytes { name: "tiny".into(), files: self.files.clone() }
    }

    pub(super) fn load_with(&self, options: &EmbedderOptions) -> Result<Embedder, LoadError> {
        Embedder::load(&self.source(), options)
    }

    pub(super) fn load(&self) -> Embedder {
        self.load_with(&EmbedderOptions::default()).unwrap()
    }

    /// Why it does not load, which is never a caught panic.
    pub(super) fn refusal(&self) -> String {
        let reason = self.load_with(&EmbedderOptions::default()).unwrap_err().to_string();
        assert!(!reason.contains("did not survive"), "a parser panicked: {reason}");
        reason
    }

    pub(super) fn write(&self, folder: &Path) {
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// `weights` of make.py.
fn weights(config: &serde_json::Value, seed: u64) -> HashMap<String, Tensor> {
    let size = |name: &str| config[name].as_u64().unwrap() as usize;
    let (hidden, ffn) = (size("hidden_size"), size("intermediate_size"));
    let mut position = 0;
    let mut weights = HashMap::new();
    let mut add = |name: String, shape: &[usize], scale: f64, offset: f64| {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                position += 1;
                ((crate::random::uniform(seed, 98, position, 0) - 0.5) * 2.0 * scale + offset) as f32
            })
            .collect();
        weights.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
    };
    add("embeddings.word_embeddings.weight".into(), &[size("vocab_size"), hidden], 1.0, 0.0);
    add("embeddings.position_embeddings.weight".into(), &[size("max_position_embeddings"), hidden], 0.5, 0.0);
    add("embeddings.token_type_embeddings.weight".into(), &[size("type_vocab_size"), hidden], 0.5, 0.0);
    add("embeddings.LayerNorm.weight".into(), &[hidden], 0.3, 1.0);
    add("embeddings.LayerNorm.bias".into(), &[hidden], 0.2, 0.0);
    for layer in 0..size("num_hidden_layers") {
        let name = format!("encoder.layer.{layer}");
        let dense = [
            ("attention.self.query", hidden, hidden),
            ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden),
            ("attention.output.dense", hidden, hidden),
            ("intermediate.dense", ffn, hidden),
            ("output.dense", hidden, ffn),
        ];
        for (part, rows, columns) in dense {
            add(format!("{name}.{part}.weight"), &[rows, columns], 0.2, 0.0);
            add(format!("{name}.{part}.bias"), &[rows], 0.1, 0.0);
        }
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(format!("{name}.{part}.weight"), &[hidden], 0.3, 1.0);
            add(format!("{name}.{part}.bias"), &[hidden], 0.2, 0.0);
        }
    }
    weights
}
