//! Prices: sign, place, spaces and separators of the currency in the locale.
//!
//! How many decimals there are is what whoever wrote the price decided, as a price is written on purpose: `49` stays
//! `49 €`, `49.9` and `49.90` are `49,90 €`, `0.0045` keeps all its digits. Nothing is ever rounded.

use std::fmt;
use std::str::FromStr;

use crate::decimal::{Exact, MAX_DECIMALS};
use crate::error::{LocaleError, clip};
use crate::experimental;
use crate::number;
use crate::tag::Tag;

/// An ISO 4217 code that money is paid in today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency([u8; 3]);

/// ISO 4217 list one, without funds, metals and test codes.
const IN_USE: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD \
    HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD \
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS \
    UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

impl Currency {
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for Currency {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let known = text.len() == 3 && IN_USE.split(' ').any(|code| code == text);
        let bytes = text.as_bytes().try_into().ok().filter(|_| known);
        bytes.map(Self).ok_or_else(|| LocaleError::Currency(clip(text)))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `price("de-DE", "49.90", "EUR")` is `49,90 €`.
pub fn price(locale: &str, amount: &str, currency: &str) -> Result<String, LocaleError> {
    of(&Tag::parse(locale)?, &amount.parse()?, currency.parse()?)
}

pub(crate) fn of(tag: &Tag, amount: &Exact, currency: Currency) -> Result<String, LocaleError> {
    if amount.is_negative() {
        return Err(LocaleError::Negative);
    }
    // ICU4X writes as many decimals as the currency has and rounds to them, so it writes the whole amount, and the
    // decimals are put where it has its zeros.
    let whole: Exact = amount.whole().parse()?;
    let written = experimental::currency(tag, &whole, currency)?;
    let zeros = zeros(&written, &experimental::currency(tag, &"1".parse()?, currency)?);
    let Some(zeros) = zeros else { return without_minor_unit(tag, amount, &written) };
    let before = &written[..zeros.start];
    let separator = before.chars().next_back().map_or(0, char::len_utf8);
    let after = &written[zeros.end..];
    if amount.decimals().is_empty() {
        return Ok(format!("{}{after}", &before[..before.len() - separator]));
    }
    let places = written[zeros].chars().count();
    let digits = padded(amount.decimals(), places);
    Ok(format!("{before}{}{after}", own_digits(tag, &digits)?))
}

/// Where the decimals of `written` stand: the digits after the last mark between digits. `one` is how the same currency
/// writes 1, which has as many decimals and no mark of grouping, and so tells whether there are any.
fn zeros(written: &str, one: &str) -> Option<std::ops::Range<usize>> {
    let runs = |text: &str| {
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_numeric()) {
            match runs.last_mut() {
                Some(run) if run.end == at => run.end = at + c.len_utf8(),
                _ => runs.push(at..at + c.len_utf8()),
            }
        }
        runs
    };
    (runs(one).len() == 2).then(|| runs(written).pop()).flatten()
}

/// A currency such as the yen, in which a decimal is an odd thing, but may be asked for: `0.5` yen a request.
fn without_minor_unit(tag: &Tag, amount: &Exact, written: &str) -> Result<String, LocaleError> {
    if amount.decimals().is_empty() {
        return Ok(written.to_owned());
    }
    let whole = number::of(tag, &amount.whole().parse()?)?;
    let exact = number::of(tag, amount)?;
    Ok(written.replacen(&whole, &exact, 1))
}

fn padded(decimals: &str, places: usize) -> String {
    let mut digits = decimals.to_owned();
    while digits.len() < places.min(MAX_DECIMALS) {
        digits.push('0');
    }
    digits
}

/// Digits one by one as the locale draws them.
fn own_digits(tag: &Tag, digits: &str) -> Result<String, LocaleError> {
    digits.chars().map(|digit| number::of(tag, &digit.to_string().parse()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_that_were_written() {
        let euro = |amount: &str| price("de-DE", amount, "EUR").unwrap();
        assert_eq!(
            ["49", "49.9", "49.90", "1234", "1234.5", "0.0045", "0"].map(euro),
            [
                "49\u{a0}€",
                "49,90\u{a0}€",
                "49,90\u{a0}€",
                "1.234\u{a0}€",
                "1.234,50\u{a0}€",
                "0,0045\u{a0}€",
                "0\u{a0}€",
            ]
        );
        assert_eq!(price("ja-JP", "1200", "JPY").unwrap(), "￥1,200");
        assert_eq!(price("ja-JP", "1200.5", "JPY").unwrap(), "￥1,200.5");
        assert_eq!(price("ar-BH", "1.5", "BHD").unwrap().chars().filter(|c| c.is_numeric()).count(), 4);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for bad in ["eur", "EURO", "XXX", "XAU", "BTC", "DEM", "", "€"] {
            assert!(matches!(price("de-DE", "1", bad), Err(LocaleError::Currency(_))), "{bad}");
        }
        assert_eq!(price("de-DE", "-1", "EUR"), Err(LocaleError::Negative));
        assert!(matches!(price("de-DE", "1,5", "EUR"), Err(LocaleError::Number(_))));
        assert!(matches!(price("xx-XX", "1", "EUR"), Err(LocaleError::Language(_))));
    }
}
