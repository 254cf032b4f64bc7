//! Packs of rules, loaded and ready to check.

use std::path::Path;
use std::sync::Arc;

use countersign_domain::finding::Finding;
use countersign_domain::overriding::{Conditions, Override};

use crate::builtin;
use crate::examples::{self, ExampleFailure};
use crate::kinds::Kind;
use crate::lexicon::Lexicon;
use crate::load::{self, Loaded, PackError};
use crate::place::Place;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::subject::{BrandTerms, Subject};

/// Rule packs. A clone shares them.
#[derive(Clone, Debug)]
pub struct Packs(Arc<Ready>);

#[derive(Debug)]
struct Ready {
    packs: Vec<PackInfo>,
    rules: Vec<Rule>,
    version: String,
    /// Finds the terms of all rules at once, and which patterns can stand at all.
    lexicon: Lexicon,
}

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PackInfo {
    pub name: String,
    /// From 1.
    pub version: u32,
    pub title: String,
    /// Names of the packs that it extends.
    pub extends: Vec<String>,
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
        match load::load(sources) {
            Ok(loaded) if faults.is_empty() => {
                let Loaded { packs, rules, version, sought } = loaded;
                let lexicon = Lexicon::new(sought.lists, &sought.patterns).map_err(|error| PackError {
                    faults: vec![load::Fault::of_file(
                        "brand-rules",
                        format!("the terms and patterns do not compile together: {error}"),
                    )],
                })?;
                Ok(Self(Arc::new(Ready { packs, rules, version, lexicon })))
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
        self.run(&Scene::of(subject, Some(&self.0.lexicon)))
    }

    /// What the rules say of a plain file; findings are in the slot `text`. A file has no slots, limits or sources, so
    /// `length`, `required_text`, `number_grounding` and rules for certain slots are silent.
    #[must_use]
    pub fn check_text(&self, text: &str, place: &Place<'_>, brand_terms: &BrandTerms) -> Vec<Finding> {
        self.run(&Scene::of_file(text, *place, brand_terms, Some(&self.0.lexicon)))
    }

    /// Runs each rule that speaks over one scene, `passes` times one after the other, and says after each that it is done:
    /// for measuring, which takes a clock. The first pass also makes what rules share.
    pub fn rule_by_rule(&self, subject: &Subject<'_>, passes: usize, done: &mut dyn FnMut(usize, &Rule)) {
        let scene = Scene::of(subject, Some(&self.0.lexicon));
        let known_as = scene.terms.names_of(scene.place.product);
        let rules: Vec<&Rule> = self.0.rules.iter().filter(|rule| rule.speaks(&scene, &known_as)).collect();
        let mut findings = Vec::new();
        for pass in 0..passes {
            for rule in &rules {
                rule.run(&scene, &mut findings);
                findings.clear();
                done(pass, rule);
            }
        }
    }

    /// As [`Self::check`], but every list and every pattern is looked for by itself.
    #[cfg(test)]
    pub(crate) fn check_one_by_one(&self, subject: &Subject<'_>) -> Vec<Finding> {
        self.run(&Scene::of(subject, None))
    }

    fn run(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let known_as = scene.terms.names_of(scene.place.product);
        let mut comparing = Vec::new();
        for rule in self.0.rules.iter().filter(|rule| rule.speaks(scene, &known_as)) {
            rule.run(scene, &mut findings);
            if matches!(rule.kind, Kind::Competitor(_)) {
                comparing.push(&rule.when);
            }
        }
        builtin::run(scene, &comparing, &mut findings);
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
}

/// By the rules of today: a rule that they do not know, such as one that is code or is gone, is overridden as usual.
impl Conditions for Packs {
    fn of(&self, finding: &Finding) -> Override {
        // A rule that a pack adjusted is there several times, each with what its one file says.
        let rule = self.rules().iter().find(|rule| rule.id() == finding.rule);
        rule.map_or_else(|| Override::usual(finding.severity), |rule| rule.overriding(finding.severity))
    }
}
