//! Numbers and percentages: `1.200,5` in Germany, `1,200.5` in the United States. Decimals stay as they were written.

use icu_decimal::DecimalFormatter;

use crate::decimal::Exact;
use crate::error::LocaleError;
use crate::experimental;
use crate::tag::Tag;

/// `number("de-DE", "1200.50")` is `1.200,50`.
pub fn number(locale: &str, decimal: &str) -> Result<String, LocaleError> {
    of(&Tag::parse(locale)?, &decimal.parse()?)
}

/// `percent("de-DE", "12")` is `12 %`, with a space that does not break.
pub fn percent(locale: &str, decimal: &str) -> Result<String, LocaleError> {
    experimental::percent(&Tag::parse(locale)?, &decimal.parse()?)
}

pub(crate) fn of(tag: &Tag, exact: &Exact) -> Result<String, LocaleError> {
    let formatter = DecimalFormatter::try_new(tag.as_prefs(), Default::default()).map_err(|error| tag.data(&error))?;
    Ok(formatter.format(exact.decimal()).to_string())
}
