//! Blocks with their counts of references. Memory is taken when a block is first used and then kept.

use half::f16;

/// A block's number.
pub(crate) type BlockId = u32;

/// A block's keys and values, all layers.
#[derive(Debug)]
pub(crate) enum Numbers {
    F32(Box<[f32]>),
    F16(Box<[f16]>),
}

/// All blocks.
#[derive(Debug)]
pub(crate) struct Pool {
    blocks: Vec<Numbers>,
    /// Who refers to each: sequences, and the tree at most once.
    references: Vec<u32>,
    in_tree: Vec<bool>,
    free: Vec<BlockId>,
    /// Blocks that only the tree refers to.
    idle: usize,
    numbers: usize,
    exact: bool,
    limit: usize,
}

impl Pool {
    pub(super) fn new(numbers: usize, exact: bool, limit: usize) -> Self {
        Self {
            blocks: Vec::new(),
            references: Vec::new(),
            in_tree: Vec::new(),
            free: Vec::new(),
            idle: 0,
            numbers,
            exact,
            limit: limit.min(BlockId::MAX as usize),
        }
    }

    /// The most blocks.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Blocks that sequences refer to.
    pub(crate) fn in_use(&self) -> usize {
        self.blocks.len() - self.free.len() - self.idle
    }

    /// Blocks that only the tree refers to.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        self.idle
    }

    /// A block with one reference.
    pub(super) fn take(&mut self) -> Option<BlockId> {
        if let Some(block) = self.free.pop() {
            self.references[block as usize] = 1;
            return Some(block);
        }
        if self.blocks.len() == self.limit {
            return None;
        }
        self.blocks.push(if self.exact {
            Numbers::F32(vec![0.0; self.numbers].into_boxed_slice())
        } else {
            Numbers::F16(vec![f16::ZERO; self.numbers].into_boxed_slice())
        });
        self.references.push(1);
        self.in_tree.push(false);
        Some(self.blocks.len() as BlockId - 1)
    }

    pub(super) fn retain(&mut self, block: BlockId) {
        if self.is_idle(block) {
            self.idle -= 1;
        }
        self.references[block as usize] += 1;
    }

    pub(super) fn release(&mut self, block: BlockId) {
        let at = block as usize;
        self.references[at] -= 1;
        match self.references[at] {
            0 => self.free.push(block),
            1 if self.in_tree[at] => self.idle += 1,
            _ => {}
        }
    }

    /// The tree begins to refer to a block that a sequence holds.
    pub(super) fn enter_tree(&mut self, block: BlockId) {
        self.in_tree[block as usize] = true;
        self.references[block as usize] += 1;
    }

    /// Whether nobody but the tree refers to a block.
    pub(super) fn is_idle(&self, block: BlockId) -> bool {
        self.in_tree[block as usize] && self.references[block as usize] == 1
    }

    /// The tree gives up an idle block.
    pub(super) fn leave_tree(&mut self, block: BlockId) {
        debug_assert!(self.is_idle(block), "a block that is in use leaves the tree");
        self.in_tree[block as usize] = false;
        self.idle -= 1;
        self.references[block as usize] = 0;
        self.free.push(block);
    }

    pub(crate) fn numbers(&self, block: BlockId) -> &Numbers {
        &self.blocks[block as usize]
    }

    /// A block to write to. It has one reference only: what several refer to is never written.
    pub(crate) fn numbers_mut(&mut self, block: BlockId) -> &mut Numbers {
        debug_assert_eq!(self.references[block as usize], 1, "a shared block is written");
        &mut self.blocks[block as usize]
    }
}
