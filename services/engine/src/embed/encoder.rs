//! The forward: candle-transformers' BERT or XLM-R, then one vector a text.
//!
//! A batch holds texts of one length only, so nothing is padded and no mask hides anything. What is left of
//! a batch's influence on a text is how the matrix product treats its rows, see [`Encoder::may_share`].

use candle_core::{Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, xlm_roberta};

use super::config::{Activation, Family, Shape};
use super::sentence::Pooling;
use super::weights::Weights;

/// An encoder in F32 on the CPU.
pub(super) struct Encoder {
    model: Model,
    hidden: usize,
    narrowest: usize,
}

enum Model {
    Bert(bert::BertModel),
    XlmRoberta(xlm_roberta::XLMRobertaModel),
}

impl Encoder {
    /// Takes `weights` that were read for `shape`.
    pub(super) fn new(shape: &Shape, weights: Weights) -> candle_core::Result<Self> {
        let weights = VarBuilder::from_tensors(weights.tensors, candle_core::DType::F32, &Device::Cpu);
        let model = match shape.family {
            Family::Bert => Model::Bert(bert::BertModel::load(weights, &bert_config(shape))?),
            Family::XlmRoberta => {
                Model::XlmRoberta(xlm_roberta::XLMRobertaModel::new(&xlm_roberta_config(shape), weights)?)
            }
        };
        Ok(Self { model, hidden: shape.hidden, narrowest: shape.hidden.min(shape.ffn) })
    }

    /// The last states of `texts`, `[texts, tokens, hidden]`. `mask`, `[texts, tokens]`, is 0 where padding is; without
    /// it all is text.
    fn states(&self, ids: &Tensor, mask: Option<&Tensor>) -> candle_core::Result<Tensor> {
        let types = ids.zeros_like()?;
        match &self.model {
            Model::Bert(model) => model.forward(ids, &types, mask),
            Model::XlmRoberta(model) => {
                let all = ids.ones_like()?;
                model.forward(ids, mask.unwrap_or(&all), &types, None, None, None)
            }
        }
    }

    /// One vector of `hidden` values for each of `texts`, which are of one length of at least one token.
    pub(super) fn vectors(&self, texts: &[&[u32]], pooling: Pooling) -> candle_core::Result<Vec<Vec<f32>>> {
        let tokens = texts.first().map_or(0, |ids| ids.len());
        let ids = Tensor::from_vec(texts.concat(), (texts.len(), tokens), &Device::Cpu)?;
        let states = self.states(&ids, None)?.flatten_all()?.to_vec1::<f32>()?;
        Ok(states.chunks_exact(tokens * self.hidden).map(|states| pool(states, self.hidden, pooling)).collect())
    }

    /// Whether texts of `tokens` tokens may be computed together and still have the bits that each has alone.
    ///
    /// The product that candle calls (gemm 0.19) sums along the inner dimension in an order that depends on the
    /// number of rows in three cases only: one row, at most 256 values in the result, at most 64 rows and columns.
    /// Outside of them more rows only mean more tiles, each summed as before.
    pub(super) fn may_share(&self, tokens: usize) -> bool {
        tokens > 1 && self.narrowest > 64 && tokens * self.narrowest > 256
    }
}

/// `states` is `[tokens, hidden]`; the mean is summed in F64, in the tokens' order.
fn pool(states: &[f32], hidden: usize, pooling: Pooling) -> Vec<f32> {
    match pooling {
        Pooling::First => states[..hidden].to_vec(),
        Pooling::Mean => {
            let mut sums = vec![0_f64; hidden];
            for token in states.chunks_exact(hidden) {
                for (sum, &value) in sums.iter_mut().zip(token) {
                    *sum += f64::from(value);
                }
            }
            let tokens = (states.len() / hidden) as f64;
            sums.into_iter().map(|sum| (sum / tokens) as f32).collect()
        }
    }
}

fn bert_config(shape: &Shape) -> bert::Config {
    bert::Config {
        vocab_size: shape.vocab,
        hidden_size: shape.hidden,
        num_hidden_layers: shape.layers,
        num_attention_heads: shape.heads,
        intermediate_size: shape.ffn,
        hidden_act: match shape.activation {
            Activation::Gelu => bert::HiddenAct::Gelu,
            Activation::GeluTanh => bert::HiddenAct::GeluApproximate,
            Activation::Relu => bert::HiddenAct::Relu,
        },
        max_position_embeddings: shape.positions,
        type_vocab_size: shape.types,
        layer_norm_eps: shape.norm_eps,
        pad_token_id: shape.pad as usize,
        // What is left matters to training only.
        ..bert::Config::default()
    }
}

fn xlm_roberta_config(shape: &Shape) -> xlm_roberta::Config {
    xlm_roberta::Config {
        hidden_size: shape.hidden,
        layer_norm_eps: shape.norm_eps,
        attention_probs_dropout_prob: 0.0,
        hidden_dropout_prob: 0.0,
        num_attention_heads: shape.heads,
        position_embedding_type: "absolute".into(),
        intermediate_size: shape.ffn,
        hidden_act: match shape.activation {
            Activation::Gelu => candle_nn::Activation::Gelu,
            Activation::GeluTanh => candle_nn::Activation::GeluPytorchTanh,
            Activation::Relu => candle_nn::Activation::Relu,
        },
        num_hidden_layers: shape.layers,
        vocab_size: shape.vocab,
        max_position_embeddings: shape.positions,
        type_vocab_size: shape.types,
        pad_token_id: shape.pad,
    }
}

#[cfg(test)]
mod tests;
