//! Keys and values of one sequence, in place.
//!
//! Capacity doubles, so writing a sequence copies each position at most once more on average. Only the
//! engine's thread touches it; views that it hands out are read before the next write (candle's
//! `slice_set` writes through).

use candle_core::{DType, Device, Result, Tensor};

const FIRST_CAPACITY: usize = 256;

/// The cache of all layers.
#[derive(Debug)]
pub(crate) struct KvCache {
    /// Each `[kv_heads, capacity, head_dim]`.
    layers: Vec<(Tensor, Tensor)>,
    capacity: usize,
    limit: usize,
    length: usize,
}

impl KvCache {
    /// An empty cache that may grow to `limit` positions.
    pub(crate) fn new(layers: usize, kv_heads: usize, head_dim: usize, limit: usize) -> Result<Self> {
        let capacity = FIRST_CAPACITY.min(limit);
        let empty = || Tensor::zeros((kv_heads, capacity, head_dim), DType::F32, &Device::Cpu);
        let layers = (0..layers).map(|_| Ok((empty()?, empty()?))).collect::<Result<_>>()?;
        Ok(Self { layers, capacity, limit, length: 0 })
    }

    /// Positions held.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Forgets all positions from `length` on.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Makes room for `more` positions.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<()> {
        let needed = self.length + more;
        if needed > self.limit {
            candle_core::bail!("{needed} positions do not fit the context of {}", self.limit)
        }
        if needed <= self.capacity {
            return Ok(());
        }
        let capacity = needed.next_power_of_two().min(self.limit);
        for (keys, values) in &mut self.layers {
            for tensor in [keys, values] {
                let (heads, _, width) = tensor.dims3()?;
                let grown = Tensor::zeros((heads, capacity, width), DType::F32, &Device::Cpu)?;
                if self.length > 0 {
                    grown.slice_set(&tensor.narrow(1, 0, self.length)?.contiguous()?, 1, 0)?;
                }
                *tensor = grown;
            }
        }
        self.capacity = capacity;
        Ok(())
    }

    /// Writes `[kv_heads, n, head_dim]` behind what is held and gives views of everything, the new
    /// included. [`KvCache::advance`] makes them held, once all layers have written.
    pub(crate) fn write(&self, layer: usize, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        let (all_keys, all_values) = &self.layers[layer];
        all_keys.slice_set(keys, 1, self.length)?;
        all_values.slice_set(values, 1, self.length)?;
        let held = self.length + keys.dim(1)?;
        Ok((all_keys.narrow(1, 0, held)?, all_values.narrow(1, 0, held)?))
    }

    /// Counts `positions` as held.
    pub(crate) fn advance(&mut self, positions: usize) {
        self.length += positions;
    }
}
