//! Everything of ICU4X that is not stable yet: currencies, percentages, units. Only this file knows these interfaces.

use icu_decimal::DecimalFormatter;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_experimental::dimension::percent::formatter::PercentFormatter;
use icu_experimental::dimension::units::categorized_formatter::CategorizedFormatter;
use icu_experimental::dimension::units::options::Width;
use icu_experimental::measure::category::{CategorizedMeasureUnit, Duration, Mass};

use crate::decimal::Exact;
use crate::error::LocaleError;
use crate::price::Currency;
use crate::tag::Tag;
use crate::unit::Unit;

pub(crate) fn percent(tag: &Tag, exact: &Exact) -> Result<String, LocaleError> {
    let formatter = PercentFormatter::<DecimalFormatter>::try_new(tag.as_prefs(), Default::default())
        .map_err(|error| tag.data(&error))?;
    Ok(formatter.format(exact.decimal()).to_string())
}

/// With the currency's sign as the locale knows it, else its code; with as many decimals as the currency has.
pub(crate) fn currency(tag: &Tag, exact: &Exact, currency: Currency) -> Result<String, LocaleError> {
    let code = CurrencyType::try_from_str(currency.as_str())
        .map_err(|_| LocaleError::Currency(currency.as_str().to_owned()))?;
    let formatter = CurrencyFormatter::<DecimalFormatter>::try_new_symbol(tag.as_prefs(), code, Default::default())
        .map_err(|error| tag.data(&error))?;
    Ok(formatter.format_fixed_decimal(exact.decimal()).to_string())
}

/// Durations in words, kilograms by their symbol. Other units are no business of this function.
pub(crate) fn unit(tag: &Tag, exact: &Exact, unit: Unit) -> Result<String, LocaleError> {
    let spell = |measure: CategorizedMeasureUnit<Duration>| {
        let formatter = CategorizedFormatter::<Duration>::try_new_outlier(tag.as_prefs(), measure, Width::Long.into());
        formatter.map(|formatter| formatter.format_fixed_decimal(exact.decimal()).to_string())
    };
    let written = match unit {
        Unit::Minute => spell(Duration::minute()),
        Unit::Hour => spell(Duration::hour()),
        Unit::Day => spell(Duration::day()),
        Unit::Week => spell(Duration::week()),
        Unit::Month => spell(Duration::month()),
        Unit::Year => spell(Duration::year()),
        _ => {
            let options = Width::Short.into();
            CategorizedFormatter::<Mass>::try_new_outlier(tag.as_prefs(), Mass::kilogram(), options)
                .map(|formatter| formatter.format_fixed_decimal(exact.decimal()).to_string())
        }
    };
    written.map_err(|error| tag.data(&error))
}
