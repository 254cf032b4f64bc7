//! The counts of a run: by language and asset type, by each alone, and of all.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::corpus::Corpus;
use crate::measures::{ALL, Count, Kits, Measure, Surroundings};
use crate::recorded::Recorded;
use crate::spelling::Spelling;

/// What a row of counts is of; `None`: of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Group {
    pub language: Option<String>,
    pub asset_type: Option<String>,
}

impl Group {
    /// `de email`, `de`, `email`, `all`.
    #[must_use]
    pub fn name(&self) -> String {
        let parts: Vec<&str> = [&self.language, &self.asset_type].into_iter().flatten().map(String::as_str).collect();
        if parts.is_empty() { "all".to_owned() } else { parts.join(" ") }
    }
}

/// The counts of each group, by measure.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    pub drafts: BTreeMap<Group, usize>,
    pub counts: BTreeMap<Group, BTreeMap<&'static str, Count>>,
}

/// Counts everything of these drafts. Without `spelling` no words are looked up, without `corpus` nothing is told of it.
#[must_use]
pub fn measure(drafts: &[Recorded], spelling: Option<&Spelling>, corpus: Option<&Corpus>) -> Evaluation {
    let among = Surroundings { kits: Kits::of(drafts), spelling, corpus };
    let mut evaluation = Evaluation::default();
    for draft in drafts {
        let language = Some(draft.language().to_owned());
        let asset_type = Some(draft.asset_type.clone());
        let groups = [
            Group::default(),
            Group { language: language.clone(), asset_type: None },
            Group { language: None, asset_type: asset_type.clone() },
            Group { language, asset_type },
        ];
        for group in &groups {
            *evaluation.drafts.entry(group.clone()).or_default() += 1;
        }
        for Measure { name, count, .. } in &ALL {
            let count = count(draft, &among);
            for group in &groups {
                *evaluation.counts.entry(group.clone()).or_default().entry(name).or_default() += count;
            }
        }
    }
    evaluation
}

impl Evaluation {
    /// The count of a measure over a group; nothing of nothing where it says nothing there.
    #[must_use]
    pub fn count(&self, group: &Group, measure: &str) -> Count {
        self.counts.get(group).and_then(|counts| counts.get(measure)).copied().unwrap_or_default()
    }

    /// The groups with a language and no asset type, or the other way round.
    pub fn single(&self, by_language: bool) -> impl Iterator<Item = &Group> {
        self.drafts.keys().filter(move |group| match (&group.language, &group.asset_type) {
            (Some(_), None) => by_language,
            (None, Some(_)) => !by_language,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::tests::draft;
    use countersign_domain::finding::{Finding, Severity};

    fn share(drafts: &[Recorded], measure_name: &str) -> (usize, usize) {
        let count = measure(drafts, None, None).count(&Group::default(), measure_name);
        (count.part, count.whole)
    }

    #[test]
    fn what_is_missing_open_or_invented_is_counted() {
        let good = draft("email", &["A quiet start with Fjord today."]);
        let failed =
            Recorded { error: Some("no".into()), slots: BTreeMap::new(), free: BTreeMap::new(), ..good.clone() };
        let open = draft("email", &["Ask {{claim.one}} of {{partner.display_name}}."]);
        let figured = draft("email", &["Save 12 hours with Fjord."]);
        let all = [good, failed, open, figured];
        assert_eq!(share(&all, "filled"), (3, 4));
        assert_eq!(share(&all, "resolved"), (2, 3));
        assert_eq!(share(&all, "invented"), (1, 3));
        assert_eq!(share(&all, "named"), (2, 3));
        assert_eq!(share(&all, "pass"), (3, 4));
    }

    #[test]
    fn an_error_fails_a_draft_and_a_warning_does_not() {
        let found = |severity| {
            let finding = Finding {
                rule: "t.r".into(),
                severity,
                slot: "s0".into(),
                start: 0,
                end: 0,
                message: String::new(),
                messages: Default::default(),
                fix: None,
            };
            Recorded { findings: vec![finding], ..draft("email", &["One."]) }
        };
        let all = [found(Severity::Block), found(Severity::Error), found(Severity::Warn), found(Severity::Info)];
        assert_eq!(share(&all, "pass"), (2, 4));
        assert_eq!(share(&all, "warned"), (1, 4));
    }

    #[test]
    fn echoes_are_of_one_kit_and_locale() {
        let said = "One two three four five six seven eight nine.";
        let one = draft("email", &[said]);
        let other = draft("banner", &["Quite another thing altogether, friends and neighbors of ours.", said]);
        assert_eq!(share(&[one.clone(), other.clone()], "echo"), (4, 6));
        assert_eq!(share(&[one.clone(), other.clone()], "alike"), (2, 3));
        let elsewhere = Recorded { brief: "solar".into(), ..other };
        assert_eq!(share(&[one, elsewhere], "echo"), (0, 6));
    }

    #[test]
    fn another_language_is_seen() {
        let english = draft("email", &["This is a sentence that is long enough to be told from others."]);
        let german = draft("email", &["Das ist ein Satz, der lang genug ist, um ihn zu erkennen, oder nicht."]);
        assert_eq!(share(&[english, german], "language"), (1, 2));
    }

    #[test]
    fn groups_add_up() {
        let mut german = draft("banner", &["Ein Satz."]);
        german.locale = "de-AT".into();
        let evaluation = measure(&[draft("email", &["One."]), german], None, None);
        let names: Vec<String> = evaluation.drafts.keys().map(Group::name).collect();
        assert_eq!(names, ["all", "banner", "email", "de", "de banner", "en", "en email"]);
        assert_eq!(evaluation.single(true).count(), 2);
    }
}
