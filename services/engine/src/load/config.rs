//! `config.json` of a Llama model, and the limits within which any model's dimensions must lie.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::error::LoadError;
use crate::model::Shape;
use crate::rope::{Pairing, Rope, Scaling};

/// What is read of `config.json`; other fields do not matter to the forward.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    architectures: Vec<String>,
    model_type: Option<String>,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    rms_norm_eps: Option<f32>,
    max_position_embeddings: Option<usize>,
    rope_theta: Option<f64>,
    rope_scaling: Option<Value>,
    /// Newer name of the two above together.
    rope_parameters: Option<Value>,
    #[serde(default)]
    pub(super) tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    #[serde(default)]
    pub(super) eos_token_id: Value,
}

#[derive(Debug, Deserialize)]
struct ArchitectureOnly {
    #[serde(default)]
    architectures: Vec<String>,
    model_type: Option<String>,
}

impl Config {
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let shown = path.display().to_string();
        let invalid = |error: serde_json::Error| LoadError::invalid(&shown, error.to_string());
        // The architecture first: another one's fields have other names, and its name is the better error.
        let named: ArchitectureOnly = serde_json::from_slice(bytes).map_err(invalid)?;
        let found = named.architectures.first().cloned().or(named.model_type).unwrap_or_else(|| "none".into());
        if !matches!(found.as_str(), "LlamaForCausalLM" | "llama") {
            return Err(LoadError::Architecture { path: shown, found });
        }
        let config: Self = serde_json::from_slice(bytes).map_err(invalid)?;
        tracing::debug!(
            model.architectures = ?config.architectures,
            model.kind = ?config.model_type,
            "configuration read"
        );
        Ok(config)
    }

    pub(super) fn shape(&self, path: &str) -> Result<Shape, LoadError> {
        let unsupported = |what: &str| Err(LoadError::invalid(path, format!("{what}, which this engine does not run")));
        if self.attention_bias || self.mlp_bias {
            return unsupported("the model has biases (attention_bias or mlp_bias)");
        }
        if let Some(activation) = self.hidden_act.as_deref().filter(|&activation| activation != "silu") {
            return unsupported(&format!("hidden_act is `{activation}`"));
        }
        let head_dim = match self.head_dim {
            Some(head_dim) => head_dim,
            None if self.num_attention_heads > 0 && self.hidden_size.is_multiple_of(self.num_attention_heads) => {
                self.hidden_size / self.num_attention_heads
            }
            None => {
                return Err(LoadError::invalid(path, "hidden_size is no multiple of num_attention_heads"));
            }
        };
        let context = self.max_position_embeddings.unwrap_or(2048);
        let shape = Shape {
            vocab: self.vocab_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            kv_heads: self.num_key_value_heads.unwrap_or(self.num_attention_heads),
            head_dim,
            ffn: self.intermediate_size,
            norm_eps: self.rms_norm_eps.unwrap_or(1e-6),
            context,
            rope: self.rope(path)?,
            qkv_bias: false,
            qk_norm: false,
            rope_layers: vec![true; self.num_hidden_layers.min(1 << 10)],
        };
        check(path, &shape)?;
        Ok(shape)
    }

    fn rope(&self, path: &str) -> Result<Rope, LoadError> {
        let parameters = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref()).filter(|value| !value.is_null());
        let number = |name: &str| parameters.and_then(|value| value[name].as_f64());
        let needed = |name: &str| {
            number(name).ok_or_else(|| LoadError::invalid(path, format!("the rope scaling lacks the number `{name}`")))
        };
        let kind =
            parameters.and_then(|value| value["rope_type"].as_str().or(value["type"].as_str())).unwrap_or("default");
        let scaling = match kind {
            "default" => Scaling::None,
            "llama3" => Scaling::Llama3 {
                factor: needed("factor")?,
                low_freq_factor: needed("low_freq_factor")?,
                high_freq_factor: needed("high_freq_factor")?,
                original_context: needed("original_max_position_embeddings")?,
            },
            other => {
                return Err(LoadError::invalid(
                    path,
                    format!("the rope scaling is `{other}`; supported: default, llama3"),
                ));
            }
        };
        Ok(Rope {
            theta: number("rope_theta").or(self.rope_theta).unwrap_or(10_000.0),
            pairing: Pairing::Halves,
            scaling,
        })
    }
}

/// Refuses dimensions that no Llama model has, before anything is multiplied or allocated.
pub(super) fn check(path: &str, shape: &Shape) -> Result<(), LoadError> {
    let ranges = [
        ("vocabulary", shape.vocab, 1 << 24),
        ("hidden size", shape.hidden, 1 << 16),
        ("number of layers", shape.layers, 1 << 10),
        ("number of heads", shape.heads, 1 << 10),
        ("number of key-value heads", shape.kv_heads, 1 << 10),
        ("head size", shape.head_dim, 1 << 10),
        ("feed-forward size", shape.ffn, 1 << 20),
        ("context", shape.context, usize::MAX),
    ];
    for (what, value, most) in ranges {
        if value == 0 || value > most {
            return Err(LoadError::invalid(path, format!("the {what} is {value}, outside 1 to {most}")));
        }
    }
    if !shape.heads.is_multiple_of(shape.kv_heads) {
        return Err(LoadError::invalid(
            path,
            format!("{} heads cannot share {} key-value heads", shape.heads, shape.kv_heads),
        ));
    }
    if !shape.head_dim.is_multiple_of(2) {
        return Err(LoadError::invalid(path, format!("the head size {} is odd", shape.head_dim)));
    }
    if !(shape.norm_eps > 0.0 && shape.norm_eps < 1.0) {
        return Err(LoadError::invalid(path, format!("the norm's epsilon is {}", shape.norm_eps)));
    }
    let positive = |value: f64| value.is_finite() && value > 0.0;
    let rope_is_sound = positive(shape.rope.theta)
        && match &shape.rope.scaling {
            Scaling::None => true,
            Scaling::Factors(factors) => factors.iter().all(|&factor| positive(f64::from(factor))),
            &Scaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_context } => {
                positive(factor)
                    && positive(original_context)
                    && positive(low_freq_factor)
                    && high_freq_factor > low_freq_factor
                    && high_freq_factor.is_finite()
            }
        };
    if !rope_is_sound {
        return Err(LoadError::invalid(path, "the rope parameters are out of range"));
    }
    Ok(())
}
