//! Amounts with a unit: `1.200 GB`, `24 Stunden`, and how long something takes.
//!
//! Words and plurals of durations and kilograms are CLDR's. ICU4X has no kilometres and no bytes yet: their symbols are a
//! table here, set as the locale sets `kg`.

use std::str::FromStr;

use crate::decimal::Exact;
use crate::error::{LocaleError, clip};
use crate::tag::Tag;
use crate::{experimental, list, number};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Percent,
    Megabyte,
    Gigabyte,
    Terabyte,
    Kilometer,
    Kilogram,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub const ALL: [Self; 12] = [
        Self::Percent,
        Self::Megabyte,
        Self::Gigabyte,
        Self::Terabyte,
        Self::Kilometer,
        Self::Kilogram,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    /// As a brief writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Megabyte => "megabyte",
            Self::Gigabyte => "gigabyte",
            Self::Terabyte => "terabyte",
            Self::Kilometer => "kilometer",
            Self::Kilogram => "kilogram",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The symbol where CLDR's data is not in ICU4X.
    fn symbol(self, language: &str) -> Option<&'static str> {
        let symbols = match language {
            "fr" => ["Mo", "Go", "To", "km"],
            "ar" => ["م.ب", "غ.ب", "ت.ب", "كم"],
            "he" => ["MB", "GB", "TB", "ק״מ"],
            "ru" | "uk" | "bg" => ["МБ", "ГБ", "ТБ", "км"],
            _ => ["MB", "GB", "TB", "km"],
        };
        let at = match self {
            Self::Megabyte => 0,
            Self::Gigabyte => 1,
            Self::Terabyte => 2,
            Self::Kilometer => 3,
            _ => return None,
        };
        Some(symbols[at])
    }
}

impl FromStr for Unit {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|unit| unit.name() == text).ok_or_else(|| LocaleError::Unit(clip(text), names()))
    }
}

/// `unit("de-DE", "24", Unit::Hour)` is `24 Stunden`.
pub fn unit(locale: &str, decimal: &str, unit: Unit) -> Result<String, LocaleError> {
    of(&Tag::parse(locale)?, &decimal.parse()?, unit)
}

fn of(tag: &Tag, exact: &Exact, unit: Unit) -> Result<String, LocaleError> {
    if unit == Unit::Percent {
        return experimental::percent(tag, exact);
    }
    let Some(symbol) = unit.symbol(tag.language()) else { return experimental::unit(tag, exact, unit) };
    let number = number::of(tag, exact)?;
    let weight = experimental::unit(tag, exact, Unit::Kilogram)?;
    // After the number a space of the locale's kind, or none.
    let space = weight.split_once(&number).and_then(|(_, rest)| rest.chars().next()).filter(|c| c.is_whitespace());
    Ok(space.map_or_else(|| format!("{number}{symbol}"), |space| format!("{number}{space}{symbol}")))
}

/// A year is more than any webinar.
const MAX_MINUTES: u32 = 366 * 24 * 60;

/// How long something takes, in words. As people say it: `90 Minuten`, but `1 Stunde` and `2 Stunden, 30 Minuten`.
pub fn duration(locale: &str, minutes: u32) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    if !(1..=MAX_MINUTES).contains(&minutes) {
        return Err(LocaleError::Duration(MAX_MINUTES));
    }
    let part = |amount: u32, unit: Unit| experimental::unit(&tag, &amount.to_string().parse()?, unit);
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours, rest) {
        (_, 0) => part(hours, Unit::Hour),
        (0 | 1, _) => part(minutes, Unit::Minute),
        _ => list::together(&tag, &[part(hours, Unit::Hour)?, part(rest, Unit::Minute)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_the_language() {
        let polish = |amount: &str| unit("pl-PL", amount, Unit::Hour).unwrap();
        assert_eq!(["1", "2", "5", "22"].map(polish), ["1 godzina", "2 godziny", "5 godzin", "22 godziny"]);
        assert_eq!(duration("ar-EG", 60).unwrap(), "ساعة");
        assert_eq!(duration("ar-EG", 120).unwrap(), "ساعتان");
    }

    #[test]
    fn a_duration_is_said_as_people_say_it() {
        let german = |minutes: u32| duration("de-DE", minutes).unwrap();
        assert_eq!(
            [1, 45, 60, 90, 120, 150].map(german),
            ["1 Minute", "45 Minuten", "1 Stunde", "90 Minuten", "2 Stunden", "2 Stunden, 30 Minuten",]
        );
        for bad in [0, MAX_MINUTES + 1, u32::MAX] {
            assert!(matches!(duration("de-DE", bad), Err(LocaleError::Duration(_))), "{bad}");
        }
    }

    #[test]
    fn an_unknown_unit_names_those_that_there_are() {
        assert!("furlong".parse::<Unit>().unwrap_err().to_string().contains("gigabyte"));
    }
}
