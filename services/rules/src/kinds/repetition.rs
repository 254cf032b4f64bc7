//! `repetition`: the same word twice in a row.
//!
//! **What it does.** Finds a word that follows itself with nothing but spaces between, in any case, and offers to leave
//! one out; in small letters also where a sentence goes on in the next line, and in French, Italian and Catalan behind an
//! article that lost its vowel (`all’olio olio`). Some words follow themselves rightly ("had had", "nous nous", German "Sie sie"): those are left alone in
//! their language; name others in `exceptions`.
//!
//! **Why it is bad.** "The the" is a slip that every reader sees and no author does.
//!
//! ```yaml
//! id: repeated_word
//! kind: repetition
//! severity: warn
//! message: "“{match}” stands there twice. Leave one out."
//! exceptions: [bye bye]
//! tests: {pass: [He had had enough.], fail: [{text: Save the the day., spans: [the the], fix: the}]}
//! ```
//!
//! **Options.** `patterns`: what a word is (runs of letters unless said otherwise). `ignore_case`, true unless said
//! otherwise.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;
use unicode_segmentation::UnicodeSegmentation as _;

use super::pattern::Pattern;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::message::clip;
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::view::fold;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RepetitionParams {
    patterns: Vec<Spanned<String>>,
    ignore_case: bool,
}

impl Default for RepetitionParams {
    fn default() -> Self {
        Self { patterns: Vec::new(), ignore_case: true }
    }
}

#[derive(Debug)]
pub(crate) struct Repetition {
    patterns: Vec<Pattern>,
    ignore_case: bool,
}

/// Words that may follow themselves, by language.
const RIGHTLY: [(&str, &[&str]); 4] = [
    ("en", &["had", "that", "bye", "so", "win", "ha"]),
    ("fr", &["nous", "vous"]),
    ("it", &["via", "piano", "passo", "così", "pian", "mano"]),
    ("es", &["poco", "paso"]),
];
/// German words that mean another thing with a capital.
const CASED: [&str; 3] = ["sie", "ihr", "ihnen"];

impl Params for RepetitionParams {
    type Kind = Repetition;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<Repetition> {
        Some(Repetition { patterns: faults.regexes(&self.patterns, self.ignore_case), ignore_case: self.ignore_case })
    }
}

impl Check for Repetition {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let language = scene.language();
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let mut before: Option<(Range<usize>, String)> = None;
            for word in self.words(slot) {
                let text = &slot.text[word.clone()];
                let folded = fold(text, self.ignore_case).text.into_owned();
                let elided = before.as_ref().and_then(|(last, _)| elided(&slot.text, last, language));
                if let Some((core, same)) = elided.filter(|(core, _)| slot.text[core.clone()].len() == text.len()) {
                    let doubled = fold(same, self.ignore_case).text == folded;
                    before = before.map(|known| if doubled { (core, folded.clone()) } else { known });
                }
                if let Some((last, same)) = &before
                    && *same == folded
                    && (is_gap(&slot.text[last.end..word.start]) || goes_on(&slot.text, last, &word))
                    && !(self.patterns.is_empty() && rightly(&slot.text[last.clone()], text, language))
                {
                    let both = last.start..word.end;
                    if counts(&both) && counts(&word) {
                        let values = vec![("match", clip(text))];
                        let fix = Some(slot.text[last.clone()].to_owned());
                        hits.push(Hit { range: both, fix, values, ..Hit::whole(&slot.name, Vec::new()) });
                        // Of three in a row the third is told of with none.
                        before = None;
                        continue;
                    }
                }
                before = Some((word, folded));
            }
        }
        hits
    }
}

impl Repetition {
    fn words(&self, slot: &Slot<'_>) -> Vec<Range<usize>> {
        if self.patterns.is_empty() {
            let is_text = |word: &str| word.chars().all(|c| !c.is_numeric());
            let words = slot.text.unicode_word_indices().filter(|(_, word)| is_text(word));
            return words.map(|(at, word)| at..at + word.len()).collect();
        }
        let mut words: Vec<Range<usize>> = self.patterns.iter().flat_map(|pattern| pattern.find(slot)).collect();
        words.sort_by_key(|word| (word.start, std::cmp::Reverse(word.end)));
        let mut end = 0;
        words.retain(|word| {
            let own = word.start >= end;
            if own {
                end = word.end;
            }
            own
        });
        words
    }
}

/// What stands behind the apostrophe of a word that begins with an article, where the language has such articles.
fn elided<'t>(text: &'t str, word: &Range<usize>, language: Option<&str>) -> Option<(Range<usize>, &'t str)> {
    if !matches!(language, Some("fr" | "it" | "ca")) {
        return None;
    }
    let (article, core) = text[word.clone()].split_once(['\'', '’']).filter(|(_, core)| !core.is_empty())?;
    (article.chars().count() <= MAX_ARTICLE).then(|| (word.end - core.len()..word.end, core))
}

/// `dall`, `quell`, `lorsqu` and shorter ones.
const MAX_ARTICLE: usize = 6;

/// Whether a sentence goes on from the end of a line to the beginning of the next: with one word in small letters, beside
/// which each line has more. Two items of a list begin or end alike more often than a slip goes over a list's lines.
fn goes_on(text: &str, last: &Range<usize>, word: &Range<usize>) -> bool {
    const LOOK: usize = 40;
    let between = &text[last.end..word.start];
    let one = between.matches('\n').count() == 1 && between.chars().all(char::is_whitespace);
    if !one || text[last.clone()] != text[word.clone()] || !text[word.clone()].starts_with(char::is_lowercase) {
        return false;
    }
    let from = text.ceil_char_boundary(last.start.saturating_sub(LOOK));
    let to = text.floor_char_boundary((word.end + LOOK).min(text.len()));
    let before = text[from..last.start].trim_end_matches([' ', '\u{A0}', '\u{202F}']);
    let after = text[word.end..to].trim_start_matches([' ', '\u{A0}', '\u{202F}']);
    before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '’' | '\''))
        && after.starts_with(|c: char| c.is_alphanumeric() || c == ',')
}

/// Spaces, and no line break.
fn is_gap(between: &str) -> bool {
    !between.is_empty() && between.chars().all(|c| c.is_whitespace() && c != '\n')
}

fn rightly(one: &str, other: &str, language: Option<&str>) -> bool {
    let word = one.to_lowercase();
    let here = |known: &str| language.is_none_or(|language| language == known);
    let known = RIGHTLY.iter().any(|(language, words)| here(language) && words.contains(&word.as_str()));
    known || here("de") && one != other && CASED.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule};

    fn spans(locale: &str, fields: &str, text: &str) -> Vec<String> {
        World::new(locale).slot("body", text).spans(&rule("warn", &format!("kind: repetition\n{fields}")))
    }

    #[test]
    fn a_word_that_follows_itself_is_found_in_any_case() {
        assert_eq!(spans("en-US", "", "The the end of  of it."), ["The the", "of  of"]);
        assert_eq!(spans("de-DE", "", "für fu\u{308}r alle"), ["für fu\u{308}r"]);
        assert_eq!(spans("en-US", "", "no no no"), ["no no"]);
        assert!(spans("en-US", "params: {ignore_case: false}", "The the").is_empty());
    }

    #[test]
    fn words_with_something_between_them_are_none() {
        assert!(spans("en-US", "", "New York, New York. The end\nEnd of story - story. 10 10 %").is_empty());
        assert!(spans("de-DE", "", "Wer die, die kommen, kennt").is_empty());
        assert!(spans("en-US", "", "the theme, a ability").is_empty());
    }

    #[test]
    fn a_sentence_that_goes_on_in_the_next_line_may_double_a_word_there() {
        assert_eq!(spans("en-US", "", "It starts with\nwith the house."), ["with\nwith"]);
        assert_eq!(spans("en-US", "", "It starts with \r\n with the house."), ["with \r\n with"]);
        let lists = "fast\nfast and small\n- all of it\nit.\nFor each with\n\nwith us. Mild Heat\nHeat that lasts";
        assert!(spans("en-US", "", lists).is_empty());
    }

    #[test]
    fn a_word_behind_an_article_without_its_vowel_may_be_doubled() {
        assert_eq!(spans("it-IT", "", "Resiste all’olio olio e al gelo."), ["olio olio"]);
        assert_eq!(spans("fr-FR", "params: {patterns: ['[\\p{L}’]+']}", "de l’eau eau"), ["eau eau"]);
        assert!(spans("en-US", "", "He didn't t").is_empty());
        assert!(spans("it-IT", "", "all’olio oliva, l’olio d’olio").is_empty());
    }

    #[test]
    fn some_follow_themselves_rightly_in_their_language() {
        assert!(spans("en-US", "", "He had had that that day.").is_empty());
        assert!(spans("fr-FR", "", "Nous nous engageons, vous vous détendez.").is_empty());
        assert!(spans("de-DE", "", "Wenn Sie sie brauchen").is_empty());
        assert_eq!(spans("de-DE", "", "wenn sie sie braucht, had had"), ["sie sie", "had had"]);
        assert!(spans("en-US", "exceptions: [knock knock]", "Knock knock!").is_empty());
    }

    #[test]
    fn patterns_say_what_a_word_is() {
        assert_eq!(spans("en-US", "params: {patterns: ['\\d+ %']}", "10 % 10 % off off"), ["10 % 10 %"]);
    }

    #[test]
    fn the_first_of_the_two_is_what_stays() {
        let packs = rule("warn", "kind: repetition");
        let found = World::new("en-US").slot("body", "The the end {{claim.1}}").check(&packs);
        assert_eq!(found[0].fix.as_deref(), Some("The"));
        assert_eq!(found.len(), 1);
    }
}
