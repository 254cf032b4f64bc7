//! The brief as a form: what a marketer types, kept as it was typed when something needs another look.

mod values;

use std::collections::BTreeMap;

use countersign_domain::brief::{BriefForm, ClaimForm, ClaimFull};
use countersign_domain::place::Locale;
use countersign_domain::wording::Wording;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
pub(crate) use values::{KINDS, Row};

/// Messages and own claims stand one a line; `other_*` hold the same lines in another language, in the same order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub brand: String,
    pub campaign: String,
    pub language: String,
    pub product: String,
    pub audience: String,
    pub objective: String,
    pub tone: String,
    pub messages: String,
    /// One a line: `text | source`.
    pub own_claims: String,
    pub other_language: String,
    pub other_messages: String,
    pub other_claims: String,
    /// The rows of values, a column each; a row that was left empty has its place in all of them.
    pub value_kind: Vec<String>,
    pub value_name: Vec<String>,
    pub value_is: Vec<String>,
    pub value_other: Vec<String>,
    /// Keys of the library's claims.
    #[serde(rename = "claim")]
    pub claims: Vec<String>,
    #[serde(rename = "locale")]
    pub locales: Vec<String>,
    /// Tags that stand in no checkbox, parted by commas or spaces.
    pub more_locales: String,
    pub markets: String,
    #[serde(rename = "asset_type")]
    pub asset_types: Vec<String>,
    pub variants: String,
    pub seed: String,
}

/// What is wrong, by the name of the field.
pub(crate) type FieldFaults = BTreeMap<String, String>;

impl Typed {
    /// The brief that was typed, in the form of the API.
    pub fn brief(&self) -> Result<BriefForm, FieldFaults> {
        let mut faults = FieldFaults::new();
        let messages = self.paired(&lines(&self.messages), &self.other_messages, "other_messages", &mut faults);
        let own = lines(&self.own_claims);
        let (texts, sources): (Vec<String>, Vec<String>) = own.iter().map(|line| text_and_source(line)).unzip();
        let texts = self.paired(&texts, &self.other_claims, "other_claims", &mut faults);
        let mut claims: Vec<ClaimForm> = self.claims.iter().cloned().map(ClaimForm::Plain).collect();
        claims.extend(texts.into_iter().zip(sources).map(|(text, source)| ClaimForm::Full(ClaimFull { text, source })));
        let values = self.values().unwrap_or_else(|fault| {
            faults.insert("values".into(), fault);
            BTreeMap::new()
        });
        let variants = number(&self.variants, "variants", &mut faults);
        let seed = number(&self.seed, "seed", &mut faults);
        let mut locales = self.locales.clone();
        for more in words(&self.more_locales) {
            if !locales.contains(&more) {
                locales.push(more);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(BriefForm {
            brand: some(&self.brand),
            campaign: self.campaign.trim().to_owned(),
            language: some(&self.language),
            product: self.product.trim().to_owned(),
            audience: self.audience.trim().to_owned(),
            objective: self.objective.trim().to_owned(),
            tone: self.tone.trim().to_owned(),
            messages,
            claims,
            values,
            locales,
            markets: words(&self.markets),
            asset_types: self.asset_types.clone(),
            variants,
            seed,
        })
    }

    /// Each line with its counterpart in the other language, where there is one.
    fn paired(&self, first: &[String], other: &str, field: &str, faults: &mut FieldFaults) -> Vec<Wording> {
        let other = lines(other);
        if other.is_empty() {
            return first.iter().cloned().map(Wording::One).collect();
        }
        let language = |text: &str| if text.trim().is_empty() { "en".parse() } else { text.trim().parse::<Locale>() };
        let (own, second) = (language(&self.language), self.other_language.trim().parse::<Locale>());
        match (own, second) {
            (Ok(own), Ok(second)) if own != second && other.len() == first.len() => first
                .iter()
                .zip(other)
                .map(|(a, b)| Wording::ByLocale([(own.clone(), a.clone()), (second.clone(), b)].into()))
                .collect(),
            (_, Err(error)) => {
                faults.insert("other_language".into(), error.to_string());
                Vec::new()
            }
            (Ok(own), Ok(second)) if own == second => {
                faults.insert("other_language".into(), "is the same language as above; choose another".into());
                Vec::new()
            }
            // A first language that cannot be read is named by the brief's own check.
            (Err(_), Ok(_)) => first.iter().cloned().map(Wording::One).collect(),
            (Ok(_), Ok(_)) => {
                let detail = format!(
                    "has {} lines, and there are {} above; write one for each, in the same order",
                    other.len(),
                    first.len()
                );
                faults.insert(field.to_owned(), detail);
                Vec::new()
            }
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `It saves 12 %. | Lab report 7`: after the last bar stands the source.
fn text_and_source(line: &str) -> (String, String) {
    match line.rsplit_once('|') {
        Some((text, source)) => (text.trim().to_owned(), source.trim().to_owned()),
        None => (line.to_owned(), String::new()),
    }
}

fn number<T: std::str::FromStr>(text: &str, field: &str, faults: &mut FieldFaults) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    text.parse().map_err(|_| faults.insert(field.to_owned(), "is not a whole number".into())).ok()
}

/// The faults of a problem document beside the form's fields: its pointers name the brief's, the form has fewer.
pub(crate) fn beside_fields(problem: &Problem, typed: &Typed) -> FieldFaults {
    let mut faults = FieldFaults::new();
    for fault in &problem.errors {
        let mut parts = fault.pointer.trim_start_matches('/').split('/');
        let name = parts.next().unwrap_or("");
        let second = parts.next().unwrap_or("");
        let index = second.parse::<usize>().ok();
        let field = match (name, index) {
            ("claims", Some(i)) if i >= typed.claims.len() => "own_claims",
            ("claims", _) => "claim",
            ("locales", Some(i)) if i >= typed.locales.len() => "more_locales",
            ("locales", _) => "locale",
            ("asset_types", _) => "asset_type",
            (name, _) => name,
        };
        let line = match (field, index) {
            ("messages", Some(i)) => format!("line {}: ", i + 1),
            ("own_claims", Some(i)) => format!("line {}: ", i + 1 - typed.claims.len()),
            ("values", _) => typed.row_of(&unescaped(second)).map_or_else(String::new, |row| format!("row {row}: ")),
            _ => String::new(),
        };
        let said = faults.entry(field.to_owned()).or_default();
        if !said.is_empty() {
            said.push_str("; ");
        }
        said.push_str(&line);
        said.push_str(&fault.detail);
    }
    faults
}

/// A step of a pointer as it was before it was escaped (RFC 6901, section 4).
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            language: "en".into(),
            product: "Fjord".into(),
            messages: "It keeps working.\r\n\r\n  No line needed. ".into(),
            own_claims: "It saves 12 %. | Lab report 7\nIt is quiet.".into(),
            claims: vec!["uptime".into()],
            locales: vec!["en-US".into()],
            more_locales: "de-DE, en-US".into(),
            asset_types: vec!["email".into()],
            ..Typed::default()
        }
    }

    #[test]
    fn lines_become_messages_and_claims_with_their_sources() {
        let brief = typed().brief().unwrap();
        assert_eq!(brief.messages, ["It keeps working.", "No line needed."].map(|m| Wording::One(m.into())));
        assert_eq!(brief.claims.len(), 3);
        let ClaimForm::Full(full) = &brief.claims[1] else { panic!("an own claim has its source") };
        assert_eq!((&full.text, full.source.as_str()), (&Wording::One("It saves 12 %.".into()), "Lab report 7"));
        assert_eq!(brief.locales, ["en-US", "de-DE"]);
    }

    #[test]
    fn a_second_language_is_paired_line_by_line() {
        let typed = Typed {
            other_language: "de".into(),
            other_messages: "Es läuft weiter.\nKeine Leitung nötig.".into(),
            ..typed()
        };
        let brief = typed.brief().unwrap();
        assert_eq!(brief.messages[0].texts(), ["Es läuft weiter.", "It keeps working."]);
    }

    #[test]
    fn unequal_languages_and_odd_numbers_are_said_beside_their_fields() {
        let typed = Typed {
            other_language: "de".into(),
            other_messages: "Nur eine.".into(),
            variants: "two".into(),
            ..typed()
        };
        let faults = typed.brief().unwrap_err();
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["other_messages", "variants"]);
        let typed = Typed { other_language: "nowhere-land".into(), other_messages: "a\nb".into(), ..self::typed() };
        assert!(typed.brief().unwrap_err().contains_key("other_language"));
    }

    #[test]
    fn pointers_of_the_brief_find_the_fields_of_the_form() {
        let problem = Problem::invalid("x")
            .fault("/claims/1", "is too long")
            .fault("/locales/1", "is no locale")
            .fault("/messages/0", "has a line break")
            .fault("/values/event/zone", "is no zone")
            .fault("/product", "is required");
        let values = Typed { value_name: vec![String::new(), "event".into()], ..typed() };
        assert_eq!(beside_fields(&problem, &values)["values"], "row 2: is no zone");
        let faults = beside_fields(&problem, &typed());
        assert_eq!(faults["own_claims"], "line 1: is too long");
        assert_eq!(faults["more_locales"], "is no locale");
        assert_eq!(faults["messages"], "line 1: has a line break");
        assert_eq!(faults["product"], "is required");
    }
}
