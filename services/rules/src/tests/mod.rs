//! The crate seen from outside: packs in, findings out.

mod checking;
mod corpus;
mod extending;
mod formality;
mod hygiene;
mod kinds;
mod links;
mod loading;
mod properties;
mod shipped;
mod sieving;
mod translated;
mod vale;

use std::collections::BTreeMap;

use countersign_domain::brand::Formality;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Bound, Content, SlotText};
use countersign_domain::finding::Finding;
use countersign_domain::place::{Locale, Market};

use crate::load::{PackFileText, PackSource, load};
use crate::{BrandTerms, Fault, Laid, Original, Packs, Place, SlotLimit, Source, SourceKind, Subject};

/// A pack `test` of these files, or its faults.
pub(super) fn try_pack(files: &[(&str, &str)]) -> Result<Packs, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pack.yaml"), "name: test\nversion: 1\ntitle: Test\n").unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Packs::load(&[folder.path()], false).map_err(|error| error.faults)
}

/// A pack `test` of one rule `r`: its kind and what follows, without id, message, why and tests.
pub(super) fn rule(severity: &str, fields: &str) -> Packs {
    let text = format!("id: r\nseverity: {severity}\nmessage: m\nwhy: w\n{fields}\ntests: {{pass: [a], fail: [b]}}\n");
    try_pack(&[("r.yaml", &text)]).unwrap()
}

/// A source with what is known of it.
pub(super) struct Known {
    pub id: &'static str,
    pub text: &'static str,
    pub kind: SourceKind,
    pub markets: Vec<Market>,
    pub until: Option<Timestamp>,
}

/// Everything that a check may be given.
pub(super) struct World {
    pub locale: Locale,
    pub market: Market,
    pub asset_type: String,
    pub date: Timestamp,
    pub slots: Vec<(String, SlotText)>,
    pub limits: Vec<SlotLimit>,
    pub locked: Vec<String>,
    pub sources: Vec<String>,
    /// Sources of which more is known: id, text, kind, first day that it no longer holds.
    pub known: Vec<Known>,
    pub metadata: Option<Vec<&'static str>>,
    pub terms: BrandTerms,
    pub formality: Option<Formality>,
    pub channel: Option<String>,
    pub original: Option<(Content, Locale)>,
    pub layout: Vec<Laid>,
}

impl World {
    pub fn new(locale: &str) -> Self {
        let locale: Locale = locale.parse().unwrap();
        Self {
            market: locale.market().unwrap(),
            locale,
            asset_type: "email".into(),
            date: Timestamp::parse("2026-11-30").unwrap(),
            slots: Vec::new(),
            limits: Vec::new(),
            locked: Vec::new(),
            sources: Vec::new(),
            known: Vec::new(),
            metadata: None,
            terms: BrandTerms::default(),
            formality: None,
            channel: Some("email".into()),
            original: None,
            layout: Vec::new(),
        }
    }

    /// A slot; `{{claim.1}}` is bound to `It saves 12 %.`, `{{product.name}}` to `Fjord Backup`.
    pub fn slot(mut self, name: &str, text: &str) -> Self {
        let bound = |name: &str| {
            let text = match name {
                "claim.1" => "It saves 12 %.",
                "product.name" => "Fjord Backup",
                _ => return None,
            };
            Some(Bound { reference: name.into(), source: name.replacen('.', ":", 1), text: text.into() })
        };
        let text = SlotText::parse_with(text, bound).unwrap();
        self.slots.push((name.to_owned(), text));
        self
    }

    /// The claim that `{{claim.1}}` is bound to, where and until when it holds.
    pub fn claim(mut self, markets: &[&str], until: Option<&str>) -> Self {
        self.known.push(Known {
            id: "claim:1",
            text: "It saves 12 %.",
            kind: SourceKind::Claim,
            markets: markets.iter().map(|market| market.parse().unwrap()).collect(),
            until: until.map(|day| Timestamp::parse(day).unwrap()),
        });
        self
    }

    pub fn check(&self, packs: &Packs) -> Vec<Finding> {
        let content = Content { slots: self.slots.iter().cloned().collect::<BTreeMap<_, _>>() };
        let locked: Vec<&str> = self.locked.iter().map(String::as_str).collect();
        let mut sources: Vec<Source<'_>> = self.sources.iter().map(|text| Source::of_brief(text)).collect();
        sources.extend(self.known.iter().map(|Known { id, text, kind, markets, until }| Source {
            id,
            text,
            kind: *kind,
            markets,
            until: *until,
        }));
        packs.check(&Subject {
            slots: &self.limits,
            locked: &locked,
            sources: &sources,
            formality: self.formality,
            original: self.original.as_ref().map(|(content, locale)| Original { content, locale: Some(locale) }),
            layout: &self.layout,
            metadata: self.metadata.as_deref(),
            ..Subject::new(&content, self.place(), &self.terms)
        })
    }

    pub fn place(&self) -> Place<'_> {
        Place {
            locale: Some(&self.locale),
            market: Some(self.market),
            channel: self.channel.as_deref(),
            asset_type: Some(&self.asset_type),
            brand: Some("Fjord"),
            product: Some("backup"),
            tier: None,
            date: self.date,
        }
    }

    /// What the findings stand on, with the slot's name where it is a whole slot.
    pub fn spans(&self, packs: &Packs) -> Vec<String> {
        let plain: BTreeMap<String, String> =
            self.slots.iter().map(|(name, text)| (name.clone(), text.plain())).collect();
        let on = |finding: &Finding| match finding.start == finding.end {
            true => format!("<{}>", finding.slot),
            false => plain[&finding.slot][finding.start..finding.end].to_owned(),
        };
        self.check(packs).iter().map(on).collect()
    }
}

/// Packs from memory, for faults of manifests.
pub(super) fn faults_of(packs: &[(&str, &str)]) -> Vec<String> {
    let source = |(path, manifest): &(&str, &str)| PackSource {
        manifest: PackFileText { path: (*path).to_owned(), text: (*manifest).to_owned() },
        rules: Vec::new(),
        folder: None,
    };
    let sources: Vec<PackSource> = packs.iter().map(source).collect();
    load(sources).unwrap_err().faults.iter().map(ToString::to_string).collect()
}
