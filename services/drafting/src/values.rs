//! The brief's values as one locale writes them, and messages and claims with their references to them filled in.

use std::collections::BTreeMap;

use countersign_domain::brief::Brief;
use countersign_domain::brief::refer::{fill, references};
use countersign_domain::brief::value::{Unwritten, Written};
use countersign_domain::content::Bound;
use countersign_domain::place::Locale;
use countersign_domain::wording::{Found, Reader, Wording};

use crate::sources::{Fallback, Missing};

/// Every value by its reference, such as `date.event`: as it is written, or why it cannot be.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    reader: Reader<'a>,
    by_reference: BTreeMap<String, (&'a str, Result<Written, String>)>,
}

impl<'a> Values<'a> {
    pub fn of(brief: &'a Brief, reader: Reader<'a>) -> Self {
        let mut by_reference = BTreeMap::new();
        for (name, value) in &brief.values {
            for kind in value.kinds() {
                let written = value.written(kind, &reader).map_err(|why| match why {
                    Unwritten::NoWording { elsewhere } => no_wording(reader.locale, elsewhere.as_ref()),
                    other => format!("{} cannot be written in {}: {other}", kind.name(), reader.locale),
                });
                by_reference.insert(format!("{}.{name}", kind.name()), (name.as_str(), written));
            }
        }
        Self { reader, by_reference }
    }

    /// Those that can be written.
    pub fn bound(&self) -> Vec<Bound> {
        let written = self.by_reference.iter().filter_map(|(reference, (name, written))| {
            let text = written.as_ref().ok()?.text.clone();
            Some(Bound { reference: reference.clone(), source: source_of(name), text })
        });
        written.collect()
    }

    /// Those that cannot, each value once.
    pub fn missing(&self) -> Vec<Missing> {
        let mut out: Vec<Missing> = Vec::new();
        for (name, written) in self.by_reference.values() {
            if let Err(why) = written
                && !out.iter().any(|known| known.what == what(name))
            {
                out.push(Missing { what: what(name), why: why.clone() });
            }
        }
        out
    }

    /// Those that an allowed fallback stood in for.
    pub fn fallbacks(&self) -> Vec<Fallback> {
        let fallen = self.by_reference.iter().filter_map(|(reference, (name, written))| {
            let from = written.as_ref().ok()?.fallback.clone()?;
            Some(Fallback { reference: reference.clone(), what: what(name), from })
        });
        fallen.collect()
    }

    /// The exact text of a wording for this reader: its references filled in, which is no template engine's work.
    pub fn exact<'w>(&self, wording: &'w Wording) -> Result<(String, Found<'w>), String> {
        let found = self.found(wording)?;
        Ok((self.filled(found.text)?, found))
    }

    /// A wording as it stands, braces included.
    pub fn found<'w>(&self, wording: &'w Wording) -> Result<Found<'w>, String> {
        let none = || no_wording(self.reader.locale, wording.elsewhere(&self.reader));
        wording.found(&self.reader).ok_or_else(none)
    }

    /// `text` with its references filled in.
    pub fn filled(&self, text: &str) -> Result<String, String> {
        let written = |name: &str| self.by_reference.get(name).and_then(|(_, written)| written.as_ref().ok());
        fill(text, |name| written(name).map(|written| written.text.clone())).map_err(|name| {
            match self.by_reference.get(name) {
                Some((_, Err(why))) => format!("it holds {{{{{name}}}}}, and {why}"),
                _ => format!("it holds {{{{{name}}}}}, which is no value of the brief"),
            }
        })
    }

    /// What of `text` came by fallback, for the source that it became.
    pub fn fallen_within(&self, text: &str, reference: &str) -> Vec<Fallback> {
        let fallen = references(text).filter_map(|inner| {
            let (name, written) = self.by_reference.get(inner.name)?;
            let from = written.as_ref().ok()?.fallback.clone()?;
            Some(Fallback { reference: reference.to_owned(), what: what(name), from })
        });
        fallen.collect()
    }
}

/// How a value is named to people.
pub(crate) fn what(name: &str) -> String {
    format!("value `{name}` of the brief")
}

fn source_of(name: &str) -> String {
    format!("value:brief.{name}")
}

/// The value's name in its source, where it is one.
pub(crate) fn name_of(source: &str) -> Option<&str> {
    source.strip_prefix("value:brief.")
}

/// `elsewhere` is an allowed fallback of another language that has a wording.
pub(crate) fn no_wording(locale: &Locale, elsewhere: Option<&Locale>) -> String {
    match elsewhere {
        Some(other) => format!(
            "it has no wording in {locale}; the fallback {other} is another language, which is never put into an asset"
        ),
        None => format!("it has no wording in {locale}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::brief::BriefForm;

    fn brief() -> Brief {
        let json = r#"{"product": "Fjord", "locales": ["de-AT"], "asset_types": ["email"], "values": {
            "event": {"date": "2026-12-01", "time": "14:00", "zone": "Europe/Vienna"},
            "fee": {"price": "1249", "currency": "EUR", "per": "month"},
            "speaker": {"text": {"de-DE": "Dr. Ada Fjell", "en": "Dr Ada Fjell"}}}}"#;
        serde_json::from_str::<BriefForm>(json).unwrap().check(&["email"]).unwrap()
    }

    fn tag(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn a_sentence_is_right_to_the_comma_in_each_market() {
        let brief = brief();
        let say = |locale: &str| {
            let (locale, fallbacks) = (tag(locale), [tag("de-DE")]);
            let reader = Reader { locale: &locale, language: &brief.language, fallbacks: &fallbacks };
            Values::of(&brief, reader).filled("{{date_time.event}}: {{price.fee}}, {{ text.speaker }}")
        };
        assert_eq!(say("de-AT").unwrap(), "1. Dezember 2026 um 14:00 MEZ: €\u{a0}1\u{a0}249 pro Monat, Dr. Ada Fjell");
        assert_eq!(say("en-GB").unwrap(), "1 December 2026 at 14:00 CET: €1,249 per month, Dr Ada Fjell");
        let why = say("fr-FR").unwrap_err();
        assert!(
            why.starts_with("it holds {{text.speaker}}, and it has no wording in fr-FR; the fallback de-DE"),
            "{why}"
        );
    }

    #[test]
    fn what_cannot_be_written_is_missing_and_what_fell_back_is_marked() {
        let brief = brief();
        let (at, tr, fallbacks) = (tag("de-AT"), tag("tr-TR"), [tag("de-DE")]);
        let reader = |locale| Reader { locale, language: &brief.language, fallbacks: &fallbacks };
        let values = Values::of(&brief, reader(&at));
        let references: Vec<String> = values.bound().into_iter().map(|bound| bound.reference).collect();
        assert_eq!(references, ["date.event", "date_time.event", "price.fee", "text.speaker", "time.event"]);
        assert_eq!(values.bound()[0].source, "value:brief.event");
        let fallen = values.fallbacks();
        assert_eq!((fallen.len(), fallen[0].reference.as_str(), &fallen[0].from), (1, "text.speaker", &tag("de-DE")));
        assert_eq!(values.fallen_within("With {{text.speaker}}.", "message.1")[0].reference, "message.1");
        let missing = Values::of(&brief, reader(&tr)).missing();
        assert_eq!(missing.len(), 2, "{missing:?}");
        assert!(missing[0].why.contains("no words for `month` in tr"), "{missing:?}");
    }
}
