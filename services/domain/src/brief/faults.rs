//! Faults of a brief as they are gathered: all of them at once, each with its pointer.

use crate::place::{Locale, Market};
use crate::wording::Wording;

use super::{BriefError, MAX_LOCALES, MAX_WORDING};

#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<BriefError>);

impl Faults {
    pub fn say(&mut self, pointer: &str, detail: &str) {
        self.0.push(BriefError { pointer: pointer.to_owned(), detail: detail.to_owned() });
    }

    pub fn text(&mut self, pointer: &str, text: &str, min: usize, max: usize) {
        let length = text.chars().count();
        if text.trim().chars().count() < min {
            self.say(pointer, "is required");
        } else if length > max {
            self.say(pointer, &format!("has {length} characters; {max} at most"));
        } else if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
            self.say(pointer, &format!("holds the control character U+{:04X}; remove it", u32::from(c)));
        }
    }

    pub fn wording(&mut self, pointer: &str, wording: &Wording) {
        self.wording_up_to(pointer, wording, MAX_WORDING);
    }

    pub fn wording_up_to(&mut self, pointer: &str, wording: &Wording, max: usize) {
        if let Wording::ByLocale(map) = wording {
            if map.is_empty() {
                self.say(pointer, "has no text in any language");
            }
            for (tag, text) in map {
                self.exact(&format!("{pointer}/{tag}"), text, max);
            }
        } else {
            for text in wording.texts() {
                self.exact(pointer, text, max);
            }
        }
    }

    /// An exact wording is put into drafts as it stands, in one line.
    pub fn exact(&mut self, pointer: &str, text: &str, max: usize) {
        self.text(pointer, text, 1, max);
        if text.contains('\n') {
            self.say(pointer, "has a line break; write it on one line");
        }
    }

    pub fn count(&mut self, pointer: &str, count: usize, max: usize) {
        if count > max {
            self.say(pointer, &format!("has {count} entries; {max} at most"));
        }
    }

    pub fn keep<T, E: std::fmt::Display>(&mut self, pointer: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.say(pointer, &error.to_string())).ok()
    }

    pub fn tags<T: std::str::FromStr<Err = crate::place::PlaceError> + PartialEq>(
        &mut self,
        pointer: &str,
        tags: &[String],
    ) -> Vec<T> {
        let mut out = Vec::new();
        for (i, tag) in tags.iter().enumerate().take(MAX_LOCALES + 1) {
            let at = format!("{pointer}/{i}");
            if let Some(parsed) = self.keep(&at, tag.parse::<T>()) {
                if out.contains(&parsed) {
                    self.say(&at, &format!("`{}` is named twice", clip(tag)));
                } else {
                    out.push(parsed);
                }
            }
        }
        out
    }

    pub fn market_of(&mut self, pointer: &str, locale: &Locale, markets: &[Market]) {
        match locale.market() {
            None if markets.is_empty() => {
                self.say(
                    pointer,
                    &format!(
                        "`{locale}` names no region; add one (such as {locale}-{}) or name `markets`",
                        locale.language().to_uppercase()
                    ),
                );
            }
            Some(market) if !markets.is_empty() && !markets.contains(&market) => {
                self.say(pointer, &format!("`{locale}` is for market {market}, which `markets` does not name"));
            }
            _ => {}
        }
    }
}

pub(super) fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}
