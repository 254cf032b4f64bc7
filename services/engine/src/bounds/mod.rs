//! What a draft is bound to beside its grammar: automata over its bytes, each giving a mask of the tokens that may come.
//!
//! A [`Bound`] is a deterministic automaton with a small state: forbidden terms, a counted length, a closed set of
//! numbers. One automaton a file; [`JsonSlots`] lets one read the texts inside the JSON object that is being written.
//! [`Masks`](masks::Masks) walks the vocabulary once for a state and keeps the answer, [`CompiledBounds`] is several
//! bounds over one vocabulary and is shared by drafts, [`BoundSet`] is their state in one draft. `joint` sees to dead
//! ends: a token is masked out when no text after it can satisfy all bounds together.
//!
//! They never look at the model, the grammar or the clock. Start reading at [`Bound`], then `set`.
//!
//! To add one: a file with its automaton, `impl Bound`, a `new` that refuses what it cannot hold exactly, and an arm in
//! each property test of `tests`.

mod allowed_characters;
mod allowed_numbers;
mod at_most;
mod beginnings;
mod bits;
mod compiled;
mod composed;
mod counted_length;
mod error;
pub(crate) mod fold;
mod forbidden_patterns;
mod forbidden_terms;
mod joint;
mod json_slots;
mod literals;
mod masks;
mod required;
mod set;
mod token_list;
mod unescape;
mod unit;
mod utf8;
mod vocabulary;
mod with_values;

use std::fmt::Debug;

pub use allowed_characters::AllowedCharacters;
pub use allowed_numbers::AllowedNumbers;
pub use at_most::AtMost;
pub use compiled::{Bounds, CompiledBounds};
pub use composed::Composed;
pub use counted_length::CountedLength;
pub use error::BoundError;
pub use forbidden_patterns::{ForbiddenPatterns, Pattern, PatternError};
pub use forbidden_terms::ForbiddenTerms;
pub use json_slots::JsonSlots;
pub use masks::MaskFigures;
pub use required::{RequiredEnding, RequiredOpening};
pub use set::{BoundSet, Finish, Snapshot};
pub use unit::Unit;
pub use vocabulary::{Below, Vocabulary};
pub use with_values::{Value, WithValues};

/// Where an automaton stands: all that it needs of the bytes so far. Equal states behave alike for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct State {
    /// What an automaton over text knows.
    pub text: u128,
    /// What the reading around it knows; 0 where nothing is around it.
    pub frame: u64,
}

impl State {
    /// A state that has no reading around it.
    #[must_use]
    pub const fn of_text(text: u128) -> Self {
        Self { text, frame: 0 }
    }
}

/// So many bytes, whatever they are, a patient bound still lets come; see [`Bound::is_patient`].
pub const PATIENCE: usize = 24;

/// Whether a bound counts towards a least length. Where a text is too short by one count, another one may stand in the way
/// of making it longer, however far from its limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// It does not count here.
    Nothing,
    /// The text is too short.
    Short,
    /// The text is long enough.
    Enough,
}

/// A deterministic automaton over the bytes of a text. Bytes that are no UTF-8 may be refused.
pub trait Bound: Send + Sync + Debug {
    /// Before the first byte.
    fn start(&self) -> State;

    /// After one more byte. `None`: this byte may not come.
    fn step(&self, state: State, byte: u8) -> Option<State>;

    /// Whether the text may end here.
    fn may_end(&self, state: State) -> bool;

    /// At least so many bytes must come before the text may end: 0 exactly where it may end now, never more than are
    /// needed. `None` says that it can never end.
    fn bytes_to_finish(&self, state: State) -> Option<usize>;

    /// States with the same key allow the same tokens of up to `reach` bytes, and agree after them on
    /// [`is_settled`](Self::is_settled) and [`is_patient`](Self::is_patient). A counter far from its limits has one key.
    fn mask_key(&self, state: State, reach: usize) -> State {
        let _ = reach;
        state
    }

    /// A simpler state from which most walks soon run as they do from this one; masks are then computed as the
    /// difference. `None`: there is none.
    fn base(&self, state: State) -> Option<State> {
        let _ = state;
        None
    }

    /// Whether at least [`PATIENCE`] bytes may come whatever they are (references aside), and an end is still possible:
    /// such a bound has no part in a dead end that is near.
    fn is_patient(&self, state: State) -> bool {
        let _ = state;
        false
    }

    /// What it counts.
    fn counting(&self, state: State) -> Counting {
        let _ = state;
        Counting::Nothing
    }

    /// Whether this bound waits for nothing in particular: the text may end here, or it is patient, or nearly whatever
    /// comes next will do. Only where a bound is not settled can bounds stand in each other's way, so one that is not sure
    /// whether another insists on what it refuses is not settled.
    fn is_settled(&self, state: State) -> bool {
        self.may_end(state) || self.is_patient(state)
    }

    /// Whether every continuation of these is allowed and settled: then a walk need not look at them.
    fn is_sure(&self, state: State, below: Below) -> bool {
        let _ = (state, below);
        false
    }

    /// The state at the start of the next text, after this one ended: what is carried from slot to slot.
    fn carry(&self, state: State) -> State {
        let _ = state;
        self.start()
    }
}

#[cfg(test)]
mod tests;
