//! A run to compare others with: each measure of all, of each language and of each asset type.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::evaluation::{Evaluation, Group};
use crate::measures::{ALL, Better, Count};

/// Counts by group and measure, as a file keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Baseline(BTreeMap<String, BTreeMap<String, Count>>);

/// A share that is worse than it was by more than chance explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Worse {
    pub group: String,
    pub measure: String,
    pub was: f64,
    pub is: f64,
}

#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    #[error("{path}: {cause}", path = path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{path}: is no baseline: {cause}", path = path.display())]
    Broken { path: PathBuf, cause: serde_json::Error },
}

/// A share may be worse by so much before anybody is told, however narrow the baseline's interval is.
const TOLERANCE: f64 = 0.01;

impl Baseline {
    /// What `evaluation` found of all, of each language and of each asset type.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Self {
        let kept = evaluation.drafts.keys().filter(|group| group.language.is_none() || group.asset_type.is_none());
        let counts = |group: &Group| {
            let of = |name: &'static str| (name.to_owned(), evaluation.count(group, name));
            ALL.iter().map(|measure| of(measure.name)).filter(|(_, count)| count.whole > 0).collect()
        };
        Self(kept.map(|group| (group.name(), counts(group))).collect())
    }

    /// # Errors
    /// The file cannot be read, or is no baseline.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let text =
            std::fs::read_to_string(path).map_err(|cause| BaselineError::File { path: path.to_owned(), cause })?;
        serde_json::from_str(&text).map_err(|cause| BaselineError::Broken { path: path.to_owned(), cause })
    }

    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|cause| BaselineError::Broken { path: path.to_owned(), cause })?;
        std::fs::write(path, text + "\n").map_err(|cause| BaselineError::File { path: path.to_owned(), cause })
    }

    /// Measures of `now` that are worse than here: outside of the baseline's interval, by more than the tolerance.
    #[must_use]
    pub fn worse(&self, now: &Self) -> Vec<Worse> {
        let mut worse = Vec::new();
        for (group, counts) in &self.0 {
            for measure in ALL.iter().filter(|measure| measure.better != Better::Neither) {
                let count = |of: &BTreeMap<String, Count>| of.get(measure.name).and_then(|count| count.share());
                let (Some(was), Some(is)) = (count(counts), now.0.get(group).and_then(count)) else { continue };
                let is_worse = match measure.better {
                    Better::More => is.value < was.low && is.value < was.value - TOLERANCE,
                    Better::Less => is.value > was.high && is.value > was.value + TOLERANCE,
                    Better::Neither => false,
                };
                if is_worse {
                    let (group, measure) = (group.clone(), measure.name.to_owned());
                    worse.push(Worse { group, measure, was: was.value, is: is.value });
                }
            }
        }
        worse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::recorded::tests::draft;

    #[test]
    fn what_got_worse_is_named_and_noise_is_not() {
        let good: Vec<_> = (0..40).map(|_| draft("email", &["With Fjord."])).collect();
        let was = Baseline::of(&measure(&good, None, None));
        let mut one = good.clone();
        one[0].slots = [("s0".to_owned(), "Without.".to_owned())].into();
        let few = Baseline::of(&measure(&one, None, None));
        assert_eq!(was.worse(&few).len(), 0, "one of forty may be chance");
        let bad: Vec<_> = (0..40).map(|_| draft("email", &["Without."])).collect();
        let worse = was.worse(&Baseline::of(&measure(&bad, None, None)));
        assert!(worse.iter().any(|w| w.group == "en" && w.measure == "named" && w.is == 0.0), "{worse:?}");
        assert_eq!(Baseline::of(&measure(&bad, None, None)).worse(&was), []);
    }

    #[test]
    fn a_baseline_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        let baseline = Baseline::of(&measure(&[draft("email", &["With Fjord."])], None, None));
        baseline.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), baseline);
        std::fs::write(&path, "[]").unwrap();
        assert!(Baseline::read(&path).unwrap_err().to_string().contains("is no baseline"));
    }
}
