//! Numbers of a text, read in its locale, and whether sources hold them.
//!
//! It reads digits of every script that people write prices in, separators by locale, per cent, currencies, scales
//! (k, million, Mrd.), dates, and words with digits in them (B2B). It never reads numbers written in words.
//! Start reading at [`scan`]; [`Grounds::hold`] says when two figures are the same.

mod dates;
mod grounds;
mod reading;
mod scan;

pub(crate) use grounds::Grounds;
pub(crate) use reading::Reading;
pub(crate) use scan::scan;

use std::ops::Range;

/// A figure and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub range: Range<usize>,
    pub figure: Figure,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Figure {
    Number(Number),
    Date(Date),
    /// What is compared as it is written: `24/7`, `10:30`, `2.1.3`, `b2b`, `½`.
    Literal(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    pub value: Value,
    pub class: Class,
    /// The word behind it, in lower case: `gb` of `10 GB`.
    pub word: String,
    /// Whether the word touches the number, as in `10GB`.
    pub attached: bool,
}

/// `digits` × 10^`exponent`, without zeros at either end; so `12.50` and `12.5` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Value {
    pub negative: bool,
    pub digits: String,
    pub exponent: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Plain,
    Percent,
    PerMille,
    /// As a code or symbol: `€`, `$`, `chf`.
    Currency(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Date {
    pub year: Option<u16>,
    pub month: u8,
    pub day: Option<u8>,
}

impl Value {
    /// `whole` and `fraction` are ASCII digits; `scale` is a power of ten.
    pub(crate) fn new(negative: bool, whole: &str, fraction: &str, scale: i64) -> Self {
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let dropped = digits.len() - significant.len();
        let exponent = scale - len(fraction) + i64::try_from(dropped).unwrap_or(i64::MAX);
        let digits = significant.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Self { negative: false, digits, exponent: 0 };
        }
        Self { negative, digits, exponent }
    }
}

fn len(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
