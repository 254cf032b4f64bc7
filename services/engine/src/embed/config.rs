//! `config.json` of a BERT or XLM-R encoder, held within limits before anything is multiplied.

use serde::Deserialize;
use serde_json::Value;

use super::source::EmbedderSource;
use crate::error::LoadError;

/// Which of candle-transformers' models runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Bert,
    XlmRoberta,
}

/// The non-linearity between the two feed-forward products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    Gelu,
    GeluTanh,
    Relu,
}

/// An encoder's dimensions.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub family: Family,
    pub vocab: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub ffn: usize,
    /// Rows of the position table.
    pub positions: usize,
    /// Rows of the token type table.
    pub types: usize,
    pub norm_eps: f64,
    pub activation: Activation,
    pub pad: u32,
}

/// What is read of the file; absent fields have the values that transformers gives them.
#[derive(Debug, Deserialize)]
struct Config {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f64>,
    hidden_act: Option<String>,
    pad_token_id: Option<u32>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
}

impl Shape {
    /// Reads and checks config.json.
    pub(super) fn read(source: &EmbedderSource) -> Result<Self, LoadError> {
        let path = source.shown_file("config.json");
        let Some(json) = source.config::<Value>("config.json")? else {
            return Err(LoadError::invalid(
                source.shown(),
                "has no config.json; an embedder is a folder with config.json, tokenizer.json and model.safetensors",
            ));
        };
        // The kind first: another one's fields have other names, and its name is the better error.
        let family = match json["model_type"].as_str() {
            Some("bert") => Family::Bert,
            Some("xlm-roberta") => Family::XlmRoberta,
            found => {
                return Err(LoadError::invalid(
                    path,
                    format!(
                        "is a model of type `{}`, which the embedder does not run; supported: bert, xlm-roberta",
                        found.unwrap_or("none")
                    ),
                ));
            }
        };
        let config: Config =
            serde_json::from_value(json).map_err(|error| LoadError::invalid(&path, error.to_string()))?;
        config.shape(family, &path)
    }

    /// The most tokens that the position table has room for.
    pub(super) fn longest(&self) -> usize {
        match self.family {
            Family::Bert => self.positions,
            // Positions begin behind the padding token's (fairseq's numbering).
            Family::XlmRoberta => self.positions.saturating_sub(self.pad as usize + 1),
        }
    }

    fn check(&self, path: &str) -> Result<(), LoadError> {
        let ranges = [
            ("vocab_size", self.vocab, 1 << 24),
            ("hidden_size", self.hidden, 1 << 16),
            ("num_hidden_layers", self.layers, 1 << 10),
            ("num_attention_heads", self.heads, 1 << 10),
            ("intermediate_size", self.ffn, 1 << 20),
            ("max_position_embeddings", self.positions, 1 << 20),
            ("type_vocab_size", self.types, 1 << 10),
        ];
        for (what, value, most) in ranges {
            if value == 0 || value > most {
                return Err(LoadError::invalid(path, format!("`{what}` is {value}, outside 1 to {most}")));
            }
        }
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(LoadError::invalid(
                path,
                format!("`hidden_size` {} cannot be shared among {} heads", self.hidden, self.heads),
            ));
        }
        if !(self.norm_eps > 0.0 && self.norm_eps < 1.0) {
            return Err(LoadError::invalid(path, format!("`layer_norm_eps` is {}", self.norm_eps)));
        }
        if self.longest() < 3 {
            return Err(LoadError::invalid(
                path,
                format!("`max_position_embeddings` {} leaves no room for a text", self.positions),
            ));
        }
        Ok(())
    }
}

impl Config {
    fn shape(&self, family: Family, path: &str) -> Result<Shape, LoadError> {
        let unsupported = |what: String| LoadError::invalid(path, format!("{what}, which the embedder does not run"));
        let activation = match self.hidden_act.as_deref().unwrap_or("gelu") {
            "gelu" => Activation::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
            "relu" => Activation::Relu,
            other => return Err(unsupported(format!("`hidden_act` is `{other}`"))),
        };
        if let Some(other) = self.position_embedding_type.as_deref().filter(|&kind| kind != "absolute") {
            return Err(unsupported(format!("`position_embedding_type` is `{other}`")));
        }
        if self.is_decoder {
            return Err(unsupported("`is_decoder` is true".into()));
        }
        let shape = Shape {
            family,
            vocab: self.vocab_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            ffn: self.intermediate_size,
            positions: self.max_position_embeddings,
            types: self.type_vocab_size.unwrap_or(2),
            norm_eps: self.layer_norm_eps.unwrap_or(1e-12),
            activation,
            pad: self.pad_token_id.unwrap_or(match family {
                Family::Bert => 0,
                Family::XlmRoberta => 1,
            }),
        };
        shape.check(path)?;
        Ok(shape)
    }
}
