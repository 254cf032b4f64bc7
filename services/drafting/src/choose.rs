//! The best of several drafts: no word that was made up to get round a barred one, fewest blocks, then errors, warnings, rules with a note (such as a
//! product that is not named) and notes, then the least repetition, then likelihood. What the kit says already ([`Told`]) comes before notes.

use std::collections::HashSet;

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::finding::{Finding, Severity};

use crate::skeleton::{Element, Skeleton, SlotPlan};
use crate::told::Told;

/// One draft with what speaks for and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub content: Content,
    pub findings: Vec<Finding>,
    /// Words with which the model got round a barred one by going on ([`evasions`]): nobody knows them.
    pub evasions: Vec<String>,
    /// How much of it the asset's other texts say already ([`repeats`]).
    pub repeats: usize,
    /// How much of it the kit's other assets say already, or what was approved before ([`Told::again_in`]).
    pub told: usize,
    /// Slots of which a piece ended only since it may be no longer: most likely in the middle of a word.
    pub cut: Vec<String>,
    /// Mean natural logarithm of the sampled tokens' probabilities.
    pub mean_logprob: f32,
}

/// The slots of `content` with a piece that is as long as it may be.
#[must_use]
pub fn cut(content: &Content, skeleton: &Skeleton) -> Vec<String> {
    let full = |plan: &&SlotPlan| {
        // A piece may hold names, so that stretches and pieces do not match one by one: any piece's end is one.
        let ends: Vec<usize> = plan.paragraphs.iter().flatten().filter_map(Element::most_chars).collect();
        let written = content.slots.get(&plan.name).map(lengths).unwrap_or_default();
        written.iter().any(|length| ends.iter().any(|end| (end.saturating_sub(1)..=*end).contains(length)))
    };
    skeleton.slots.iter().filter(full).map(|plan| plan.name.clone()).collect()
}

/// The lengths of what the model wrote between references that are not names, as it wrote it.
fn lengths(text: &SlotText) -> Vec<usize> {
    let stretches = text.stretches();
    stretches.iter().flat_map(|text| text.split("\n\n")).map(|text| text.trim().chars().count()).collect()
}

/// The candidate with each slot that was cut or has a finding replaced by another candidate's that is whole and has none,
/// where there is one that says something new. `seen` is in the order of writing, so that the choice is the same on
/// every run.
#[must_use]
pub fn whole(
    mut candidate: Candidate,
    seen: &[Candidate],
    before: &Content,
    told: &Told,
    examine: &impl Fn(Content, f32) -> Candidate,
) -> Candidate {
    let serious = |candidate: &Candidate, slot: &str| {
        candidate.cut.iter().any(|name| name == slot)
            || candidate.findings.iter().any(|finding| finding.slot == slot && finding.severity >= Severity::Warn)
    };
    let slots: Vec<String> = candidate.content.slots.keys().cloned().collect();
    for slot in &slots {
        let again = |said: &Content| said.slots.values().any(|said| Some(said) == candidate.content.slots.get(slot));
        let is_told = candidate.content.slots.get(slot).is_some_and(|text| told.again(text) > 0);
        if !serious(&candidate, slot) && !again(before) && !is_told {
            continue;
        }
        let new = |text: &SlotText| {
            let plain = text.plain();
            candidate.content.slots.values().chain(before.slots.values()).all(|said| said.plain() != plain)
        };
        let other = seen
            .iter()
            .filter(|other| !serious(other, slot) && other.evasions.is_empty())
            .filter_map(|other| other.content.slots.get(slot))
            .filter(|text| new(text))
            .min_by_key(|text| told.again(text));
        if let Some(text) = other.cloned() {
            let mut content = candidate.content.clone();
            content.slots.insert(slot.clone(), text);
            let mended = examine(content, candidate.mean_logprob);
            if worse(&candidate, &mended) {
                candidate = mended;
            }
        }
    }
    candidate
}

/// How many word trigrams of `content` stand in `before` too, and slots of which nothing else is left.
#[must_use]
pub fn repeats(content: &Content, before: &Content) -> usize {
    let words = |content: &Content| -> Vec<Vec<String>> {
        let plain = content.slots.values().map(|slot| slot.plain().to_lowercase());
        plain.map(|text| text.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let said = words(before);
    let trigrams: HashSet<&[String]> = said.iter().flat_map(|words| words.windows(3)).collect();
    let own = words(content);
    let again = own.iter().flat_map(|words| words.windows(3)).filter(|trigram| trigrams.contains(trigram)).count();
    again + own.iter().filter(|words| said.contains(words)).count()
}

/// Words of free text that begin with a barred word and go on: a model that has begun `Friday` and may not end it there
/// writes `Fridayality`. `barred` are whole words in lower case; a rule's terms may be stems of honest words.
#[must_use]
pub fn evasions<'a>(content: &Content, barred: impl Iterator<Item = &'a str>) -> Vec<String> {
    let barred: HashSet<&str> = barred.filter(|term| term.chars().all(char::is_alphabetic)).collect();
    let texts = content.slots.values().flat_map(|slot| &slot.segments).filter_map(|segment| match segment {
        Segment::Text { text } => Some(text.as_str()),
        Segment::Bound(_) | Segment::Partner { .. } => None,
    });
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
    words
        .filter(|word| {
            let word = word.to_lowercase();
            let mut starts = word.char_indices().skip(EVASION).map(|(end, _)| &word[..end]);
            !barred.contains(word.as_str()) && starts.any(|start| barred.contains(start))
        })
        .map(str::to_owned)
        .collect()
}

/// Letters of the shortest barred word that one can go on from: shorter ones begin many honest words.
const EVASION: usize = 5;

impl Candidate {
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.count(Severity::Block)
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How many rules have a note: one that has one on every sentence does not outweigh another that has a single one, such
    /// as that the product is not named.
    fn notes(&self) -> usize {
        let notes = self.findings.iter().filter(|finding| finding.severity == Severity::Info);
        notes.map(|finding| finding.rule.as_str()).collect::<HashSet<_>>().len()
    }

    /// How many word trigrams of free text stand in it more than once: a loop, or one slot echoing another.
    fn echoes(&self) -> usize {
        let mut seen = HashSet::new();
        let mut echoes = 0;
        for slot in self.content.slots.values() {
            let plain = slot.plain().to_lowercase();
            let words: Vec<&str> = plain.split_whitespace().collect();
            echoes += words.windows(3).filter(|trigram| !seen.insert(trigram.join(" "))).count();
        }
        echoes
    }
}

/// The best candidate; the earlier one where two are as good, so that the choice is the same on every run.
#[must_use]
pub fn best(candidates: Vec<Candidate>) -> Option<Candidate> {
    candidates.into_iter().reduce(|best, next| if worse(&best, &next) { next } else { best })
}

fn worse(one: &Candidate, other: &Candidate) -> bool {
    let rank = |candidate: &Candidate| {
        [
            candidate.evasions.len(),
            candidate.count(Severity::Block),
            candidate.count(Severity::Error),
            candidate.count(Severity::Warn),
            candidate.cut.len(),
            candidate.told,
            candidate.notes(),
            candidate.count(Severity::Info),
            candidate.echoes() + candidate.repeats,
        ]
    };
    match rank(one).cmp(&rank(other)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => one.mean_logprob.total_cmp(&other.mean_logprob).is_lt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::SlotText;
    use std::collections::BTreeMap;

    fn candidate(text: &str, severity: Option<Severity>, mean_logprob: f32) -> Candidate {
        let findings = severity
            .map(|severity| Finding {
                rule: "t.r".into(),
                severity,
                slot: "body".into(),
                start: 0,
                end: 0,
                message: String::new(),
                messages: Default::default(),
                fix: None,
            })
            .into_iter()
            .collect();
        let content = Content { slots: BTreeMap::from([("body".into(), SlotText::parse(text).unwrap())]) };
        Candidate { content, findings, evasions: Vec::new(), repeats: 0, told: 0, cut: Vec::new(), mean_logprob }
    }

    #[test]
    fn rules_come_before_likelihood() {
        let clean = candidate("one two three", None, -2.0);
        let likely = candidate("four five six", Some(Severity::Error), -0.1);
        assert_eq!(best(vec![likely, clean.clone()]), Some(clean));
    }

    #[test]
    fn a_word_that_gets_round_a_barred_one_is_seen_and_loses() {
        let barred = ["friday", "double", "doubled", "two words", "may"];
        let said = |text: &str| evasions(&candidate(text, None, 0.0).content, barred.into_iter());
        assert_eq!(said("A quiet Fridayality here, doublement so."), ["Fridayality", "doublement"]);
        assert_eq!(said("It doubled. Maybe a fry day, mayor."), Vec::<String>::new());
        let odd = Candidate { evasions: vec!["Fridayality".into()], ..candidate("one two three", None, -0.1) };
        let plain = candidate("four five six", Some(Severity::Error), -2.0);
        assert_eq!(best(vec![odd, plain.clone()]), Some(plain));
    }

    #[test]
    fn many_notes_of_one_rule_weigh_less_than_notes_of_two() {
        let noted = |text: &str, rules: &[&str]| {
            let mut noted = candidate(text, Some(Severity::Info), -1.0);
            let note = noted.findings.remove(0);
            noted.findings.extend(rules.iter().map(|rule| Finding { rule: (*rule).into(), ..note.clone() }));
            noted
        };
        let unnamed = noted("one two three", &["t.statement", "t.not_named"]);
        let named = noted("four five six", &["t.statement", "t.statement", "t.statement"]);
        assert_eq!(best(vec![unnamed, named.clone()]), Some(named.clone()));
        let better = noted("seven eight nine", &["t.statement"]);
        assert_eq!(best(vec![named, better.clone()]), Some(better));
    }

    #[test]
    fn what_another_text_of_the_asset_says_loses() {
        let before = candidate("Your plan for a bad day", None, 0.0).content;
        let again = candidate("A plan for a bad week", None, -0.1);
        let again = Candidate { repeats: repeats(&again.content, &before), ..again };
        assert_eq!(again.repeats, 2);
        let new = candidate("Calm on good days, ready", None, -1.0);
        assert_eq!(repeats(&new.content, &before), 0);
        assert_eq!(best(vec![again, new.clone()]), Some(new));
        assert_eq!(repeats(&before, &before), 5);
    }

    #[test]
    fn what_another_asset_of_the_kit_says_loses_against_a_warning_less() {
        let sibling = candidate("Who notices first when it fails", None, 0.0).content;
        let told = Told::of([&sibling], Default::default());
        let again = candidate("Who notices first when it rains", None, -0.1);
        let again = Candidate { told: told.again_in(&again.content), ..again };
        let new = candidate("Calm on good days, ready", Some(Severity::Info), -1.0);
        assert_eq!(best(vec![again.clone(), new.clone()]), Some(new.clone()));
        let warned = candidate("Calm on good days, ready", Some(Severity::Warn), -1.0);
        assert_eq!(best(vec![again.clone(), warned]), Some(again.clone()));
        // A slot that is told already is taken from another candidate.
        let examine = |content: Content, mean_logprob| Candidate {
            told: told.again_in(&content),
            content,
            mean_logprob,
            ..candidate("x", None, 0.0)
        };
        let seen = [again.clone(), new.clone()];
        let mended = whole(again, &seen, &Content::default(), &told, &examine);
        assert_eq!(mended.content, new.content);
    }

    #[test]
    fn a_loop_loses() {
        let looping = candidate("go on and on and on and on", None, -0.1);
        let plain = candidate("go there and be well", None, -1.0);
        assert_eq!(best(vec![looping, plain.clone()]), Some(plain));
    }
}
