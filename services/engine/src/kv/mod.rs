//! Cached keys and values, in blocks of sixteen positions that sequences share.
//!
//! [`Cache`] hands out blocks, counts who refers to each, and keeps a tree of prompt prefixes by which a
//! prompt finds what an earlier one has computed. It never computes: the model writes into blocks and
//! reads them. A block that several sequences refer to is whole and is never written again.

mod pool;
mod tree;

pub(crate) use pool::{BlockId, Numbers, Pool};

use crate::compute::attention::{Heads, POSITIONS};
use tree::Tree;

/// Blocks and prefixes of one model.
#[derive(Debug)]
pub(crate) struct Cache {
    pool: Pool,
    tree: Tree,
}

/// A sequence's blocks, in the order of its positions. Given back with [`Cache::release`].
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<BlockId>);

impl Table {
    pub(crate) fn blocks(&self) -> &[BlockId] {
        &self.0
    }

    /// Positions that there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.0.len() * POSITIONS
    }
}

impl Cache {
    /// As many blocks as fit into `bytes`, but enough for one sequence of `positions`.
    pub(crate) fn new(heads: Heads, layers: usize, exact: bool, bytes: usize, positions: usize) -> Self {
        let numbers = heads.block() * layers;
        let block_bytes = numbers * if exact { 4 } else { 2 };
        let blocks = (bytes / block_bytes.max(1)).max(positions.div_ceil(POSITIONS));
        Self { pool: Pool::new(numbers, exact, blocks), tree: Tree::default() }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn pool_mut(&mut self) -> &mut Pool {
        &mut self.pool
    }

    /// Blocks that a new sequence could get, were all unused prefixes dropped.
    pub(crate) fn available(&self) -> usize {
        self.pool.limit() - self.pool.in_use()
    }

    /// Extends a table that ends at a block's border by what the tree knows of `tokens`, all but the last
    /// token: its states are needed. Gives the number of positions now held.
    pub(crate) fn adopt(&mut self, table: &mut Table, tokens: &[u32]) -> usize {
        let most = tokens.len().saturating_sub(1) / POSITIONS;
        let known = self.tree.find(&tokens[..most * POSITIONS]);
        for &block in known.iter().skip(table.0.len()) {
            self.pool.retain(block);
            table.0.push(block);
        }
        table.capacity()
    }

    /// Remembers the whole blocks of `tokens`, which `table` holds computed.
    pub(crate) fn remember(&mut self, table: &Table, tokens: &[u32]) {
        let whole = tokens.len() / POSITIONS;
        self.tree.insert(&tokens[..whole * POSITIONS], &table.0[..whole], &mut self.pool);
    }

    /// Makes room in a table for `positions`. `false`: there are not enough blocks; the table keeps what it
    /// had and what it got.
    pub(crate) fn reserve(&mut self, table: &mut Table, positions: usize) -> bool {
        while table.capacity() < positions {
            let block = match self.pool.take() {
                Some(block) => block,
                None if self.tree.drop_oldest(&mut self.pool) => continue,
                None => return false,
            };
            table.0.push(block);
        }
        true
    }

    /// Gives back a sequence's blocks.
    pub(crate) fn release(&mut self, table: Table) {
        for block in table.0 {
            self.pool.release(block);
        }
    }

    /// Drops all prefixes.
    pub(crate) fn forget(&mut self) {
        while self.tree.drop_oldest(&mut self.pool) {}
    }
}

#[cfg(test)]
mod tests;
