//! Lists in a sentence: `A, B und C`; with or without the comma before the last by locale.

use icu_list::ListFormatter;
use icu_list::options::{ListFormatterOptions, ListLength};

use crate::error::LocaleError;
use crate::tag::Tag;

pub fn list<S: AsRef<str>>(locale: &str, entries: &[S]) -> Result<String, LocaleError> {
    let tag = Tag::parse(locale)?;
    if entries.is_empty() {
        return Err(LocaleError::EmptyList);
    }
    let options = ListFormatterOptions::default().with_length(ListLength::Wide);
    let formatter = ListFormatter::try_new_and(tag.as_prefs(), options).map_err(|error| tag.data(&error))?;
    Ok(formatter.format_to_string(entries.iter().map(AsRef::as_ref)))
}

/// Parts of one quantity: `1 Stunde, 30 Minuten`.
pub(crate) fn together(tag: &Tag, parts: &[String]) -> Result<String, LocaleError> {
    let options = ListFormatterOptions::default().with_length(ListLength::Wide);
    let formatter = ListFormatter::try_new_unit(tag.as_prefs(), options).map_err(|error| tag.data(&error))?;
    Ok(formatter.format_to_string(parts.iter()))
}
