//! Our side of `goldens/against_llama_cpp.py`, which computes the same files with llama.cpp.

use std::path::PathBuf;

use candle_core::quantized::GgmlDType;

use super::models::{Rules, from_gguf};
use crate::testing::Tiny;

/// Where `against_llama_cpp.py` wants the files.
const FOLDER: &str = "COUNTERSIGN_LLAMA_CPP_FOLDER";

#[test]
#[ignore = "writes files for goldens/against_llama_cpp.py, which runs it"]
fn gguf_files_and_our_logits_for_llama_cpp() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("against_llama_cpp.py sets the folder"));
    let rules = Rules::read();
    let kinds = [
        ("f32", GgmlDType::F32),
        ("f16", GgmlDType::F16),
        ("bf16", GgmlDType::BF16),
        ("q8_0", GgmlDType::Q8_0),
        ("q4_0", GgmlDType::Q4_0),
        ("q4_k", GgmlDType::Q4K),
        ("q6_k", GgmlDType::Q6K),
    ];
    for small in Tiny::each().into_iter().filter(|tiny| tiny.architecture != "mistral") {
        // llama.cpp's Qwen2 has as many numbers in all heads as in a state.
        let head_dim = if small.arch().qkv_bias { small.hidden / small.heads } else { small.head_dim };
        let small = Tiny { head_dim, ..small };
        let large = Tiny { hidden: 256, heads: 8, head_dim: 32, ffn: 512, tied: false, ..small.clone() };
        let mut models = vec![(small.clone(), false), (large, true)];
        if small.architecture == "llama" {
            models.push((Tiny { rope_scaling: true, ..small }, false));
        }
        for (at, (tiny, k_quants)) in models.into_iter().enumerate() {
            let tiny = Tiny { context: 4096, ..tiny };
            for (kind_name, kind) in &kinds[..if k_quants { 7 } else { 5 }] {
                let name = format!("{}-{at}-{kind_name}", tiny.architecture);
                std::fs::write(folder.join(format!("{name}.gguf")), tiny.gguf(*kind)).unwrap();
                let (_, logits) = rules.run(&mut from_gguf(&tiny, *kind));
                let logits: Vec<f32> = logits.flatten_all().unwrap().to_vec1().unwrap();
                let bytes: Vec<u8> = logits.into_iter().flat_map(f32::to_le_bytes).collect();
                std::fs::write(folder.join(format!("{name}.ours")), bytes).unwrap();
            }
        }
    }
}
