//! Guesses how a draft goes on, from where its last words stood before: in its prompt, in itself, in
//! drafts that were finished before it.
//!
//! (Prompt lookup decoding: Saxena, 2023.) A guess never changes a draft: the model computes it together
//! with the next token, and it counts only as far as sampling then chooses the same. So what was finished
//! before may differ from run to run; only the time does, too.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Words that must agree.
const KEY: usize = 3;
/// Finished drafts that are looked up.
const FINISHED: usize = 64;
/// The longest guess.
const LONGEST: usize = 8;
/// Guessed tokens after which a sequence's luck is judged.
const TRIAL: u32 = 24;
/// The share of guessed tokens that must come true, for guessing to pay.
const WORTH: f32 = 0.3;

/// A text with the places of its words.
#[derive(Debug, Default)]
pub(crate) struct Indexed {
    tokens: Vec<u32>,
    /// What follows the last place of three tokens.
    places: HashMap<[u32; KEY], usize>,
}

impl Indexed {
    pub(crate) fn new(tokens: &[u32]) -> Self {
        let mut text = Self::default();
        for &token in tokens {
            text.push(token);
        }
        text
    }

    fn push(&mut self, token: u32) {
        // The place of what ends before this token; so a text never finds its own end.
        if let Some(key) = self.tokens.last_chunk::<KEY>() {
            self.places.insert(*key, self.tokens.len());
        }
        self.tokens.push(token);
    }

    fn truncate(&mut self, length: usize) {
        if length < self.tokens.len() {
            self.tokens.truncate(length);
            self.places.retain(|_, place| *place < length);
        }
    }

    /// What stood behind the last three of `end`.
    fn after(&self, end: [u32; KEY], most: usize) -> &[u32] {
        match self.places.get(&end) {
            Some(&place) => &self.tokens[place..self.tokens.len().min(place + most)],
            None => &[],
        }
    }
}

/// The drafts that were finished last.
#[derive(Debug, Default)]
pub(crate) struct Siblings(VecDeque<Arc<Indexed>>);

impl Siblings {
    pub(crate) fn add(&mut self, tokens: &[u32]) {
        if self.0.len() == FINISHED {
            self.0.pop_back();
        }
        self.0.push_front(Arc::new(Indexed::new(tokens)));
    }
}

/// The guesses of one sequence.
#[derive(Debug)]
pub(crate) struct Lookup {
    own: Indexed,
    guessed: u32,
    came_true: u32,
}

impl Lookup {
    pub(crate) fn new(prompt: &[u32]) -> Self {
        Self { own: Indexed::new(prompt), guessed: 0, came_true: 0 }
    }

    /// Whether guessing has paid so far.
    fn is_worth_it(&self) -> bool {
        self.guessed < TRIAL || self.came_true as f32 >= WORTH * self.guessed as f32
    }

    /// Up to `most` tokens that may follow `all`, the sequence from its start.
    pub(crate) fn guess(&mut self, all: &[u32], most: usize, siblings: &Siblings) -> Vec<u32> {
        if most == 0 || !self.is_worth_it() {
            return Vec::new();
        }
        let common = self.own.tokens.iter().zip(all).take_while(|(a, b)| a == b).count();
        self.own.truncate(common);
        for &token in &all[common..] {
            self.own.push(token);
        }
        let Some(&end) = all.last_chunk::<KEY>() else { return Vec::new() };
        let most = most.min(LONGEST);
        let texts = std::iter::once(&self.own).chain(siblings.0.iter().map(Arc::as_ref));
        texts.map(|text| text.after(end, most)).find(|found| !found.is_empty()).map_or_else(Vec::new, <[u32]>::to_vec)
    }

    /// Of `guessed` tokens, `came_true` did.
    pub(crate) fn learn(&mut self, guessed: usize, came_true: usize) {
        self.guessed += guessed as u32;
        self.came_true += came_true as u32;
        // Old luck counts half.
        if self.guessed > 4 * TRIAL {
            self.guessed /= 2;
            self.came_true /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, Siblings, TRIAL};

    #[test]
    fn what_stood_behind_the_same_words_is_guessed() {
        let mut lookup = Lookup::new(&[1, 2, 3, 4, 5, 6, 7]);
        let none = Siblings::default();
        assert_eq!(lookup.guess(&[1, 2, 3, 4, 5, 6, 7, 9, 2, 3, 4], 2, &none), [5, 6]);
        assert!(lookup.guess(&[1, 2, 3, 4, 5, 6, 7, 9, 2, 3, 5], 2, &none).is_empty());
        assert!(lookup.guess(&[1, 2], 2, &none).is_empty());
        let mut siblings = Siblings::default();
        siblings.add(&[2, 3, 5, 8, 8]);
        assert_eq!(lookup.guess(&[1, 2, 3, 4, 5, 6, 7, 9, 2, 3, 5], 5, &siblings), [8, 8]);
    }

    #[test]
    fn what_was_taken_back_is_forgotten() {
        let mut lookup = Lookup::new(&[1, 2, 3]);
        let none = Siblings::default();
        lookup.guess(&[1, 2, 3, 7, 7, 7, 8, 1, 2, 3], 4, &none);
        assert_eq!(lookup.guess(&[1, 2, 3, 7, 7, 7, 8, 1, 2, 3], 2, &none), [7, 7]);
        assert_eq!(lookup.guess(&[1, 2, 3, 4, 1, 2, 3], 4, &none), [4, 1, 2, 3]);
    }

    #[test]
    fn a_sequence_that_never_guesses_right_stops_guessing() {
        let mut lookup = Lookup::new(&[1, 2, 3, 4, 1, 2, 3]);
        lookup.learn(TRIAL as usize, 0);
        assert!(lookup.guess(&[1, 2, 3, 4, 1, 2, 3], 4, &Siblings::default()).is_empty());
    }
}
