//! How a text must begin and end.

use super::error::BoundError;
use super::literals::Literals;
use super::{Bound, State};

/// A text that begins with one of these, byte for byte.
#[derive(Debug)]
pub struct RequiredOpening {
    openings: Literals,
    /// For each node the least bytes to the end of an opening below it.
    left: Vec<usize>,
}

/// A text that ends with one of these, byte for byte.
///
/// Nothing is settled before the ending stands, so that each mask is checked for dead ends token by token: keep it for
/// short slots, or leave an ending that is always the same to the grammar. An ending that is a reference should be left
/// to it too: a length foresees [`PATIENCE`](super::PATIENCE) characters, not the value of a reference.
#[derive(Debug)]
pub struct RequiredEnding {
    endings: Literals,
    left: Vec<usize>,
}

const DONE: State = State::of_text(1 << Literals::WIDTH);

/// The automaton, and for each node the least bytes to the end of a literal below it.
fn literals<'a>(
    given: impl IntoIterator<Item = &'a str>,
    what: &'static str,
) -> Result<(Literals, Vec<usize>), BoundError> {
    let given: Vec<&str> = given.into_iter().collect();
    if given.is_empty() || given.iter().any(|literal| literal.is_empty()) {
        return Err(BoundError::NothingRequired(what));
    }
    let literals = Literals::new(given.iter().map(|literal| literal.as_bytes()))?;
    let mut left = vec![usize::MAX; literals.nodes().count()];
    for node in literals.nodes().rev() {
        // A literal that ends inside another one is no end of that.
        if literals.is_whole(node) {
            left[node as usize] = 0;
        }
        let own = left[node as usize];
        let above = literals.parent(node) as usize;
        left[above] = left[above].min(own.saturating_add(usize::from(node != Literals::START)));
    }
    Ok((literals, left))
}

impl RequiredOpening {
    /// # Errors
    /// When there is none, or an empty one.
    pub fn new<'a>(openings: impl IntoIterator<Item = &'a str>) -> Result<Self, BoundError> {
        let (openings, left) = literals(openings, "begin")?;
        Ok(Self { openings, left })
    }
}

impl Bound for RequiredOpening {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        if state == DONE {
            return Some(DONE);
        }
        let node = self.openings.child(state.text as u32, byte)?;
        Some(if self.left[node as usize] == 0 { DONE } else { State::of_text(u128::from(node)) })
    }

    fn may_end(&self, state: State) -> bool {
        state == DONE
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        Some(if state == DONE { 0 } else { self.left[state.text as usize] })
    }
}

impl RequiredEnding {
    /// # Errors
    /// When there is none, or an empty one.
    pub fn new<'a>(endings: impl IntoIterator<Item = &'a str>) -> Result<Self, BoundError> {
        let (endings, left) = literals(endings, "end")?;
        Ok(Self { endings, left })
    }
}

impl Bound for RequiredEnding {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        Some(State::of_text(u128::from(self.endings.step(state.text as u32, byte))))
    }

    fn may_end(&self, state: State) -> bool {
        !self.endings.ends(state.text as u32).is_empty()
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        if self.may_end(state) {
            return Some(0);
        }
        let mut least = usize::MAX;
        let mut node = state.text as u32;
        loop {
            least = least.min(self.left[node as usize]);
            if node == Literals::START {
                return Some(least.max(1));
            }
            node = self.endings.fail(node);
        }
    }

    fn base(&self, _: State) -> Option<State> {
        Some(self.start())
    }
}
