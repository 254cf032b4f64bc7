//! Tiny random models of every architecture for the tests, as a folder of safetensors and as GGUF, with a tokenizer.
//!
//! The vocabulary is all bytes, some merges' worth of common words, references as plain added tokens and
//! three control tokens. Nothing here is trained: what a random model writes under a grammar shows that
//! the grammar binds, not the model. Weights are a formula (`weights`), which `goldens/weights.py` computes too.

mod gguf;
mod tokenizer;
mod weights;

use std::path::{Path, PathBuf};

use candle_core::quantized::GgmlDType;

pub(crate) use self::tokenizer::tokenizer_json;
use crate::arch::{self, Architecture};
use crate::{Engine, EngineOptions, ModelSource};

pub(crate) const VOCAB: usize = 320;
pub(crate) const LAYERS: usize = 2;

/// The dimensions of a test model. Models with the same fields have the same weights, here and in Python.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tiny {
    pub name: String,
    /// As `arch` names it.
    pub architecture: String,
    pub hidden: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub ffn: usize,
    pub layers: usize,
    pub tied: bool,
    pub seed: u64,
    pub rope_theta: f64,
    /// Llama 3.1's, for an original context of 64.
    pub rope_scaling: bool,
    /// 0 for a layer that does not turn queries and keys; only a folder can say it.
    pub no_rope_layers: Option<Vec<u8>>,
    /// Positions that it says it was made for.
    pub context: usize,
}

impl Default for Tiny {
    fn default() -> Self {
        Self {
            name: "tiny".into(),
            architecture: "llama".into(),
            hidden: 64,
            heads: 4,
            kv_heads: 2,
            head_dim: 32,
            ffn: 96,
            layers: LAYERS,
            tied: true,
            seed: 1,
            rope_theta: 10_000.0,
            rope_scaling: false,
            no_rope_layers: None,
            context: 1024,
        }
    }
}

impl Tiny {
    /// One of each architecture, small; SmolLM3's has a layer that is not turned.
    pub(crate) fn each() -> Vec<Self> {
        let of = |name: &str| Self { name: name.into(), architecture: name.into(), ..Self::default() };
        vec![of("llama"), of("mistral"), of("qwen2"), of("qwen3"), Self { layers: 4, ..of("smollm3") }]
    }

    pub(crate) fn arch(&self) -> &'static Architecture {
        arch::by_config_name(&self.architecture).unwrap()
    }

    /// Its `config.json`.
    pub(crate) fn config(&self) -> serde_json::Value {
        let arch = self.arch();
        let mut config = serde_json::json!({
            "architectures": [arch.config_names[0]],
            "model_type": arch.config_names[1],
            "vocab_size": VOCAB,
            "hidden_size": self.hidden,
            "intermediate_size": self.ffn,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_dim,
            "rms_norm_eps": 1e-5,
            "rope_theta": self.rope_theta,
            "max_position_embeddings": self.context,
            "tie_word_embeddings": self.tied,
            "hidden_act": "silu",
            "eos_token_id": 258,
        });
        if self.rope_scaling {
            config["rope_scaling"] = serde_json::json!({
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
            });
        }
        if arch.name == "mistral" {
            config["sliding_window"] = serde_json::Value::Null;
        }
        if let Some(layers) = &self.no_rope_layers {
            config["no_rope_layers"] = layers.clone().into();
        }
        config
    }

    /// Writes a folder as Hugging Face has it.
    pub(crate) fn write_folder(&self, folder: &Path) {
        candle_core::safetensors::save(&self.weights(), folder.join("model.safetensors")).unwrap();
        std::fs::write(folder.join("config.json"), self.config().to_string()).unwrap();
        std::fs::write(folder.join("tokenizer.json"), tokenizer_json()).unwrap();
    }

    /// The GGUF file and its tokenizer in a folder.
    pub(crate) fn write_gguf(&self, folder: &Path, kind: GgmlDType) -> PathBuf {
        let path = folder.join("tiny.gguf");
        std::fs::write(&path, self.gguf(kind)).unwrap();
        std::fs::write(folder.join("tiny.tokenizer.json"), tokenizer_json()).unwrap();
        path
    }

    pub(crate) fn engine(&self, options: EngineOptions) -> Engine {
        let source = ModelSource::bytes("tiny", self.gguf(GgmlDType::Q8_0), tokenizer_json().into_bytes());
        Engine::start(source, options).unwrap()
    }
}

/// A model on the CPU, without an engine around it.
pub(crate) fn decoder(source: &ModelSource, context_limit: usize) -> (crate::model::Decoder, crate::ModelInfo) {
    let loaded = crate::load::load(source, &crate::load::Target::up_to(context_limit)).unwrap();
    match loaded.model {
        crate::model::Model::Cpu(model) => (*model, loaded.info),
        crate::model::Model::Device(..) => unreachable!("no device was asked for"),
    }
}
