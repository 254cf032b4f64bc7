//! Aho–Corasick over bytes: every literal that ends at a byte, in time independent of their number.
//!
//! (Aho, Corasick: Efficient string matching, 1975.) Ours rather than a crate's because a draft's state
//! must be one number that is cheap to copy, and building must not fail.

use std::collections::VecDeque;

/// The automaton. State 0 is the start.
#[derive(Debug, Clone)]
pub(super) struct Automaton {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// Sorted by byte.
    next: Vec<(u8, u32)>,
    fail: u32,
    /// Literals that end here, the shorter ones that are their suffixes included.
    ends: Vec<u32>,
}

impl Automaton {
    pub(super) const START: u32 = 0;

    /// `literals` are numbered by their place; empty ones never match.
    pub(super) fn new<'a>(literals: impl IntoIterator<Item = &'a [u8]>) -> Self {
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
                        nodes.push(Node::default());
                        nodes[at].next.insert(place, (byte, new as u32));
                        new
                    }
                };
            }
            nodes[at].ends.push(number as u32);
        }
        let mut automaton = Self { nodes };
        automaton.link();
        automaton
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

    /// The state after one more byte.
    pub(super) fn step(&self, mut state: u32, byte: u8) -> u32 {
        loop {
            let node = &self.nodes[state as usize];
            match node.next.binary_search_by_key(&byte, |edge| edge.0) {
                Ok(found) => return node.next[found].1,
                Err(_) if state == Self::START => return Self::START,
                Err(_) => state = node.fail,
            }
        }
    }

    /// Numbers of the literals that end in this state.
    pub(super) fn ends(&self, state: u32) -> &[u32] {
        &self.nodes[state as usize].ends
    }
}

#[cfg(test)]
mod tests {
    use super::Automaton;

    #[test]
    fn every_literal_is_found_where_it_ends_also_inside_another() {
        let automaton = Automaton::new(["he", "she", "hers", "", "ß"].map(str::as_bytes));
        let mut state = Automaton::START;
        let mut found = Vec::new();
        for (at, byte) in "ushersß".bytes().enumerate() {
            state = automaton.step(state, byte);
            found.extend(automaton.ends(state).iter().map(|&literal| (at, literal)));
        }
        assert_eq!(found, [(3, 1), (3, 0), (5, 2), (7, 4)]);
    }
}
