//! Hidden states and logits of tiny models against transformers' (F32, on the CPU), positions past 2048 included.

use candle_core::quantized::GgmlDType;
use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::{difference, path, read};
use crate::ModelSource;
use crate::model::Llama;
use crate::testing::{Tiny, tokenizer_json};

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

    /// States before the last norm `[p, hidden]` and logits `[p, vocab]` at the positions, read in chunks.
    pub(super) fn run(&self, model: &Llama) -> (Tensor, Tensor) {
        let mut cache = model.new_cache().unwrap();
        let states: Vec<Tensor> =
            self.prompt().chunks(500).map(|chunk| model.forward(chunk, &mut cache).unwrap()).collect();
        let positions = Tensor::new(self.positions.as_slice(), &Device::Cpu).unwrap();
        let states = Tensor::cat(&states, 0).unwrap().index_select(&positions, 0).unwrap();
        let logits = model.all_logits(&states).unwrap();
        (states, logits)
    }

    fn assert_golden(&self, tiny: &Tiny, model: &Llama) {
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

pub(super) fn from_gguf(tiny: &Tiny, kind: GgmlDType) -> Llama {
    let source = ModelSource::bytes("tiny", tiny.gguf(kind), tokenizer_json().into_bytes());
    crate::load::load(&source, 4096).unwrap().model
}

#[test]
fn a_folder_of_every_architecture_gives_the_states_and_logits_of_transformers() {
    let rules = Rules::read();
    for tiny in rules.models() {
        let folder = tempfile::tempdir().unwrap();
        tiny.write_folder(folder.path());
        let loaded = crate::load::load(&ModelSource::path(folder.path()).unwrap(), 4096).unwrap();
        assert_eq!(loaded.info.architecture, tiny.architecture);
        rules.assert_golden(&tiny, &loaded.model);
    }
}

#[test]
fn a_gguf_of_every_architecture_gives_the_states_and_logits_of_transformers() {
    let rules = Rules::read();
    for tiny in rules.models().filter(|tiny| tiny.no_rope_layers.is_none()) {
        rules.assert_golden(&tiny, &from_gguf(&tiny, GgmlDType::F32));
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
