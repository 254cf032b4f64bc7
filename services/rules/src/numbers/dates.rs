//! Dates: with month names in English, German, French, Spanish and Italian, and in digits by the locale's order.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::reading::Reading;
use super::{Date, Figure, Found};

const MONTHS: [&[&str]; 12] = [
    &["January", "Januar", "Jänner", "Jan"],
    &["February", "Februar", "Feber", "Feb"],
    &["March", "März", "Mar", "Mrz"],
    &["April", "Apr"],
    &["May", "Mai"],
    &["June", "Juni", "Jun"],
    &["July", "Juli", "Jul"],
    &["August", "Aug"],
    &["September", "Sept", "Sep"],
    &["October", "Oktober", "Oct", "Okt"],
    &["November", "Nov"],
    &["December", "Dezember", "Dec", "Dez"],
];

/// Names in French, Spanish and Italian, which have no capital; those that are an ordinary word as well (`mars`, `mayo`)
/// count as any other, since a day or a year stands beside them.
const ROMANCE: [&[&str]; 12] = [
    &["janvier", "enero", "gennaio"],
    &["février", "febrero", "febbraio"],
    &["mars", "marzo"],
    &["avril", "abril", "aprile"],
    &["mai", "mayo", "maggio"],
    &["juin", "junio", "giugno"],
    &["juillet", "julio", "luglio"],
    &["août", "agosto"],
    &["septembre", "septiembre", "setiembre", "settembre"],
    &["octobre", "octubre", "ottobre"],
    &["novembre", "noviembre"],
    &["décembre", "diciembre", "dicembre"],
];

/// `30. November 2026`, `30th of November`, `November 30, 2026`, `November 2026`, `1er mars 2026`, `30 de
/// noviembre de 2026`. English and German month names with a capital only, so
/// that "may 5" is no date.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<&str> = MONTHS.iter().flat_map(|names| names.iter().copied()).collect();
    let month = names.join("|");
    let romance = ROMANCE.iter().flat_map(|names| names.iter().copied()).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        r"(?x)
        \b (?P<d1>[0-9]{{1,2}}) (?:\.|st|nd|rd|th)? \s{{1,2}} (?:of\s)? (?P<m1>{month})\b \.? (?: ,?\s(?P<y1>[0-9]{{4}})\b )?
        | \b (?P<m2>{month})\b \.? \s (?P<y2>[0-9]{{4}})\b
        | \b (?P<m3>{month})\b \.? \s (?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th)?\b (?: ,?\s(?P<y3>[0-9]{{4}})\b )?
        | \b (?P<d4>[0-9]{{1,2}}) (?:er|º|°)? \s (?:de\s)? (?P<m4>{romance})\b (?: \s(?:del?\s)?(?P<y4>[0-9]{{4}})\b )?
        | \b (?P<m5>{romance})\b \s (?:del?\s)? (?P<y5>[0-9]{{4}})\b
        "
    ))
    .expect("a fixed pattern that the tests compile")
});

/// The dates with a month's name, in order.
pub(super) fn named(text: &str) -> Vec<Found> {
    NAMED.captures_iter(text).filter_map(|captures| read(&captures)).collect()
}

fn read(captures: &Captures<'_>) -> Option<Found> {
    let get = |names: &[&str]| names.iter().find_map(|name| captures.name(name)).map(|found| found.as_str());
    let name = get(&["m1", "m2", "m3", "m4", "m5"])?;
    let month = MONTHS
        .iter()
        .position(|names| names.contains(&name))
        .or_else(|| ROMANCE.iter().position(|names| names.contains(&name)))?;
    let day = get(&["d1", "d3", "d4"]).map(str::parse).transpose().ok()?;
    let year = get(&["y1", "y2", "y3", "y4", "y5"]).map(str::parse).transpose().ok()?;
    let date = Date { year, month: u8::try_from(month + 1).ok()?, day };
    (day.is_none_or(|day: u8| (1..=31).contains(&day)))
        .then(|| Found { range: captures.get_match().range(), figure: Figure::Date(date) })
}

/// A date in digits: `2026-11-30`, `30.11.2026`, `11/30/2026` or `30/11/2026` by the locale, and `30.11.` where a
/// full stop follows and decimals have a comma.
pub(super) fn digits(token: &str, stop_follows: bool, reading: Reading) -> Option<Date> {
    let parts: Vec<&str> = token.split(['-', '.', '/']).collect();
    let number = |at: usize| parts.get(at).and_then(|part| part.parse::<u16>().ok());
    let short = |at: usize| parts.get(at).filter(|part| part.len() <= 2).and_then(|part| part.parse::<u8>().ok());
    let year = |at: usize| number(at).filter(|_| parts.get(at).is_some_and(|part| part.len() == 4));
    let date = match (parts.len(), token.chars().find(|c| !c.is_ascii_digit())?) {
        (3, '-') => Date { year: Some(year(0)?), month: short(1)?, day: Some(short(2)?) },
        (3, '.') => Date { year: Some(year(2)?), month: short(1)?, day: Some(short(0)?) },
        (3, '/') if reading.month_first => Date { year: Some(year(2)?), month: short(0)?, day: Some(short(1)?) },
        (3, '/') => Date { year: Some(year(2)?), month: short(1)?, day: Some(short(0)?) },
        (2, '.') if stop_follows && reading.comma_is_decimal => {
            Date { year: None, month: short(1)?, day: Some(short(0)?) }
        }
        _ => return None,
    };
    let day = date.day.unwrap_or(0);
    ((1..=12).contains(&date.month) && (1..=31).contains(&day)).then_some(date)
}
