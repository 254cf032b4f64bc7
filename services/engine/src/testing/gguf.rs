//! The tiny models as GGUF, the way llama.cpp's converter would write them.

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use super::{Tiny, VOCAB};
use crate::rope::Pairing;

impl Tiny {
    /// All matrices of type `kind`, all vectors F32; where neighbours turn together, the rows of queries and keys are
    /// permuted for it.
    pub(crate) fn gguf(&self, kind: GgmlDType) -> Vec<u8> {
        self.gguf_with(kind, &[], &[])
    }

    /// The same with further or other metadata, and further tensors.
    pub(crate) fn gguf_with(&self, kind: GgmlDType, metadata: &[(&str, Value)], tensors: &[(&str, Tensor)]) -> Vec<u8> {
        assert!(self.no_rope_layers.is_none(), "GGUF cannot say which layers are not turned");
        let further = tensors;
        let mut tensors: Vec<(String, QTensor)> = Vec::new();
        for (name, tensor) in self.weights() {
            let tensor = if self.arch().gguf_pairing == Pairing::Halves {
                tensor
            } else if name.contains("q_proj") {
                permute(&tensor, self.heads)
            } else if name.contains("k_proj") {
                permute(&tensor, self.kv_heads)
            } else {
                tensor
            };
            let kind = if tensor.rank() == 1 { GgmlDType::F32 } else { kind };
            tensors.push((gguf_name(&name), QTensor::quantize(&tensor, kind).unwrap()));
        }
        let mut vector = |name: &str, tensor: &Tensor| {
            tensors.push((name.into(), QTensor::quantize(tensor, GgmlDType::F32).unwrap()));
        };
        if self.rope_scaling {
            vector("rope_freqs.weight", &self.rope_factors());
        }
        for (name, tensor) in further {
            vector(name, tensor);
        }
        tensors.sort_by(|a, b| a.0.cmp(&b.0));
        let arch = self.arch().gguf_name;
        let key = |part: &str| format!("{arch}.{part}");
        let number = |value: usize| Value::U32(value as u32);
        let mut all = vec![
            ("general.architecture".into(), Value::String(arch.into())),
            ("general.name".into(), Value::String(self.name.clone())),
            (key("vocab_size"), number(VOCAB)),
            (key("embedding_length"), number(self.hidden)),
            (key("block_count"), number(self.layers)),
            (key("feed_forward_length"), number(self.ffn)),
            (key("attention.head_count"), number(self.heads)),
            (key("attention.head_count_kv"), number(self.kv_heads)),
            (key("attention.key_length"), number(self.head_dim)),
            (key("attention.value_length"), number(self.head_dim)),
            (key("rope.dimension_count"), number(self.head_dim)),
            (key("attention.layer_norm_rms_epsilon"), Value::F32(1e-5)),
            (key("rope.freq_base"), Value::F32(self.rope_theta as f32)),
            (key("context_length"), number(self.context)),
            ("tokenizer.ggml.model".into(), Value::String("no_vocab".into())),
        ];
        for (key, value) in metadata {
            all.retain(|(name, _)| name != key);
            all.push(((*key).into(), value.clone()));
        }
        let metadata: Vec<(&str, &Value)> = all.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut file = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).unwrap();
        file.into_inner()
    }

    /// What llama.cpp's converter computes for Llama 3.1's scaling, written out here a second time.
    fn rope_factors(&self) -> Tensor {
        let factors: Vec<f32> = (0..self.head_dim / 2)
            .map(|pair| {
                let wavelength = std::f64::consts::TAU * self.rope_theta.powf(2.0 * pair as f64 / self.head_dim as f64);
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
}

/// `[heads, 2, half, …]` → `[heads, half, 2, …]`, from halves to neighbours.
fn permute(tensor: &Tensor, heads: usize) -> Tensor {
    let rows = tensor.dim(0).unwrap();
    tensor
        .reshape((heads, 2, rows / heads / 2, ()))
        .unwrap()
        .transpose(1, 2)
        .unwrap()
        .contiguous()
        .unwrap()
        .reshape(tensor.shape())
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
        ("self_attn.q_norm", "attn_q_norm"),
        ("self_attn.k_norm", "attn_k_norm"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];
    renamed.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to))
}
