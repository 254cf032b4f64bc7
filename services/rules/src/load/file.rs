//! A rule file: its fields, and the examples in it. Each kind's `params` are in its own file under `kinds/`.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use countersign_domain::brand::Formality;
use countersign_domain::clock::Timestamp;
use countersign_domain::finding::Severity;
use countersign_domain::place::{Locale, Market};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::{Location, Spanned};

use super::Faults;
use super::compile::{Common, finish};
use crate::kinds::{self, Kind, Params, Reader};
use crate::rule::{Rule, Status};
use crate::scene::Scope;
use crate::subject::{Laid, SourceKind, Unit};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "P: Default + Deserialize<'de>"))]
pub(super) struct RuleFile<P> {
    pub id: Spanned<String>,
    pub kind: Spanned<String>,
    pub severity: Severity,
    pub message: Spanned<MessageFile>,
    pub why: Spanned<String>,
    #[serde(default)]
    pub legal_ref: Option<String>,
    #[serde(default)]
    pub link: Option<Spanned<String>>,
    #[serde(default)]
    pub when: WhenFile,
    #[serde(default)]
    pub scope: Option<Spanned<Scope>>,
    #[serde(default)]
    pub params: P,
    #[serde(default)]
    pub exceptions: Vec<Spanned<String>>,
    #[serde(default)]
    pub fix: Option<Spanned<String>>,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default, rename = "override")]
    pub overriding: Option<Spanned<OverrideFile>>,
    #[serde(default)]
    pub status: Status,
    pub tests: Spanned<TestsFile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WhenFile {
    pub locales: Vec<Locale>,
    pub markets: Vec<Spanned<Market>>,
    pub channels: Vec<String>,
    pub products: Vec<String>,
    pub tiers: Vec<String>,
    pub asset_types: Vec<String>,
    pub slots: Vec<String>,
    pub from: Option<Timestamp>,
    pub until: Option<Spanned<Timestamp>>,
}

/// Who may let a finding stand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideFile {
    pub allowed: bool,
    /// Reviewers when left out.
    #[serde(default)]
    pub roles: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    pub reason_required: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestsFile {
    #[serde(default)]
    pub pass: Vec<Spanned<ExampleFile>>,
    #[serde(default)]
    pub fail: Vec<Spanned<ExampleFile>>,
}

/// A message: one sentence, in English, or one for each language.
#[derive(Debug)]
pub(super) struct MessageFile(pub BTreeMap<String, String>);

/// An example: its text alone, or with what surrounds it.
#[derive(Debug)]
pub(super) struct ExampleFile(pub ExampleFields);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleFields {
    pub text: String,
    #[serde(default)]
    pub context: ContextFile,
    /// What the findings must stand on, in order.
    #[serde(default)]
    pub spans: Option<Vec<String>>,
    /// What the first finding must offer.
    #[serde(default)]
    pub fix: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ContextFile {
    pub locale: Option<Locale>,
    pub market: Option<Market>,
    pub channel: Option<String>,
    pub asset_type: Option<String>,
    pub product: Option<String>,
    pub tier: Option<String>,
    pub date: Option<Timestamp>,
    pub slot: Option<String>,
    pub sources: Vec<SourceFile>,
    pub locked: Vec<String>,
    /// Exact wordings by reference, for `{{claim.1}}` in the text.
    pub bound: BTreeMap<String, String>,
    pub limit: Option<LimitFile>,
    /// What the text was translated from.
    pub original: Option<OriginalFile>,
    pub formality: Option<Formality>,
    pub layout: Vec<Laid>,
    pub metadata: Option<BTreeMap<String, bool>>,
}

/// A source: its text alone, or with what is known of it.
#[derive(Debug)]
pub(crate) struct SourceFile(pub SourceFields);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFields {
    #[serde(default)]
    pub id: String,
    pub text: String,
    #[serde(default)]
    pub kind: SourceKind,
    #[serde(default)]
    pub markets: Vec<Market>,
    #[serde(default)]
    pub until: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OriginalFile {
    pub text: String,
    #[serde(default)]
    pub locale: Option<Locale>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitFile {
    pub unit: Unit,
    #[serde(default)]
    pub min: usize,
    #[serde(default = "no_limit")]
    pub max: usize,
    #[serde(default)]
    pub required: bool,
}

const fn no_limit() -> usize {
    usize::MAX
}

/// Only the kind: which form the whole file has.
#[derive(Debug, Deserialize)]
struct Head {
    kind: Spanned<String>,
}

/// Reads one rule, with where its id stands; `None` after telling `faults` why not. Reading the kind first and then
/// the whole file as that kind keeps every fault's own line, which a buffered enum would lose.
pub(super) fn read(pack: &str, path: &str, text: &str, faults: &mut Faults) -> Option<(Rule, Location)> {
    let head: Head = faults.parse(text)?;
    let file = File { pack, path, text, faults };
    match kinds::by_name(&head.kind.value, file) {
        Some(read) => read,
        None => {
            let name = &head.kind.value;
            faults.at(head.kind.referenced, format!("unknown kind `{name}`; there are {}", Kind::NAMES.join(", ")));
            None
        }
    }
}

struct File<'a> {
    pack: &'a str,
    path: &'a str,
    text: &'a str,
    faults: &'a mut Faults,
}

impl Reader for File<'_> {
    type Out = Option<(Rule, Location)>;

    fn read<P: Params>(self) -> Self::Out
    where
        Kind: From<P::Kind>,
    {
        let file: RuleFile<P> = self.faults.parse(self.text)?;
        let id_at = file.id.referenced;
        let common = Common { kind_at: file.kind.referenced, fix: file.fix.as_ref().map(|fix| fix.value.clone()) };
        let (rest, params) = file.part();
        let kind = params.compile(&common, self.faults)?;
        finish(self.pack, self.path, rest, kind.into(), self.faults).map(|rule| (rule, id_at))
    }
}

impl<P> RuleFile<P> {
    fn part(self) -> (RuleFile<()>, P) {
        let Self {
            id,
            kind,
            severity,
            message,
            why,
            legal_ref,
            link,
            when,
            scope,
            params,
            exceptions,
            fix,
            owner,
            overriding,
            status,
            tests,
        } = self;
        let rest = RuleFile {
            id,
            kind,
            severity,
            message,
            why,
            legal_ref,
            link,
            when,
            scope,
            params: (),
            exceptions,
            fix,
            owner,
            overriding,
            status,
            tests,
        };
        (rest, params)
    }
}

/// A scalar or a map, told apart as they come, so that a fault inside the map keeps its line.
struct TextOr<T>(PhantomData<T>);

impl<'de, T: From<String> + Deserialize<'de>> Visitor<'de> for TextOr<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text (in quotes where it looks like a number) or a map")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

impl From<String> for ExampleFields {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<String> for SourceFields {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl<'de> Deserialize<'de> for SourceFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOr::<SourceFields>(PhantomData)).map(Self)
    }
}

impl<'de> Deserialize<'de> for ExampleFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOr::<ExampleFields>(PhantomData)).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct ByLanguage(BTreeMap<String, String>);

impl From<String> for ByLanguage {
    fn from(text: String) -> Self {
        Self(BTreeMap::from([("en".to_owned(), text)]))
    }
}

impl<'de> Deserialize<'de> for MessageFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOr::<ByLanguage>(PhantomData)).map(|by| Self(by.0))
    }
}
