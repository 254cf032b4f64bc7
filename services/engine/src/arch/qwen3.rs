//! Qwen3 (Yang et al., Qwen3 Technical Report, 2025): a Llama whose heads of queries and keys are normalized before they
//! are turned, and whose head size is a field of its own.

use super::{Architecture, Defaults, Window, every_layer};
use crate::rope::Pairing;

pub(super) static QWEN3: Architecture = Architecture {
    name: "qwen3",
    config_names: &["Qwen3ForCausalLM", "qwen3"],
    gguf_name: "qwen3",
    gguf_pairing: Pairing::Halves,
    qkv_bias: false,
    qk_norm: true,
    rope_layer: every_layer,
    interval: 0,
    window: Window::Switched,
    defaults: Defaults {
        tied: false,
        rope_theta: 10_000.0,
        kv_heads: Some(32),
        head_dim: Some(128),
        context: 32_768,
        sliding_window: Some(4096),
    },
};
