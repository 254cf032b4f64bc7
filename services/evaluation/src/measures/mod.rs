//! What is counted, one measure a file. Each looks at one draft, with what is known of its kit and of the whole run.

mod counted;
mod echo;
mod figures;
mod filled;
mod language;
mod named;
mod openings;
mod pass;
mod references;
mod spelled;
mod verbatim;

use rustc_hash::FxHashMap;

use crate::corpus::Corpus;
use crate::recorded::Recorded;
use crate::spelling::Spelling;

pub use counted::Count;

/// Which way a measure should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
    /// It is told, and nobody says which way is good.
    Neither,
}

/// One measure: a share of something.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    pub name: &'static str,
    /// What is counted of what, for the report.
    pub means: &'static str,
    pub better: Better,
    /// What the starter is meant to reach.
    pub reach: Option<f64>,
    pub(crate) count: fn(&Recorded, &Surroundings<'_>) -> Count,
}

/// What a draft is seen among.
pub(crate) struct Surroundings<'a> {
    pub kits: Kits<'a>,
    pub spelling: Option<&'a Spelling>,
    pub corpus: Option<&'a Corpus>,
}

/// The drafts of each kit and locale, and in how many of them a run of words stands.
#[derive(Default)]
pub(crate) struct Kits<'a> {
    pub grams: FxHashMap<(&'a str, &'a str), FxHashMap<String, usize>>,
    pub openings: FxHashMap<(&'a str, &'a str), FxHashMap<String, usize>>,
}

/// All measures, in the order of the tables.
pub const ALL: [Measure; 11] = [
    filled::MEASURE,
    references::MEASURE,
    named::MEASURE,
    figures::MEASURE,
    language::MEASURE,
    spelled::MEASURE,
    pass::MEASURE,
    echo::MEASURE,
    openings::MEASURE,
    verbatim::MEASURE,
    pass::WARNED,
];

impl<'a> Kits<'a> {
    pub fn of(drafts: &'a [Recorded]) -> Self {
        let mut kits = Self::default();
        for draft in drafts {
            let own = kits.grams.entry(draft.kit()).or_default();
            echo::own(draft).into_iter().for_each(|gram| *own.entry(gram).or_default() += 1);
            let own = kits.openings.entry(draft.kit()).or_default();
            openings::own(draft).into_iter().for_each(|opening| *own.entry(opening).or_default() += 1);
        }
        kits
    }
}
