//! The prefixes that are known: a tree whose edges are sixteen tokens and whose nodes hold a block.
//!
//! A prompt walks down as far as its tokens match. When blocks run out, the leaf that was used longest
//! ago goes first, so that what many prompts share goes last.

use std::collections::HashMap;

use super::pool::{BlockId, Pool};
use crate::compute::attention::POSITIONS;

type Edge = [u32; POSITIONS];

#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Slots of nodes; `None` is free.
    nodes: Vec<Option<Node>>,
    /// The slots that are free.
    free: Vec<usize>,
    roots: HashMap<Edge, usize>,
    /// Counts uses; the larger, the later.
    clock: u64,
}

#[derive(Debug)]
struct Node {
    block: BlockId,
    children: HashMap<Edge, usize>,
    parent: Option<usize>,
    edge: Edge,
    used: u64,
}

impl Tree {
    /// The blocks of the longest known prefix; `tokens` are whole edges.
    pub(super) fn find(&mut self, tokens: &[u32]) -> Vec<BlockId> {
        self.clock += 1;
        let mut found = Vec::new();
        let mut at = None;
        for edge in tokens.as_chunks::<POSITIONS>().0 {
            let Some(next) = self.child(at, edge) else { break };
            let Some(node) = &mut self.nodes[next] else { break };
            node.used = self.clock;
            found.push(node.block);
            at = Some(next);
        }
        found
    }

    /// Adds the blocks that are new. Of two blocks with the same tokens the first stays.
    pub(super) fn insert(&mut self, tokens: &[u32], blocks: &[BlockId], pool: &mut Pool) {
        self.clock += 1;
        let mut at = None;
        for (edge, &block) in tokens.as_chunks::<POSITIONS>().0.iter().zip(blocks) {
            let next = match self.child(at, edge) {
                Some(next) => next,
                None => {
                    pool.enter_tree(block);
                    self.add(Node { block, children: HashMap::new(), parent: at, edge: *edge, used: self.clock })
                }
            };
            if let Some(node) = &mut self.nodes[next] {
                node.used = self.clock;
            }
            at = Some(next);
        }
    }

    /// Drops the leaf that was used longest ago and that no sequence refers to. `false`: there is none.
    pub(super) fn drop_oldest(&mut self, pool: &mut Pool) -> bool {
        let leaves = self.nodes.iter().enumerate().filter_map(|(at, node)| Some((at, node.as_ref()?)));
        let idle = leaves.filter(|(_, node)| node.children.is_empty() && pool.is_idle(node.block));
        let Some(at) = idle.min_by_key(|(at, node)| (node.used, *at)).map(|(at, _)| at) else { return false };
        let Some(node) = self.nodes[at].take() else { return false };
        pool.leave_tree(node.block);
        match node.parent {
            None => self.roots.remove(&node.edge),
            Some(parent) => self.nodes[parent].as_mut().and_then(|parent| parent.children.remove(&node.edge)),
        };
        self.free.push(at);
        true
    }

    fn child(&self, of: Option<usize>, edge: &Edge) -> Option<usize> {
        match of {
            None => self.roots.get(edge).copied(),
            Some(node) => self.nodes[node].as_ref()?.children.get(edge).copied(),
        }
    }

    fn add(&mut self, node: Node) -> usize {
        let (parent, edge) = (node.parent, node.edge);
        let at = match self.free.pop() {
            Some(at) => {
                self.nodes[at] = Some(node);
                at
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() - 1
            }
        };
        match parent {
            None => self.roots.insert(edge, at),
            Some(parent) => self.nodes[parent].as_mut().and_then(|parent| parent.children.insert(edge, at)),
        };
        at
    }
}
