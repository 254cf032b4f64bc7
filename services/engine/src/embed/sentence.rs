//! What sentence-transformers writes beside a model: how token states become one vector, and what is put
//! before a text.
//!
//! A folder without `modules.json` and `1_Pooling` is a bare encoder: its states are averaged and the vector
//! normalised, since nothing says otherwise and search compares by angle.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Prefixes;
use super::source::EmbedderSource;
use crate::error::LoadError;

/// How the states of a text's tokens, `[tokens, dimensions]`, become one vector, `[dimensions]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Pooling {
    /// The mean over all tokens, special ones too.
    Mean,
    /// The first token's state.
    First,
}

/// The head of an embedder.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub pooling: Pooling,
    pub normalize: bool,
    pub lowercase: bool,
    /// The most tokens of a text, where a file says so.
    pub max_tokens: Option<usize>,
    /// What the model's own files put before a text.
    pub prefixes: Option<Prefixes>,
}

#[derive(Debug, Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    path: String,
}

#[derive(Debug, Deserialize)]
struct TransformerConfig {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: Map<String, Value>,
}

impl Head {
    /// Reads what is there; `dimensions` is the encoder's.
    pub(super) fn read(source: &EmbedderSource, dimensions: usize) -> Result<Self, LoadError> {
        let (pooling_folder, normalize) = match source.config::<Vec<Module>>("modules.json")? {
            Some(modules) => modules_of(&source.shown_file("modules.json"), &modules)?,
            None => ("1_Pooling".to_owned(), true),
        };
        let pooling_file = format!("{pooling_folder}/config.json");
        let pooling = match source.config::<Map<String, Value>>(&pooling_file)? {
            Some(config) => pooling_of(&source.shown_file(&pooling_file), &config, dimensions)?,
            None => Pooling::Mean,
        };
        let file = "sentence_bert_config.json";
        let transformer = source.config::<TransformerConfig>(file)?;
        let max_tokens = transformer.as_ref().and_then(|config| config.max_seq_length);
        if max_tokens == Some(0) {
            return Err(LoadError::invalid(source.shown_file(file), "`max_seq_length` is 0"));
        }
        Ok(Self {
            pooling,
            normalize,
            lowercase: transformer.is_some_and(|config| config.do_lower_case),
            max_tokens,
            prefixes: prefixes_of(source)?,
        })
    }
}

/// The pooling's folder and whether vectors are normalised.
fn modules_of(path: &str, modules: &[Module]) -> Result<(String, bool), LoadError> {
    let mut pooling = None;
    let mut normalize = false;
    for (at, module) in modules.iter().enumerate() {
        // Releases have moved the classes about; the last part of the path stayed.
        let kind = module.kind.rsplit('.').next().unwrap_or_default();
        match (at, kind) {
            (0, "Transformer") if module.path.is_empty() => {}
            (0, "Transformer") => {
                return Err(LoadError::invalid(
                    path,
                    format!(
                        "the model is in the folder `{}`; move its files up beside modules.json and empty that path",
                        module.path
                    ),
                ));
            }
            (1, "Pooling") if is_plain_name(&module.path) => pooling = Some(module.path.clone()),
            (1, "Pooling") => {
                return Err(LoadError::invalid(path, format!("`{}` is no plain folder name", module.path)));
            }
            (2, "Normalize") => normalize = true,
            _ => {
                return Err(LoadError::invalid(
                    path,
                    format!(
                        "module {at} is `{}`; the embedder runs a Transformer, a Pooling and, if present, a Normalize, \
                         in this order",
                        module.kind
                    ),
                ));
            }
        }
    }
    let pooling = pooling.ok_or_else(|| LoadError::invalid(path, "names no Pooling module"))?;
    Ok((pooling, normalize))
}

/// A module may only name a folder beside it.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && std::path::Path::new(name).file_name() == Some(name.as_ref())
}

/// Both spellings of the mode: one flag a mode until release 5, one field since.
fn pooling_of(path: &str, config: &Map<String, Value>, dimensions: usize) -> Result<Pooling, LoadError> {
    let claimed = config.get("word_embedding_dimension").or_else(|| config.get("embedding_dimension"));
    if let Some(claimed) = claimed.filter(|&claimed| claimed.as_u64() != Some(dimensions as u64)) {
        return Err(LoadError::invalid(
            path,
            format!("is for vectors of {claimed} dimensions, but config.json's hidden_size is {dimensions}"),
        ));
    }
    if config.get("include_prompt").is_some_and(|include| include != &Value::Bool(true)) {
        return Err(LoadError::invalid(path, "`include_prompt` is not true, which the embedder does not run"));
    }
    let mut modes: Vec<&str> = match config.get("pooling_mode") {
        Some(Value::String(mode)) => vec![mode],
        Some(Value::Array(modes)) => modes.iter().map(|mode| mode.as_str().unwrap_or("?")).collect(),
        Some(_) => vec!["?"],
        None => config
            .iter()
            .filter(|(_, on)| on == &&Value::Bool(true))
            .filter_map(|(name, _)| name.strip_prefix("pooling_mode_"))
            .collect(),
    };
    modes.sort_unstable();
    match modes[..] {
        ["mean" | "mean_tokens"] => Ok(Pooling::Mean),
        ["cls" | "cls_token"] => Ok(Pooling::First),
        _ => Err(LoadError::invalid(path, format!("pools by {modes:?}; supported: mean alone, or cls alone"))),
    }
}

/// The model's own prefixes, when one at least is not empty.
fn prefixes_of(source: &EmbedderSource) -> Result<Option<Prefixes>, LoadError> {
    let file = "config_sentence_transformers.json";
    let prompts = source.config::<Prompts>(file)?.unwrap_or_default().prompts;
    let named = |names: &[&str]| -> Result<String, LoadError> {
        match names.iter().find_map(|&name| prompts.get(name)) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(prompt)) => Ok(prompt.clone()),
            Some(_) => {
                Err(LoadError::invalid(source.shown_file(file), format!("the prompt `{}` is no text", names[0])))
            }
        }
    };
    let prefixes = Prefixes { query: named(&["query"])?, passage: named(&["passage", "document"])? };
    Ok((prefixes != Prefixes::default()).then_some(prefixes))
}
