//! Whether a source has another word in the place of one of the sentence: "includes breakfast", "includes dinner".
//!
//! That a verb is swapped for another that means the same is ordinary; that a noun is, seldom. So only places are looked at
//! where nouns stand: behind a preposition or an article, at the end, and what a sentence begins with.

use super::roles::Role;
use super::score::Statement;
use super::support::Support;
use super::words::Word;

/// Words of a source's sentence that are looked at.
const CLOSELY: usize = 200;

impl Statement<'_, '_> {
    /// Of the word `at`, which the source lacks, in a part that ends at `end`.
    pub(super) fn is_swapped(&self, at: usize, end: usize, support: &Support<'_>) -> bool {
        if !support.single {
            return false;
        }
        let theirs = &support.words[..support.words.len().min(CLOSELY)];
        let language = self.supports.lists.language;
        let carries = |word: &&Word| !word.stop;
        let Some(before) = at.checked_sub(1).map(|at| &self.words[at]) else {
            return self.begins_otherwise(at, theirs);
        };
        let plain = before.plain.as_str();
        let behind = |before: &Word| {
            let mut pairs = theirs.windows(2).filter(|pair| pair[0].stem == before.stem);
            pairs.any(|pair| self.is_another(&pair[1]))
        };
        if language.prepositions.contains(&plain) {
            return theirs.windows(2).any(|pair| pair[0].plain == plain && self.is_another(&pair[1]));
        }
        let follows = |before: &Word| {
            let places = theirs.iter().enumerate().filter(|(_, word)| word.stem == before.stem);
            places
                .into_iter()
                .any(|(place, _)| theirs[place + 1..].iter().find(carries).is_some_and(|word| self.is_another(word)))
        };
        if language.determiners.contains(&plain) {
            let said = self.words[..at].iter().rev().find(carries);
            return said.map_or_else(|| self.begins_otherwise(at, theirs), follows);
        }
        let is_last = at + 1 == end;
        is_last && !before.stop && self.roles[at - 1] != Role::Name && behind(before)
    }

    /// Whether the source begins with something else of which the same is said.
    fn begins_otherwise(&self, at: usize, theirs: &[Word]) -> bool {
        let mut carrying = theirs.iter().filter(|word| !word.stop);
        let (Some(first), Some(second)) = (carrying.next(), carrying.next()) else { return false };
        let next = (at + 1..self.words.len()).find(|at| !self.words[*at].stop);
        let says = |at: usize| self.roles[at] == Role::Word && self.words[at].stem == second.stem;
        next.is_some_and(says) && self.is_another(first)
    }

    /// Whether the sentence does not have the word.
    fn is_another(&self, word: &Word) -> bool {
        !word.stop && word.number.is_none() && !self.supports.name_words.contains(&word.plain) && !self.has(word)
    }
}
