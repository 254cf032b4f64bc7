//! Where a text that is checked is to run, and what surrounds it: as a program writes it, and as the rules take it.

use std::collections::BTreeMap;

use countersign_domain::brand::Formality;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Bound, Content, SlotText};
use countersign_domain::place::{Locale, Market};
use countersign_rules::{Source, SourceKind};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::checking::SlotFault;
use crate::editing::slots_problem;

/// Where the text is to run; what is left out is not known, and the answer's `not_checked` says what follows from that.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CheckContext {
    /// The brand's slug; its words hold where it is named.
    pub brand: Option<String>,
    pub locale: Option<String>,
    pub market: Option<String>,
    pub channel: Option<String>,
    /// Its limits hold for `slots` that it has.
    pub asset_type: Option<String>,
    pub product: Option<String>,
    /// The partner's tier that it is for; without it the rules of every tier speak.
    pub tier: Option<String>,
    /// A day or an instant for which it is checked; now when left out.
    pub date: Option<String>,
    /// `formal` or `informal`; the brand's own for the locale when left out.
    pub formality: Option<String>,
    /// What the text was translated from.
    pub original: Option<OriginalForm>,
    /// What the asset's metadata says by name, such as `{"ai_generated": true}`; nothing is known of it when left out.
    pub metadata: Option<BTreeMap<String, bool>>,
    /// Exact wordings by reference, for `{{claim.1}}` in the text. `claim.1` stands for the source `claim:1`.
    pub bound: BTreeMap<String, String>,
    /// What statements and numbers may rest on.
    pub sources: Vec<SourceForm>,
}

/// The text that a translation was made from.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OriginalForm {
    pub locale: Option<String>,
    /// By the names of the slots of the text; `text` where one text is checked.
    pub slots: BTreeMap<String, String>,
}

/// A source: its text alone, or with what is known of it.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum SourceForm {
    Text(String),
    Full(FullSource),
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullSource {
    /// As references name it, such as `claim:uptime`; empty for what has no name.
    #[serde(default)]
    pub id: String,
    pub text: String,
    /// `claim`, `message`, `passage` or `brief` (when left out).
    #[serde(default)]
    pub kind: String,
    /// Where it may be said; everywhere when empty.
    #[serde(default)]
    pub markets: Vec<String>,
    /// The first day or instant at which its evidence no longer holds.
    #[serde(default)]
    pub until: Option<String>,
}

/// A source that was read.
#[derive(Debug)]
pub(super) struct Read<'a> {
    id: &'a str,
    text: &'a str,
    kind: SourceKind,
    markets: Vec<Market>,
    until: Option<Timestamp>,
}

impl Read<'_> {
    pub(super) fn source(&self) -> Source<'_> {
        Source { id: self.id, text: self.text, kind: self.kind, markets: &self.markets, until: self.until }
    }
}

impl CheckContext {
    pub(super) fn sources(&self) -> Result<Vec<Read<'_>>, Problem> {
        self.sources.iter().enumerate().map(|(place, form)| form.read(place)).collect()
    }

    pub(super) fn formality(&self) -> Result<Option<Formality>, Problem> {
        match self.formality.as_deref() {
            None => Ok(None),
            Some("formal") => Ok(Some(Formality::Formal)),
            Some("informal") => Ok(Some(Formality::Informal)),
            Some(_) => Err(wrong("/context/formality", "there are formal and informal")),
        }
    }

    pub(super) fn date(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        let date = self.date.as_deref().map(Timestamp::parse).transpose();
        Ok(date.map_err(|error| wrong("/context/date", error))?.unwrap_or(now))
    }

    pub(super) fn original(&self) -> Result<Option<(Content, Option<Locale>)>, Problem> {
        let Some(form) = &self.original else { return Ok(None) };
        let locale = tag("/context/original/locale", form.locale.as_deref())?;
        let content = self.parse(&form.slots).map_err(|faults| {
            let detail = faults.into_iter().map(|fault| format!("{}: {}", fault.slot, fault.detail));
            wrong("/context/original/slots", detail.collect::<Vec<_>>().join("; "))
        })?;
        Ok(Some((content, locale)))
    }

    /// Names of the metadata that are true; `None` where nothing is known of it.
    pub(super) fn metadata(&self) -> Option<Vec<&str>> {
        let names = self.metadata.as_ref()?;
        Some(names.iter().filter(|(_, holds)| **holds).map(|(name, _)| name.as_str()).collect())
    }

    pub(super) fn content(&self, slots: &BTreeMap<String, String>) -> Result<Content, Problem> {
        self.parse(slots).map_err(|faults| slots_problem(&faults))
    }

    /// Without an asset only the references that the context binds, and partner references, may stand there.
    fn parse(&self, slots: &BTreeMap<String, String>) -> Result<Content, Vec<SlotFault>> {
        let bound = |name: &str| {
            let text = self.bound.get(name)?.clone();
            Some(Bound { reference: name.to_owned(), source: name.replacen('.', ":", 1), text })
        };
        let mut content = Content::default();
        let mut faults = Vec::new();
        for (name, text) in slots {
            match SlotText::parse_with(text, bound) {
                Ok(parsed) => {
                    content.slots.insert(name.clone(), parsed);
                }
                Err(error) => faults.push(SlotFault { slot: name.clone(), detail: error.to_string() }),
            }
        }
        if faults.is_empty() { Ok(content) } else { Err(faults) }
    }

    /// What no rule can have said anything of, one sentence each.
    pub(super) fn not_checked(&self, has_sources: bool) -> Vec<&'static str> {
        let missing = [
            (self.brand.is_none(), "The brand's own words and rules: name `brand`."),
            (self.locale.is_none(), "What depends on the language: name `locale`."),
            (
                self.market.is_none(),
                "Where claims may be made, and a market's law beyond what holds everywhere: name `market`.",
            ),
            (self.asset_type.is_none(), "Lengths and required slots: name `asset_type`."),
            (!has_sources, "Whether a source bears out its facts and figures: give `sources`."),
            (self.original.is_none(), "Whether a translation says what its original says: give `original`."),
            (self.metadata.is_none(), "Rules about metadata: give `metadata`."),
            (true, "Logos, layout and whether it can be rendered: only an asset is laid out."),
        ];
        missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, said)| said).collect()
    }
}

impl SourceForm {
    fn read(&self, place: usize) -> Result<Read<'_>, Problem> {
        let full = match self {
            Self::Text(text) => {
                return Ok(Read { id: "", text, kind: SourceKind::Brief, markets: Vec::new(), until: None });
            }
            Self::Full(full) => full,
        };
        let at = |field: &str| format!("/context/sources/{place}/{field}");
        let kind = match full.kind.as_str() {
            "" | "brief" => SourceKind::Brief,
            "claim" => SourceKind::Claim,
            "message" => SourceKind::Message,
            "passage" => SourceKind::Passage,
            _ => return Err(wrong(&at("kind"), "there are claim, message, passage and brief")),
        };
        let market = |text: &String| text.parse::<Market>().map_err(|error| wrong(&at("markets"), error));
        let markets = full.markets.iter().map(market).collect::<Result<_, _>>()?;
        let until = full.until.as_deref().map(Timestamp::parse).transpose();
        let until = until.map_err(|error| wrong(&at("until"), error))?;
        Ok(Read { id: &full.id, text: &full.text, kind, markets, until })
    }
}

pub(super) fn wrong(pointer: &str, detail: impl ToString) -> Problem {
    Problem::invalid("The context is not right.").fault(pointer, detail)
}

pub(super) fn tag<T: std::str::FromStr<Err: ToString>>(
    pointer: &str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    text.map(str::parse).transpose().map_err(|error: T::Err| wrong(pointer, error.to_string()))
}
