//! Time zones: a wall clock of a day in a place, and how far from UTC that place is then.

use std::fmt;
use std::str::FromStr;

use icu_calendar::Gregorian;
use icu_time::zone::{UtcOffset, models};
use icu_time::{DateTime, Time, TimeZone, TimeZoneInfo, ZonedDateTime};
use jiff::civil;
use jiff::tz::AmbiguousOffset;

use crate::date::Day;
use crate::error::{LocaleError, clip};
use crate::time::Clock;

/// A name of the tz database: `Europe/Berlin`, `UTC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn found(&self) -> Result<jiff::tz::TimeZone, LocaleError> {
        jiff::tz::TimeZone::get(&self.0).map_err(|_| LocaleError::Zone(clip(&self.0)))
    }
}

impl FromStr for Zone {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let bad = || LocaleError::Zone(clip(text));
        // `UTC` apart, a name has a slash; the database's abbreviations (`EST`, `CET`) mean different things to readers.
        if text.len() > 40 || (text != "UTC" && !text.contains('/')) {
            return Err(bad());
        }
        let found = jiff::tz::TimeZone::get(text).map_err(|_| bad())?;
        // The database's own spelling; what it has no name for is none.
        found.iana_name().map(|name| Self(name.to_owned())).ok_or_else(bad)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time on a day, in a zone: known to exist exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub day: Day,
    pub clock: Clock,
    pub zone: Zone,
}

impl Moment {
    pub fn new(day: Day, clock: Clock, zone: Zone) -> Result<Self, LocaleError> {
        let moment = Self { day, clock, zone };
        moment.offset().map(|_| moment)
    }

    /// Seconds from UTC. A time that the clocks skip, or that comes twice, is an error: no reader could know which.
    fn offset(&self) -> Result<i32, LocaleError> {
        let (year, month, day) = self.day.parts();
        let (hour, minute) = self.clock.parts();
        let when = civil::DateTime::new(year, month, day, hour.cast_signed(), minute.cast_signed(), 0, 0)
            .map_err(|_| LocaleError::Date(self.day.to_string()))?;
        let told = || (format!("{} {}", self.day, self.clock), self.zone.to_string());
        match self.zone.found()?.to_ambiguous_timestamp(when).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(offset.seconds()),
            AmbiguousOffset::Gap { .. } => {
                let (when, zone) = told();
                Err(LocaleError::Skipped { when, zone })
            }
            AmbiguousOffset::Fold { .. } => {
                let (when, zone) = told();
                Err(LocaleError::Twice { when, zone })
            }
        }
    }

    /// For ICU4X.
    pub(crate) fn zoned(&self) -> Result<ZonedDateTime<Gregorian, TimeZoneInfo<models::AtTime>>, LocaleError> {
        let date = self.day.gregorian()?;
        let time: Time = self.clock.time()?;
        let offset = UtcOffset::try_from_seconds(self.offset()?).ok();
        let at = DateTime { date, time };
        let zone = TimeZone::from_iana_id(self.zone.as_str()).with_offset(offset).at_date_time(at);
        Ok(ZonedDateTime { date, time, zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(day: &str, clock: &str, zone: &str) -> Result<Moment, LocaleError> {
        Moment::new(day.parse().unwrap(), clock.parse().unwrap(), zone.parse()?)
    }

    #[test]
    fn a_time_that_is_not_or_comes_twice_is_refused() {
        assert!(moment("2026-12-01", "14:00", "Europe/Berlin").is_ok());
        let skipped = moment("2026-03-29", "02:30", "Europe/Berlin").unwrap_err();
        assert_eq!(skipped.to_string(), "the clocks of Europe/Berlin skip 2026-03-29 02:30; choose another time");
        assert!(matches!(moment("2026-10-25", "02:30", "Europe/Berlin"), Err(LocaleError::Twice { .. })));
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        assert_eq!("europe/berlin".parse::<Zone>().unwrap().as_str(), "Europe/Berlin");
        assert!("UTC".parse::<Zone>().is_ok());
        for bad in ["", "CET", "EST", "GMT+1", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "Berlin"] {
            assert!(matches!(bad.parse::<Zone>(), Err(LocaleError::Zone(_))), "{bad}");
        }
    }
}
