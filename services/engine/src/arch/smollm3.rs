//! SmolLM3 (Hugging Face, 2025): a Llama whose every fourth layer does not know positions (Yang et al., RoPE to NoPE and
//! Back Again, 2025). `config.json` may list the layers or say another interval; GGUF always means the fourth.

use super::{Architecture, Defaults, Window};
use crate::rope::Pairing;

pub(super) static SMOLLM3: Architecture = Architecture {
    name: "smollm3",
    config_names: &["SmolLM3ForCausalLM", "smollm3"],
    gguf_name: "smollm3",
    gguf_pairing: Pairing::Neighbours,
    qkv_bias: false,
    qk_norm: false,
    rope_layer: |layer, interval| !(layer + 1).is_multiple_of(interval),
    interval: 4,
    window: Window::Switched,
    defaults: Defaults {
        tied: true,
        rope_theta: 2_000_000.0,
        kv_heads: Some(4),
        head_dim: None,
        context: 32_768,
        sliding_window: None,
    },
};
