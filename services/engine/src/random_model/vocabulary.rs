//! A tokenizer.json as GGUF carries it: tokens, their types, merges, control tokens.

use std::collections::HashMap;

use serde::Deserialize;
use tokenizers::Tokenizer;

/// GGUF's token types.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

/// Tokens that end or begin a text by convention.
const ENDS: [&str; 7] = ["<|end|>", "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"];
const BEGINS: [&str; 5] = ["<|begin|>", "<|begin_of_text|>", "<|startoftext|>", "<s>", "<bos>"];

/// What is written of it; `tokens` and `kinds` have an entry for each row of the embedding.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub tokens: Vec<String>,
    pub kinds: Vec<i32>,
    pub merges: Vec<String>,
    pub begin: Option<u32>,
    pub end: u32,
    /// Whether the tokenizer puts the begin token before a text.
    pub adds_begin: bool,
}

/// What is read of tokenizer.json beside what the tokenizer itself tells.
#[derive(Debug, Deserialize)]
struct File {
    pre_tokenizer: Option<PreTokenizer>,
    model: Model,
}

#[derive(Debug, Deserialize)]
struct PreTokenizer {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    add_prefix_space: bool,
    #[serde(default = "yes")]
    use_regex: bool,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    merges: Vec<Merge>,
}

/// Newer files have pairs, older ones a space between.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Merge {
    Pair(String, String),
    Spaced(String),
}

fn yes() -> bool {
    true
}

impl Vocabulary {
    /// `size` rows. The error is the reason alone.
    pub(super) fn read(json: &[u8], size: usize) -> Result<Self, String> {
        let tokenizer = Tokenizer::from_bytes(json).map_err(|error| format!("is no valid tokenizer.json: {error}"))?;
        let file: File = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if file.model.kind.as_deref() != Some("BPE") {
            return Err(format!(
                "is {}, but a BPE is needed",
                file.model.kind.as_deref().unwrap_or("of no named type")
            ));
        }
        // llama.cpp splits text by the name of a rule; GPT-2's is the one that every reader knows.
        match file.pre_tokenizer {
            Some(PreTokenizer { kind, add_prefix_space: false, use_regex: true }) if kind == "ByteLevel" => {}
            _ => {
                return Err("does not split text as GPT-2 does (pre_tokenizer ByteLevel with use_regex, without \
                            add_prefix_space), and GGUF has no name for another way here"
                    .into());
            }
        }
        let words: HashMap<String, u32> = tokenizer.get_vocab(true);
        let largest = words.values().max().map_or(0, |&id| id as usize + 1);
        if largest > size {
            return Err(format!(
                "has {largest} tokens, more than the model's vocabulary of {size}; ask for a larger one"
            ));
        }
        let added = tokenizer.get_added_tokens_decoder();
        let mut tokens: Vec<String> = (0..size).map(|at| format!("<|unused:{at}|>")).collect();
        let mut kinds = vec![UNUSED; size];
        for (token, id) in &words {
            let at = *id as usize;
            tokens[at].clone_from(token);
            kinds[at] = match added.get(id) {
                Some(added) if added.special => CONTROL,
                Some(_) => USER_DEFINED,
                None => NORMAL,
            };
        }
        let known = |names: &[&str]| names.iter().find_map(|name| tokenizer.token_to_id(name));
        let Some(end) = known(&ENDS) else {
            return Err(format!("has no token that ends a text; it must have one of {}", ENDS.join(", ")));
        };
        let length = |with: bool| tokenizer.encode("a", with).map(|text| text.len()).map_err(|error| error.to_string());
        let merges = file.model.merges.into_iter().map(|merge| match merge {
            Merge::Pair(left, right) => format!("{left} {right}"),
            Merge::Spaced(both) => both,
        });
        Ok(Self {
            tokens,
            kinds,
            merges: merges.collect(),
            begin: known(&BEGINS),
            end,
            adds_begin: length(true)? > length(false)?,
        })
    }
}
