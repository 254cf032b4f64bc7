//! Times of day, with 24 or 12 hours by locale, and with the zone as its readers know it: `14:00 MEZ`, else `GMT+1`.

use std::fmt;
use std::str::FromStr;

use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{self, zone::SpecificShort};
use icu_datetime::{FixedCalendarDateTimeFormatter, NoCalendarFormatter};
use icu_time::{DateTime, Time};

use crate::date::Day;
use crate::error::{LocaleError, clip};
use crate::tag::Tag;
use crate::zone::Moment;

/// Hours of 24 and minutes, `14:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock {
    hour: u8,
    minute: u8,
}

impl Clock {
    pub fn new(hour: u8, minute: u8) -> Result<Self, LocaleError> {
        if hour < 24 && minute < 60 {
            Ok(Self { hour, minute })
        } else {
            Err(LocaleError::Time(format!("{hour}:{minute:02}")))
        }
    }

    pub(crate) fn parts(self) -> (u8, u8) {
        (self.hour, self.minute)
    }

    pub(crate) fn time(self) -> Result<Time, LocaleError> {
        Time::try_new(self.hour, self.minute, 0, 0).map_err(|_| LocaleError::Time(self.to_string()))
    }
}

impl FromStr for Clock {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let bad = || LocaleError::Time(clip(text));
        let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute) = text.split_once(':').filter(|(hour, minute)| two(hour) && two(minute)).ok_or_else(bad)?;
        Self::new(hour.parse().map_err(|_| bad())?, minute.parse().map_err(|_| bad())?)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// The time alone, with its zone.
pub fn time(locale: &str, moment: &Moment) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let fields = fieldsets::T::hm().with_zone(SpecificShort);
    let formatter = FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(tag.as_prefs(), fields)
        .map_err(|error| tag.data(&error))?;
    Ok(formatter.format(&moment.zoned()?).to_string())
}

/// Day and time as one phrase: `1. Dezember 2026 um 14:00 MEZ`.
pub fn date_time(locale: &str, moment: &Moment) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let fields = fieldsets::YMD::long().with_time_hm().with_zone(SpecificShort);
    let formatter = FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(tag.as_prefs(), fields)
        .map_err(|error| tag.data(&error))?;
    Ok(formatter.format(&moment.zoned()?).to_string())
}

/// Day and time where no zone was named.
pub fn local_date_time(locale: &str, day: Day, clock: Clock) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let formatter =
        FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(tag.as_prefs(), fieldsets::YMD::long().with_time_hm())
            .map_err(|error| tag.data(&error))?;
    Ok(formatter.format(&DateTime { date: day.gregorian()?, time: clock.time()? }).to_string())
}

/// The time where no zone was named.
pub fn local_time(locale: &str, clock: Clock) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let formatter =
        NoCalendarFormatter::try_new(tag.as_prefs(), fieldsets::T::hm()).map_err(|error| tag.data(&error))?;
    Ok(formatter.format(&clock.time()?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_24_hours_and_two_digits_each() {
        assert_eq!("00:00".parse::<Clock>().unwrap().to_string(), "00:00");
        for bad in ["24:00", "14:60", "2:00", "14", "14:00:00", "2 pm", "", "1४:00", "-1:00"] {
            assert!(matches!(bad.parse::<Clock>(), Err(LocaleError::Time(_))), "{bad}");
        }
    }
}
