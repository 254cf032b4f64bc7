//! Dates: day, month in words, year, as a sentence of the locale holds them; never the weekday.

use std::fmt;
use std::str::FromStr;

use icu_calendar::{Date, Gregorian};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};

use crate::error::{LocaleError, clip};
use crate::tag::Tag;

/// A Gregorian day of the years 1900 to 2199, `2026-12-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i16,
    month: u8,
    day: u8,
}

impl Day {
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self, LocaleError> {
        let text = || format!("{year}-{month:02}-{day:02}");
        if !(1900..2200).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return Err(LocaleError::Date(text()));
        }
        let first = Date::try_new_gregorian(i32::from(year), month, 1).map_err(|_| LocaleError::Date(text()))?;
        let days = first.days_in_month();
        if day > days {
            return Err(LocaleError::NoSuchDay(text(), days));
        }
        Ok(Self { year, month, day })
    }

    #[must_use]
    pub const fn ymd(self) -> (i16, u8, u8) {
        (self.year, self.month, self.day)
    }

    pub(crate) fn parts(self) -> (i16, i8, i8) {
        // Months and days are below 32.
        (self.year, self.month.cast_signed(), self.day.cast_signed())
    }

    pub(crate) fn gregorian(self) -> Result<Date<Gregorian>, LocaleError> {
        Date::try_new_gregorian(i32::from(self.year), self.month, self.day)
            .map_err(|_| LocaleError::Date(self.to_string()))
    }
}

impl FromStr for Day {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let bad = || LocaleError::Date(clip(text));
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return Err(bad());
        }
        let year = text[..4].parse().map_err(|_| bad())?;
        let month = text[5..7].parse().map_err(|_| bad())?;
        Self::new(year, month, text[8..].parse().map_err(|_| bad())?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `date("de-DE", 2026, 12, 1)` is `1. Dezember 2026`.
pub fn date(locale: &str, year: i16, month: u8, day: u8) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let day = Day::new(year, month, day)?.gregorian()?;
    let formatter = FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(tag.as_prefs(), fieldsets::YMD::long())
        .map_err(|error| tag.data(&error))?;
    Ok(formatter.format(&day).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_no_calendar_has_is_refused_in_words() {
        assert_eq!("2028-02-29".parse::<Day>().unwrap().to_string(), "2028-02-29");
        let said = "2027-02-31".parse::<Day>().unwrap_err().to_string();
        assert_eq!(said, "there is no 2027-02-31: the month has 28 days");
        for bad in [
            "",
            "2026-13-01",
            "2026-00-10",
            "2026-12-00",
            "26-12-01",
            "01.12.2026",
            "2026-1-1",
            "2026-12-1x",
            "9999-01-01",
            "٢٠٢٦-١٢-٠١",
        ] {
            assert!(matches!(bad.parse::<Day>(), Err(LocaleError::Date(_))), "{bad}");
        }
        assert!(matches!(date("en-US", -5, 1, 1), Err(LocaleError::Date(_))));
    }
}
