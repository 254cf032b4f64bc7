//! A value of a brief: what must be exact and is written differently in each locale, such as a date or a price.

use std::fmt;

use countersign_locale::{self as cldr, Day, LocaleError, Moment};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::place::Locale;
use crate::wording::{Reader, Wording};

/// A value as it is written and stored. One of `date`, `duration`, `price`, `number`, `list`, `link` and `text` says what
/// it is; the other fields belong to one of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValueForm {
    /// `2026-12-01`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Of a date: `14:00`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Of a time: `Europe/Berlin`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// In minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// `49.90`
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    pub price: Option<String>,
    /// Of a price: ISO 4217, `EUR`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Of a price: `month`, `user_month` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// `1200`
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    pub number: Option<String>,
    /// Of a number: `gigabyte`, `percent` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<Wording>>,
    /// Starts with `https://`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// An exact wording; with a link, what the link says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Wording>,
}

/// A number that keeps its decimals: a string, or a whole number. A fraction that is no string has lost its zeros.
fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Digits;
    impl de::Visitor<'_> for Digits {
        type Value = Option<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number in quotation marks, such as \"49.90\"")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Digits)
}

/// What a reference asks for: the part before the point of `{{date.event}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Date,
    Time,
    DateTime,
    Duration,
    Price,
    Number,
    List,
    Link,
    Text,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Date,
        Self::Time,
        Self::DateTime,
        Self::Duration,
        Self::Price,
        Self::Number,
        Self::List,
        Self::Link,
        Self::Text,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "date_time",
            Self::Duration => "duration",
            Self::Price => "price",
            Self::Number => "number",
            Self::List => "list",
            Self::Link => "link",
            Self::Text => "text",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// A value for one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// The locale that a wording of it was taken from, where that is an allowed fallback.
    pub fallback: Option<Locale>,
}

/// Why a value cannot be written for a reader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// With an allowed fallback of another language that has one.
    #[error("it has no wording in this language")]
    NoWording { elsewhere: Option<Locale> },
    #[error(transparent)]
    Rules(#[from] LocaleError),
    #[error("it is not of this kind")]
    OtherKind,
}

impl ValueForm {
    /// The references that it answers.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let there = |is: bool, kind: Kind| is.then_some(kind);
        [
            there(self.date.is_some(), Kind::Date),
            there(self.time.is_some(), Kind::Time),
            there(self.time.is_some(), Kind::DateTime),
            there(self.duration.is_some(), Kind::Duration),
            there(self.price.is_some(), Kind::Price),
            there(self.number.is_some(), Kind::Number),
            there(self.list.is_some(), Kind::List),
            there(self.link.is_some(), Kind::Link),
            there(self.text.is_some(), Kind::Text),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// As a reader of that locale expects it.
    pub fn written(&self, kind: Kind, reader: &Reader<'_>) -> Result<Written, Unwritten> {
        let locale = reader.locale.as_str();
        let text = match (kind, self) {
            (Kind::Date, Self { date: Some(date), .. }) => {
                let (year, month, day) = date.parse::<Day>()?.ymd();
                cldr::date(locale, year, month, day)?
            }
            (Kind::Time, Self { date: Some(date), time: Some(time), zone, .. }) => match zone {
                Some(zone) => cldr::time(locale, &moment(date, time, zone)?)?,
                None => cldr::local_time(locale, time.parse()?)?,
            },
            (Kind::DateTime, Self { date: Some(date), time: Some(time), zone, .. }) => match zone {
                Some(zone) => cldr::date_time(locale, &moment(date, time, zone)?)?,
                None => cldr::local_date_time(locale, date.parse()?, time.parse()?)?,
            },
            (Kind::Duration, Self { duration: Some(minutes), .. }) => cldr::duration(locale, *minutes)?,
            (Kind::Price, Self { price: Some(price), currency: Some(currency), per, .. }) => match per {
                Some(per) => cldr::per(locale, price, currency, per.parse()?)?,
                None => cldr::price(locale, price, currency)?,
            },
            (Kind::Number, Self { number: Some(number), unit, .. }) => match unit {
                Some(unit) => cldr::unit(locale, number, unit.parse()?)?,
                None => cldr::number(locale, number)?,
            },
            (Kind::Link, Self { link: Some(link), .. }) => link.clone(),
            (Kind::Text, Self { text: Some(text), .. }) => return exactly(text, reader),
            (Kind::List, Self { list: Some(list), .. }) => return listed(list, reader),
            _ => return Err(Unwritten::OtherKind),
        };
        Ok(Written { text, fallback: None })
    }
}

fn moment(date: &str, time: &str, zone: &str) -> Result<Moment, LocaleError> {
    Moment::new(date.parse()?, time.parse()?, zone.parse()?)
}

fn exactly(wording: &Wording, reader: &Reader<'_>) -> Result<Written, Unwritten> {
    match wording.found(reader) {
        Some(found) => Ok(Written { text: found.text.trim().to_owned(), fallback: found.fallback.cloned() }),
        None => Err(Unwritten::NoWording { elsewhere: wording.elsewhere(reader).cloned() }),
    }
}

/// The entries as wordings, what joins them by the locale's own rules.
fn listed(entries: &[Wording], reader: &Reader<'_>) -> Result<Written, Unwritten> {
    let entries: Vec<Written> = entries.iter().map(|entry| exactly(entry, reader)).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
    let text = cldr::list(reader.locale.as_str(), &texts)?;
    Ok(Written { text, fallback: entries.iter().find_map(|entry| entry.fallback.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str, kind: Kind, locale: &str) -> Result<Written, Unwritten> {
        let value: ValueForm = serde_json::from_str(value).unwrap();
        let (locale, language) = (locale.parse().unwrap(), "en".parse().unwrap());
        let fallbacks = ["de-DE".parse().unwrap(), "en-GB".parse().unwrap()];
        value.written(kind, &Reader { locale: &locale, language: &language, fallbacks: &fallbacks })
    }

    fn text(value: &str, kind: Kind, locale: &str) -> String {
        written(value, kind, locale).unwrap().text
    }

    #[test]
    fn one_value_reads_differently_in_each_market() {
        let event = r#"{"date": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"}"#;
        assert_eq!(text(event, Kind::Date, "en-GB"), "1 December 2026");
        assert_eq!(text(event, Kind::Date, "de-AT"), "1. Dezember 2026");
        assert_eq!(text(event, Kind::Time, "de-AT"), "14:00 MEZ");
        assert_eq!(text(event, Kind::DateTime, "en-GB"), "1 December 2026 at 14:00 CET");
        let place = r#"{"date": "2026-12-01", "time": "18:30"}"#;
        assert_eq!(text(place, Kind::Time, "fr-FR"), "18:30");
        let fee = r#"{"price": "49.90", "currency": "EUR", "per": "user_month"}"#;
        assert_eq!(text(fee, Kind::Price, "de-DE"), "49,90\u{a0}€ pro Nutzer und Monat");
        assert_eq!(text(r#"{"number": 1200, "unit": "gigabyte"}"#, Kind::Number, "fr-FR"), "1\u{202f}200\u{202f}Go");
        assert_eq!(text(r#"{"duration": 45}"#, Kind::Duration, "pl-PL"), "45 minut");
        let link = r#"{"link": "https://nordwind.example/webinar", "text": {"en": "Register"}}"#;
        assert_eq!(text(link, Kind::Link, "ja-JP"), "https://nordwind.example/webinar");
        assert_eq!(text(link, Kind::Text, "en-US"), "Register");
    }

    #[test]
    fn wordings_are_exact_and_say_when_they_came_by_fallback() {
        let speaker = r#"{"text": {"de-DE": "Dr. Ada Fjell, Leiterin", "en-GB": "Dr Ada Fjell, Head"}}"#;
        let found = written(speaker, Kind::Text, "de-AT").unwrap();
        assert_eq!(found, Written { text: "Dr. Ada Fjell, Leiterin".into(), fallback: "de-DE".parse().ok() });
        let none = written(speaker, Kind::Text, "fr-FR").unwrap_err();
        assert_eq!(none, Unwritten::NoWording { elsewhere: "de-DE".parse().ok() });
        let topics = r#"{"list": [{"de": "Sicherung", "en": "backup"}, {"de-DE": "Wiederanlauf", "en": "recovery"}]}"#;
        assert_eq!(text(topics, Kind::List, "en-US"), "backup and recovery");
        let list = written(topics, Kind::List, "de-AT").unwrap();
        assert_eq!((list.text.as_str(), list.fallback.is_some()), ("Sicherung und Wiederanlauf", true));
        assert!(written(topics, Kind::List, "fr-FR").is_err());
        assert_eq!(written(topics, Kind::Date, "en-US"), Err(Unwritten::OtherKind));
    }

    #[test]
    fn a_fraction_that_lost_its_zeros_is_refused_and_whole_numbers_are_taken() {
        let error = serde_json::from_str::<ValueForm>(r#"{"price": 49.90, "currency": "EUR"}"#).unwrap_err();
        assert!(error.to_string().contains("in quotation marks, such as \"49.90\""), "{error}");
        let whole: ValueForm = serde_json::from_str(r#"{"price": 49, "currency": "EUR"}"#).unwrap();
        assert_eq!(whole.price.as_deref(), Some("49"));
        assert!(serde_json::from_str::<ValueForm>(r#"{"prize": "49"}"#).is_err());
    }
}
