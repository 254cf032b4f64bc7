//! A set of tokens that is small while it is nearly empty: most masks refuse few tokens.

use toktrie::SimpleVob;

/// Tokens by their ids.
#[derive(Debug, Clone)]
pub(super) enum TokenList {
    Few(Box<[u32]>),
    Many(SimpleVob),
}

impl TokenList {
    /// `size` is that of the vocabulary.
    pub(super) fn new(tokens: Vec<u32>, size: usize) -> Self {
        // A list takes 32 bits a token, a bitset one bit a token of the vocabulary.
        if tokens.len() < size / 32 {
            return Self::Few(tokens.into_boxed_slice());
        }
        let mut bits = SimpleVob::alloc(size);
        tokens.into_iter().for_each(|token| bits.allow_token(token));
        Self::Many(bits)
    }

    pub(super) fn take_from(&self, mask: &mut SimpleVob) {
        match self {
            Self::Few(tokens) => tokens.iter().for_each(|&token| mask.disallow_token(token)),
            Self::Many(bits) => mask.sub(bits),
        }
    }

    pub(super) fn add_to(&self, mask: &mut SimpleVob) {
        match self {
            Self::Few(tokens) => tokens.iter().for_each(|&token| mask.allow_token(token)),
            Self::Many(bits) => mask.or(bits),
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Few(tokens) => tokens.len() * 4,
            Self::Many(bits) => bits.as_slice().len() * 4,
        }
    }
}
