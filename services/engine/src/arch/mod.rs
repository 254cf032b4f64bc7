//! The architectures: what sets each apart from the blocks that they share, as data.
//!
//! Nothing is computed here; `model` reads the flags and `load` the names. To add one: a file like `qwen3.rs`, its
//! constant in [`ALL`], a tiny model of it in `testing`, and a golden in `goldens/models.json`.

mod llama;
mod qwen2;
mod qwen3;
mod smollm3;

use crate::rope::Pairing;

/// What sets an architecture apart.
#[derive(Debug)]
pub(crate) struct Architecture {
    /// Its name here and in messages.
    pub name: &'static str,
    /// What `config.json` calls it, in `architectures` or in `model_type`.
    pub config_names: &'static [&'static str],
    /// What GGUF calls it in `general.architecture`; also what its metadata keys begin with.
    pub gguf_name: &'static str,
    /// Which numbers of a head turn together in GGUF files (llama.cpp's `llama_model_rope_type`: NORM is neighbours,
    /// NEOX is halves). In safetensors it is always halves.
    pub gguf_pairing: Pairing,
    /// Whether the products for queries, keys and values have biases.
    pub qkv_bias: bool,
    /// Whether each head of queries and keys is normalized (RMS, with a gain of `[head_dim]`) before it is turned.
    pub qk_norm: bool,
    /// Whether the layer (counted from 0) turns queries and keys, where the files do not list it; `interval` is
    /// [`Self::interval`] or what `config.json` says in its place.
    pub rope_layer: fn(layer: usize, interval: usize) -> bool,
    /// How far apart layers without rotation lie, where there are any. GGUF has no key for it: llama.cpp sets the same.
    pub interval: usize,
    /// What of `config.json` says that attention looks back only so far.
    pub window: Window,
    /// What transformers takes where `config.json` is silent.
    pub defaults: Defaults,
}

/// How a sliding window is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// The architecture has none; a field of that name means nothing.
    Never,
    /// `sliding_window` is in force whenever it is a number.
    Given,
    /// `sliding_window` is in force only with `use_sliding_window`, and in some layers.
    Switched,
}

/// What transformers' configuration class has where a file has no such field.
#[derive(Debug)]
pub(crate) struct Defaults {
    pub tied: bool,
    pub rope_theta: f64,
    /// `None`: as many as heads.
    pub kv_heads: Option<usize>,
    /// `None`: the hidden size over the number of heads.
    pub head_dim: Option<usize>,
    /// Positions.
    pub context: usize,
    /// Positions that a window covers.
    pub sliding_window: Option<usize>,
}

/// All that the engine runs. Of two with one GGUF name the first is taken.
pub(crate) static ALL: [&Architecture; 5] =
    [&llama::LLAMA, &llama::MISTRAL, &qwen2::QWEN2, &qwen3::QWEN3, &smollm3::SMOLLM3];

/// The architecture that `config.json` names.
pub(crate) fn by_config_name(name: &str) -> Option<&'static Architecture> {
    ALL.into_iter().find(|architecture| architecture.config_names.contains(&name))
}

/// The architecture that a GGUF file names.
pub(crate) fn by_gguf_name(name: &str) -> Option<&'static Architecture> {
    ALL.into_iter().find(|architecture| architecture.gguf_name == name)
}

/// Every layer turns its queries and keys.
fn every_layer(_layer: usize, _interval: usize) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::{ALL, by_config_name, by_gguf_name};
    use crate::error::SUPPORTED_ARCHITECTURES;

    #[test]
    fn an_architecture_is_found_by_each_of_its_names_and_said_to_be_supported() {
        for architecture in ALL {
            for name in architecture.config_names {
                assert_eq!(by_config_name(name).unwrap().name, architecture.name);
            }
            assert_eq!(by_gguf_name(architecture.gguf_name).unwrap().gguf_pairing, architecture.gguf_pairing);
            let class = format!("{} (config.json)", architecture.config_names[0]);
            assert!(SUPPORTED_ARCHITECTURES.contains(&class.as_str()), "{class}");
            let gguf = format!("{} (GGUF)", architecture.gguf_name);
            assert!(SUPPORTED_ARCHITECTURES.contains(&gguf.as_str()), "{gguf}");
        }
        assert!(by_config_name("Qwen3MoeForCausalLM").is_none() && by_gguf_name("qwen3moe").is_none());
    }

    #[test]
    fn every_fourth_layer_of_smollm3_is_not_turned() {
        let smollm3 = by_gguf_name("smollm3").unwrap();
        let turned: Vec<bool> = (0..8).map(|layer| (smollm3.rope_layer)(layer, smollm3.interval)).collect();
        assert_eq!(turned, [true, true, true, false, true, true, true, false]);
    }
}
