//! Hidden states and logits of tiny models against transformers' (F32, on the CPU), positions past 2048 included.

use candle_core::quantized::GgmlDType;
use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::{difference, path, read};
use crate::ModelSource;
use crate::kv::{Pool, Table};
use crate::model::{Decoder, Span};
use crate::testing::{Tiny, decoder, tokenizer_json};

/// Relative to the largest number of the golden.
const TOLERANCE: f32 = 1e-4;

#[derive(Deserialize)]
pub(super) struct Rules {
    prompt: Prompt,
    pub positions: Vec<u32>,
    models: Vec<Tiny>,
}

#[derive(Deserialize)]
struct Prompt {
    length: usize,
    factor: usize,
    modulus: usize,
}

impl Rules {
    pub(super) fn read() -> Self {
        serde_json::from_str(&read("models.json")).unwrap()
    }

    pub(super) fn prompt(&self) -> Vec<u32> {
        (0..self.prompt.length).map(|at| (at * self.prompt.factor % self.prompt.modulus) as u32).collect()
    }

    /// The models, with a context that the prompt fits.
    fn models(&self) -> impl Iterator<Item = Tiny> {
        self.models.iter().cloned().map(|model| Tiny { context: 4096, ..model })
    }

    /// States behind the last norm `[p, hidden]` and logits `[p, vocab]` at the positions. The prompt is read in chunks
    /// that end at them.
    pub(super) fn run(&self, model: &mut Decoder) -> (Tensor, Tensor) {
        let tokens = self.prompt();
        let mut read = |what: fn(&mut Decoder, &[Span<'_>], &mut Pool) -> candle_core::Result<Vec<f32>>| {
            let mut cache = model.new_cache(1 << 28);
            let (mut table, mut start, mut rows) = (Table::default(), 0, Vec::new());
            for &position in &self.positions {
                let end = position as usize + 1;
                assert!(cache.reserve(&mut table, end));
                let span = Span { tokens: &tokens[start..end], start, blocks: table.blocks(), wanted: 1 };
                rows.extend(what(model, &[span], cache.pool_mut()).unwrap());
                start = end;
            }
            Tensor::from_vec(rows, (self.positions.len(), ()), &Device::Cpu).unwrap()
        };
        (read(Decoder::states), read(Decoder::forward))
    }

    fn assert_golden(&self, tiny: &Tiny, model: &mut Decoder) {
        let golden = format!("models/{}.safetensors", tiny.name);
        let golden = candle_core::safetensors::load(path(&golden), &Device::Cpu).unwrap();
        let (states, logits) = self.run(model);
        for (found, kind) in [(states, "states"), (logits, "logits")] {
            let differs = difference(&found, &golden[kind]);
            eprintln!("{:<24} {kind}: {differs:.1e}", tiny.name);
            assert!(differs <= TOLERANCE, "{}: {kind} differ by {differs:.1e} of the largest", tiny.name);
        }
    }
}

pub(super) fn from_gguf(tiny: &Tiny, kind: GgmlDType) -> Decoder {
    let source = ModelSource::bytes("tiny", tiny.gguf(kind), tokenizer_json().into_bytes());
    decoder(&source, 4096).0
}

#[test]
fn a_folder_of_every_architecture_gives_the_states_and_logits_of_transformers() {
    let rules = Rules::read();
    for tiny in rules.models() {
        let folder = tempfile::tempdir().unwrap();
        tiny.write_folder(folder.path());
        let (mut model, info) = decoder(&ModelSource::path(folder.path()).unwrap(), 4096);
        assert_eq!(info.architecture, tiny.architecture);
        rules.assert_golden(&tiny, &mut model);
    }
}

#[test]
fn a_gguf_of_every_architecture_gives_the_states_and_logits_of_transformers() {
    let rules = Rules::read();
    for tiny in rules.models().filter(|tiny| tiny.no_rope_layers.is_none()) {
        rules.assert_golden(&tiny, &mut from_gguf(&tiny, GgmlDType::F32));
    }
}

#[test]
fn the_goldens_cover_what_sets_models_apart() {
    let rules = Rules::read();
    let models: Vec<Tiny> = rules.models().collect();
    let any = |wanted: &dyn Fn(&Tiny) -> bool| assert!(models.iter().any(wanted));
    for architecture in crate::arch::ALL {
        any(&|model| model.architecture == architecture.name);
    }
    for group in [1, 2, 4] {
        any(&|model| model.heads == group * model.kv_heads);
    }
    any(&|model| model.tied);
    any(&|model| !model.tied);
    any(&|model| model.head_dim * model.heads != model.hidden);
    any(&|model| model.hidden.is_multiple_of(256));
    any(&|model| !model.hidden.is_multiple_of(256));
    any(&|model| model.rope_scaling);
    assert!(rules.positions.iter().any(|&position| position > 2048));
}
