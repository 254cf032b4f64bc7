//! What can be wrong with a brief's values, before any locale is looked at.

use std::collections::BTreeMap;

use countersign_locale::{self as cldr, Clock, Currency, Day, Exact, LocaleError, Moment, Per, Unit, Zone};
use url::Url;

use super::faults::{Faults, clip};
use super::value::ValueForm;

pub const MAX_VALUES: usize = 24;
const MAX_NAME: usize = 30;
const MAX_ENTRIES: usize = 12;
const MAX_ENTRY: usize = 120;
/// Three or four sentences about a speaker.
const MAX_TEXT: usize = 1000;
const MAX_LABEL: usize = 80;
const MAX_URL: usize = 300;

/// All values of a brief.
pub(super) fn check(values: &BTreeMap<String, ValueForm>, faults: &mut Faults) {
    faults.count("/values", values.len(), MAX_VALUES);
    for (name, value) in values.iter().take(MAX_VALUES) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        // `~` and `/` have an escape in a pointer (RFC 6901, section 3).
        let at = format!("/values/{}", clip(name).replace('~', "~0").replace('/', "~1"));
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(plain) {
            faults.say(&at, &format!("is no name of a value; write 1 to {MAX_NAME} of a-z, 0-9 and _"));
        }
        value.check(&at, faults);
    }
}

impl ValueForm {
    fn check(&self, at: &str, faults: &mut Faults) {
        let heads = [
            ("date", self.date.is_some()),
            ("duration", self.duration.is_some()),
            ("price", self.price.is_some()),
            ("number", self.number.is_some()),
            ("list", self.list.is_some()),
            ("link", self.link.is_some()),
            ("text", self.text.is_some() && self.link.is_none()),
        ];
        let heads: Vec<&str> = heads.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
        match heads[..] {
            [] => faults.say(at, "says nothing; give it one of date, duration, price, number, list, link and text"),
            [_] => {}
            _ => faults.say(at, &format!("is several things ({}); give each a name of its own", heads.join(", "))),
        }
        for (field, there, head, needed) in [
            ("time", self.time.is_some(), "date", self.date.is_some()),
            ("zone", self.zone.is_some(), "time", self.time.is_some()),
            ("currency", self.currency.is_some(), "price", self.price.is_some()),
            ("per", self.per.is_some(), "price", self.price.is_some()),
            ("unit", self.unit.is_some(), "number", self.number.is_some()),
        ] {
            if there && !needed {
                faults.say(&format!("{at}/{field}"), &format!("belongs to a `{head}`, which is missing"));
            }
        }
        self.check_exact(at, faults);
        for (i, entry) in self.list.iter().flatten().enumerate().take(MAX_ENTRIES) {
            faults.wording_up_to(&format!("{at}/list/{i}"), entry, MAX_ENTRY);
        }
        match self.list.as_ref().map(Vec::len) {
            Some(0) => faults.say(&format!("{at}/list"), "needs an entry"),
            Some(count) => faults.count(&format!("{at}/list"), count, MAX_ENTRIES),
            None => {}
        }
        if let Some(link) = &self.link {
            let pointer = format!("{at}/link");
            faults.text(&pointer, link, 1, MAX_URL);
            if !Url::parse(link).is_ok_and(|url| url.scheme() == "https" && url.has_host())
                || link.contains(char::is_whitespace)
            {
                faults.say(&pointer, "is no web address that starts with https://");
            }
        }
        if let Some(text) = &self.text {
            let max = if self.link.is_some() { MAX_LABEL } else { MAX_TEXT };
            faults.wording_up_to(&format!("{at}/text"), text, max);
        }
    }

    /// What the rules of every locale agree on.
    fn check_exact(&self, at: &str, faults: &mut Faults) {
        let pointer = |field: &str| format!("{at}/{field}");
        let day = self.date.as_ref().and_then(|date| faults.keep(&pointer("date"), date.parse::<Day>()));
        let clock = self.time.as_ref().and_then(|time| faults.keep(&pointer("time"), time.parse::<Clock>()));
        let zone = self.zone.as_ref().and_then(|zone| faults.keep(&pointer("zone"), zone.parse::<Zone>()));
        if let (Some(day), Some(clock), Some(zone)) = (day, clock, zone) {
            faults.keep(&pointer("time"), Moment::new(day, clock, zone));
        }
        if let Some(minutes) = self.duration {
            faults.keep(&pointer("duration"), cldr::duration("en", minutes));
        }
        if let Some(price) = &self.price {
            let price = faults.keep(&pointer("price"), price.parse::<Exact>());
            if price.is_some_and(|price| price.is_negative()) {
                faults.say(&pointer("price"), &LocaleError::Negative.to_string());
            }
            match &self.currency {
                Some(currency) => {
                    faults.keep(&pointer("currency"), currency.parse::<Currency>());
                }
                None => faults.say(&pointer("currency"), "is required; write an ISO 4217 code such as EUR"),
            }
        }
        if let Some(per) = &self.per {
            faults.keep(&pointer("per"), per.parse::<Per>());
        }
        if let Some(number) = &self.number {
            faults.keep(&pointer("number"), number.parse::<Exact>());
        }
        if let Some(unit) = &self.unit {
            faults.keep(&pointer("unit"), unit.parse::<Unit>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(json: &str) -> Vec<String> {
        let mut faults = Faults::default();
        check(&serde_json::from_str(json).unwrap(), &mut faults);
        faults.0.into_iter().map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn good_values_of_every_kind_have_no_fault() {
        let json = r#"{"event": {"date": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"}, "long": {"duration": 45},
            "basic": {"price": "49.90", "currency": "EUR", "per": "month"}, "size": {"number": "1200", "unit": "gigabyte"},
            "topics": {"list": ["a", {"de": "b"}]}, "page": {"link": "https://a.example/x?y=1", "text": "Register"},
            "speaker_1": {"text": {"en": "Dr Ada Fjell"}}}"#;
        assert_eq!(faults(json), Vec::<String>::new());
    }

    #[test]
    fn each_fault_has_the_pointer_of_its_field() {
        for (value, pointer, said) in [
            (r#"{}"#, "", "says nothing"),
            (r#"{"date": "2026-12-01", "duration": 5}"#, "", "is several things (date, duration)"),
            (r#"{"date": "2027-02-31"}"#, "/date", "the month has 28 days"),
            (r#"{"time": "14:00", "duration": 5}"#, "/time", "belongs to a `date`"),
            (r#"{"date": "2026-12-01", "zone": "Europe/Berlin"}"#, "/zone", "belongs to a `time`"),
            (r#"{"date": "2026-12-01", "time": "14:00", "zone": "CET"}"#, "/zone", "tz database"),
            (r#"{"date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin"}"#, "/time", "skip"),
            (r#"{"duration": 0}"#, "/duration", "1 minute"),
            (r#"{"price": "49,90", "currency": "EUR"}"#, "/price", "is not a number"),
            (r#"{"price": "-1", "currency": "EUR"}"#, "/price", "not below zero"),
            (r#"{"price": "49"}"#, "/currency", "is required"),
            (r#"{"price": "49", "currency": "DEM"}"#, "/currency", "not a currency in use"),
            (r#"{"price": "49", "currency": "EUR", "per": "decade"}"#, "/per", "none of the units"),
            (r#"{"number": "1e9"}"#, "/number", "is not a number"),
            (r#"{"number": "1", "unit": "furlong"}"#, "/unit", "none of the units"),
            (r#"{"list": []}"#, "/list", "needs an entry"),
            (r#"{"list": ["a", {"de": "b\nc"}]}"#, "/list/1/de", "line break"),
            (r#"{"link": "http://a.example"}"#, "/link", "https://"),
            (r#"{"link": "javascript:alert(1)"}"#, "/link", "https://"),
            (r#"{"text": " "}"#, "/text", "is required"),
            (r#"{"text": {}}"#, "/text", "has no text in any language"),
        ] {
            let found = faults(&format!(r#"{{"x": {value}}}"#));
            assert!(
                found.iter().any(|fault| fault.starts_with(&format!("/values/x{pointer}: ")) && fault.contains(said)),
                "{value}: {found:?}"
            );
        }
    }

    #[test]
    fn names_and_their_number_are_bounded() {
        let found = faults(r#"{"A/b~": {"duration": 5}, "": {"duration": 5}, "é": {"duration": 5}}"#);
        let pointers: Vec<&str> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
        assert_eq!(pointers, ["/values/", "/values/A~1b~0", "/values/é"]);
        let many: Vec<String> = (0..25).map(|i| format!(r#""v{i}": {{"duration": 5}}"#)).collect();
        assert_eq!(faults(&format!("{{{}}}", many.join(","))), ["/values: has 25 entries; 24 at most"]);
        let long = "x".repeat(1001);
        assert!(faults(&format!(r#"{{"x": {{"text": "{long}"}}}}"#))[0].contains("1000 at most"));
    }
}
