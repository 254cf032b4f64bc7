use candle_core::quantized::GgmlDType;

use super::{CHUNK, Runner};
use crate::ModelSource;
use crate::testing::{Tiny, tokenizer_json};

fn runner(kind: GgmlDType) -> Runner {
    let source = ModelSource::bytes("tiny", Tiny::default().gguf(kind), tokenizer_json().into_bytes());
    let loaded = crate::load::load(&source, 1024).unwrap();
    Runner::new(loaded.model, loaded.environment).unwrap()
}

fn bits(runner: &mut Runner, prompt: &[u32]) -> Vec<u32> {
    let logits = runner.read_prompt(prompt, &|| Ok(())).unwrap();
    logits.into_iter().map(f32::to_bits).collect()
}

/// Also for F32, whose products are not the same to the bit for every number of rows.
#[test]
fn a_kept_prefix_gives_the_same_bits_as_reading_anew() {
    for kind in [GgmlDType::F32, GgmlDType::Q8_0] {
        let long: Vec<u32> = (0..150).map(|at| (at * 31 % 250) as u32).collect();
        let mut branch = long.clone();
        branch[100] = 7;
        let fresh = |prompt: &[u32]| bits(&mut runner(kind), prompt);
        let mut kept = runner(kind);
        for prompt in [&long[..70], &long, &long, &branch, &long[..64], &long[..1], &branch[..130]] {
            assert_eq!(bits(&mut kept, prompt), fresh(prompt), "{kind:?}, {} tokens", prompt.len());
        }
    }
}

#[test]
fn only_what_differs_is_read_again() {
    let mut runner = runner(GgmlDType::Q8_0);
    let prompt: Vec<u32> = (0..100).collect();
    bits(&mut runner, &prompt);
    let chunks = std::cell::Cell::new(0);
    let count = || {
        chunks.set(chunks.get() + 1);
        Ok(())
    };
    runner.read_prompt(&prompt, &count).unwrap();
    assert_eq!(chunks.get(), 1);
    assert_eq!(runner.cache.len(), 100);
    assert_eq!(100 / CHUNK, 3);
}
