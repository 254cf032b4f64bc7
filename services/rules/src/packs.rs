//! Packs of rules, loaded and ready to check.

use std::path::Path;
use std::sync::Arc;

use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};

use crate::builtin;
use crate::examples::{self, ExampleFailure};
use crate::kinds::Kind;
use crate::load::{self, PackError, PackSource};
use crate::numbers::Grounds;
use crate::place::Place;
use crate::rule::{Rule, Status};
use crate::scene::{Scene, Shape, Slot};
use crate::subject::{BrandTerms, Subject};

/// Raised whenever the same rule files would say something else of the same text: it is part of [`Packs::version`].
const MEANING: u32 = 2;

/// Rule packs. A clone shares them.
#[derive(Clone, Debug)]
pub struct Packs(Arc<Loaded>);

#[derive(Debug)]
struct Loaded {
    packs: Vec<PackInfo>,
    rules: Vec<Rule>,
    version: String,
}

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PackInfo {
    pub name: String,
    /// From 1.
    pub version: u32,
    pub title: String,
}

impl Packs {
    /// The packs that ship with Countersign.
    pub fn embedded() -> Result<Self, PackError> {
        Self::load(&[], true)
    }

    /// The packs in `dirs`, each a pack or a folder of packs, with the shipped ones first where asked. Every fault of
    /// every file is told.
    pub fn load(dirs: &[&Path], with_embedded: bool) -> Result<Self, PackError> {
        let mut faults = Vec::new();
        let mut sources = if with_embedded { load::embedded(&mut faults) } else { Vec::new() };
        sources.extend(dirs.iter().flat_map(|dir| load::folder(dir, &mut faults)));
        match load::load(&sources) {
            Ok((packs, rules)) if faults.is_empty() => {
                let version = version(&packs, &sources);
                Ok(Self(Arc::new(Loaded { packs, rules, version })))
            }
            Ok(_) => Err(PackError { faults }),
            Err(more) => {
                faults.extend(more.faults);
                Err(PackError { faults })
            }
        }
    }

    /// Names, versions and a digest of all rule data: `core@1+sample@2 sha256:0123456789ab`. Part of what a release
    /// was approved for, so other rules are another context.
    #[must_use]
    pub fn version(&self) -> String {
        self.0.version.clone()
    }

    #[must_use]
    pub fn packs(&self) -> &[PackInfo] {
        &self.0.packs
    }

    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// What the rules, and the brand's own words, say of an asset's content: in order of slots and spans, each once.
    #[must_use]
    pub fn check(&self, subject: &Subject<'_>) -> Vec<Finding> {
        let bound = subject.content.bound().map(|bound| bound.text.as_str());
        let scene = Scene {
            place: subject.place,
            slots: subject.content.slots.iter().map(|(name, text)| Slot::of(name, text)).collect(),
            limits: subject.slots,
            locked: subject.locked,
            shape: Shape::Asset,
            grounds: Grounds::new(subject.sources.iter().copied().chain(bound).collect()),
        };
        self.run(&scene, subject.brand_terms)
    }

    /// What the rules say of a plain file; findings are in the slot `text`. A file has no slots, limits or sources, so
    /// `length`, `required_text`, `number_grounding` and rules for certain slots are silent.
    #[must_use]
    pub fn check_text(&self, text: &str, place: &Place<'_>, brand_terms: &BrandTerms) -> Vec<Finding> {
        let scene = Scene {
            place: *place,
            slots: vec![Slot::of_file(text)],
            limits: &[],
            locked: &[],
            shape: Shape::PlainFile,
            grounds: Grounds::new(Vec::new()),
        };
        self.run(&scene, brand_terms)
    }

    fn run(&self, scene: &Scene<'_>, brand_terms: &BrandTerms) -> Vec<Finding> {
        let mut findings = Vec::new();
        let known_as = brand_terms.names_of(scene.place.product);
        for rule in self.0.rules.iter().filter(|rule| rule.speaks(scene, &known_as)) {
            rule.run(scene, &mut findings);
        }
        builtin::run(scene, brand_terms, &mut findings);
        findings.sort_by(|a, b| (&a.slot, a.start, a.end, &a.rule).cmp(&(&b.slot, b.start, b.end, &b.rule)));
        findings.dedup_by(|a, b| {
            (&a.slot, a.start, a.end, &a.rule) == (&b.slot, b.start, b.end, &b.rule) && a.message == b.message
        });
        findings
    }

    /// The rules' own examples that do not hold, drafts and retired rules included.
    #[must_use]
    pub fn run_examples(&self) -> Vec<ExampleFailure> {
        self.0.rules.iter().flat_map(examples::failures).collect()
    }

    /// Plain terms that a decoder can be bound by exactly at `place`: those of `existence` rules of severity `error`
    /// or `block` that hold for every slot. Patterns, and terms compared otherwise than as whole words in any case, are
    /// left to the check; exceptions are not known to the decoder, so it is a little stricter than the check.
    #[must_use]
    pub fn forbidden_terms(&self, place: &Place<'_>, brand_terms: &BrandTerms) -> Vec<String> {
        let known_as = brand_terms.names_of(place.product);
        let mut terms: Vec<String> = self
            .0
            .rules
            .iter()
            .filter(|rule| rule.status == Status::Active && rule.severity >= Severity::Error)
            .filter(|rule| rule.when.slots.is_empty() && rule.when.holds(place, &known_as))
            .filter_map(|rule| match &rule.kind {
                Kind::Existence(existence) => Some(existence.decoder_terms()),
                _ => None,
            })
            .flatten()
            .cloned()
            .collect();
        terms.sort();
        terms.dedup();
        terms
    }
}

fn version(packs: &[PackInfo], sources: &[PackSource]) -> String {
    let names: Vec<String> = packs.iter().map(|pack| format!("{}@{}", pack.name, pack.version)).collect();
    let digests: Vec<Vec<Digest>> = sources
        .iter()
        .map(|pack| {
            // By content alone: where a pack lies does not change what it says.
            let mut files: Vec<Digest> = pack.rules.iter().map(|file| Digest::of_bytes(file.text.as_bytes())).collect();
            files.sort();
            files.push(Digest::of_bytes(pack.manifest.text.as_bytes()));
            files
        })
        .collect();
    let all = Digest::of_json(&(MEANING, digests));
    format!("{} sha256:{}", names.join("+"), &all.hex()[..12])
}
