//! `capitalization`: blocks that are not written in the case that the rule wants.

use crate::casing::{Case, Casing};
use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, texts};
use crate::vale::regex::{Pattern, exceptions_pattern};

use super::{Alert, compiled, exceptions_of, spares};

/// The part of the words that must be right where the rule does not say.
const THRESHOLD: f64 = 0.8;

#[derive(Debug)]
pub(in crate::vale) struct Capitalization {
    wanted: Wanted,
    exceptions: Option<Pattern>,
}

#[derive(Debug)]
enum Wanted {
    Lower,
    Upper,
    /// Words in sentence or title case.
    Cased {
        words: Words,
        threshold: f64,
    },
    Pattern {
        pattern: Pattern,
        written: String,
    },
}

#[derive(Debug)]
struct Words {
    casing: Casing,
    /// What a word is, exceptions first.
    tokens: Pattern,
    /// The exceptions, each a pattern.
    own_case: Vec<Pattern>,
    indicators: Vec<String>,
    prefix: Option<Pattern>,
}

const WORD: &str = r"[\p{N}\p{L}*]+[^\s]*";

impl Capitalization {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let Some(case) = &file.case else {
            let reason = "a capitalization rule needs `match`: $title, $sentence, $lower, $upper or a pattern";
            faults.at(file.extends.referenced, reason);
            return None;
        };
        let exceptions = exceptions_of(file, faults);
        if let Some(style) = file.style.as_ref().filter(|style| !matches!(style.value.as_str(), "AP" | "Chicago")) {
            faults.at(style.referenced, format!("unknown style `{}`; there are AP and Chicago", style.value));
        }
        let chicago = file.style.as_ref().is_some_and(|style| style.value == "Chicago");
        let threshold = file.threshold.as_ref().map_or(0.0, |threshold| threshold.value);
        let threshold = if threshold == 0.0 { THRESHOLD } else { threshold };
        let wanted = match case.value.as_str() {
            "$lower" => Wanted::Lower,
            "$upper" => Wanted::Upper,
            "$sentence" => Wanted::Cased { words: Words::new(file, Case::Sentence, faults)?, threshold },
            "$title" => {
                let case = Case::Title { prepositions: chicago };
                Wanted::Cased { words: Words::new(file, case, faults)?, threshold }
            }
            written => {
                let pattern = compiled(written, case.referenced, faults)?;
                Wanted::Pattern { pattern, written: written.to_owned() }
            }
        };
        Some(Self { wanted, exceptions })
    }

    pub(super) fn run(&self, text: &str, action: Option<&Action>) -> Vec<Alert> {
        let spared = || spares(&self.exceptions, text);
        let (expected, good) = match &self.wanted {
            Wanted::Lower => as_one(text, text.to_lowercase(), spared),
            Wanted::Upper => as_one(text, text.to_uppercase(), spared),
            Wanted::Pattern { pattern, written } => (written.clone(), pattern.stands_in(text) || spared()),
            Wanted::Cased { words, threshold } => words.judge(text, *threshold, &self.exceptions),
        };
        if good || text.is_empty() {
            return Vec::new();
        }
        let mut alert = Alert::on(text, 0..text.len(), action);
        let rewrites = matches!(action, Some(Action::Replace(texts)) if texts.is_empty());
        // What is masked cannot be written anew.
        if rewrites && matches!(self.wanted, Wanted::Cased { .. }) && !text.contains('*') {
            alert.fixes = vec![expected.clone()];
        }
        vec![alert.saying(vec![text.to_owned(), expected])]
    }
}

fn as_one(text: &str, expected: String, spared: impl Fn() -> bool) -> (String, bool) {
    let good = text == expected || spared();
    (expected, good)
}

impl Words {
    fn new(file: &RuleFile, case: Case, faults: &mut Faults) -> Option<Self> {
        let at = file.exceptions.as_ref().map_or(file.extends.referenced, |list| list.referenced);
        let terms = texts(&file.exceptions);
        let tokens = match terms.as_slice() {
            [] => WORD.to_owned(),
            terms => format!("{}|{WORD}", exceptions_pattern(terms)),
        };
        let prefix = file.prefix.as_ref().and_then(|prefix| compiled(&prefix.value, prefix.referenced, faults));
        Some(Self {
            casing: Casing::new(case),
            tokens: compiled(&tokens, at, faults)?,
            own_case: terms.iter().filter_map(|term| Pattern::new(term).ok()).collect(),
            indicators: texts(&file.indicators).iter().map(|text| (*text).to_owned()).collect(),
            prefix,
        })
    }

    /// How it should be written, and whether enough of it is.
    fn judge(&self, text: &str, threshold: f64, exceptions: &Option<Pattern>) -> (String, bool) {
        let expected = self.written(text);
        let wanted = self.words(&expected);
        let given = self.words(text);
        let sentence = self.casing.case == Case::Sentence;
        let mut right = 0.0;
        for (index, word) in given.iter().enumerate() {
            let fits = wanted.get(index).is_none_or(|wanted| wanted == word) || spares(exceptions, word);
            let capitals = !sentence && word.to_uppercase() == *word;
            if fits || capitals {
                right += 1.0;
            } else if sentence && index == 0 && !starts_well(word) {
                return (expected, false);
            }
        }
        let good = given.is_empty() || right / given.len() as f64 >= threshold;
        (expected, good)
    }

    fn written(&self, text: &str) -> String {
        let prefix = self.prefix.as_ref().and_then(|prefix| prefix.find(text).ok()?.into_iter().next());
        let (prefix, rest) = match prefix {
            Some(prefix) if prefix.start == 0 => text.split_at(prefix.end),
            Some(prefix) => (&text[prefix], text),
            None => ("", text),
        };
        let known = |word: &str| self.known(word);
        let body = match self.casing.case {
            Case::Sentence => {
                let words = self.words(rest);
                let after = |before: &str, index: usize| self.indicates(before, index);
                self.casing.sentence(&words, known, after)
            }
            Case::Title { .. } => self.casing.title(rest, known),
        };
        format!("{prefix}{body}")
    }

    fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.tokens.find(text).unwrap_or_default().into_iter().map(|at| &text[at]).collect()
    }

    /// A word as it stands, where an exception stands in it.
    fn known(&self, word: &str) -> Option<String> {
        self.own_case.iter().any(|pattern| pattern.stands_in(word)).then(|| word.to_owned())
    }

    /// Whether a word is followed by a new beginning.
    fn indicates(&self, word: &str, index: usize) -> bool {
        let ends = |indicator: &String| word.len() > indicator.len() && word.ends_with(indicator.as_str());
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        self.indicators.iter().any(ends) || index == 0 && digits > 0 && word[digits..].starts_with('.')
    }
}

/// One capital, first of its word.
fn starts_well(word: &str) -> bool {
    let mut before = ' ';
    word.chars().all(|c| {
        let begins = !before.is_alphanumeric() && before != '_' && before != '\'';
        before = c;
        if begins { !c.is_lowercase() } else { !c.is_uppercase() }
    })
}
