//! A brief: what a marketer asks. The wire form, and the check that turns it into one that can be planned.
//!
//! What must be exact and differs by locale is a value ([`value`]), which messages and claims refer to ([`refer`]).

mod claim;
mod faults;
pub mod refer;
pub mod value;
mod value_check;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::place::{Locale, Market};
use crate::wording::Wording;
pub use claim::{ClaimForm, ClaimFull};
use faults::{Faults, clip};
use value::ValueForm;
pub use value_check::MAX_VALUES;

/// The fields of `POST /api/v1/kits`, as they come in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BriefForm {
    /// The brand's slug; may be left out where there is only one.
    pub brand: Option<String>,
    pub campaign: String,
    /// The language that plain strings of this brief are in; English when left out.
    pub language: Option<String>,
    pub product: String,
    pub audience: String,
    pub objective: String,
    pub tone: String,
    pub messages: Vec<Wording>,
    pub claims: Vec<ClaimForm>,
    /// Values by name, which messages, claims and templates refer to as `{{date.NAME}}` and so on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, ValueForm>,
    pub locales: Vec<String>,
    pub markets: Vec<String>,
    pub asset_types: Vec<String>,
    /// Drafts of each asset that differ, 1 when left out.
    pub variants: Option<u32>,
    /// The same seed gives the same drafts; 0 when left out.
    pub seed: Option<u64>,
}

/// A brief that can be planned: every tag parsed, every length checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    pub brand: Option<String>,
    pub campaign: String,
    pub language: Locale,
    pub product: String,
    pub audience: String,
    pub objective: String,
    pub tone: String,
    pub messages: Vec<Wording>,
    pub claims: Vec<ClaimForm>,
    /// As they were written and checked; read again where they are used.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, ValueForm>,
    pub locales: Vec<Locale>,
    pub markets: Vec<Market>,
    pub asset_types: Vec<String>,
    pub variants: u32,
    pub seed: u64,
}

/// One fault of a brief: where (a JSON pointer, RFC 6901) and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct BriefError {
    pub pointer: String,
    pub detail: String,
}

pub const MAX_MESSAGES: usize = 6;
pub const MAX_CLAIMS: usize = 8;
pub const MAX_LOCALES: usize = 24;
pub const MAX_VARIANTS: u32 = 5;
/// One claim or message, in characters.
pub const MAX_WORDING: usize = 400;

impl BriefForm {
    /// Checks everything and names every fault at once. `known` are the asset types that there are templates for.
    pub fn check(self, known: &[&str]) -> Result<Brief, Vec<BriefError>> {
        let mut faults = Faults::default();
        faults.text("/product", &self.product, 1, 120);
        faults.text("/campaign", &self.campaign, 0, 120);
        faults.text("/audience", &self.audience, 0, 200);
        faults.text("/objective", &self.objective, 0, 200);
        faults.text("/tone", &self.tone, 0, 80);
        let language = self.language.as_deref().unwrap_or("en").parse::<Locale>();
        let language = faults.keep("/language", language);
        faults.count("/messages", self.messages.len(), MAX_MESSAGES);
        for (i, message) in self.messages.iter().enumerate() {
            faults.wording(&format!("/messages/{i}"), message);
        }
        faults.count("/claims", self.claims.len(), MAX_CLAIMS);
        for (i, claim) in self.claims.iter().enumerate() {
            match claim {
                ClaimForm::Plain(text) => faults.text(&format!("/claims/{i}"), text, 1, MAX_WORDING),
                ClaimForm::Full(full) => {
                    faults.wording(&format!("/claims/{i}/text"), &full.text);
                    faults.text(&format!("/claims/{i}/source"), &full.source, 0, 500);
                }
            }
        }
        value_check::check(&self.values, &mut faults);
        self.check_references(&mut faults);
        let locales = faults.tags::<Locale>("/locales", &self.locales);
        let markets = faults.tags::<Market>("/markets", &self.markets);
        if self.locales.is_empty() {
            faults.say("/locales", "name at least one locale, such as en-US");
        }
        faults.count("/locales", self.locales.len(), MAX_LOCALES);
        faults.count("/markets", self.markets.len(), MAX_LOCALES);
        for (i, locale) in locales.iter().enumerate() {
            faults.market_of(&format!("/locales/{i}"), locale, &markets);
        }
        if self.asset_types.is_empty() {
            faults.say("/asset_types", &format!("name at least one of {}", known.join(", ")));
        }
        let mut seen = BTreeSet::new();
        for (i, name) in self.asset_types.iter().enumerate() {
            let pointer = format!("/asset_types/{i}");
            if !known.contains(&name.as_str()) {
                faults
                    .say(&pointer, &format!("`{}` is no asset type here; there are {}", clip(name), known.join(", ")));
            } else if !seen.insert(name) {
                faults.say(&pointer, &format!("`{name}` is named twice"));
            }
        }
        let variants = self.variants.unwrap_or(1);
        if !(1..=MAX_VARIANTS).contains(&variants) {
            faults.say("/variants", &format!("is {variants}; 1 to {MAX_VARIANTS} can be drafted"));
        }
        let seed = self.seed.unwrap_or(0);
        if i64::try_from(seed).is_err() {
            faults.say("/seed", "is larger than 9223372036854775807");
        }
        match (faults.0.is_empty(), language) {
            (true, Some(language)) => Ok(Brief {
                brand: self.brand.filter(|slug| !slug.is_empty()),
                campaign: self.campaign,
                language,
                product: self.product.trim().to_owned(),
                audience: self.audience,
                objective: self.objective,
                tone: self.tone,
                messages: self.messages,
                claims: self.claims,
                values: self.values,
                locales,
                markets,
                asset_types: self.asset_types,
                variants,
                seed,
            }),
            _ => Err(faults.0),
        }
    }
}

impl BriefForm {
    /// A reference that nothing answers would stand in a draft as it is written.
    fn check_references(&self, faults: &mut Faults) {
        let known = refer::answered(&self.values);
        let claims = self.claims.iter().enumerate().map(|(i, claim)| match claim {
            ClaimForm::Plain(text) => (format!("/claims/{i}"), vec![text.as_str()]),
            ClaimForm::Full(full) => (format!("/claims/{i}/text"), full.text.texts()),
        });
        let messages = self.messages.iter().enumerate();
        let messages = messages.map(|(i, message)| (format!("/messages/{i}"), message.texts()));
        for (pointer, texts) in messages.chain(claims) {
            let names = texts.into_iter().flat_map(refer::references).map(|reference| reference.name);
            let unknown: BTreeSet<&str> = names.filter(|name| !known.contains(*name)).collect();
            for name in unknown {
                let there = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let there = if there.is_empty() { "it has none".to_owned() } else { format!("it has {there}") };
                faults.say(&pointer, &format!("`{{{{{}}}}}` is no value of this brief; {there}", clip(name)));
            }
        }
    }
}

impl Brief {
    /// The markets that `locale` is drafted for: its own region's, or, for a bare language, all that the brief names.
    #[must_use]
    pub fn markets_of(&self, locale: &Locale) -> Vec<Market> {
        locale.market().map_or_else(|| self.markets.clone(), |market| vec![market])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["email", "x_post"];

    fn form() -> BriefForm {
        BriefForm {
            product: "Fjord Backup".into(),
            locales: vec!["en-US".into(), "de-DE".into()],
            asset_types: vec!["email".into()],
            ..BriefForm::default()
        }
    }

    #[test]
    fn a_short_brief_is_enough() {
        let brief = form().check(&KNOWN).unwrap();
        assert_eq!((brief.variants, brief.seed, brief.language.as_str()), (1, 0, "en"));
        assert_eq!(brief.markets_of(&brief.locales[1]), ["DE".parse().unwrap()]);
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_pointer() {
        let faults = BriefForm {
            product: " ".into(),
            locales: vec!["de_DE".into(), "en".into(), "fr-FR".into()],
            markets: vec!["de".into(), "DE".into()],
            asset_types: vec!["email".into(), "hologram".into(), "email".into()],
            messages: vec![Wording::One("a\nb".into()); 7],
            variants: Some(9),
            ..form()
        }
        .check(&KNOWN)
        .unwrap_err();
        let pointers: BTreeSet<_> = faults.iter().map(|f| f.pointer.as_str()).collect();
        for wanted in [
            "/product",
            "/locales/0",
            "/markets/0",
            "/asset_types/1",
            "/asset_types/2",
            "/messages",
            "/messages/0",
            "/variants",
        ] {
            assert!(pointers.contains(wanted), "{wanted} in {faults:?}");
        }
    }

    #[test]
    fn a_reference_needs_a_value_and_other_braces_are_text() {
        let brief = |message: &str| BriefForm {
            messages: vec![Wording::One(message.into())],
            values: serde_json::from_str(r#"{"event": {"date": "2026-12-01"}}"#).unwrap(),
            ..form()
        };
        assert!(brief("We meet on {{date.event}}. {{7*7}} {{ product }}").check(&KNOWN).is_ok());
        let faults = brief("We meet at {{time.event}}, {{ date.evnt }}.").check(&KNOWN).unwrap_err();
        assert_eq!(faults.len(), 2);
        assert_eq!(faults[0].to_string(), "/messages/0: `{{date.evnt}}` is no value of this brief; it has date.event");
    }

    #[test]
    fn a_brief_from_before_there_were_values_reads_back_and_one_with_them_too() {
        let mut brief = form().check(&KNOWN).unwrap();
        let stored = serde_json::to_value(&brief).unwrap();
        assert!(stored.get("values").is_none());
        assert_eq!(serde_json::from_value::<Brief>(stored).unwrap(), brief);
        brief.values = serde_json::from_str(r#"{"event": {"date": "2026-12-01", "time": "14:00"}}"#).unwrap();
        let stored = serde_json::to_value(&brief).unwrap();
        assert_eq!(stored["values"], serde_json::json!({"event": {"date": "2026-12-01", "time": "14:00"}}));
        assert_eq!(serde_json::from_value::<Brief>(stored).unwrap(), brief);
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let error = serde_json::from_str::<BriefForm>(r#"{"product":"x","sneaky":1}"#).unwrap_err();
        assert!(error.to_string().contains("sneaky"), "{error}");
    }

    #[test]
    fn a_claim_is_a_key_a_wording_or_a_wording_by_locale() {
        let form: BriefForm = serde_json::from_str(
            r#"{"product":"x","locales":["en-US"],"asset_types":["email"],
                "claims":["uptime",{"text":"Up 99.9 %.","source":"audit"},{"text":{"de":"Zu 99,9 % da."}},{"de":"Da."}]}"#,
        )
        .unwrap();
        assert!(matches!(&form.claims[3], ClaimForm::Full(full) if full.text.texts() == ["Da."]));
        let again: BriefForm = serde_json::from_value(serde_json::to_value(&form).unwrap()).unwrap();
        assert_eq!(again, form, "it reads back as it is written");
        assert!(form.check(&KNOWN).is_ok());
    }
}
