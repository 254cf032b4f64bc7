//! Memory for packed weights: whole cache lines, so that no vector straddles two.

#![expect(unsafe_code, reason = "the same bytes as numbers")]

use std::marker::PhantomData;

/// A cache line, as the widest vector is.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "read as numbers")] [u8; 64]);

/// Plain numbers that any bytes are.
pub(crate) trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for f32 {}
impl Plain for half::f16 {}
impl Plain for half::bf16 {}

/// A slice of numbers, zero at first.
#[derive(Debug)]
pub(crate) struct Lines<T> {
    lines: Box<[Line]>,
    length: usize,
    kind: PhantomData<T>,
}

impl<T: Plain> Lines<T> {
    pub(crate) fn zeros(length: usize) -> Self {
        let lines = (length * size_of::<T>()).div_ceil(64);
        Self { lines: vec![Line([0; 64]); lines].into_boxed_slice(), length, kind: PhantomData }
    }
}

impl<T: Plain> std::ops::Deref for Lines<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the lines hold as many numbers, are aligned for all of them, and any bytes are numbers.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl<T: Plain> std::ops::DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and borrowed alone.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
