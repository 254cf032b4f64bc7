//! What a price is for: `49,90 € pro Nutzer und Monat`. A table of ours, since CLDR has no users and no devices: languages
//! that it lacks get an error. To add one, add a line.

use std::str::FromStr;

use crate::error::{LocaleError, clip};
use crate::price;
use crate::tag::Tag;

/// What one pays the price for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Month,
    Year,
    User,
    Device,
    UserMonth,
    UserYear,
    DeviceMonth,
    DeviceYear,
}

impl Per {
    pub const ALL: [Self; 8] = [
        Self::Month,
        Self::Year,
        Self::User,
        Self::Device,
        Self::UserMonth,
        Self::UserYear,
        Self::DeviceMonth,
        Self::DeviceYear,
    ];

    /// As a brief writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
            Self::User => "user",
            Self::Device => "device",
            Self::UserMonth => "user_month",
            Self::UserYear => "user_year",
            Self::DeviceMonth => "device_month",
            Self::DeviceYear => "device_year",
        }
    }
}

impl FromStr for Per {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|per| per.name() == text).ok_or_else(|| LocaleError::Unit(clip(text), names()))
    }
}

/// For each language (`pt-BR` before `pt`) its words in the order of [`Per::ALL`]; `{}` is the price.
const WORDS: &[(&str, [&str; 8])] = &[
    (
        "ar",
        [
            "{} شهريًا",
            "{} سنويًا",
            "{} لكل مستخدم",
            "{} لكل جهاز",
            "{} لكل مستخدم شهريًا",
            "{} لكل مستخدم سنويًا",
            "{} لكل جهاز شهريًا",
            "{} لكل جهاز سنويًا",
        ],
    ),
    (
        "de",
        [
            "{} pro Monat",
            "{} pro Jahr",
            "{} pro Nutzer",
            "{} pro Gerät",
            "{} pro Nutzer und Monat",
            "{} pro Nutzer und Jahr",
            "{} pro Gerät und Monat",
            "{} pro Gerät und Jahr",
        ],
    ),
    (
        "en",
        [
            "{} per month",
            "{} per year",
            "{} per user",
            "{} per device",
            "{} per user per month",
            "{} per user per year",
            "{} per device per month",
            "{} per device per year",
        ],
    ),
    (
        "es",
        [
            "{} al mes",
            "{} al año",
            "{} por usuario",
            "{} por dispositivo",
            "{} por usuario al mes",
            "{} por usuario al año",
            "{} por dispositivo al mes",
            "{} por dispositivo al año",
        ],
    ),
    (
        "fr",
        [
            "{} par mois",
            "{} par an",
            "{} par utilisateur",
            "{} par appareil",
            "{} par utilisateur et par mois",
            "{} par utilisateur et par an",
            "{} par appareil et par mois",
            "{} par appareil et par an",
        ],
    ),
    (
        "he",
        [
            "{} לחודש",
            "{} לשנה",
            "{} למשתמש",
            "{} למכשיר",
            "{} למשתמש לחודש",
            "{} למשתמש לשנה",
            "{} למכשיר לחודש",
            "{} למכשיר לשנה",
        ],
    ),
    (
        "it",
        [
            "{} al mese",
            "{} all’anno",
            "{} per utente",
            "{} per dispositivo",
            "{} per utente al mese",
            "{} per utente all’anno",
            "{} per dispositivo al mese",
            "{} per dispositivo all’anno",
        ],
    ),
    (
        "ja",
        [
            "月額{}",
            "年額{}",
            "1ユーザーあたり{}",
            "1台あたり{}",
            "1ユーザーあたり月額{}",
            "1ユーザーあたり年額{}",
            "1台あたり月額{}",
            "1台あたり年額{}",
        ],
    ),
    (
        "nl",
        [
            "{} per maand",
            "{} per jaar",
            "{} per gebruiker",
            "{} per apparaat",
            "{} per gebruiker per maand",
            "{} per gebruiker per jaar",
            "{} per apparaat per maand",
            "{} per apparaat per jaar",
        ],
    ),
    (
        "pl",
        [
            "{} miesięcznie",
            "{} rocznie",
            "{} za użytkownika",
            "{} za urządzenie",
            "{} miesięcznie za użytkownika",
            "{} rocznie za użytkownika",
            "{} miesięcznie za urządzenie",
            "{} rocznie za urządzenie",
        ],
    ),
    (
        "pt-BR",
        [
            "{} por mês",
            "{} por ano",
            "{} por usuário",
            "{} por dispositivo",
            "{} por usuário por mês",
            "{} por usuário por ano",
            "{} por dispositivo por mês",
            "{} por dispositivo por ano",
        ],
    ),
    (
        "pt",
        [
            "{} por mês",
            "{} por ano",
            "{} por utilizador",
            "{} por dispositivo",
            "{} por utilizador por mês",
            "{} por utilizador por ano",
            "{} por dispositivo por mês",
            "{} por dispositivo por ano",
        ],
    ),
];

/// `per("de-DE", "49.90", "EUR", Per::Month)` is `49,90 € pro Monat`.
pub fn per(locale: &str, amount: &str, currency: &str, per: Per) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    let price = price::of(&tag, &amount.parse()?, currency.parse()?)?;
    let exact = tag.region().map(|region| format!("{}-{region}", tag.language()));
    // A bare `pt` is Brazil's, as in CLDR.
    let language = if tag.language() == "pt" && exact.is_none() { "pt-BR" } else { tag.language() };
    let find = |wanted: &str| WORDS.iter().find(|(language, _)| *language == wanted);
    let (_, words) = exact
        .as_deref()
        .and_then(find)
        .or_else(|| find(language))
        .ok_or_else(|| LocaleError::Words { what: per.name(), language: tag.language().to_owned() })?;
    let at = Per::ALL.iter().position(|known| *known == per).unwrap_or_default();
    Ok(words[at].replacen("{}", &price, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_words_of_its_own_for_each() {
        for (language, words) in WORDS {
            let distinct: std::collections::BTreeSet<_> = words.iter().collect();
            assert_eq!(distinct.len(), Per::ALL.len(), "{language}");
            assert!(words.iter().all(|word| word.matches("{}").count() == 1), "{language}");
        }
    }

    #[test]
    fn a_language_that_the_table_lacks_says_so_instead_of_using_english() {
        let said = per("tr-TR", "49.90", "TRY", Per::UserMonth).unwrap_err().to_string();
        assert!(said.starts_with("there are no words for `user_month` in tr"), "{said}");
        assert!("decade".parse::<Per>().unwrap_err().to_string().contains("month, year, user"));
    }
}
