//! `config.json`, and the limits within which any model's dimensions must lie.
//!
//! Where a field is absent, its value is what transformers would take ([`arch::Defaults`]). Whatever would change the
//! numbers and is not computed here is refused: windows, other scalings of the rotation, biases, activations.

use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::arch::{self, Architecture, Window};
use crate::error::LoadError;
use crate::model::Shape;
use crate::rope::{Pairing, Rope, Scaling};

/// `config.json`, of an architecture that the engine runs.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) architecture: &'static Architecture,
    fields: Fields,
}

/// What is read of it; other fields do not matter to the forward.
#[derive(Debug, Deserialize)]
struct Fields {
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
    partial_rotary_factor: Option<f64>,
    tie_word_embeddings: Option<bool>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    #[serde(default)]
    eos_token_id: Value,
    /// Present and null says that there is none; absent, that it is the architecture's default.
    #[serde(default, deserialize_with = "even_null")]
    sliding_window: Option<Value>,
    #[serde(default)]
    use_sliding_window: bool,
    max_window_layers: Option<usize>,
    layer_types: Option<Vec<String>>,
    /// One number a layer: 0 where it does not turn queries and keys.
    no_rope_layers: Option<Vec<u8>>,
    no_rope_layer_interval: Option<usize>,
}

fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
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
        let Some(architecture) = arch::by_config_name(&found) else {
            return Err(LoadError::Architecture { path: shown, found });
        };
        let fields = serde_json::from_slice(bytes).map_err(invalid)?;
        tracing::debug!(model.architecture = architecture.name, "configuration read");
        Ok(Self { architecture, fields })
    }

    /// Whether the embedding serves as output matrix.
    pub(super) fn tied(&self) -> bool {
        self.fields.tie_word_embeddings.unwrap_or(self.architecture.defaults.tied)
    }

    pub(super) fn eos_token_id(&self) -> &Value {
        &self.fields.eos_token_id
    }

    /// The dimensions. `context_limit` is how many positions will be run at most.
    pub(super) fn shape(&self, path: &str, context_limit: usize) -> Result<Shape, LoadError> {
        let (fields, architecture) = (&self.fields, self.architecture);
        let unsupported = |what: &str| Err(LoadError::invalid(path, format!("{what}, which this engine does not run")));
        // Qwen2 has its biases always and does not ask the configuration.
        if fields.attention_bias && !architecture.qkv_bias || fields.mlp_bias {
            return unsupported("the model has biases (attention_bias or mlp_bias)");
        }
        if let Some(activation) = fields.hidden_act.as_deref().filter(|&activation| activation != "silu") {
            return unsupported(&format!("hidden_act is `{activation}`"));
        }
        let head_dim = match fields.head_dim.or(architecture.defaults.head_dim) {
            Some(head_dim) => head_dim,
            None if fields.num_attention_heads > 0 && fields.hidden_size.is_multiple_of(fields.num_attention_heads) => {
                fields.hidden_size / fields.num_attention_heads
            }
            None => {
                return Err(LoadError::invalid(path, "hidden_size is no multiple of num_attention_heads"));
            }
        };
        let kv_heads = fields.num_key_value_heads.or(architecture.defaults.kv_heads);
        let mut shape = Shape {
            vocab: fields.vocab_size,
            hidden: fields.hidden_size,
            layers: fields.num_hidden_layers,
            heads: fields.num_attention_heads,
            kv_heads: kv_heads.unwrap_or(fields.num_attention_heads),
            head_dim,
            ffn: fields.intermediate_size,
            norm_eps: fields.rms_norm_eps.unwrap_or(1e-6),
            context: fields.max_position_embeddings.unwrap_or(architecture.defaults.context),
            rope: self.rope(path)?,
            qkv_bias: architecture.qkv_bias,
            qk_norm: architecture.qk_norm,
            rope_layers: Vec::new(),
        };
        check(path, &shape)?;
        shape.rope_layers = self.rope_layers(path, shape.layers)?;
        if let Some(window) = self.window(path)? {
            check_window(path, window, shape.context.min(context_limit))?;
        }
        Ok(shape)
    }

    /// Which layers turn queries and keys.
    fn rope_layers(&self, path: &str, layers: usize) -> Result<Vec<bool>, LoadError> {
        let architecture = self.architecture;
        // Only where some layers are not turned are these fields its own.
        if architecture.interval > 0
            && let Some(listed) = &self.fields.no_rope_layers
        {
            if listed.len() != layers {
                let reason = format!("no_rope_layers lists {} layers, but there are {layers}", listed.len());
                return Err(LoadError::invalid(path, reason));
            }
            return Ok(listed.iter().map(|&turned| turned != 0).collect());
        }
        let interval = match self.fields.no_rope_layer_interval.filter(|_| architecture.interval > 0) {
            Some(0) => return Err(LoadError::invalid(path, "no_rope_layer_interval is 0")),
            other => other.unwrap_or(architecture.interval),
        };
        Ok((0..layers).map(|layer| (architecture.rope_layer)(layer, interval)).collect())
    }

    /// How many positions attention looks back in some layer, where it does not look back to the first.
    fn window(&self, path: &str) -> Result<Option<usize>, LoadError> {
        let fields = &self.fields;
        let in_some_layer = match &fields.layer_types {
            Some(types) => types.iter().any(|kind| kind == "sliding_attention"),
            None => fields.max_window_layers.is_none_or(|first| first < fields.num_hidden_layers),
        };
        let in_force = match self.architecture.window {
            Window::Never => false,
            Window::Given => true,
            Window::Switched => fields.use_sliding_window && in_some_layer,
        };
        if !in_force {
            return Ok(None);
        }
        match &fields.sliding_window {
            None => Ok(self.architecture.defaults.sliding_window),
            Some(Value::Null) => Ok(None),
            Some(window) => {
                window.as_u64().and_then(|window| usize::try_from(window).ok()).map(Some).ok_or_else(|| {
                    LoadError::invalid(path, format!("sliding_window is {window}, not a number of positions"))
                })
            }
        }
    }

    fn rope(&self, path: &str) -> Result<Rope, LoadError> {
        let fields = &self.fields;
        let parameters =
            fields.rope_parameters.as_ref().or(fields.rope_scaling.as_ref()).filter(|value| !value.is_null());
        if parameters.and_then(Value::as_object).is_some_and(|object| object.values().any(Value::is_object)) {
            return Err(LoadError::invalid(
                path,
                "rope_parameters differ from layer to layer, which this engine does not run",
            ));
        }
        let number = |name: &str| parameters.and_then(|value| value[name].as_f64());
        let needed = |name: &str| {
            number(name).ok_or_else(|| LoadError::invalid(path, format!("the rope scaling lacks the number `{name}`")))
        };
        let kind =
            parameters.and_then(|value| value["rope_type"].as_str().or(value["type"].as_str())).unwrap_or("default");
        if let Some(part) = number("partial_rotary_factor").or(fields.partial_rotary_factor).filter(|&part| part != 1.0)
        {
            let reason = format!("partial_rotary_factor is {part}; only whole heads are turned here");
            return Err(LoadError::invalid(path, reason));
        }
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
            theta: number("rope_theta").or(fields.rope_theta).unwrap_or(self.architecture.defaults.rope_theta),
            pairing: Pairing::Halves,
            scaling,
        })
    }
}

/// Refuses a window that is shorter than what will be run: within it, nothing changes.
pub(super) fn check_window(path: &str, window: usize, positions: usize) -> Result<(), LoadError> {
    if window < positions {
        let reason = format!(
            "attention looks back only {window} positions (sliding_window), which this engine does not run: limit the \
             context to {window} tokens or fewer (it would be {positions})"
        );
        return Err(LoadError::invalid(path, reason));
    }
    Ok(())
}

/// Refuses dimensions that no model has, before anything is multiplied or allocated.
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
