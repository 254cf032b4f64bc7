//! Whether a source says a number of the same thing as a sentence does.

use std::ops::Range;

use super::Doubt;
use super::language::UNITS;
use super::score::Statement;
use super::support::{Beside, Qualifier, Support};
use super::words::plain;
use crate::numbers::{Class, Figure, Found, Number};

/// Same numbers, and clauses, of a source that are looked at.
const CLOSELY: usize = 32;

impl Statement<'_, '_> {
    /// What is wrong with the figure `at`, of the words `part`, if that is its source.
    pub(super) fn figure(&self, at: usize, support: &Support<'_>, part: &Range<usize>) -> Result<(), Doubt> {
        let figure = &self.figures[at].figure;
        let reading = self.supports.reading;
        let Figure::Number(number) = figure else {
            return support.grounds.hold(figure, reading).then_some(()).ok_or(Doubt::Number);
        };
        let alike: Vec<&(Found, Qualifier)> = support.same(number).take(CLOSELY).collect();
        if alike.is_empty() {
            let in_words = || {
                let zeros = "0".repeat(usize::try_from(number.value.exponent.clamp(0, 3)).unwrap_or(0));
                let key = format!("#{}{zeros}", number.value.digits);
                number.class == Class::Plain && self.supports.id(&key).is_some_and(|id| support.holds(id))
            };
            return if support.grounds.hold(figure, reading) || in_words() { Ok(()) } else { Err(Doubt::Number) };
        }
        let unit = unit(&number.word);
        let mut units = alike.iter().filter_map(|(found, _)| match &found.figure {
            Figure::Number(theirs) => Some(self::unit(&theirs.word)),
            _ => None,
        });
        if unit.is_some() && !units.any(|theirs| theirs.is_none() || theirs == unit) {
            return Err(Doubt::Number);
        }
        if !support.grounds.hold(figure, reading)
            || self.is_of_another_thing(number, support, part)
            || self.is_beside_another(at, number, support)
        {
            return Err(Doubt::Number);
        }
        let fits = |theirs: Qualifier| match (self.qualifiers[at], theirs) {
            (ours, theirs) if ours == theirs => true,
            (Qualifier::AtMost, Qualifier::None) | (Qualifier::None, Qualifier::MoreThan) => true,
            _ => false,
        };
        if alike.iter().any(|(_, theirs)| fits(*theirs)) { Ok(()) } else { Err(Doubt::Overstated) }
    }

    /// Whether a clause of the support with another number of that class says more of what is said here.
    fn is_of_another_thing(&self, number: &Number, support: &Support<'_>, part: &Range<usize>) -> bool {
        let mut with: f32 = -1.0;
        let mut without: f32 = -1.0;
        for clause in support.clauses.iter().take(CLOSELY) {
            let mut numbers =
                clause.figures.iter().take(CLOSELY).filter_map(|at| match &support.figures[*at].0.figure {
                    Figure::Number(theirs) if theirs.class == number.class => Some(theirs),
                    _ => None,
                });
            let Some(first) = numbers.next() else { continue };
            let numbers: Vec<&Number> = std::iter::once(first).chain(numbers).collect();
            let here = numbers.iter().any(|theirs| theirs.value == number.value);
            if !here && numbers.iter().any(|theirs| self.says(theirs)) {
                // The sentence has that clause's number too: what it shares with the clause is said of that one.
                continue;
            }
            let fit = |at: usize| {
                let held = self.meant[at].iter().filter(|(id, _)| clause.ids.contains(id));
                held.map(|(_, fit)| *fit).fold(0.0, f32::max)
            };
            let shared: f32 = part.clone().map(fit).sum();
            let best = if here { &mut with } else { &mut without };
            *best = best.max(shared);
        }
        without > with + 0.5
    }

    /// Whether a number of that value and class is in the sentence.
    fn says(&self, number: &Number) -> bool {
        self.figures.iter().take(CLOSELY).any(|found| {
            matches!(&found.figure, Figure::Number(ours) if ours.value == number.value && ours.class == number.class)
        })
    }

    /// Whether another number of the source has the words beside it that this one has here, and the same number has not.
    fn is_beside_another(&self, at: usize, number: &Number, support: &Support<'_>) -> bool {
        let shares = |ours: &Beside, at: usize| {
            let theirs = &support.beside[at];
            let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
            same(&ours.before, &theirs.before) || same(&ours.after, &theirs.after)
        };
        let ours = &self.beside[at];
        // Unless the sentence says that other number of the same words as well.
        let said = |at: &usize| {
            let mut same = self.figures.iter().zip(&self.beside).take(CLOSELY);
            same.any(|(found, beside)| match (&found.figure, &support.figures[*at].0.figure) {
                (Figure::Number(ours), Figure::Number(theirs)) => ours.value == theirs.value && shares(beside, *at),
                _ => false,
            })
        };
        let of_class = |at: &usize| matches!(&support.figures[*at].0.figure, Figure::Number(theirs) if theirs.class == number.class && theirs.value != number.value);
        !support.same_at(number).take(CLOSELY).any(|at| shares(ours, at))
            && (0..support.figures.len().min(CLOSELY)).filter(of_class).any(|at| shares(ours, at) && !said(&at))
    }
}

fn unit(word: &str) -> Option<usize> {
    let word = plain(word);
    UNITS.iter().position(|names| names.contains(&word.as_str()))
}
