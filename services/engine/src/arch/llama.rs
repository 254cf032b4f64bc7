//! Llama and what is built like it: Touvron et al., LLaMA (2023); grouped queries since Llama 2, scaled rotation since
//! Llama 3.1. SmolLM2 and EuroLLM are Llamas by name. Mistral (Jiang et al., 2023) differs by its window alone, and in
//! GGUF it is a `llama`.

use super::{Architecture, Defaults, Window, every_layer};
use crate::rope::Pairing;

pub(super) static LLAMA: Architecture = Architecture {
    name: "llama",
    config_names: &["LlamaForCausalLM", "llama"],
    gguf_name: "llama",
    gguf_pairing: Pairing::Neighbours,
    qkv_bias: false,
    qk_norm: false,
    rope_layer: every_layer,
    interval: 0,
    window: Window::Never,
    defaults: Defaults {
        tied: false,
        rope_theta: 10_000.0,
        kv_heads: None,
        head_dim: None,
        context: 2048,
        sliding_window: None,
    },
};

pub(super) static MISTRAL: Architecture = Architecture {
    name: "mistral",
    config_names: &["MistralForCausalLM", "mistral"],
    gguf_name: "llama",
    gguf_pairing: Pairing::Neighbours,
    qkv_bias: false,
    qk_norm: false,
    rope_layer: every_layer,
    interval: 0,
    window: Window::Given,
    defaults: Defaults {
        tied: false,
        rope_theta: 10_000.0,
        kv_heads: Some(8),
        head_dim: None,
        context: 4096 * 32,
        sliding_window: Some(4096),
    },
};
