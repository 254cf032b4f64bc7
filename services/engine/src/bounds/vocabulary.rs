//! The tokens of a vocabulary as one flat trie that a mask's walk runs over.
//!
//! Not `toktrie`'s own: a walk here also wants to know, before it goes down, what can come below a node (how many bytes,
//! whether a quotation mark), so that it can leave a subtree out.

use toktrie::{SimpleVob, TokTrie};

use super::utf8::Utf8;

/// What the tokens below a node still write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Below {
    /// At most so many bytes.
    pub bytes: usize,
    /// The node is between two characters, and below it is only UTF-8.
    pub clean: bool,
    /// And only ASCII.
    pub ascii: bool,
    /// Somewhere is a `{`: a reference may begin.
    pub brace: bool,
    /// Somewhere is an ASCII digit.
    pub digit: bool,
    /// Somewhere is what is not itself in a JSON string: `"`, `\` or a control character; and U+007F.
    pub escape: bool,
    /// Somewhere is what parts or nests JSON: `{`, `}`, `[`, `]` or `,`.
    pub structure: bool,
}

/// One byte of one or more tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub byte: u8,
    /// From 1: how many bytes lead here, this one included.
    pub depth: u8,
    below: u8,
    flags: u8,
    /// Nodes of the subtree, this one included.
    pub size: u32,
    /// The place in the order of the first token that ends here or below.
    pub first: u32,
    /// Tokens that end here: more than one when a vocabulary has the same bytes twice.
    pub own: u32,
}

const CLEAN: u8 = 1;
const ASCII: u8 = 2;
const BRACE: u8 = 4;
const ESCAPE: u8 = 8;
const DIGIT: u8 = 16;
const STRUCTURE: u8 = 32;

impl Node {
    pub(super) const fn below(&self) -> Below {
        Below {
            bytes: self.below as usize,
            clean: self.flags & CLEAN != 0,
            ascii: self.flags & (CLEAN | ASCII) == CLEAN | ASCII,
            brace: self.flags & BRACE != 0,
            digit: self.flags & DIGIT != 0,
            escape: self.flags & ESCAPE != 0,
            structure: self.flags & STRUCTURE != 0,
        }
    }
}

/// The text tokens of one model; about 20 bytes a trie node. Shared by all bounds.
pub struct Vocabulary {
    pub(super) nodes: Vec<Node>,
    /// Token ids in the order of their bytes.
    pub(super) order: Vec<u32>,
    /// The place of each token in the order; `u32::MAX` for what is no text.
    pub(super) place: Vec<u32>,
    pub(super) trie: TokTrie,
    pub(super) text: SimpleVob,
    longest: usize,
}

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Vocabulary")
            .field("tokens", &self.order.len())
            .field("nodes", &self.nodes.len())
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// Longer tokens are never allowed: the engine's vocabularies have none.
const LONGEST: usize = u8::MAX as usize;

impl Vocabulary {
    /// Control tokens and tokens without bytes are no text: no mask ever allows them, but for the ends.
    #[must_use]
    pub fn new(trie: &TokTrie) -> Self {
        let size = trie.vocab_size();
        let mut order: Vec<u32> = (0..size as u32)
            .filter(|&token| {
                let bytes = trie.token(token);
                (1..=LONGEST).contains(&bytes.len()) && bytes[0] != TokTrie::SPECIAL_TOKEN_MARKER
            })
            .collect();
        order.sort_by(|&a, &b| trie.token(a).cmp(trie.token(b)).then(a.cmp(&b)));
        let mut text = SimpleVob::alloc(size);
        let mut place = vec![u32::MAX; size];
        for (at, &token) in order.iter().enumerate() {
            text.allow_token(token);
            place[token as usize] = at as u32;
        }
        let nodes = nodes(&order, trie);
        let longest = order.iter().map(|&token| trie.token(token).len()).max().unwrap_or(0);
        Self { nodes, order, place, trie: trie.clone(), text, longest }
    }

    /// The most bytes that a token writes.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Number of tokens, those that are no text included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.place.len()
    }

    /// Nodes of the trie.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The bytes of a token, those of control tokens with their marker.
    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        self.trie.token(token)
    }
}

fn nodes(order: &[u32], trie: &TokTrie) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    // The nodes of the token before, and how its characters stand after each.
    let mut path: Vec<(usize, Option<Utf8>)> = Vec::new();
    let mut before: &[u8] = &[];
    for (at, &token) in order.iter().enumerate() {
        let bytes = trie.token(token);
        let common = before.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        path.truncate(common);
        for (depth, &byte) in bytes.iter().enumerate().skip(common) {
            let utf8 = path.last().map_or(Some(Utf8::default()), |last| last.1);
            let utf8 = utf8.and_then(|utf8| utf8.step(byte)).map(|step| step.0);
            path.push((nodes.len(), utf8));
            nodes.push(Node {
                byte,
                depth: (depth + 1) as u8,
                below: 0,
                flags: ASCII | if utf8.is_some_and(Utf8::is_whole) { CLEAN } else { 0 },
                size: 1,
                first: at as u32,
                own: 0,
            });
            // What this byte is for the nodes above it.
            let flag = match byte {
                b'{' => BRACE | STRUCTURE,
                b'}' | b'[' | b']' | b',' => STRUCTURE,
                b'0'..=b'9' => DIGIT,
                b'"' | b'\\' | 0..0x20 | 0x7F => ESCAPE,
                _ => 0,
            };
            for &(above, _) in &path[..depth] {
                let node = &mut nodes[above];
                node.size += 1;
                node.flags |= flag;
                node.below = node.below.max((depth + 1) as u8 - node.depth);
                if utf8.is_none() {
                    node.flags &= !CLEAN;
                }
                if !byte.is_ascii() {
                    node.flags &= !ASCII;
                }
            }
        }
        if let Some(&(last, _)) = path.last() {
            nodes[last].own += 1;
        }
        before = bytes;
    }
    nodes
}
