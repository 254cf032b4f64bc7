use candle_core::{Device, Tensor};

use crate::embed::testing::Tiny;

/// The embedder never pads; this holds candle-transformers to what it says about masks and positions, so that a
/// later change to padded batches stands on something known.
#[test]
fn padding_behind_a_text_hardly_changes_its_states_in_either_model() {
    for name in ["bert", "xlm-roberta"] {
        let embedder = Tiny::new(name).load();
        let pad = if name == "bert" { 0 } else { 1 };
        let text = [2_u32, 7, 19, 23, 11, 3];
        let padded: Vec<u32> = text.iter().copied().chain([pad; 5]).collect();
        let mask: Vec<u32> = (0..padded.len()).map(|at| u32::from(at < text.len())).collect();
        let tensor = |values: &[u32]| Tensor::from_slice(values, (1, values.len()), &Device::Cpu).unwrap();
        let alone = embedder.encoder.states(&tensor(&text), None).unwrap();
        let beside = embedder.encoder.states(&tensor(&padded), Some(&tensor(&mask))).unwrap();
        let beside = beside.narrow(1, 0, text.len()).unwrap();
        let apart = (alone - beside).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap();
        let apart = apart.to_scalar::<f32>().unwrap();
        assert!(apart < 1e-5, "{name}: {apart}");
    }
}

/// transformers numbers XLM-R's positions from behind the padding token's: the last row of the table is reached by
/// the longest text, and one token more is an error of the table, not a wrong row.
#[test]
fn the_position_tables_of_both_models_end_where_their_longest_text_does() {
    for (name, longest) in [("bert", 48), ("xlm-roberta", 40)] {
        let embedder = Tiny::new(name).load();
        let ids = vec![7_u32; longest + 1];
        assert!(embedder.encoder.vectors(&[&ids[..longest]], embedder.pooling).is_ok(), "{name}");
        assert!(embedder.encoder.vectors(&[&ids], embedder.pooling).is_err(), "{name}");
    }
}
