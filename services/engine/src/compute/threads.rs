//! Work on all of the process's threads: candle's pool, so that there is one.

use std::ops::Range;

/// Multiplications below which waking another thread costs more than it saves: some 10 µs of work.
const WORTH: usize = 1 << 18;

/// Does `work` for all of `0..items` in ranges, on all threads if there is enough to do (`each` is about
/// how many multiplications an item takes), and waits. Ranges never overlap.
pub(crate) fn parallel(items: usize, each: usize, work: impl Fn(Range<usize>) + Sync) {
    if items < 2 || items.saturating_mul(each) < WORTH {
        work(0..items);
    } else {
        candle_core::utils::barrier_pool().execute_chunked(items, work);
    }
}

/// A mutable slice that several threads write disjoint parts of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared<T>(*mut T, usize);

#[expect(unsafe_code, reason = "threads write disjoint ranges of one output")]
// SAFETY: `part` is unsafe and asks for disjoint ranges; the borrow that `new` takes outlives the parallel
// work, since `parallel` waits.
unsafe impl<T: Send> Sync for Shared<T> {}
#[expect(unsafe_code, reason = "as above")]
// SAFETY: as above.
unsafe impl<T: Send> Send for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) fn new(slice: &mut [T]) -> Self {
        Self(slice.as_mut_ptr(), slice.len())
    }

    /// The part that only the caller's thread writes.
    ///
    /// # Safety
    /// No two live parts overlap, and the slice is not used otherwise until the parallel work has ended.
    #[expect(unsafe_code, clippy::mut_from_ref, reason = "the ranges are disjoint by the caller's promise")]
    pub(crate) unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.1, "the part lies outside the slice");
        // SAFETY: inside the slice, and disjoint by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(range.start), range.len()) }
    }
}
