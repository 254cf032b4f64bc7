//! Which tensors a model has: names and shapes as GGUF's `llama`, and how each is kept.

use std::fmt;
use std::str::FromStr;

use candle_core::quantized::GgmlDType;

/// A named size of the Llama architecture, all with tied embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 2 layers of 256: for tests.
    Tiny,
    /// 12 layers of 768.
    HundredMillion,
    /// 16 layers of 2048, as Llama 3.2 1B: 1.24 B weights with its vocabulary of 128,256, 1.04 B with one of 32,000.
    OneBillion,
}

impl Shape {
    /// All of them, smallest first.
    pub const ALL: [Self; 3] = [Self::Tiny, Self::HundredMillion, Self::OneBillion];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::HundredMillion => "100m",
            Self::OneBillion => "1.2b",
        }
    }

    pub(super) fn dimensions(self) -> Dimensions {
        let (hidden, layers, heads, kv_heads, ffn) = match self {
            Self::Tiny => (256, 2, 4, 2, 512),
            Self::HundredMillion => (768, 12, 12, 4, 2048),
            Self::OneBillion => (2048, 16, 32, 8, 8192),
        };
        Dimensions { hidden, layers, heads, kv_heads, head_dim: 64, ffn }
    }
}

/// Tokens that every shape's metadata allows a sequence.
pub(super) const CONTEXT: usize = 4096;

#[derive(Debug, Clone, Copy)]
pub(super) struct Dimensions {
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub ffn: usize,
}

/// How the matrices are kept; norms are always F32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantization {
    /// 8 bits, blocks of 32.
    Q8_0,
    /// 4 bits, superblocks of 256, every matrix.
    Q4K,
    /// llama.cpp's mix: Q6_K for the embedding that is also the output, and for half of the layers' values and
    /// down-projections; Q4_K else.
    Q4KM,
    /// 4 bits, blocks of 32.
    Q4_0,
    /// Half precision.
    F16,
    /// Brain floating point.
    BF16,
    /// Single precision.
    F32,
}

impl Quantization {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Q8_0, Self::Q4K, Self::Q4KM, Self::Q4_0, Self::F16, Self::BF16, Self::F32];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Q8_0 => "q8_0",
            Self::Q4K => "q4_k",
            Self::Q4KM => "q4_k_m",
            Self::Q4_0 => "q4_0",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::F32 => "f32",
        }
    }

    /// `more_bits` where llama.cpp's mix spends them.
    fn kind(self, more_bits: bool) -> GgmlDType {
        match self {
            Self::Q8_0 => GgmlDType::Q8_0,
            Self::Q4KM if more_bits => GgmlDType::Q6K,
            Self::Q4K | Self::Q4KM => GgmlDType::Q4K,
            Self::Q4_0 => GgmlDType::Q4_0,
            Self::F16 => GgmlDType::F16,
            Self::BF16 => GgmlDType::BF16,
            Self::F32 => GgmlDType::F32,
        }
    }
}

/// A name that is none of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} `{name}`; there are {known}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: String,
}

macro_rules! named {
    ($type:ty, $what:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.into_iter().find(|each| each.name() == name).ok_or_else(|| UnknownName {
                    what: $what,
                    name: name.to_owned(),
                    known: Self::ALL.map(Self::name).join(", "),
                })
            }
        }
    };
}

named!(Shape, "shape");
named!(Quantization, "quantization");

/// A tensor to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    pub name: String,
    /// `None` for a vector.
    pub rows: Option<usize>,
    pub columns: usize,
    pub kind: GgmlDType,
    pub mean: f32,
    pub deviation: f32,
}

impl Planned {
    pub(super) fn elements(&self) -> usize {
        self.rows.unwrap_or(1) * self.columns
    }

    /// Bytes in the file, without padding.
    pub(super) fn bytes(&self) -> usize {
        self.elements() / self.kind.block_size() * self.kind.type_size()
    }
}

/// The tensors in the order of the file.
///
/// A matrix has the deviation 1/√(columns), which keeps the size of what it multiplies, and those that add to the
/// residual stream less by √(2 · layers), so that it does not grow with depth (Radford et al., GPT-2, 2019). The
/// embedding has the same, so that logits have a deviation of about 1.
pub(super) fn tensors(shape: Shape, quantization: Quantization, vocabulary: usize) -> Vec<Planned> {
    let Dimensions { hidden, layers, heads, kv_heads, head_dim, ffn } = shape.dimensions();
    let plain = |columns: usize| (columns as f32).powf(-0.5);
    let adding = |columns: usize| plain(columns) * (2.0 * layers as f32).powf(-0.5);
    let matrix = |name: String, rows: usize, columns: usize, deviation: f32, more_bits: bool| Planned {
        name,
        rows: Some(rows),
        columns,
        kind: quantization.kind(more_bits),
        mean: 0.0,
        deviation,
    };
    let norm =
        |name: String| Planned { name, rows: None, columns: hidden, kind: GgmlDType::F32, mean: 1.0, deviation: 0.1 };
    let mut tensors = vec![
        matrix("token_embd.weight".into(), vocabulary, hidden, plain(hidden), true),
        norm("output_norm.weight".into()),
    ];
    let (queries, keys) = (heads * head_dim, kv_heads * head_dim);
    for layer in 0..layers {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let more_bits = spends_more_bits(layer, layers);
        tensors.extend([
            norm(name("attn_norm")),
            matrix(name("attn_q"), queries, hidden, plain(hidden), false),
            matrix(name("attn_k"), keys, hidden, plain(hidden), false),
            matrix(name("attn_v"), keys, hidden, plain(hidden), more_bits),
            matrix(name("attn_output"), hidden, queries, adding(queries), false),
            norm(name("ffn_norm")),
            matrix(name("ffn_gate"), ffn, hidden, plain(hidden), false),
            matrix(name("ffn_up"), ffn, hidden, plain(hidden), false),
            matrix(name("ffn_down"), hidden, ffn, adding(ffn), more_bits),
        ]);
    }
    tensors
}

/// The first and the last eighth of the layers, and each third between: `use_more_bits` in llama.cpp's quantizer.
fn spends_more_bits(layer: usize, layers: usize) -> bool {
    let eighth = layers / 8;
    layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2
}
