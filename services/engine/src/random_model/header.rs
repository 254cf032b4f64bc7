//! What stands before the weights in a GGUF file of version 3: metadata, and where each tensor lies.
//!
//! candle's own writer wants every tensor in memory, so this is written here.
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::io::{Result, Write};

use candle_core::quantized::GgmlDType;

use super::plan::{CONTEXT, Planned, Shape};
use super::vocabulary::Vocabulary;
use super::weights::ALIGNMENT;

/// Everything that the header says.
pub(super) struct Header<'a> {
    pub name: &'a str,
    pub shape: Shape,
    pub vocabulary: &'a Vocabulary,
    pub tensors: &'a [Planned],
}

/// A metadata value, of the types that are needed here.
enum Value<'a> {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(&'a str),
    Texts(&'a [String]),
    Numbers(&'a [i32]),
}

impl Header<'_> {
    /// Writes the header and zeros up to the first tensor's place.
    pub(super) fn write(&self, out: &mut impl Write) -> Result<()> {
        let mut out = Counted { out, written: 0 };
        let metadata = self.metadata();
        out.write_all(b"GGUF")?;
        number(&mut out, 3_u32)?;
        number(&mut out, self.tensors.len() as u64)?;
        number(&mut out, metadata.len() as u64)?;
        for (key, value) in &metadata {
            text(&mut out, key)?;
            value.write(&mut out)?;
        }
        let mut offset = 0_usize;
        for tensor in self.tensors {
            text(&mut out, &tensor.name)?;
            // GGUF names the fastest dimension first.
            let dimensions: Vec<usize> = std::iter::once(tensor.columns).chain(tensor.rows).collect();
            number(&mut out, dimensions.len() as u32)?;
            for dimension in dimensions {
                number(&mut out, dimension as u64)?;
            }
            number(&mut out, kind_number(tensor.kind))?;
            number(&mut out, offset as u64)?;
            offset += tensor.bytes().next_multiple_of(ALIGNMENT);
        }
        let padding = out.written.next_multiple_of(ALIGNMENT) - out.written;
        out.write_all(&[0; ALIGNMENT][..padding])
    }

    fn metadata(&self) -> Vec<(&'static str, Value<'_>)> {
        let size = self.shape.dimensions();
        let count = |number: usize| Value::U32(number as u32);
        let words = self.vocabulary;
        let mut metadata = vec![
            ("general.architecture", Value::Text("llama")),
            ("general.name", Value::Text(self.name)),
            ("general.alignment", count(ALIGNMENT)),
            ("general.quantization_version", Value::U32(2)),
            ("llama.vocab_size", count(words.tokens.len())),
            ("llama.context_length", count(CONTEXT)),
            ("llama.embedding_length", count(size.hidden)),
            ("llama.block_count", count(size.layers)),
            ("llama.feed_forward_length", count(size.ffn)),
            ("llama.attention.head_count", count(size.heads)),
            ("llama.attention.head_count_kv", count(size.kv_heads)),
            ("llama.attention.key_length", count(size.head_dim)),
            ("llama.attention.value_length", count(size.head_dim)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("llama.rope.dimension_count", count(size.head_dim)),
            ("llama.rope.freq_base", Value::F32(500_000.0)),
            ("tokenizer.ggml.model", Value::Text("gpt2")),
            ("tokenizer.ggml.pre", Value::Text("gpt-2")),
            ("tokenizer.ggml.tokens", Value::Texts(&words.tokens)),
            ("tokenizer.ggml.token_type", Value::Numbers(&words.kinds)),
            ("tokenizer.ggml.merges", Value::Texts(&words.merges)),
            ("tokenizer.ggml.eos_token_id", Value::U32(words.end)),
            ("tokenizer.ggml.add_bos_token", Value::Bool(words.adds_begin)),
        ];
        metadata.extend(words.begin.map(|begin| ("tokenizer.ggml.bos_token_id", Value::U32(begin))));
        metadata
    }
}

/// ggml's number of a type.
fn kind_number(kind: GgmlDType) -> u32 {
    match kind {
        GgmlDType::F32 => 0,
        GgmlDType::F16 => 1,
        GgmlDType::Q4_0 => 2,
        GgmlDType::Q4_1 => 3,
        GgmlDType::Q5_0 => 6,
        GgmlDType::Q5_1 => 7,
        GgmlDType::Q8_0 => 8,
        GgmlDType::Q8_1 => 9,
        GgmlDType::Q2K => 10,
        GgmlDType::Q3K => 11,
        GgmlDType::Q4K => 12,
        GgmlDType::Q5K => 13,
        GgmlDType::Q6K => 14,
        GgmlDType::Q8K => 15,
        GgmlDType::BF16 => 30,
    }
}

impl Value<'_> {
    fn write(&self, out: &mut impl Write) -> Result<()> {
        match *self {
            Self::U32(value) => {
                number(out, 4_u32)?;
                number(out, value)
            }
            Self::F32(value) => {
                number(out, 6_u32)?;
                out.write_all(&value.to_le_bytes())
            }
            Self::Bool(value) => {
                number(out, 7_u32)?;
                out.write_all(&[u8::from(value)])
            }
            Self::Text(value) => {
                number(out, 8_u32)?;
                text(out, value)
            }
            Self::Texts(values) => {
                number(out, 9_u32)?;
                number(out, 8_u32)?;
                number(out, values.len() as u64)?;
                values.iter().try_for_each(|value| text(out, value))
            }
            Self::Numbers(values) => {
                number(out, 9_u32)?;
                number(out, 5_u32)?;
                number(out, values.len() as u64)?;
                values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
            }
        }
    }
}

/// Counts what goes through, for the padding behind it.
struct Counted<W> {
    out: W,
    written: usize,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.out.write(bytes)?;
        self.written += written;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Little-endian, of its own width.
fn number(out: &mut impl Write, value: impl Into<Number>) -> Result<()> {
    match value.into() {
        Number::Four(value) => out.write_all(&value.to_le_bytes()),
        Number::Eight(value) => out.write_all(&value.to_le_bytes()),
    }
}

enum Number {
    Four(u32),
    Eight(u64),
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self::Four(value)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::Eight(value)
    }
}

fn text(out: &mut impl Write, value: &str) -> Result<()> {
    number(out, value.len() as u64)?;
    out.write_all(value.as_bytes())
}
