//! GGUF: dimensions from the metadata, weights as they are quantized.

use std::collections::HashSet;
use std::io::{Read, Seek};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{DType, Device, Tensor};
use tokenizers::Tokenizer;

use super::{Parts, Target, config, gguf_header};
use crate::arch::{self, Architecture};
use crate::error::LoadError;
use crate::model::{Shape, Weight, Weights};
use crate::rope::{Rope, Scaling};

/// Loads from a reader; `tokenizer` finds the tokenizer and says where it was found.
pub(super) fn load<R: Read + Seek>(
    path: &str,
    name: String,
    digest: String,
    reader: &mut R,
    target: &Target,
    tokenizer: impl FnOnce(&Content) -> Result<(Tokenizer, String), LoadError>,
) -> Result<Parts, LoadError> {
    gguf_header::check(reader).map_err(|reason| LoadError::invalid(path, reason))?;
    let content = Content::read(reader).map_err(|error| LoadError::invalid(path, format!("its header: {error}")))?;
    let mut weights = GgufWeights { path, content, reader };
    let (architecture, shape) = weights.shape(target.context_limit)?;
    let model = target.take(path, shape, &mut weights)?;
    let own_output = weights.has_output();
    let content = weights.content;
    let number = |key: &str| content.metadata.get(key).and_then(unsigned).and_then(|id| u32::try_from(id).ok());
    let ends = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"].into_iter().filter_map(number).collect();
    let chat_template = text(&content, "tokenizer.chat_template");
    let (tokenizer, tokenizer_path) = tokenizer(&content)?;
    Ok(Parts {
        name: text(&content, "general.name").filter(|name| !name.is_empty()).unwrap_or(name),
        digest,
        architecture: architecture.name,
        model,
        own_output,
        begin_text: number("tokenizer.ggml.bos_token_id").and_then(|id| tokenizer.id_to_token(id)),
        end_text: None,
        tokenizer,
        tokenizer_path,
        ends,
        chat_template,
    })
}

struct GgufWeights<'a, R> {
    path: &'a str,
    content: Content,
    reader: &'a mut R,
}

impl<R: Read + Seek> GgufWeights<'_, R> {
    fn invalid(&self, reason: String) -> LoadError {
        LoadError::invalid(self.path, reason)
    }

    /// What the metadata say, and what of it this engine computes. `context_limit` is how many positions will be run.
    fn shape(&mut self, context_limit: usize) -> Result<(&'static Architecture, Shape), LoadError> {
        let found = text(&self.content, "general.architecture").unwrap_or_else(|| "none".into());
        let Some(architecture) = arch::by_gguf_name(&found) else {
            return Err(LoadError::Architecture { path: self.path.into(), found });
        };
        let key = |part: &str| format!("{found}.{part}");
        if self.optional(&key("expert_count"))?.is_some_and(|count| count > 0) {
            let found = format!("{found} with experts");
            return Err(LoadError::Architecture { path: self.path.into(), found });
        }
        let hidden = self.needed(&key("embedding_length"))?;
        let heads = self.needed(&key("attention.head_count"))?;
        let head_dim = match self.optional(&key("attention.key_length"))? {
            Some(size) => size,
            None if heads > 0 && hidden.is_multiple_of(heads) => hidden / heads,
            None => {
                return Err(self.invalid("the embedding length is no multiple of the number of heads".into()));
            }
        };
        for key in [key("attention.value_length"), key("rope.dimension_count")] {
            if let Some(other) = self.optional(&key)?.filter(|&other| other != head_dim) {
                return Err(self.invalid(format!(
                    "`{key}` is {other} and the head size {head_dim}, which this engine does not run"
                )));
            }
        }
        if let Some(kind) = text(&self.content, &key("rope.scaling.type")).filter(|kind| kind != "none") {
            return Err(self.invalid(format!("the rope scaling is `{kind}`; supported: none, or a rope_freqs.weight")));
        }
        for key in [key("rope.scale_linear"), key("rope.scaling.factor")] {
            if let Some(factor) = self.float(&key)?.filter(|&factor| factor != 1.0 && factor != 0.0) {
                return Err(self.invalid(format!("`{key}` is {factor}, a rope scaling that this engine does not run")));
            }
        }
        let vocab = match self.content.tensor_infos.get("token_embd.weight").map(|info| info.shape.dims()) {
            Some(&[rows, _]) => rows,
            _ => return Err(self.invalid("has no matrix `token_embd.weight`".into())),
        };
        let scaling = match self.content.tensor_infos.get("rope_freqs.weight") {
            None => Scaling::None,
            Some(info) if info.shape.dims() == [head_dim / 2] => {
                let factors = self.tensor("rope_freqs.weight")?;
                let factors = factors.dequantize(&Device::Cpu).and_then(|factors| factors.to_vec1());
                Scaling::Factors(factors.map_err(|error| self.invalid(format!("rope_freqs.weight: {error}")))?)
            }
            Some(info) => {
                return Err(self.invalid(format!(
                    "rope_freqs.weight has the shape {:?}, not [{}]",
                    info.shape,
                    head_dim / 2
                )));
            }
        };
        let mut shape = Shape {
            vocab,
            hidden,
            layers: self.needed(&key("block_count"))?,
            heads,
            kv_heads: self.optional(&key("attention.head_count_kv"))?.unwrap_or(heads),
            head_dim,
            ffn: self.needed(&key("feed_forward_length"))?,
            norm_eps: self
                .float(&key("attention.layer_norm_rms_epsilon"))?
                .ok_or_else(|| self.invalid(format!("lacks the metadata `{found}.attention.layer_norm_rms_epsilon`")))?
                as f32,
            context: self.needed(&key("context_length"))?,
            rope: Rope {
                theta: self.float(&key("rope.freq_base"))?.unwrap_or(10_000.0),
                pairing: architecture.gguf_pairing,
                scaling,
            },
            qkv_bias: architecture.qkv_bias,
            qk_norm: architecture.qk_norm,
            rope_layers: Vec::new(),
        };
        config::check(self.path, &shape)?;
        shape.rope_layers =
            (0..shape.layers).map(|layer| (architecture.rope_layer)(layer, architecture.interval)).collect();
        if let Some(window) = self.optional(&key("attention.sliding_window"))?.filter(|&window| window > 0) {
            config::check_window(self.path, window, shape.context.min(context_limit))?;
        }
        self.refuse_unknown_tensors(&shape)?;
        Ok((architecture, shape))
    }

    /// A tensor that the forward would pass over, a bias say, is a sign that its numbers would be wrong.
    fn refuse_unknown_tensors(&self, shape: &Shape) -> Result<(), LoadError> {
        let mut known: HashSet<String> =
            [Weight::Embedding, Weight::OutputNorm, Weight::Output].into_iter().map(name_of).collect();
        known.insert("rope_freqs.weight".into());
        known.extend((0..shape.layers).flat_map(|layer| weights_of(shape, layer)).map(name_of));
        // llama.cpp passes over these too: the frequencies written out, as old converters did.
        let harmless = |name: &str| name.ends_with(".attn_rot_embd") || name.ends_with(".rotary_emb.inv_freq");
        let unknown = self.content.tensor_infos.keys().filter(|name| !known.contains(*name) && !harmless(name));
        match unknown.min() {
            Some(name) => Err(self.invalid(format!("has the tensor `{name}`, which this engine does not run"))),
            None => Ok(()),
        }
    }

    fn optional(&self, key: &str) -> Result<Option<usize>, LoadError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(value) => unsigned(value)
                .and_then(|value| usize::try_from(value).ok())
                .map(Some)
                .ok_or_else(|| self.invalid(format!("metadata `{key}` is no single count"))),
        }
    }

    fn needed(&self, key: &str) -> Result<usize, LoadError> {
        self.optional(key)?.ok_or_else(|| self.invalid(format!("lacks the metadata `{key}`")))
    }

    fn float(&self, key: &str) -> Result<Option<f64>, LoadError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(Value::F32(value)) => Ok(Some(f64::from(*value))),
            Some(Value::F64(value)) => Ok(Some(*value)),
            Some(_) => Err(self.invalid(format!("metadata `{key}` is no floating-point number"))),
        }
    }

    fn tensor(&mut self, name: &str) -> Result<QTensor, LoadError> {
        self.content
            .tensor(self.reader, name, &Device::Cpu)
            .map_err(|error| LoadError::invalid(self.path, format!("tensor `{name}`: {error}")))
    }

    fn checked(&mut self, weight: Weight, expected: &[usize]) -> Result<QTensor, LoadError> {
        let name = name_of(weight);
        match self.content.tensor_infos.get(&name) {
            None => Err(self.invalid(format!("lacks the tensor `{name}`"))),
            Some(info) if info.shape.dims() != expected => Err(self.invalid(format!(
                "tensor `{name}` has the shape {:?}, but the metadata calls for {expected:?}",
                info.shape.dims()
            ))),
            Some(_) => self.tensor(&name),
        }
    }
}

impl<R: Read + Seek> Weights for GgufWeights<'_, R> {
    type Error = LoadError;

    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Result<QMatMul, LoadError> {
        let tensor = self.checked(weight, &[rows, columns])?;
        QMatMul::from_qtensor(tensor).map_err(|error| self.invalid(format!("tensor `{}`: {error}", name_of(weight))))
    }

    fn vector(&mut self, weight: Weight, length: usize) -> Result<Tensor, LoadError> {
        let tensor = self.checked(weight, &[length])?;
        tensor
            .dequantize(&Device::Cpu)
            .and_then(|tensor| tensor.to_dtype(DType::F32))
            .map_err(|error| self.invalid(format!("tensor `{}`: {error}", name_of(weight))))
    }

    fn has_output(&self) -> bool {
        self.content.tensor_infos.contains_key(&name_of(Weight::Output))
    }
}

/// All weights of a layer.
fn weights_of(shape: &Shape, layer: usize) -> Vec<Weight> {
    let mut weights = vec![
        Weight::AttentionNorm(layer),
        Weight::Query(layer),
        Weight::Key(layer),
        Weight::Value(layer),
        Weight::AttentionOut(layer),
        Weight::FfnNorm(layer),
        Weight::Gate(layer),
        Weight::Up(layer),
        Weight::Down(layer),
    ];
    if shape.qkv_bias {
        weights.extend([Weight::QueryBias(layer), Weight::KeyBias(layer), Weight::ValueBias(layer)]);
    }
    if shape.qk_norm {
        weights.extend([Weight::QueryNorm(layer), Weight::KeyNorm(layer)]);
    }
    weights
}

pub(super) fn name_of(weight: Weight) -> String {
    match weight {
        Weight::Embedding => "token_embd.weight".into(),
        Weight::OutputNorm => "output_norm.weight".into(),
        Weight::Output => "output.weight".into(),
        Weight::AttentionNorm(layer) => format!("blk.{layer}.attn_norm.weight"),
        Weight::Query(layer) => format!("blk.{layer}.attn_q.weight"),
        Weight::Key(layer) => format!("blk.{layer}.attn_k.weight"),
        Weight::Value(layer) => format!("blk.{layer}.attn_v.weight"),
        Weight::QueryBias(layer) => format!("blk.{layer}.attn_q.bias"),
        Weight::KeyBias(layer) => format!("blk.{layer}.attn_k.bias"),
        Weight::ValueBias(layer) => format!("blk.{layer}.attn_v.bias"),
        Weight::QueryNorm(layer) => format!("blk.{layer}.attn_q_norm.weight"),
        Weight::KeyNorm(layer) => format!("blk.{layer}.attn_k_norm.weight"),
        Weight::AttentionOut(layer) => format!("blk.{layer}.attn_output.weight"),
        Weight::FfnNorm(layer) => format!("blk.{layer}.ffn_norm.weight"),
        Weight::Gate(layer) => format!("blk.{layer}.ffn_gate.weight"),
        Weight::Up(layer) => format!("blk.{layer}.ffn_up.weight"),
        Weight::Down(layer) => format!("blk.{layer}.ffn_down.weight"),
    }
}

pub(super) fn text(content: &Content, key: &str) -> Option<String> {
    match content.metadata.get(key)? {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn unsigned(value: &Value) -> Option<u64> {
    match *value {
        Value::U8(value) => Some(value.into()),
        Value::U16(value) => Some(value.into()),
        Value::U32(value) => Some(value.into()),
        Value::U64(value) => Some(value),
        Value::I8(value) => value.try_into().ok(),
        Value::I16(value) => value.try_into().ok(),
        Value::I32(value) => value.try_into().ok(),
        Value::I64(value) => value.try_into().ok(),
        _ => None,
    }
}
