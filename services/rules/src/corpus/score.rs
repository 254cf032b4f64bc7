//! What packs find of what was put into texts, and what they find in texts that are fine.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::place::Locale;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{Corpora, CorpusError, Entry, Expected};
use crate::load::Fault;
use crate::packs::Packs;
use crate::place::Place;
use crate::staged::staged;

/// 2026-11-30, where an entry has no date.
const DAY: Timestamp = Timestamp::from_micros(1_795_996_800_000_000);
/// The slot of an entry that names none.
const SLOT: &str = "body";

/// How well packs do on corpora.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// By kind and language.
    pub seeded: BTreeMap<(String, String), Tally>,
    /// By language.
    pub clean: BTreeMap<String, Clean>,
    /// Every miss, false alert and alert, in order of files.
    pub strays: Vec<Stray>,
    /// Rules that corpora ask for and no pack has, or that are of another kind: they count as missed.
    pub unknown: Vec<Fault>,
}

/// Of texts with offences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub texts: usize,
    /// Findings that there must be.
    pub expected: usize,
    /// Those that there were.
    pub found: usize,
    /// Findings that nobody expected.
    pub false_alerts: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.texts += other.texts;
        self.expected += other.expected;
        self.found += other.found;
        self.false_alerts += other.false_alerts;
    }
}

/// Of texts that are fine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    pub texts: usize,
    pub words: usize,
    /// Findings of severity warn or worse, by rule.
    pub alerts: BTreeMap<String, usize>,
}

/// One finding too few or too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    pub what: What,
    pub file: String,
    /// Of the entry.
    pub line: u64,
    pub rule: String,
    /// Empty for the whole slot.
    pub span: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Expected and not found.
    Missed,
    /// Found in a text with offences and not expected.
    FalseAlert,
    /// Found in a text that is fine.
    CleanAlert,
}

impl What {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::FalseAlert => "false",
            Self::CleanAlert => "clean",
        }
    }
}

/// A finding as corpora speak of it.
struct Told {
    rule: String,
    severity: Severity,
    /// Composed (NFC).
    span: String,
    /// Of all of the slot's text, or of no slot.
    whole: bool,
}

impl Corpora {
    /// Clean texts by `shipped` packs, seeded ones by `all`: the shipped and the made-up ones, whose brand speaks.
    ///
    /// # Errors
    /// The made-up packs speak for several brands: which one is on cannot be told.
    pub fn score(&self, shipped: &Packs, all: &Packs) -> Result<Score, CorpusError> {
        let mut score = Score::default();
        let brand = self.brand(shipped, all)?;
        let kinds: HashMap<&str, &str> = all.rules().iter().map(|rule| (rule.id(), rule.kind())).collect();
        for file in &self.seeded {
            let mut tally = Tally::default();
            for entry in &file.entries {
                let (told, _) = check(all, entry, &file.language, brand.as_deref());
                let of_kind = told.into_iter().filter(|told| kinds.get(told.rule.as_str()) == Some(&&*file.kind));
                let (missed, unexpected) = matched(&entry.expect, of_kind.collect());
                tally.add(&Tally {
                    texts: 1,
                    expected: entry.expect.len(),
                    found: entry.expect.len() - missed.len(),
                    false_alerts: unexpected.len(),
                });
                let stray = |what, rule: &str, span: &str| {
                    let (rule, span) = (rule.to_owned(), span.to_owned());
                    Stray { what, file: file.file.clone(), line: entry.line, rule, span }
                };
                score.strays.extend(missed.iter().map(|missed| stray(What::Missed, &missed.rule, &missed.span)));
                score.strays.extend(unexpected.iter().map(|told| stray(What::FalseAlert, &told.rule, &told.span)));
                score.unknown.extend(entry.expect.iter().filter_map(|expected| {
                    let reason = match kinds.get(expected.rule.as_str()) {
                        None => format!("no pack has a rule {}; it counts as missed", expected.rule),
                        Some(kind) if **kind != *file.kind => {
                            format!("{} is of the kind {kind}, not {}; it counts as missed", expected.rule, file.kind)
                        }
                        Some(_) => return None,
                    };
                    Some(Fault { file: file.file.clone(), line: expected.line, column: 1, reason })
                }));
            }
            score.seeded.entry((file.kind.clone(), file.language.clone())).or_default().add(&tally);
        }
        for file in &self.clean {
            let sum = score.clean.entry(file.language.clone()).or_default();
            for entry in &file.entries {
                let (told, words) = check(shipped, entry, &file.language, None);
                sum.texts += 1;
                sum.words += words;
                for told in told.into_iter().filter(|told| told.severity >= Severity::Warn) {
                    *sum.alerts.entry(told.rule.clone()).or_default() += 1;
                    let Told { rule, span, .. } = told;
                    let what = What::CleanAlert;
                    score.strays.push(Stray { what, file: file.file.clone(), line: entry.line, rule, span });
                }
            }
        }
        Ok(score)
    }

    /// The brand that the made-up packs speak for.
    fn brand(&self, shipped: &Packs, all: &Packs) -> Result<Option<String>, CorpusError> {
        let known: BTreeSet<&str> = shipped.rules().iter().map(|rule| rule.id()).collect();
        let made_up = all.rules().iter().filter(|rule| !known.contains(rule.id()));
        let brands: BTreeSet<&String> = made_up.flat_map(|rule| &rule.when.brands).collect();
        if brands.len() > 1 {
            let names = brands.iter().map(|brand| brand.as_str()).collect::<Vec<_>>().join(", ");
            let folder = self.packs().map(|packs| packs.display().to_string()).unwrap_or_default();
            let reason = format!("its packs speak for several brands ({names}); corpora can have one");
            return Err(CorpusError { faults: vec![Fault::of_file(&folder, reason)] });
        }
        Ok(brands.first().map(|brand| (*brand).clone()))
    }
}

/// What `packs` say of an entry, and its words.
fn check(packs: &Packs, entry: &Entry, language: &str, brand: Option<&str>) -> (Vec<Told>, usize) {
    let Entry { text, context, .. } = entry;
    let bare: Option<Locale> = language.parse().ok();
    let place = Place {
        locale: context.locale.as_ref().or(bare.as_ref()),
        market: context.market,
        channel: context.channel.as_deref(),
        asset_type: context.asset_type.as_deref(),
        brand,
        product: context.product.as_deref(),
        tier: context.tier.as_deref(),
        date: context.date.unwrap_or(DAY),
    };
    let slot = context.slot.as_deref().unwrap_or(SLOT);
    staged(text, slot, context, place, |subject| {
        let plain = subject.content.slots.get(slot).map(|text| text.plain()).unwrap_or_default();
        let told = packs.check(subject).iter().map(|finding| told(finding, slot, &plain)).collect();
        (told, plain.unicode_words().count())
    })
}

fn told(finding: &Finding, slot: &str, plain: &str) -> Told {
    let span = if finding.slot == slot { plain.get(finding.start..finding.end).unwrap_or_default() } else { "" };
    let whole = span.is_empty() || span.len() == plain.len();
    Told { rule: finding.rule.clone(), severity: finding.severity, span: span.nfc().collect(), whole }
}

/// What is left over of either side when each expected finding has taken one that is its.
fn matched(expect: &[Expected], mut told: Vec<Told>) -> (Vec<&Expected>, Vec<Told>) {
    let mut missed: Vec<&Expected> = expect.iter().collect();
    // Exactly the same first: an empty span would take a finding of all of the text that another entry names.
    for exactly in [true, false] {
        missed.retain(|expected| {
            let same = |told: &Told| {
                let span = told.span == expected.span || (!exactly && expected.span.is_empty() && told.whole);
                told.rule == expected.rule && span
            };
            match told.iter().position(same) {
                Some(at) => {
                    told.remove(at);
                    false
                }
                None => true,
            }
        });
    }
    (missed, told)
}
