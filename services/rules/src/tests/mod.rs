//! The crate seen from outside: packs in, findings out.

mod checking;
mod kinds;
mod loading;
mod properties;
mod shipped;

use std::collections::BTreeMap;

use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Bound, Content, SlotText};
use countersign_domain::finding::Finding;
use countersign_domain::place::{Locale, Market};

use crate::load::{PackSource, SourceFile, load};
use crate::{BrandTerms, Fault, Packs, Place, SlotLimit, Subject};

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
    pub terms: BrandTerms,
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
            terms: BrandTerms::default(),
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
            Some(Bound { reference: name.into(), source: format!("test:{name}"), text: text.into() })
        };
        let text = SlotText::parse_with(text, bound).unwrap();
        self.slots.push((name.to_owned(), text));
        self
    }

    pub fn check(&self, packs: &Packs) -> Vec<Finding> {
        let content = Content { slots: self.slots.iter().cloned().collect::<BTreeMap<_, _>>() };
        let locked: Vec<&str> = self.locked.iter().map(String::as_str).collect();
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        packs.check(&Subject {
            content: &content,
            place: self.place(),
            slots: &self.limits,
            locked: &locked,
            sources: &sources,
            brand_terms: &self.terms,
        })
    }

    pub fn place(&self) -> Place<'_> {
        Place {
            locale: Some(&self.locale),
            market: Some(self.market),
            channel: Some("email"),
            asset_type: Some(&self.asset_type),
            brand: Some("Fjord"),
            product: Some("backup"),
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
        manifest: SourceFile { path: (*path).to_owned(), text: (*manifest).to_owned() },
        rules: Vec::new(),
    };
    let sources: Vec<PackSource> = packs.iter().map(source).collect();
    load(&sources).unwrap_err().faults.iter().map(ToString::to_string).collect()
}
