//! A real model, for `embed-goldens/against_sentence_transformers.py`, which sets the variables.

use std::time::Instant;

use super::{EmbedKind, Embedder, EmbedderOptions, EmbedderSource, NEVER};

/// Reads texts, embeds them, and writes vectors and seconds as JSON.
#[test]
#[ignore = "needs a model's folder: run embed-goldens/against_sentence_transformers.py"]
fn a_real_model_is_run_for_the_comparison() {
    let path = |name: &str| std::env::var_os(name).map(std::path::PathBuf::from).unwrap();
    let source = EmbedderSource::Folder(path("EMBED_FOLDER"));
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(path("EMBED_TEXTS")).unwrap()).unwrap();
    let many: Vec<String> = serde_json::from_slice(&std::fs::read(path("EMBED_MANY")).unwrap()).unwrap();
    let embedder = Embedder::load(&source, &EmbedderOptions::default()).unwrap();
    let found = embedder.embed(&texts, EmbedKind::Passage, NEVER).unwrap();
    let alone = |text: &String| embedder.embed(&[text], EmbedKind::Passage, NEVER).unwrap().vectors.remove(0);
    // The promise about bits is about real sizes, so it is held here too.
    for (text, vector) in texts.iter().zip(&found.vectors) {
        assert_eq!(vector, &alone(text));
    }
    let mut seconds = serde_json::Map::new();
    let mut best = |name: &str, embedder: &Embedder| {
        let mut rounds = [f64::MAX; 3];
        for round in &mut rounds {
            let start = Instant::now();
            let found = embedder.embed(&many, EmbedKind::Passage, NEVER).unwrap();
            *round = start.elapsed().as_secs_f64();
            assert_eq!(found.vectors.len(), many.len());
        }
        seconds.insert(name.into(), rounds.into_iter().fold(f64::MAX, f64::min).into());
    };
    for step_tokens in [1, 128, 256, 512, 1024] {
        let options = EmbedderOptions { step_tokens, ..EmbedderOptions::default() };
        let embedder = Embedder::load(&source, &options).unwrap();
        best(&format!("steps of {step_tokens} tokens"), &embedder);
        let again = embedder.embed(&many, EmbedKind::Passage, NEVER).unwrap();
        let at = many.len() / 2;
        assert_eq!(again.vectors[at], alone(&many[at]));
    }
    let written = serde_json::json!({
        "vectors": found.vectors, "cut": found.cut.len(), "seconds": seconds,
        "info": format!("{:?}", embedder.info()), "threads": candle_core::utils::get_num_threads(),
    });
    std::fs::write(path("EMBED_OUT"), written.to_string()).unwrap();
}
