//! A part of a whole.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::wilson::Proportion;

/// `part` of `whole`; nothing of nothing where a measure says nothing of a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub part: usize,
    pub whole: usize,
}

impl Count {
    pub(crate) const NOTHING: Self = Self { part: 0, whole: 0 };

    /// One thing that is so or not.
    pub(crate) fn one(is_so: bool) -> Self {
        Self { part: usize::from(is_so), whole: 1 }
    }

    /// Those of some things that are so.
    pub(crate) fn of<T>(things: impl IntoIterator<Item = T>, is_so: impl Fn(&T) -> bool) -> Self {
        let mut count = Self::NOTHING;
        for thing in things {
            count += Self::one(is_so(&thing));
        }
        count
    }

    /// Its share with Wilson's interval; `None` of nothing.
    #[must_use]
    pub fn share(self) -> Option<Proportion> {
        Proportion::of(self.part, self.whole)
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }
}
