//! A number exactly as somebody wrote it, decimals included.

use std::fmt;
use std::str::FromStr;

use fixed_decimal::Decimal;

use crate::error::{LocaleError, clip};

const MAX_DIGITS: usize = 12;
pub(crate) const MAX_DECIMALS: usize = 6;

/// `-?DIGITS(.DIGITS)?`; no exponent, no grouping, and never a binary fraction.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    text: String,
    decimal: Decimal,
}

impl Exact {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn decimal(&self) -> &Decimal {
        &self.decimal
    }

    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.text.starts_with('-')
    }

    /// The digits before the point, without the sign.
    pub(crate) fn whole(&self) -> &str {
        let digits = self.text.trim_start_matches('-');
        digits.split_once('.').map_or(digits, |(whole, _)| whole)
    }

    /// The digits after the point, as they were written.
    pub(crate) fn decimals(&self) -> &str {
        self.text.split_once('.').map_or("", |(_, decimals)| decimals)
    }
}

impl FromStr for Exact {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let bad = || LocaleError::Number(clip(text));
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = match digits.split_once('.') {
            Some((_, "")) => return Err(bad()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) {
            return Err(bad());
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(bad());
        }
        if whole.len() > MAX_DIGITS || decimals.len() > MAX_DECIMALS {
            return Err(LocaleError::Range(clip(text)));
        }
        let decimal = Decimal::try_from_str(text).map_err(|_| bad())?;
        Ok(Self { text: text.to_owned(), decimal })
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_digits_are_a_number_and_absurd_ones_are_refused() {
        for good in ["0", "1200", "49.90", "-0.5", "999999999999.999999"] {
            assert_eq!(good.parse::<Exact>().unwrap().to_string(), good);
        }
        for bad in ["", "-", "1,200", "1e9", "49.", ".5", "007", "١٢", "NaN", "1 200", "--1", "1.2.3", "+1"] {
            assert!(matches!(bad.parse::<Exact>(), Err(LocaleError::Number(_))), "{bad}");
        }
        for absurd in ["1000000000000", "0.1234567", &"9".repeat(4000)] {
            assert!(matches!(absurd.parse::<Exact>(), Err(LocaleError::Range(_))), "{absurd}");
        }
    }
}
