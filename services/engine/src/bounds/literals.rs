//! Aho–Corasick over bytes: every literal that ends at a byte, in time independent of their number.
//!
//! (Aho, Corasick: Efficient string matching, 1975.) Ours rather than a crate's because a state must be a small number
//! that a mask's walk can copy, and because the walk also needs what a state has read.

use std::collections::VecDeque;

use super::error::BoundError;

/// Nodes have numbers of 24 bits.
const MOST_NODES: usize = (1 << 24) - 1;

/// The automaton. Node 0 is the start.
#[derive(Clone)]
pub(super) struct Literals {
    /// The nodes after one byte: nearly every step of a text starts or ends here.
    first: Box<[u32; 256]>,
    nodes: Vec<Node>,
}

#[derive(Clone, Default)]
struct Node {
    /// Sorted by byte.
    next: Vec<(u8, u32)>,
    fail: u32,
    parent: u32,
    byte: u8,
    depth: u32,
    is_whole: bool,
    /// Literals that end here, the shorter ones that are their suffixes included.
    ends: Vec<u32>,
}

impl std::fmt::Debug for Literals {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Literals").field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl Literals {
    pub(super) const START: u32 = 0;
    pub(super) const WIDTH: u32 = 24;

    /// `literals` are numbered by their place; empty ones never match.
    pub(super) fn new<'a>(literals: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, BoundError> {
        let mut nodes = vec![Node::default()];
        for (number, literal) in literals.into_iter().enumerate() {
            if literal.is_empty() {
                continue;
            }
            let mut at = 0_usize;
            for &byte in literal {
                at = match nodes[at].next.binary_search_by_key(&byte, |edge| edge.0) {
                    Ok(found) => nodes[at].next[found].1 as usize,
                    Err(place) => {
                        let new = nodes.len();
                        if new == MOST_NODES {
                            return Err(BoundError::TooManyTerms { most: MOST_NODES });
                        }
                        nodes[at].next.insert(place, (byte, new as u32));
                        let depth = nodes[at].depth + 1;
                        nodes.push(Node { parent: at as u32, byte, depth, ..Node::default() });
                        new
                    }
                };
            }
            nodes[at].ends.push(number as u32);
            nodes[at].is_whole = true;
        }
        let mut literals = Self { first: Box::new([0; 256]), nodes };
        for &(byte, node) in &literals.nodes[0].next {
            literals.first[usize::from(byte)] = node;
        }
        literals.link();
        Ok(literals)
    }

    fn link(&mut self) {
        let mut queue: VecDeque<u32> = self.nodes[0].next.iter().map(|edge| edge.1).collect();
        while let Some(at) = queue.pop_front() {
            for (byte, child) in self.nodes[at as usize].next.clone() {
                let fail = self.step(self.nodes[at as usize].fail, byte);
                let inherited = self.nodes[fail as usize].ends.clone();
                let node = &mut self.nodes[child as usize];
                node.fail = fail;
                node.ends.extend(inherited);
                queue.push_back(child);
            }
        }
    }

    /// The node after one more byte.
    pub(super) fn step(&self, mut node: u32, byte: u8) -> u32 {
        while node != Self::START {
            match self.child(node, byte) {
                Some(child) => return child,
                None => node = self.nodes[node as usize].fail,
            }
        }
        self.first[usize::from(byte)]
    }

    /// The node that a literal goes on to, without falling back.
    pub(super) fn child(&self, node: u32, byte: u8) -> Option<u32> {
        let next = &self.nodes[node as usize].next;
        next.binary_search_by_key(&byte, |edge| edge.0).ok().map(|found| next[found].1)
    }

    /// The nodes that literals go on to.
    pub(super) fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        self.nodes[node as usize].next.iter().map(|edge| edge.1)
    }

    /// Numbers of the literals that end at this node, the longest first.
    pub(super) fn ends(&self, node: u32) -> &[u32] {
        &self.nodes[node as usize].ends
    }

    /// Whether a whole literal has been read from its beginning, not only the end of another.
    pub(super) fn is_whole(&self, node: u32) -> bool {
        self.nodes[node as usize].is_whole
    }

    pub(super) fn depth(&self, node: u32) -> usize {
        self.nodes[node as usize].depth as usize
    }

    /// What has been read of a literal.
    pub(super) fn text(&self, node: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.depth(node));
        let mut at = node;
        while at != Self::START {
            bytes.push(self.nodes[at as usize].byte);
            at = self.nodes[at as usize].parent;
        }
        bytes.reverse();
        bytes
    }

    /// All nodes, each after the one that it goes on from.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        0..self.nodes.len() as u32
    }

    /// The longest proper suffix of what has been read that a literal begins with.
    pub(super) fn fail(&self, node: u32) -> u32 {
        self.nodes[node as usize].fail
    }

    pub(super) fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].parent
    }
}

#[cfg(test)]
mod tests {
    use super::Literals;

    #[test]
    fn every_literal_is_found_where_it_ends_also_inside_another() {
        let literals = Literals::new(["he", "she", "hers", "", "ß"].map(str::as_bytes)).unwrap();
        let mut node = Literals::START;
        let mut found = Vec::new();
        for (at, byte) in "ushersß".bytes().enumerate() {
            node = literals.step(node, byte);
            found.extend(literals.ends(node).iter().map(|&literal| (at, literal)));
        }
        assert_eq!(found, [(3, 1), (3, 0), (5, 2), (7, 4)]);
        assert_eq!(literals.text(node), "ß".as_bytes());
    }
}
