//! `utm`: tracking parameters that are missing, wrong or personal.
//!
//! **What it does.** Looks at the parameters of each link, decoded:
//! - `required`: a link that has one `utm_` parameter must have all of these. A link without any is not tracked, and no
//!   offence.
//! - `patterns`: the value of a parameter that is there must match; an expression for the whole value needs `^` and `$`.
//! - `by_channel`: the value that a parameter has in the channel of the place; silent where that is not known or not listed.
//! - `personal`: no e-mail address, no telephone number, and no parameter for a person's name or birthday.
//!
//! A value that a partner reference brings is not known, and matches everything.
//!
//! **Why it is bad.** Clicks are counted for nobody, or for somebody else; and what stands in a link goes to every log on
//! the way, where a person's data has no place.
//!
//! ```yaml
//! id: utm_medium
//! kind: utm
//! severity: info
//! message: "{parameter} of “{match}” is not that of this channel ({reason})."
//! params: {by_channel: {email: {utm_medium: email}}}
//! tests:
//!   pass: [{text: "https://fjord.example/?utm_medium=email", context: {channel: email}}]
//!   fail: [{text: "https://fjord.example/?utm_medium=social", context: {channel: email}}]
//! ```
//!
//! **Options.** At least one of the four.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::pattern::Pattern;
use super::{Check, Params};
use crate::links::{Link, links};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UtmParams {
    required: Vec<Spanned<String>>,
    patterns: BTreeMap<String, Spanned<String>>,
    by_channel: BTreeMap<String, BTreeMap<String, Spanned<String>>>,
    personal: bool,
}

#[derive(Debug)]
pub(crate) struct Utm {
    required: Vec<String>,
    patterns: Vec<(String, Pattern, String)>,
    by_channel: BTreeMap<String, Vec<(String, String)>>,
    personal: bool,
}

/// Parameters that are called after what they hold, without `_` and `-`.
const PERSONAL: [&str; 40] = [
    "firstname",
    "lastname",
    "fname",
    "lname",
    "fullname",
    "surname",
    "givenname",
    "familyname",
    "middlename",
    "username",
    "contactname",
    "customername",
    "vorname",
    "nachname",
    "prenom",
    "nomdefamille",
    "apellido",
    "apellidos",
    "cognome",
    "birthday",
    "birthdate",
    "dateofbirth",
    "dob",
    "geburtsdatum",
    "datenaissance",
    "fechanacimiento",
    "datanascita",
    "ssn",
    "iban",
    "phone",
    "phonenumber",
    "mobile",
    "telephone",
    "telefon",
    "telefono",
    "handy",
    "msisdn",
    "emailaddress",
    "address",
    "streetaddress",
];
/// Parameters that may hold a person's name.
const PERHAPS_NAMES: [&str; 12] =
    ["name", "nom", "nombre", "nome", "user", "contact", "customer", "kunde", "recipient", "to", "person", "lead"];

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[^\s@/?&=]+@[^\s@/?&=]+\.\p{Alphabetic}{2,}").expect("a fixed pattern that the tests compile")
});
/// With its country, with an area's 0, or as North Americans part it.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(?:\+| |00)[1-9]\d{0,2}(?:[ ().-]{0,3}\d){7,12}|\(?0\d{1,4}\)?[ /-]\d[\d ]{3,}\d|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4})$")
        .expect("a fixed pattern that the tests compile")
});

impl Params for UtmParams {
    type Kind = Utm;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Utm> {
        if self.required.is_empty() && self.patterns.is_empty() && self.by_channel.is_empty() && !self.personal {
            faults.at(common.kind_at, "name `required`, `patterns`, `by_channel` or `personal: true` in `params`");
            return None;
        }
        let mut required: Vec<String> = Vec::new();
        for name in self.required {
            if !is_parameter(&name.value) || required.contains(&name.value) {
                faults.at(name.referenced, format!("`{}` is no parameter, or is there twice", name.value));
            }
            required.push(name.value);
        }
        let mut patterns = Vec::new();
        for (parameter, pattern) in self.patterns {
            if !is_parameter(&parameter) {
                faults.at(pattern.referenced, format!("`{parameter}` is no parameter"));
            }
            let compiled = faults.regexes(std::slice::from_ref(&pattern), false).pop();
            patterns.extend(compiled.map(|compiled| (parameter, compiled, pattern.value)));
        }
        let mut by_channel = BTreeMap::new();
        for (channel, values) in self.by_channel {
            if values.is_empty() {
                faults.at(common.kind_at, format!("`by_channel.{channel}` names no parameter"));
            }
            for (parameter, value) in &values {
                if !is_parameter(parameter) || value.value.is_empty() {
                    faults.at(value.referenced, format!("`{parameter}` is no parameter, or its value is empty"));
                }
            }
            by_channel.insert(channel, values.into_iter().map(|(name, value)| (name, value.value)).collect());
        }
        Some(Utm { required, patterns, by_channel, personal: self.personal })
    }
}

fn is_parameter(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~'))
}

impl Check for Utm {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "parameter", "reason"]
    }

    fn held_by_form(&self) -> Option<&'static str> {
        Some("links come by reference only")
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for link in links(slot).iter().filter(|link| counts(&link.range)) {
                for (parameter, reason) in self.offences(slot, link, scene.place.channel) {
                    let mut hit = Hit::at(slot, link.range.clone());
                    hit.values.push(("parameter", parameter));
                    hit.values.push(("reason", reason));
                    hits.push(hit);
                }
            }
        }
        hits
    }
}

impl Utm {
    /// Parameter and reason of each.
    fn offences(&self, slot: &Slot<'_>, link: &Link, channel: Option<&str>) -> Vec<(String, String)> {
        let Some(url) = &link.url else { return Vec::new() };
        let pairs: Vec<(String, String)> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let open = |value: &str| value.contains("{{") || value.contains("}}");
        let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let mut found = Vec::new();
        let tracked = pairs.iter().any(|(name, _)| name.starts_with("utm_"));
        // Parameters may hide in what a reference brings.
        let unknown = link.range != link.whole && slot.text[link.whole.clone()].ends_with("}}") && !tracked;
        if tracked && !unknown {
            let missing: Vec<&str> =
                self.required.iter().map(String::as_str).filter(|name| value(name).is_none_or(str::is_empty)).collect();
            if !missing.is_empty() {
                found.push((missing.join(", "), "missing".to_owned()));
            }
        }
        for (name, pattern, written) in &self.patterns {
            if let Some(wrong) = value(name).filter(|value| !open(value) && !pattern.stands_in(value)) {
                found.push((name.clone(), format!("“{wrong}” does not match {written}")));
            }
        }
        for (name, wanted) in channel.and_then(|channel| self.by_channel.get(channel)).into_iter().flatten() {
            if let Some(wrong) = value(name).filter(|value| !open(value) && value != wanted) {
                found.push((name.clone(), format!("“{wrong}” instead of “{wanted}”")));
            }
        }
        if self.personal {
            let hidden: Vec<(String, String)> = url
                .fragment()
                .filter(|fragment| fragment.contains('='))
                .map(|fragment| {
                    url::form_urlencoded::parse(fragment.as_bytes())
                        .map(|(name, value)| (name.into_owned(), value.into_owned()))
                        .collect()
                })
                .unwrap_or_default();
            let personal = pairs.iter().chain(&hidden).filter(|(_, value)| !open(value));
            found.extend(
                personal
                    .filter_map(|(name, value)| Some((name.clone(), personal_reason(name, value)?.to_owned())))
                    .take(1),
            );
        }
        found
    }
}

/// Why a parameter is a person's.
fn personal_reason(name: &str, value: &str) -> Option<&'static str> {
    // Some programs encode what another one has encoded already.
    let again = url::form_urlencoded::parse(format!("v={}", value.replace('+', "%2B").replace('&', "%26")).as_bytes())
        .next()
        .map_or_else(|| value.to_owned(), |(_, decoded)| decoded.into_owned());
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.strip_prefix("utm").unwrap_or(&plain);
    if EMAIL.is_match(value) || EMAIL.is_match(&again) {
        Some("an e-mail address")
    } else if PHONE.is_match(value.trim_end()) || PHONE.is_match(again.trim_end()) {
        Some("a telephone number")
    } else if PERSONAL.contains(&plain) && value.chars().any(char::is_alphanumeric) {
        Some("a field for a person's data")
    } else if PERHAPS_NAMES.contains(&plain) && is_persons_name(&again) {
        Some("a person's name")
    } else {
        None
    }
}

/// `Jane Doe`
fn is_persons_name(value: &str) -> bool {
    let mut words = value.split([' ', '+', '.', '_']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.chars().skip(1).all(|c| c.is_lowercase() || matches!(c, '-' | '\''))
    };
    let all = words.clone().all(capital);
    all && words.next().is_some() && words.next().is_some() && words.count() < 3
}
