//! The words of a sentence as they are compared: folded, without accents, cut to a light stem.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;
use unicode_segmentation::UnicodeSegmentation as _;

use super::language::Language;
use crate::view::fold;

/// Letters that are left at least when an ending is cut.
const MIN_STEM: usize = 4;
/// Characters of a word that are looked at.
const MAX_WORD: usize = 40;

/// A language's lists, ready to be asked.
#[derive(Debug)]
pub(super) struct Lists {
    pub language: &'static Language,
    stop: HashSet<&'static str>,
    negations: HashSet<&'static str>,
    /// Of a stem: the group of words that mean nearly the same.
    alike: HashMap<String, usize>,
    numbers: HashMap<&'static str, &'static str>,
    up: HashSet<String>,
    down: HashSet<String>,
}

/// A word of a text.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub range: Range<usize>,
    /// Folded and without accents.
    pub plain: String,
    pub stem: String,
    /// Begins with a capital.
    pub capital: bool,
    /// Has a capital behind its first letter: `ISO`, `iCloud`.
    pub marked: bool,
    /// Says nothing of its own.
    pub stop: bool,
    pub negates: bool,
    /// The value of a number that is written in words.
    pub number: Option<&'static str>,
}

/// Whether something grows or shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

impl Lists {
    pub(super) fn of(code: &str) -> Self {
        let language = Language::of(code);
        let stems = |words: &[&'static str]| -> HashSet<String> {
            words.iter().flat_map(|word| [(*word).to_owned(), stem(word, language)]).collect()
        };
        let mut alike = HashMap::new();
        for (group, words) in language.alike.iter().enumerate() {
            for word in stems(words) {
                alike.entry(word).or_insert(group);
            }
        }
        Self {
            language,
            stop: language.stop.iter().copied().collect(),
            negations: language.negations.iter().copied().collect(),
            alike,
            numbers: language.numbers.iter().copied().collect(),
            up: stems(language.up),
            down: stems(language.down),
        }
    }

    pub(super) fn group(&self, stem: &str) -> Option<usize> {
        self.alike.get(stem).copied()
    }

    /// The only direction that the words have: by their verbs, and where these have none by comparatives.
    pub(super) fn direction(&self, text: &str, words: &[Word]) -> Option<Direction> {
        let only = |up: bool, down: bool| match (up, down) {
            (true, false) => Some(Direction::Up),
            (false, true) => Some(Direction::Down),
            _ => None,
        };
        let has = |list: &HashSet<String>| words.iter().any(|word| list.contains(&word.stem));
        let (up, down) = (has(&self.up), has(&self.down));
        if up || down {
            return only(up, down);
        }
        let compares = |list: &[&str]| {
            (0..words.len())
                .any(|at| list.contains(&words[at].plain.as_str()) && !self.bounds_a_number(text, words, at))
        };
        only(compares(self.language.more), compares(self.language.less))
    }

    /// `more than 40`, `moins de 15`: what stands there says nothing of growing.
    fn bounds_a_number(&self, text: &str, words: &[Word], at: usize) -> bool {
        let Some(next) = words.get(at + 1) else { return false };
        let end = words.get(at + 2).map_or(text.len(), |word| word.range.start);
        let then = text[next.range.end..end].chars().take(4).any(char::is_numeric);
        self.language.than.contains(&next.plain.as_str()) || then && self.language.of.contains(&next.plain.as_str())
    }

    /// The words of `text` in `range`, without those that are all digits.
    pub(super) fn words(&self, text: &str, range: &Range<usize>) -> Vec<Word> {
        let mut words = Vec::new();
        for (offset, token) in text[range.clone()].unicode_word_indices() {
            let start = range.start + offset;
            let lower = plain(token);
            if lower.ends_with("n't") {
                words.push(Word { stop: true, negates: true, ..self.word(token, lower, start) });
                continue;
            }
            let mut at = start;
            for part in token.split(['\'', '\u{2019}']) {
                if part.chars().any(char::is_alphabetic) {
                    words.push(self.word(part, plain(part), at));
                }
                // Both apostrophes are found again by the text, since their lengths differ.
                at += part.len();
                at += text[at..].chars().next().filter(|c| matches!(c, '\'' | '\u{2019}')).map_or(0, char::len_utf8);
            }
        }
        words
    }

    fn word(&self, written: &str, plain: String, start: usize) -> Word {
        let mut letters = written.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let number = self.numbers.get(plain.as_str()).copied();
        Word {
            range: start..start + written.len(),
            stem: stem(&plain, self.language),
            capital,
            marked: letters.any(char::is_uppercase),
            stop: number.is_none() && self.stop.contains(plain.as_str()),
            negates: self.negations.contains(plain.as_str()),
            number,
            plain,
        }
    }
}

/// In lower case, decomposed, without the marks.
pub(super) fn plain(word: &str) -> String {
    let folded = fold(word, true).text;
    folded.chars().filter(|c| canonical_combining_class(*c) == 0).take(MAX_WORD).collect()
}

/// Without the longest ending that leaves enough.
pub(super) fn stem(plain: &str, language: &Language) -> String {
    if language.code == "en"
        && plain.len() > MIN_STEM
        && let Some(front) = plain.strip_suffix("ies")
    {
        return format!("{front}y");
    }
    // `gesichert` and `sichern`.
    let participle = |rest: &&str| language.code == "de" && rest.len() > 5 && rest.ends_with(['t', 'n']);
    let plain = plain.strip_prefix("ge").filter(participle).unwrap_or(plain);
    let cut = |word: &str| {
        let fronts = language.endings.iter().filter_map(|ending| word.strip_suffix(ending).map(str::len));
        fronts.into_iter().find(|len| word[..*len].chars().count() >= MIN_STEM)
    };
    let Some(front) = cut(plain).map(|len| &plain[..len]) else { return plain.to_owned() };
    // `Sicherung`, `sichern` and `Servers` have two endings.
    let front = if language.code == "de" { cut(front).map_or(front, |len| &front[..len]) } else { front };
    let doubled = language.code == "en" && front.len() > MIN_STEM && {
        let mut ends = front.bytes().rev();
        ends.next() == ends.next()
    };
    if doubled { front[..front.len() - 1].to_owned() } else { front.to_owned() }
}

/// Where the clauses of a sentence begin and end, as indices of its words: at commas, dashes, colons and joining words,
/// where what stands on both sides is enough to be a statement.
pub(super) fn clauses(text: &str, words: &[Word], lists: &Lists) -> Vec<Range<usize>> {
    let carries = |range: Range<usize>| words[range].iter().filter(|word| !word.stop).count() >= 2;
    let mut clauses: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for at in 1..words.len() {
        let between = &text[words[at - 1].range.end..words[at].range.start];
        let ended = between.contains(['.', '!', '?']) && between.ends_with(char::is_whitespace);
        let marked = ended || between.contains([',', ';', ':', '–', '—', '(', ')', '،', '、']);
        let joined = lists.language.joints.contains(&words[at].plain.as_str());
        let long = at - start >= MAX_CLAUSE;
        if long || ((marked || joined) && carries(start..at)) {
            clauses.push(start..at);
            start = at;
        }
    }
    match clauses.last_mut() {
        Some(last) if !carries(start..words.len()) && words.len() - last.start < MAX_CLAUSE => last.end = words.len(),
        _ => clauses.push(start..words.len()),
    }
    clauses
}

/// What a clause denies, of what is `known`: of each negation the next word that carries meaning, and where none follows, the
/// one before.
pub(super) fn denies(words: &[Word], without: &str, known: impl Fn(usize) -> bool) -> Denial {
    let carrying = |at: &usize| !words[*at].stop && !words[*at].negates;
    let mut denial = Denial::default();
    for at in (0..words.len()).filter(|at| words[*at].negates) {
        let next = (at + 1..words.len()).find(carrying);
        if next.or_else(|| (0..at).rev().find(carrying)).is_some_and(&known) {
            *if words[at].plain == without { &mut denial.without } else { &mut denial.not } = true;
        }
    }
    denial
}

/// Whether something is denied, and whether something is said to be lacking.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Denial {
    pub not: bool,
    pub without: bool,
}

impl Denial {
    pub(super) fn differs(self, other: Self) -> bool {
        (self.not || self.without) != (other.not || other.without)
            || (self.not && self.without) != (other.not && other.without)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { not: self.not || other.not, without: self.without || other.without }
    }
}

/// Words of one clause: what is longer is no sentence, and is looked at in parts.
const MAX_CLAUSE: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (code, forms) in [
            ("en", &["restore", "restores", "restored", "restoring", "restoration"][..]),
            ("en", &["copy", "copies"]),
            ("en", &["encrypts", "encryption", "encrypted"]),
            ("de", &["sichern", "Sicherung", "Sicherungen", "gesichert", "sichert"]),
            ("de", &["Verschlüsselung", "verschlüsselt"]),
            ("fr", &["sauvegarde", "sauvegardes", "sauvegardé", "sauvegarder"]),
            ("es", &["restaura", "restauración", "restaurar", "restauran"]),
            ("it", &["ripristina", "ripristino", "ripristinare", "ripristinati"]),
        ] {
            let stems: HashSet<String> = forms.iter().map(|form| stem(&plain(form), Language::of(code))).collect();
            assert_eq!(stems.len(), 1, "{forms:?}: {stems:?}");
        }
    }

    #[test]
    fn elided_words_are_parted_and_stand_where_they_are() {
        let text = "L’entreprise n'a pas d'égal";
        let lists = Lists::of("fr");
        let words = lists.words(text, &(0..text.len()));
        let written: Vec<_> = words.iter().map(|word| &text[word.range.clone()]).collect();
        assert_eq!(written, ["L", "entreprise", "n", "a", "pas", "d", "égal"]);
        assert_eq!(words.iter().filter(|word| word.negates).count(), 2);
    }
}
