//! A locale that there are rules for.

use icu_calendar::Date;
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};
use icu_locale_core::{LanguageIdentifier, Locale};

use crate::error::{LocaleError, clip};

/// Parsed, and known to CLDR.
#[derive(Clone, Debug)]
pub(crate) struct Tag(Locale);

impl Tag {
    pub fn parse(text: &str) -> Result<Self, LocaleError> {
        let bad = || LocaleError::Tag(clip(text));
        if text.len() > 35 || text.contains('_') {
            return Err(bad());
        }
        let id: LanguageIdentifier = text.parse().map_err(|_| bad())?;
        if id.language.is_unknown() {
            return Err(bad());
        }
        let tag = Self(id.into());
        // ICU4X falls back to the root's rules without a word, and the root has no names of months: it writes M12.
        let month = FixedCalendarDateTimeFormatter::try_new(tag.as_prefs(), fieldsets::M::long())
            .map_err(|error| tag.data(&error))?;
        let december = Date::try_new_gregorian(2026, 12, 1).map_err(|error| tag.data(&error))?;
        if month.format(&december).to_string().contains("M12") {
            return Err(LocaleError::Language(text.to_owned()));
        }
        Ok(tag)
    }

    /// As ICU4X's formatters take it.
    pub fn as_prefs<P: for<'a> From<&'a Locale>>(&self) -> P {
        P::from(&self.0)
    }

    pub fn language(&self) -> &str {
        self.0.id.language.as_str()
    }

    pub fn region(&self) -> Option<&str> {
        self.0.id.region.as_ref().map(icu_locale_core::subtags::Region::as_str)
    }

    pub fn data(&self, reason: &dyn std::fmt::Display) -> LocaleError {
        LocaleError::Data { locale: self.0.to_string(), reason: reason.to_string() }
    }
}
