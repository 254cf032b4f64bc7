//! `capitalization`: headings and lines in the wrong case.
//!
//! **What it does.** Reads each line of a slot (name the slots of headings in `when.slots`) and finds those that are not in
//! the `style`: `sentence` (a capital at the start and on names), `title` (capitals on all but small words, as AP has it;
//! English only), `lower` or `upper`.
//!
//! It cannot know every name. The brand's own, `exceptions`, words with capitals or digits inside, months, days and
//! languages, countries, and words that stand with a capital inside a sentence of another slot or of a source are names to it. A line is
//! wrong where it is all in capitals, or more than a fifth of its words are; where fewer than half are, it is a warning at most. German writes nouns
//! with capitals, so of a German line in sentence style only the start is looked at. After `:`, `–` and the like both are
//! right.
//!
//! **Why it is bad.** Headings In Two Styles look like two authors.
//!
//! ```yaml
//! id: headline_case
//! kind: capitalization
//! severity: warn
//! message: "“{match}” is not in {style} case."
//! when: {slots: [headline]}
//! params: {style: sentence, exceptions: [NIS2 Directive]}
//! tests: {pass: [Back up your data], fail: [Back Up Your Data]}
//! ```

use std::collections::HashSet;
use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;
use unicode_segmentation::UnicodeSegmentation as _;

use countersign_domain::finding::Severity;

use super::{Check, Params};
use crate::casing::is_small;
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CapitalizationParams {
    style: Option<Style>,
    exceptions: Vec<Spanned<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Style {
    Sentence,
    Title,
    Lower,
    Upper,
}

#[derive(Debug)]
pub(crate) struct Capitalization {
    style: Style,
    exceptions: Option<Terms>,
}

/// The part of a line's words that may be wrong: a name that nobody told of is no offence.
const SPARED: f64 = 0.2;
/// English words that have a capital wherever they stand, in small letters.
const ALWAYS: [&str; 88] = [
    "i",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "english",
    "german",
    "french",
    "spanish",
    "italian",
    "europe",
    "european",
    "germany",
    "france",
    "spain",
    "italy",
    "austria",
    "switzerland",
    "britain",
    "british",
    "american",
    "america",
    "christmas",
    "easter",
    "internet",
    "mr",
    "ms",
    "mrs",
    "dr",
    "eu",
    "uk",
    "ireland",
    "irish",
    "scotland",
    "scottish",
    "wales",
    "welsh",
    "england",
    "london",
    "dublin",
    "paris",
    "berlin",
    "madrid",
    "rome",
    "vienna",
    "brussels",
    "belgium",
    "belgian",
    "netherlands",
    "dutch",
    "denmark",
    "danish",
    "norway",
    "norwegian",
    "sweden",
    "swedish",
    "finland",
    "finnish",
    "poland",
    "polish",
    "portugal",
    "portuguese",
    "swiss",
    "austrian",
    "greece",
    "greek",
    "canada",
    "canadian",
    "australia",
    "australian",
    "japan",
    "japanese",
    "china",
];

impl Params for CapitalizationParams {
    type Kind = Capitalization;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Capitalization> {
        let Some(style) = self.style else {
            faults.at(common.kind_at, "name `params.style`: sentence, title, lower or upper");
            return None;
        };
        let exceptions =
            if self.exceptions.is_empty() { None } else { Some(faults.terms(&self.exceptions, true, true)?) };
        Some(Capitalization { style, exceptions })
    }
}

impl Check for Capitalization {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "style"]
    }

    fn languages(&self) -> Option<&'static [&'static str]> {
        match self.style {
            Style::Title => Some(&["en"]),
            Style::Sentence | Style::Lower | Style::Upper => None,
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let names = if self.style == Style::Sentence { names(rule, scene) } else { HashSet::new() };
        let german = scene.language() == Some("de");
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let own = self.own_case(scene, slot);
            let mut at = 0;
            for line in slot.text.split_inclusive('\n') {
                let start = at + (line.len() - line.trim_start().len());
                let range = start..(at + line.trim_end().len()).max(start);
                at += line.len();
                let mut words = words(&slot.text, &range);
                words.retain(|word| counts(&word.range) && !within(&own, &word.range));
                if let Some(share) = self.wrong(&words, &names, german) {
                    let mut hit = Hit::at(slot, range);
                    hit.values.push(("style", self.style.name().to_owned()));
                    hit.at_most = (share < 0.5).then_some(Severity::Warn);
                    hits.push(hit);
                }
            }
        }
        hits
    }
}

impl Capitalization {
    /// Where words stand that have a case of their own: exceptions and the brand's names.
    fn own_case(&self, scene: &Scene<'_>, slot: &Slot<'_>) -> Vec<Range<usize>> {
        let lists = self.exceptions.iter().chain(&scene.terms.protected).chain(&scene.terms.competitors);
        let mut own: Vec<Range<usize>> = lists.flat_map(|terms| slot.find(terms)).map(|(_, range)| range).collect();
        own.sort_by_key(|range| (range.start, range.end));
        own
    }

    /// The share of a line's words that are wrong, where that is too much.
    fn wrong(&self, words: &[Word<'_>], names: &HashSet<String>, german: bool) -> Option<f64> {
        if matches!(self.style, Style::Sentence | Style::Title) && shouts(words) {
            return Some(1.0);
        }
        let judged: Vec<bool> = words.iter().filter_map(|word| self.judge(word, names, german)).collect();
        let wrong = judged.iter().filter(|right| !**right).count();
        let share = wrong as f64 / judged.len().max(1) as f64;
        // A line that begins with a small letter is wrong whatever follows.
        let begins = matches!(self.style, Style::Sentence | Style::Title)
            && words.first().is_some_and(|word| word.first && self.judge(word, names, german) == Some(false));
        (share > SPARED || begins).then_some(share)
    }

    /// Whether a word is right; `None` where either would be.
    fn judge(&self, word: &Word<'_>, names: &HashSet<String>, german: bool) -> Option<bool> {
        let mut letters = word.text.chars().filter(|c| c.is_alphabetic());
        let first = letters.next()?;
        let inner = letters.clone().any(char::is_uppercase) || word.text.chars().any(char::is_numeric);
        match self.style {
            Style::Lower if inner && first.is_uppercase() && word.text.chars().count() <= 5 => None,
            Style::Lower => Some(!first.is_uppercase() && !inner),
            Style::Upper => Some(!first.is_lowercase() && !letters.any(char::is_lowercase)),
            _ if inner => None,
            _ if word.first => Some(!first.is_lowercase()),
            Style::Sentence if word.anew || german => None,
            Style::Sentence => {
                let lower = word.text.to_lowercase();
                let bare = lower.split(['\'', '’']).next().unwrap_or(&lower);
                let name = ALWAYS.contains(&bare) || names.contains(bare);
                if name { None } else { Some(!first.is_uppercase()) }
            }
            Style::Title if word.anew && !word.last => None,
            Style::Title => {
                let small = is_small(&word.text.to_lowercase());
                match small {
                    Some(true) if !word.last => Some(!first.is_uppercase()),
                    Some(false) => None,
                    _ => Some(!first.is_lowercase()),
                }
            }
        }
    }
}

impl Style {
    const fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Title => "title",
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}

#[derive(Debug)]
struct Word<'t> {
    range: Range<usize>,
    text: &'t str,
    /// Of its line.
    first: bool,
    last: bool,
    /// Whether something may begin with it: after a colon, a dash, an opening quotation mark, a full stop.
    anew: bool,
}

/// Whether a line is all in capitals, and more than names that are short forms: three words or more, one of them long.
fn shouts(words: &[Word<'_>]) -> bool {
    const LONG: usize = 5;
    let letters = |word: &Word<'_>| word.text.chars().filter(|c| c.is_alphabetic()).count();
    words.len() >= 3
        && words.iter().all(|word| !word.text.chars().any(char::is_lowercase))
        && words.iter().any(|word| letters(word) >= LONG)
}

fn words<'t>(text: &'t str, line: &Range<usize>) -> Vec<Word<'t>> {
    let mut words: Vec<Word<'t>> = Vec::new();
    for (at, word) in text[line.clone()].unicode_word_indices() {
        let range = line.start + at..line.start + at + word.len();
        let between = &text[words.last().map_or(line.start, |word| word.range.end)..range.start];
        let anew = between.contains([':', '.', '?', '!', '–', '—', '|', '/', '•', '„', '“', '"', '«', '»', '‹', '('])
            || between.contains(" - ");
        let first = words.is_empty();
        words.push(Word { range, text: word, first, last: false, anew });
    }
    if let Some(last) = words.last_mut() {
        last.last = true;
    }
    words
}

/// Words, in small letters, that stand with a capital inside a sentence of a source, or of a slot that the rule is not
/// about.
fn names(rule: &Rule, scene: &Scene<'_>) -> HashSet<String> {
    let others = scene.slots.iter().filter(|slot| !rule.when.slots.is_empty() && !rule.when.slot(&slot.name));
    let texts = others.map(|slot| slot.text.as_str()).chain(scene.sources.iter().map(|source| source.text));
    let mut names = HashSet::new();
    for text in texts {
        let mut before = "";
        let mut end = 0;
        for (at, word) in text.unicode_word_indices() {
            let starts = |word: &str, is: fn(char) -> bool| word.chars().next().is_some_and(is);
            // After a word in small letters and a space a capital is no beginning.
            if starts(before, char::is_lowercase) && &text[end..at] == " " && starts(word, char::is_uppercase) {
                names.insert(word.split(['\'', '’']).next().unwrap_or(word).to_lowercase());
            }
            (before, end) = (word, at + word.len());
        }
    }
    names
}

/// Whether one of `places`, in order, holds `range`.
fn within(places: &[Range<usize>], range: &Range<usize>) -> bool {
    let after = places.partition_point(|place| place.start <= range.start);
    places[..after].iter().rev().take(4).any(|place| range.end <= place.end)
}

#[cfg(test)]
mod tests {
    use crate::BrandTerms;
    use crate::tests::{World, rule};

    fn spans(locale: &str, params: &str, text: &str) -> Vec<String> {
        let language = &locale[..2];
        let fields =
            format!("kind: capitalization\nwhen: {{locales: [{language}], slots: [headline]}}\nparams: {params}");
        let mut world = World::new(locale)
            .slot("headline", text)
            .slot("body", "We moved to Berlin Mitte with Anna. It saves 12 %.");
        world.terms = BrandTerms::new(&[], &[], &["Fjord Backup".into()]);
        world.spans(&rule("error", &fields))
    }

    #[test]
    fn sentence_style_wants_one_capital_and_leaves_names_alone() {
        let wrong = "Back Up Your Data\nThis is a Heading\nback up your data\nMeet Fjord Backup for NAS\nAnna in Berlin\n\
                     Fjord Backup 4.2: What is new in May\niPhone and I";
        assert_eq!(
            spans("en-US", "{style: sentence}", wrong),
            ["Back Up Your Data", "This is a Heading", "back up your data"]
        );
        assert_eq!(
            spans("fr-FR", "{style: sentence}", "Sauvegardez Vos Données\nSauvegardez vos données"),
            ["Sauvegardez Vos Données"]
        );
        assert!(spans("en-US", "{style: sentence, exceptions: [Zero Trust]}", "Built for Zero Trust").is_empty());
    }

    #[test]
    fn of_a_german_line_only_the_start_is_looked_at() {
        let text = "Sichern Sie Ihre Daten\nsichern Sie Ihre Daten";
        assert_eq!(spans("de-DE", "{style: sentence}", text), ["sichern Sie Ihre Daten"]);
    }

    #[test]
    fn title_style_wants_capitals_but_for_small_words() {
        let text =
            "The Wind in the Willows\nThe Wind In The Willows\nReady to Go With Us\nWhat it is about\nState of the Art";
        assert_eq!(spans("en-US", "{style: title}", text), ["The Wind In The Willows", "What it is about"]);
    }

    #[test]
    fn a_line_all_in_capitals_is_in_neither_style() {
        let text = "THE QUIET CELLAR\nNIS2, DORA, GDPR\nNAS SAN\nFjord Backup: GDPR AND NIS2";
        assert_eq!(spans("en-US", "{style: sentence}", text), ["THE QUIET CELLAR"]);
        assert_eq!(spans("en-US", "{style: title}", text), ["THE QUIET CELLAR"]);
        assert_eq!(spans("de-DE", "{style: sentence}", "DER LEISE KELLER"), ["DER LEISE KELLER"]);
    }

    #[test]
    fn countries_are_names() {
        assert!(spans("en-US", "{style: sentence}", "Fjord Backup comes to Ireland").is_empty());
    }

    #[test]
    fn lower_and_upper_are_what_they_say() {
        assert_eq!(spans("en-US", "{style: lower}", "save now\nSave now"), ["Save now"]);
        assert_eq!(spans("en-US", "{style: upper}", "SAVE NOW\nSave NOW\nSAVE Fjord Backup"), ["Save NOW"]);
    }

    #[test]
    fn a_few_wrong_words_warn_at_most() {
        let packs = rule("error", "kind: capitalization\nparams: {style: sentence}");
        let found = World::new("en-US").slot("a", "Meet us in Oslo\nMeet Us At Home").check(&packs);
        let shown: Vec<_> = found.iter().map(|hit| hit.severity.as_str()).collect();
        assert_eq!(shown, ["warn", "error"]);
    }
}
