//! What the sources hold, and whether a figure is among it.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::scan::scan;
use super::{Class, Date, Figure, Number, Reading, Value};

/// The figures of all sources; read once, when first asked.
#[derive(Debug)]
pub(crate) struct Grounds<'a> {
    sources: Vec<&'a str>,
    read: OnceCell<Figures>,
}

#[derive(Debug, Default)]
struct Figures {
    numbers: HashMap<Value, Vec<Number>>,
    dates: HashSet<Date>,
    literals: HashSet<String>,
}

impl<'a> Grounds<'a> {
    pub(crate) fn new(sources: Vec<&'a str>) -> Self {
        Self { sources, read: OnceCell::new() }
    }

    /// Whether a source has the figure: a number by value, class and, where a word touches either, that word; a date
    /// by all parts that `figure` names; anything else as it is written.
    pub(crate) fn hold(&self, figure: &Figure, reading: Reading) -> bool {
        let held = self.read.get_or_init(|| Figures::of(&self.sources, reading));
        match figure {
            Figure::Number(number) => held.number(number),
            Figure::Literal(literal) => held.literals.contains(literal),
            Figure::Date(date) => held.dates.iter().any(|known| {
                date.month == known.month
                    && (date.day.is_none() || date.day == known.day)
                    && (date.year.is_none() || date.year == known.year)
            }),
        }
    }
}

impl Figures {
    fn of(sources: &[&str], reading: Reading) -> Self {
        let mut figures = Self::default();
        for found in sources.iter().flat_map(|source| scan(source, reading)) {
            match found.figure {
                Figure::Number(number) => figures.numbers.entry(number.value.clone()).or_default().push(number),
                Figure::Literal(literal) => _ = figures.literals.insert(literal),
                Figure::Date(date) => {
                    // "In 2026" and "on the 30th" are said of a date, too.
                    let parts = [date.year.map(u64::from), date.day.map(u64::from)];
                    for part in parts.into_iter().flatten() {
                        let value = Value::new(false, &part.to_string(), "", 0);
                        let number =
                            Number { value: value.clone(), class: Class::Plain, word: String::new(), attached: false };
                        figures.numbers.entry(value).or_default().push(number);
                    }
                    figures.dates.insert(date);
                }
            }
        }
        figures
    }

    fn number(&self, wanted: &Number) -> bool {
        self.numbers.get(&wanted.value).is_some_and(|same| {
            same.iter().any(|known| {
                known.class == wanted.class && (!(known.attached || wanted.attached) || known.word == wanted.word)
            })
        })
    }
}
