//! The vocabulary as llguidance needs it: the bytes of each token, a trie of them, the tokenizer.
//!
//! Byte-level BPE is full citizenship: the grammar may force tokens, because encoding text gives the one
//! tokenization that the model was trained on. Vocabularies with byte fallback (sentencepiece) are read
//! too, but nothing is forced with them. Added tokens that are not `special` are ordinary text; special
//! ones and the end tokens are never text.

use std::collections::HashMap;

use tokenizers::Tokenizer;
use toktrie::{TokRxInfo, TokTrie, TokenId, TokenizerEnv};

use crate::error::TokenizeError;

/// Longer tokens cannot be walked by llguidance's recogniser; no draft needs them.
const LONGEST_TOKEN: usize = 255;
/// The trie keeps ids in 24 bits.
const LARGEST_VOCABULARY: usize = 1 << 24;

/// Tokenizer, token bytes and trie of one model.
pub(crate) struct TokenEnvironment {
    /// Reads control tokens in text as control tokens: for prompts.
    prompt: Tokenizer,
    /// Reads them as text: for what a grammar forces.
    text: Tokenizer,
    trie: TokTrie,
    ends: Vec<u32>,
    begin: Option<u32>,
    specials: Vec<String>,
    canonical: bool,
}

impl std::fmt::Debug for TokenEnvironment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TokenEnvironment")
            .field("vocabulary", &self.trie.vocab_size())
            .field("ends", &self.ends)
            .field("begin", &self.begin)
            .field("canonical", &self.canonical)
            .finish_non_exhaustive()
    }
}

impl TokenEnvironment {
    /// `vocabulary` is the number of rows of the model's embedding; `ends` are the tokens that end a
    /// text. The error is the reason alone.
    pub(crate) fn new(mut tokenizer: Tokenizer, vocabulary: usize, ends: Vec<u32>) -> Result<Self, String> {
        if vocabulary >= LARGEST_VOCABULARY {
            return Err(format!("a vocabulary of {vocabulary} is more than the {LARGEST_VOCABULARY} supported"));
        }
        // Both would silently change a prompt.
        tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
        tokenizer.with_padding(None);
        let spelling = Spelling::of(&tokenizer)?;
        let mut words = vec![Vec::new(); vocabulary];
        let added = tokenizer.get_added_tokens_decoder();
        for (token, id) in tokenizer.get_vocab(true) {
            let Some(word) = words.get_mut(id as usize) else {
                return Err(format!(
                    "token {id} is outside the model's vocabulary of {vocabulary}: this tokenizer belongs to another model"
                ));
            };
            *word = match added.get(&id) {
                Some(added) if added.special || ends.contains(&id) => special_word(&token),
                Some(_) => token.into_bytes(),
                None if ends.contains(&id) => special_word(&token),
                None => spelling.bytes(&token).unwrap_or_else(|| special_word(&token)),
            };
            if word.len() > LONGEST_TOKEN {
                word.clear();
            }
        }
        if let Some(&end) = ends.iter().find(|&&end| end as usize >= vocabulary) {
            return Err(format!("the end token {end} is outside the vocabulary of {vocabulary}"));
        }
        let Some(&end) = ends.first() else {
            return Err("nothing says which token ends a text; name it as eos_token_id in config.json".into());
        };
        if let Some(byte) = missing_byte(&words) {
            return Err(format!("no token stands for the byte {byte:#04x}, so it is no byte-level vocabulary"));
        }
        let trie = TokTrie::from(&TokRxInfo::new(vocabulary as u32, end), &words).with_eos_tokens(&ends);
        let mut specials: Vec<String> = added
            .values()
            .filter(|added| added.special && !added.content.is_empty())
            .map(|added| added.content.clone())
            .collect();
        specials.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        let begin = begin_token(&tokenizer);
        let mut text = tokenizer.clone();
        text.set_encode_special_tokens(true);
        let mut environment =
            Self { prompt: tokenizer, text, trie, ends, begin, specials, canonical: spelling == Spelling::ByteLevel };
        environment.canonical = environment.canonical && environment.is_faithful();
        Ok(environment)
    }

    /// Whether encoding changes nothing (adds no space, drops no case); forcing depends on it.
    fn is_faithful(&self) -> bool {
        ["word", " word", "{\"subject\":\"", "\",\"body\":\"", "Größe\n\n- ", "  x"]
            .iter()
            .all(|probe| self.encode_text(probe).is_some())
    }

    fn encode_text(&self, text: &str) -> Option<Vec<TokenId>> {
        let encoding = self.text.encode_fast(text, false).ok()?;
        let ids = encoding.get_ids().to_vec();
        (self.trie.decode_raw(&ids) == text.as_bytes()).then_some(ids)
    }

    /// The tokens of a prompt, with the begin token in front if the tokenizer wants one and the prompt
    /// does not bring it.
    pub(crate) fn encode_prompt(&self, prompt: &str) -> Result<Vec<u32>, TokenizeError> {
        let encoding = self.prompt.encode_fast(prompt, false).map_err(|error| TokenizeError(error.to_string()))?;
        let mut ids = encoding.get_ids().to_vec();
        if let Some(begin) = self.begin
            && ids.first() != Some(&begin)
        {
            ids.insert(0, begin);
        }
        Ok(ids)
    }

    /// The tokens' bytes.
    pub(crate) fn trie(&self) -> &TokTrie {
        &self.trie
    }

    pub(crate) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The control tokens as they are written, longest first.
    pub(crate) fn specials(&self) -> &[String] {
        &self.specials
    }

    /// The bytes that a token adds to the text; none for control tokens.
    pub(crate) fn bytes(&self, token: u32) -> &[u8] {
        let bytes = self.trie.token(token);
        if bytes.first() == Some(&TokTrie::SPECIAL_TOKEN_MARKER) && self.trie.is_special_token(token) {
            &[]
        } else {
            bytes
        }
    }

    pub(crate) fn token_text(&self, token: u32) -> Option<String> {
        self.prompt.id_to_token(token)
    }

    pub(crate) fn begin(&self) -> Option<u32> {
        self.begin
    }
}

impl TokenizerEnv for TokenEnvironment {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<TokenId> {
        if !self.canonical {
            return self.trie.greedy_tokenize(bytes);
        }
        self.trie.tokenize_with_greedy_fallback(bytes, |text| {
            self.encode_text(text).unwrap_or_else(|| self.trie.greedy_tokenize(text.as_bytes()))
        })
    }

    fn tokenize_is_canonical(&self) -> bool {
        self.canonical
    }
}

/// How a vocabulary writes bytes as characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// GPT-2's: each byte is one printable character.
    ByteLevel,
    /// Sentencepiece's: `▁` for a space, `<0x0A>` for bytes that no token has.
    ByteFallback,
}

impl Spelling {
    fn of(tokenizer: &Tokenizer) -> Result<Self, String> {
        let decoder = serde_json::to_value(tokenizer.get_decoder()).map_err(|error| error.to_string())?;
        let mut kinds = Vec::new();
        kinds.extend(decoder["type"].as_str());
        if let Some(parts) = decoder["decoders"].as_array() {
            kinds.extend(parts.iter().filter_map(|part| part["type"].as_str()));
        }
        if kinds.contains(&"ByteLevel") {
            Ok(Self::ByteLevel)
        } else if kinds.contains(&"ByteFallback") {
            Ok(Self::ByteFallback)
        } else {
            Err(format!(
                "the tokenizer's decoder is {}, but ByteLevel or ByteFallback is needed",
                if kinds.is_empty() { "missing".to_owned() } else { kinds.join(", ") }
            ))
        }
    }

    fn bytes(self, token: &str) -> Option<Vec<u8>> {
        match self {
            Self::ByteLevel => {
                let map = byte_level_map();
                token.chars().map(|character| map.get(&character).copied()).collect()
            }
            Self::ByteFallback => {
                if let Some(hex) = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>')) {
                    return u8::from_str_radix(hex, 16).ok().map(|byte| vec![byte]);
                }
                Some(token.replace('▁', " ").into_bytes())
            }
        }
    }
}

/// GPT-2's table from characters to bytes.
fn byte_level_map() -> &'static HashMap<char, u8> {
    static MAP: std::sync::OnceLock<HashMap<char, u8>> = std::sync::OnceLock::new();
    MAP.get_or_init(|| {
        let mut shifted = 0x100_u32;
        (0..=u8::MAX)
            .map(|byte| {
                let own = char::from(byte);
                if matches!(own, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{FF}') {
                    return (own, byte);
                }
                let character = char::from_u32(shifted).unwrap_or(own);
                shifted += 1;
                (character, byte)
            })
            .collect()
    })
}

fn special_word(token: &str) -> Vec<u8> {
    let mut word = vec![TokTrie::SPECIAL_TOKEN_MARKER];
    word.extend_from_slice(token.as_bytes());
    word
}

/// Without a token for each byte that UTF-8 uses, a grammar may demand what no token can write.
fn missing_byte(words: &[Vec<u8>]) -> Option<u8> {
    let mut has = [false; 256];
    for word in words {
        if let [byte] = word.as_slice() {
            has[usize::from(*byte)] = true;
        }
    }
    (0_u8..0xF5).find(|&byte| !matches!(byte, 0xC0 | 0xC1) && !has[usize::from(byte)])
}

/// What the tokenizer's template puts in front of a text.
fn begin_token(tokenizer: &Tokenizer) -> Option<u32> {
    let with = tokenizer.encode_fast("a", true).ok()?;
    let without = tokenizer.encode_fast("a", false).ok()?;
    let (with, without) = (with.get_ids(), without.get_ids());
    let extra = with.len().checked_sub(without.len())?;
    (extra > 0 && with.get(1..=without.len()) == Some(without)).then(|| with[0])
}
