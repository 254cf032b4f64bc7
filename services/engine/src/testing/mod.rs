//! Tiny random Llamas for the tests, as a folder of safetensors and as GGUF, with a tokenizer.
//!
//! The vocabulary is all bytes, some merges' worth of common words, references as plain added tokens and
//! three control tokens. Nothing here is trained: what a random model writes under a grammar shows that
//! the grammar binds, not the model.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use crate::{Engine, EngineOptions, ModelSource};

pub(crate) const VOCAB: usize = 320;
pub(crate) const LAYERS: usize = 2;

/// The dimensions of a test model.
#[derive(Debug, Clone)]
pub(crate) struct Tiny {
    pub hidden: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub ffn: usize,
    pub tied: bool,
    pub seed: u64,
    pub rope_scaling: bool,
}

impl Default for Tiny {
    fn default() -> Self {
        Self { hidden: 64, heads: 4, kv_heads: 2, head_dim: 32, ffn: 96, tied: true, seed: 1, rope_scaling: false }
    }
}

impl Tiny {
    /// Weights by their Hugging Face names.
    fn weights(&self) -> HashMap<String, Tensor> {
        let mut position = 0;
        let mut random = |shape: &[usize], scale: f64, offset: f64| {
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count)
                .map(|_| {
                    position += 1;
                    let uniform = crate::random::uniform(self.seed, 99, position, 0);
                    ((uniform - 0.5) * 2.0 * scale + offset) as f32
                })
                .collect();
            Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        let (hidden, queries, keys) = (self.hidden, self.heads * self.head_dim, self.kv_heads * self.head_dim);
        let mut weights = HashMap::new();
        let mut add = |name: String, tensor| weights.insert(name, tensor);
        add("model.embed_tokens.weight".into(), random(&[VOCAB, hidden], 1.0, 0.0));
        add("model.norm.weight".into(), random(&[hidden], 0.3, 1.0));
        if !self.tied {
            add("lm_head.weight".into(), random(&[VOCAB, hidden], 0.3, 0.0));
        }
        for layer in 0..LAYERS {
            let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
            add(name("input_layernorm"), random(&[hidden], 0.3, 1.0));
            add(name("post_attention_layernorm"), random(&[hidden], 0.3, 1.0));
            add(name("self_attn.q_proj"), random(&[queries, hidden], 0.2, 0.0));
            add(name("self_attn.k_proj"), random(&[keys, hidden], 0.2, 0.0));
            add(name("self_attn.v_proj"), random(&[keys, hidden], 0.2, 0.0));
            add(name("self_attn.o_proj"), random(&[hidden, queries], 0.2, 0.0));
            add(name("mlp.gate_proj"), random(&[self.ffn, hidden], 0.2, 0.0));
            add(name("mlp.up_proj"), random(&[self.ffn, hidden], 0.2, 0.0));
            add(name("mlp.down_proj"), random(&[hidden, self.ffn], 0.2, 0.0));
        }
        weights
    }

    fn config(&self) -> serde_json::Value {
        let mut config = serde_json::json!({
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": VOCAB,
            "hidden_size": self.hidden,
            "intermediate_size": self.ffn,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_dim,
            "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0,
            "max_position_embeddings": 1024,
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
        config
    }

    /// Writes a folder as Hugging Face has it.
    pub(crate) fn write_folder(&self, folder: &Path) {
        candle_core::safetensors::save(&self.weights(), folder.join("model.safetensors")).unwrap();
        std::fs::write(folder.join("config.json"), self.config().to_string()).unwrap();
        std::fs::write(folder.join("tokenizer.json"), tokenizer_json()).unwrap();
    }

    /// Writes the same model as GGUF, rows of queries and keys permuted as llama.cpp's converter does.
    pub(crate) fn gguf(&self, kind: GgmlDType) -> Vec<u8> {
        let mut tensors: Vec<(String, QTensor)> = Vec::new();
        for (name, tensor) in self.weights() {
            let tensor = if name.contains("q_proj") {
                permute(&tensor, self.heads)
            } else if name.contains("k_proj") {
                permute(&tensor, self.kv_heads)
            } else {
                tensor
            };
            let kind = if tensor.rank() == 1 { GgmlDType::F32 } else { kind };
            tensors.push((gguf_name(&name), QTensor::quantize(&tensor, kind).unwrap()));
        }
        if self.rope_scaling {
            tensors
                .push(("rope_freqs.weight".into(), QTensor::quantize(&self.rope_factors(), GgmlDType::F32).unwrap()));
        }
        tensors.sort_by(|a, b| a.0.cmp(&b.0));
        let number = |value: usize| Value::U32(value as u32);
        let metadata = [
            ("general.architecture", Value::String("llama".into())),
            ("general.name", Value::String("tiny".into())),
            ("llama.embedding_length", number(self.hidden)),
            ("llama.block_count", number(LAYERS)),
            ("llama.feed_forward_length", number(self.ffn)),
            ("llama.attention.head_count", number(self.heads)),
            ("llama.attention.head_count_kv", number(self.kv_heads)),
            ("llama.attention.key_length", number(self.head_dim)),
            ("llama.attention.value_length", number(self.head_dim)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("llama.rope.freq_base", Value::F32(10_000.0)),
            ("llama.context_length", number(1024)),
            ("tokenizer.ggml.model", Value::String("no_vocab".into())),
        ];
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut file = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).unwrap();
        file.into_inner()
    }

    /// What llama.cpp's converter computes for Llama 3.1's scaling, written out here a second time.
    fn rope_factors(&self) -> Tensor {
        let factors: Vec<f32> = (0..self.head_dim / 2)
            .map(|pair| {
                let wavelength = std::f64::consts::TAU * 10_000_f64.powf(2.0 * pair as f64 / self.head_dim as f64);
                let (short, long) = (64.0 / 4.0, 64.0 / 1.0);
                if wavelength < short {
                    1.0
                } else if wavelength > long {
                    8.0
                } else {
                    let smooth = (64.0 / wavelength - 1.0) / (4.0 - 1.0);
                    (1.0 / ((1.0 - smooth) / 8.0 + smooth)) as f32
                }
            })
            .collect();
        Tensor::new(factors, &Device::Cpu).unwrap()
    }

    pub(crate) fn engine(&self, options: EngineOptions) -> Engine {
        let source = ModelSource::bytes("tiny", self.gguf(GgmlDType::Q8_0), tokenizer_json().into_bytes());
        Engine::start(source, options).unwrap()
    }

    /// The GGUF file and its tokenizer in a folder.
    pub(crate) fn write_gguf(&self, folder: &Path, kind: GgmlDType) -> PathBuf {
        let path = folder.join("tiny.gguf");
        std::fs::write(&path, self.gguf(kind)).unwrap();
        std::fs::write(folder.join("tiny.tokenizer.json"), tokenizer_json()).unwrap();
        path
    }
}

/// `[heads, 2, half, columns]` → `[heads, half, 2, columns]`, from halves to neighbours.
fn permute(tensor: &Tensor, heads: usize) -> Tensor {
    let (rows, columns) = tensor.dims2().unwrap();
    tensor
        .reshape((heads, 2, rows / heads / 2, columns))
        .unwrap()
        .transpose(1, 2)
        .unwrap()
        .contiguous()
        .unwrap()
        .reshape((rows, columns))
        .unwrap()
}

fn gguf_name(name: &str) -> String {
    let renamed = [
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("model.layers", "blk"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];
    renamed.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to))
}

/// A byte-level BPE: 256 bytes, control tokens 256 to 259, references as text from 260.
pub(crate) fn tokenizer_json() -> String {
    let mut shifted = 0x100_u32;
    let mut letters = Vec::new();
    for byte in 0..=255_u8 {
        let own = char::from(byte);
        letters.push(if matches!(own, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{FF}') {
            own
        } else {
            shifted += 1;
            char::from_u32(shifted - 1).unwrap()
        });
    }
    let mut vocab = serde_json::Map::new();
    for (byte, letter) in letters.iter().enumerate() {
        vocab.insert(letter.to_string(), byte.into());
    }
    let mut added = Vec::new();
    let mut add = |content: &str, id: usize, special: bool| {
        vocab.insert(content.to_owned(), id.into());
        added.push(serde_json::json!({
            "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": special,
        }));
    };
    for (at, name) in ["<|pad|>", "<|draft|>", "<|end|>", "<|lang:en|>"].iter().enumerate() {
        add(name, 256 + at, true);
    }
    for (at, name) in ["{{product.name}}", "{{claim.1}}", "{{claim.2}}", "{{message.1}}"].iter().enumerate() {
        add(name, 260 + at, false);
    }
    let mut merges = Vec::new();
    let pairs = [
        ("c", "h"),
        ("e", "a"),
        ("ea", "p"),
        ("ch", "eap"),
        ("Ġ", "ch"),
        ("\"", ":"),
        ("s", "u"),
        ("b", "o"),
        ("d", "y"),
        ("bo", "dy"),
    ];
    for (at, (left, right)) in pairs.iter().enumerate() {
        vocab.insert(format!("{left}{right}"), (264 + at).into());
        merges.push(serde_json::json!([left, right]));
    }
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                  "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                  "vocab": vocab, "merges": merges},
    })
    .to_string()
}
