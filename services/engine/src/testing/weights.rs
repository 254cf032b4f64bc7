//! The formula of the tiny models' weights. `goldens/weights.py` is the same, number for number.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use super::{Tiny, VOCAB};

impl Tiny {
    /// Weights by their Hugging Face names, F32. The order in which they are made is part of the formula.
    pub(crate) fn weights(&self) -> HashMap<String, Tensor> {
        let mut position = 0;
        let mut weights = HashMap::new();
        let mut add = |name: String, shape: &[usize], scale: f64, offset: f64| {
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|_| {
                    position += 1;
                    let uniform = crate::random::uniform(self.seed, 99, position, 0);
                    ((uniform - 0.5) * 2.0 * scale + offset) as f32
                })
                .collect();
            weights.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
        };
        let (hidden, ffn) = (self.hidden, self.ffn);
        let (queries, keys) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
        add("model.embed_tokens.weight".into(), &[VOCAB, hidden], 1.0, 0.0);
        add("model.norm.weight".into(), &[hidden], 0.3, 1.0);
        if !self.tied {
            add("lm_head.weight".into(), &[VOCAB, hidden], 0.3, 0.0);
        }
        for layer in 0..self.layers {
            let name = |part: &str| format!("model.layers.{layer}.{part}");
            add(name("input_layernorm.weight"), &[hidden], 0.3, 1.0);
            add(name("post_attention_layernorm.weight"), &[hidden], 0.3, 1.0);
            add(name("self_attn.q_proj.weight"), &[queries, hidden], 0.2, 0.0);
            add(name("self_attn.k_proj.weight"), &[keys, hidden], 0.2, 0.0);
            add(name("self_attn.v_proj.weight"), &[keys, hidden], 0.2, 0.0);
            add(name("self_attn.o_proj.weight"), &[hidden, queries], 0.2, 0.0);
            add(name("mlp.gate_proj.weight"), &[ffn, hidden], 0.2, 0.0);
            add(name("mlp.up_proj.weight"), &[ffn, hidden], 0.2, 0.0);
            add(name("mlp.down_proj.weight"), &[hidden, ffn], 0.2, 0.0);
            if self.arch().qkv_bias {
                add(name("self_attn.q_proj.bias"), &[queries], 0.5, 0.0);
                add(name("self_attn.k_proj.bias"), &[keys], 0.5, 0.0);
                add(name("self_attn.v_proj.bias"), &[keys], 0.5, 0.0);
            }
            if self.arch().qk_norm {
                add(name("self_attn.q_norm.weight"), &[self.head_dim], 0.3, 1.0);
                add(name("self_attn.k_norm.weight"), &[self.head_dim], 0.3, 1.0);
            }
        }
        weights
    }
}
