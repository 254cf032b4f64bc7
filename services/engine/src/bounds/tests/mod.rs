//! Properties that every bound has: it judges a text as a plain reading of the whole does, its masks say what stepping
//! says, and whatever is drawn under its masks ends and breaks nothing.

mod figures;
mod judge;
mod masks;
mod streaming;
mod writing;

use std::sync::Arc;

use proptest::prelude::*;
use toktrie::{TokRxInfo, TokTrie};

use super::Vocabulary;
use judge::Spec;

/// What texts and tokens are put together from: each bound below meets its edges in them.
const PIECES: &[&str] = &[
    "a", "b", "c", "ab", "abc", " ", "A", "B", "é", "e\u{301}", "\u{323}", "ß", "ss", "SS", ".", ",", "-", "1", "5",
    "24/7", "99.9", "x", "😀", "\u{200D}", "東", "\n", "{", "}", "{{", "}}", "{{p}}", "{{c.1}}", "{{c.10}}", "ab c",
    "’", "²", "5x", "'", "/", "\u{AD}", "\u{a0}",
];

fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(PIECES)
}

fn text(pieces: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..pieces).prop_map(|pieces| pieces.concat())
}

/// All bytes, the tokens, and an end token, which is the last.
fn vocabulary(tokens: &[Vec<u8>]) -> Arc<Vocabulary> {
    let mut words: Vec<Vec<u8>> = (0..=255_u8).map(|byte| if byte == 0xFF { Vec::new() } else { vec![byte] }).collect();
    words.extend(tokens.iter().cloned());
    words.push(b"\xFF<|end|>".to_vec());
    let end = words.len() as u32 - 1;
    Arc::new(Vocabulary::new(&TokTrie::from(&TokRxInfo::new(words.len() as u32, end), &words)))
}

/// Tokens that begin and end anywhere, also inside characters.
fn tokens() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let token = (text(4), 0_usize..3, 0_usize..3).prop_map(|(text, front, back)| {
        let bytes = text.into_bytes();
        let end = bytes.len().saturating_sub(back);
        bytes[front.min(end)..end].to_vec()
    });
    proptest::collection::vec(token, 0..60)
}

fn specs() -> impl Strategy<Value = Vec<Spec>> {
    proptest::collection::vec(judge::spec(), 1..4)
}
