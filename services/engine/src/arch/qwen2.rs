//! Qwen2 and Qwen2.5 (Yang et al., Qwen2 Technical Report, 2024): a Llama with biases on queries, keys and values.

use super::{Architecture, Defaults, Window, every_layer};
use crate::rope::Pairing;

pub(super) static QWEN2: Architecture = Architecture {
    name: "qwen2",
    config_names: &["Qwen2ForCausalLM", "qwen2"],
    gguf_name: "qwen2",
    gguf_pairing: Pairing::Halves,
    qkv_bias: true,
    qk_norm: false,
    rope_layer: every_layer,
    interval: 0,
    window: Window::Switched,
    defaults: Defaults {
        tied: false,
        rope_theta: 10_000.0,
        kv_heads: Some(32),
        head_dim: None,
        context: 32_768,
        sliding_window: Some(4096),
    },
};
