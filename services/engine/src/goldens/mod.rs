//! The engine held against others' numbers: transformers, Python's gguf package, llama.cpp.
//!
//! The goldens lie in `services/engine/goldens`, with the script that makes them; nothing is computed by others while a
//! test runs. A new architecture gets an entry in `models.json`.

mod blocks;
mod chat;
mod llama_cpp;
mod models;

use std::path::PathBuf;

use candle_core::Tensor;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// The largest difference, relative to the largest number of `expected`.
fn difference(found: &Tensor, expected: &Tensor) -> f32 {
    assert_eq!(found.shape(), expected.shape());
    let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let (found, expected) = (numbers(found), numbers(expected));
    assert!(found.iter().all(|number| number.is_finite()));
    let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    worst / expected.iter().map(|number| number.abs()).fold(0.0, f32::max)
}
