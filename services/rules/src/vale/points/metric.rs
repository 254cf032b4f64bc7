//! `metric` and `readability`: what can be counted of a whole file.

use std::collections::BTreeMap;

use crate::load::Faults;
use crate::readability::Counts;
use crate::vale::file::{RuleFile, texts};
use crate::vale::formula::Formula;
use crate::vale::markdown::Document;
use crate::vale::sentences::sentences;

use super::Alert;

#[derive(Debug)]
pub(in crate::vale) enum Metric {
    /// A number of the rule's own, and when it is an offence.
    Formula { value: Formula, offends: Formula },
    /// The mean of some grades, and the highest that may be.
    Grade { measures: Vec<Measure>, max: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vale) enum Measure {
    Smog,
    GunningFog,
    ColemanLiau,
    FleschKincaid,
    AutomatedReadability,
}

const MEASURES: [(&str, Measure); 5] = [
    ("SMOG", Measure::Smog),
    ("Gunning Fog", Measure::GunningFog),
    ("Coleman-Liau", Measure::ColemanLiau),
    ("Flesch-Kincaid", Measure::FleschKincaid),
    ("Automated Readability", Measure::AutomatedReadability),
];

/// Blocks that are counted as 0 where a file has none.
const COUNTED: [&str; 9] =
    ["pre", "list", "blockquote", "heading_h1", "heading_h2", "heading_h3", "heading_h4", "heading_h5", "heading_h6"];
const OF_TEXT: [&str; 8] = [
    "words",
    "sentences",
    "paragraphs",
    "characters",
    "syllables",
    "long_words",
    "complex_words",
    "polysyllabic_words",
];

impl Metric {
    pub(super) fn formula(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let (Some(formula), Some(condition)) = (&file.formula, &file.condition) else {
            faults.at(file.extends.referenced, "a metric rule needs `formula` and `condition`");
            return None;
        };
        let written = formula.value.replace("heading.h", "heading_h");
        let names: Vec<&str> = COUNTED.into_iter().chain(OF_TEXT).collect();
        let value = Formula::new(&written, &names);
        let offends = Formula::new(&format!("__value__ {}", condition.value), &["__value__"]);
        for (read, at) in [(&value, formula.referenced), (&offends, condition.referenced)] {
            if let Err(reason) = read {
                faults.at(at, reason.clone());
            }
        }
        Some(Self::Formula { value: value.ok()?, offends: offends.ok()? })
    }

    pub(super) fn readability(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let mut measures = Vec::new();
        for name in texts(&file.metrics) {
            match MEASURES.iter().find(|(known, _)| *known == name) {
                Some((_, measure)) => measures.push(*measure),
                None => {
                    let known: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
                    let at = file.metrics.as_ref().map_or(file.extends.referenced, |metrics| metrics.referenced);
                    faults.at(at, format!("unknown metric `{name}`; there are {}", known.join(", ")));
                    return None;
                }
            }
        }
        let (Some(grade), false) = (&file.grade, measures.is_empty()) else {
            faults.at(file.extends.referenced, "a readability rule needs `metrics` and `grade`");
            return None;
        };
        Some(Self::Grade { measures, max: grade.value })
    }

    pub(super) fn run(&self, summary: &str, document: &Document) -> Vec<Alert> {
        let mut counts = Counts::default();
        for paragraph in summary.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            counts.paragraphs += 1.0;
            for sentence in sentences(paragraph) {
                counts.sentence(&paragraph[sentence]);
            }
        }
        if counts.words == 0.0 {
            return Vec::new();
        }
        let value = match self {
            Self::Formula { value, offends } => {
                let value = value.value(&variables(&counts, document));
                let offends = offends.value(&BTreeMap::from([("__value__", value)])) != 0.0;
                Some(value).filter(|_| offends)
            }
            Self::Grade { measures, max } => {
                let grades: f64 = measures.iter().map(|measure| measure.of(&counts)).sum();
                Some(grades / measures.len() as f64).filter(|grade| grade > max)
            }
        };
        let said =
            |value: f64| Alert { at: None, values: vec![format!("{value:.2}")], quoted: false, fixes: Vec::new() };
        value.map(said).into_iter().collect()
    }
}

fn variables(counts: &Counts, document: &Document) -> BTreeMap<&'static str, f64> {
    let of_blocks = COUNTED.iter().map(|name| (*name, document.counts.get(*name).map_or(0.0, |count| *count as f64)));
    let of_text = [
        counts.words,
        counts.sentences,
        counts.paragraphs,
        counts.characters,
        counts.syllables,
        counts.long_words,
        counts.complex_words,
        counts.polysyllables,
    ];
    of_blocks.chain(OF_TEXT.into_iter().zip(of_text)).collect()
}

impl Measure {
    fn of(self, counts: &Counts) -> f64 {
        match self {
            Self::Smog => counts.smog(),
            Self::GunningFog => counts.gunning_fog(),
            Self::ColemanLiau => counts.coleman_liau(),
            Self::FleschKincaid => counts.flesch_kincaid(),
            Self::AutomatedReadability => counts.automated_readability(),
        }
    }
}
