//! A state's fields in one number, the last written read first.

/// Fields written one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bits(pub u128);

impl Bits {
    /// Writes a field; `value` must fit `width` bits.
    pub(super) fn push(self, value: u64, width: u32) -> Self {
        debug_assert!(width == 64 || value >> width == 0, "{value} in {width} bits");
        Self(self.0 << width | u128::from(value))
    }

    /// Reads the field that was written last.
    pub(super) fn pop(&mut self, width: u32) -> u64 {
        let value = (self.0 & ((1_u128 << width) - 1)) as u64;
        self.0 >>= width;
        value
    }
}
