//! What can be wrong with a value or a locale, as whoever wrote the value reads it.

/// Why a value cannot be written. Texts of callers are cut to what fits a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocaleError {
    #[error("`{0}` is not a locale; write a BCP 47 tag such as de-DE or en-US")]
    Tag(String),
    #[error("there are no rules for `{0}`: CLDR does not know how its readers write dates and numbers")]
    Language(String),
    #[error("`{0}` is not a number; write digits, with a point before decimals: 1200 or 49.90")]
    Number(String),
    #[error("`{0}` is too large or too exact; 12 digits and 6 decimals are the most")]
    Range(String),
    #[error("`{0}` is not a date; write year, month and day: 2026-12-01")]
    Date(String),
    #[error("there is no {0}: the month has {1} days")]
    NoSuchDay(String, u8),
    #[error("`{0}` is not a time; write hours and minutes of 24: 14:00")]
    Time(String),
    #[error("`{0}` is not a time zone; write its name in the tz database, such as Europe/Berlin")]
    Zone(String),
    #[error("the clocks of {zone} skip {when}; choose another time")]
    Skipped { when: String, zone: String },
    #[error("{when} comes twice in {zone}, since its clocks are set back; choose another time")]
    Twice { when: String, zone: String },
    #[error("`{0}` is not a currency in use; write an ISO 4217 code in capitals such as EUR")]
    Currency(String),
    #[error("a price is not below zero")]
    Negative,
    #[error("`{0}` is none of the units {1}")]
    Unit(String, String),
    #[error("there are no words for `{what}` in {language}; leave it out, or write the price as a text")]
    Words { what: &'static str, language: String },
    #[error("a duration is 1 minute to {0}")]
    Duration(u32),
    #[error("a list needs an entry")]
    EmptyList,
    #[error("the data of {locale} is broken: {reason}")]
    Data { locale: String, reason: String },
}

/// The start of what somebody wrote.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}
