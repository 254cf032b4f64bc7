//! A text becomes token ids: cut to what the model takes, framed by the tokenizer's special tokens.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokenizers::{Encoding, Token, Tokenizer};

use super::config::Shape;
use crate::error::LoadError;

/// The longest text, with its prefix, that is tokenized: what comes after the first few hundred words is cut
/// anyway, and tokens take a hundred times a text's bytes for a moment.
pub(super) const LONGEST_TEXT: usize = 1 << 20;

/// A character that vocabularies do not hold (an Egyptian hieroglyph), to see what becomes of such.
const RARE: &str = "\u{13000}";

/// A tokenizer with the frame that it puts around one text, such as `[CLS]` and `[SEP]`.
#[derive(Debug)]
pub(super) struct TextTokenizer {
    tokenizer: Tokenizer,
    before: Vec<u32>,
    after: Vec<u32>,
    /// Special tokens that no text may hold; the one for unknown characters is not among them.
    control: HashSet<u32>,
    lowercase: bool,
    max_tokens: usize,
}

/// A text's ids.
#[derive(Debug)]
pub(super) struct TextTokens {
    /// At most `max_tokens`, frame included.
    pub ids: Vec<u32>,
    /// Tokens of the text that were cut from its end.
    pub cut: usize,
}

impl TextTokenizer {
    /// Parses `json` and holds it against the encoder. `max_tokens` counts the frame.
    pub(super) fn new(
        path: &str,
        json: &[u8],
        shape: &Shape,
        lowercase: bool,
        max_tokens: usize,
    ) -> Result<Self, LoadError> {
        let invalid = |reason: String| LoadError::invalid(path, reason);
        let mut tokenizer =
            Tokenizer::from_bytes(json).map_err(|error| invalid(format!("is no valid tokenizer.json: {error}")))?;
        // Files carry the truncation and padding of whoever saved them last; both are decided here.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| invalid(error.to_string()))?;
        // A text is words: `[SEP]` in it is five characters.
        tokenizer.set_encode_special_tokens(true);
        if let Some((token, id)) = tokenizer
            .get_vocab(true)
            .into_iter()
            .filter(|&(_, id)| id as usize >= shape.vocab)
            .max_by_key(|entry| entry.1)
        {
            return Err(invalid(format!(
                "has the token {token:?} with id {id}, but the model embeds only {}; it is another model's tokenizer",
                shape.vocab
            )));
        }
        let (before, after) = frame(&tokenizer).map_err(invalid)?;
        if let Some(id) = before.iter().chain(&after).find(|&&id| id as usize >= shape.vocab) {
            return Err(invalid(format!("frames a text with id {id}, but the model embeds only {}", shape.vocab)));
        }
        if before.len() + after.len() >= max_tokens {
            return Err(invalid(format!(
                "frames a text with {} tokens, but the model takes {max_tokens} in all",
                before.len() + after.len()
            )));
        }
        let unknown = encode(&tokenizer, RARE).map_err(|reason| {
            invalid(format!(
                "fails on a character that it does not know: {reason}; its vocabulary must hold its unknown token"
            ))
        })?;
        let mut control: HashSet<u32> = tokenizer
            .get_added_tokens_decoder()
            .into_iter()
            .filter(|(_, token)| token.special)
            .map(|(id, _)| id)
            .chain(before.iter().chain(&after).copied())
            .collect();
        control.retain(|id| !unknown.contains(id));
        Ok(Self { tokenizer, before, after, control, lowercase, max_tokens })
    }

    /// The ids of `text`.
    ///
    /// # Errors
    /// What the tokenizer says.
    pub(super) fn encode(&self, text: &str) -> Result<TextTokens, String> {
        let lower: String;
        let text = if self.lowercase {
            lower = text.chars().flat_map(char::to_lowercase).collect();
            &lower
        } else {
            text
        };
        let mut own = encode(&self.tokenizer, text)?;
        // Vocabularies of pieces hold their control tokens as pieces too, so that a text can spell them.
        own.retain(|id| !self.control.contains(id));
        let room = self.max_tokens - self.before.len() - self.after.len();
        let cut = own.len().saturating_sub(room);
        let kept = &own[..own.len() - cut];
        Ok(TextTokens { ids: [&self.before, kept, &self.after].concat(), cut })
    }
}

/// The ids of a text alone. The parsers panic on some hostile tokenizers, which is an error of the file.
fn encode(tokenizer: &Tokenizer, text: &str) -> Result<Vec<u32>, String> {
    catch_unwind(AssertUnwindSafe(|| tokenizer.encode_fast(text, false)))
        .map_err(|_| "the tokenizer is damaged in a way that its parser did not survive".to_owned())?
        .map(|encoding| encoding.get_ids().to_vec())
        .map_err(|error| error.to_string())
}

/// What the tokenizer puts before and after one text, seen by giving it a token that it cannot have.
fn frame(tokenizer: &Tokenizer) -> Result<(Vec<u32>, Vec<u32>), String> {
    let mark = u32::MAX;
    let text = Encoding::from_tokens(vec![Token::new(mark, "a".into(), (0, 1))], 0);
    let framed = tokenizer.post_process(text, None, true).map_err(|error| error.to_string())?;
    let ids = framed.get_ids();
    let mut marks = ids.iter().enumerate().filter(|&(_, &id)| id == mark).map(|(at, _)| at);
    let (Some(at), None) = (marks.next(), marks.next()) else {
        return Err("does not keep a text once when it frames it with special tokens".into());
    };
    if framed.get_type_ids().iter().any(|&kind| kind != 0) {
        return Err("gives tokens of a single text another type than 0, which the embedder does not run".into());
    }
    Ok((ids[..at].to_vec(), ids[at + 1..].to_vec()))
}
