//! The sources as sentences are compared with them: an index from words to the sentences that hold them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use countersign_domain::place::Locale;

use super::pieces;
use super::words::{Direction, Lists, Word, clauses, plain};
use crate::numbers::{Figure, Found, Grounds, Number, Reading, Value, scan};
use crate::sentences::sentences;
use crate::subject::{Source, SourceKind};

/// Sentences of a source that may bear a sentence out together.
const WINDOW: usize = 3;
/// Letters that two stems must begin with to be looked at as one word.
const PREFIX: usize = 5;
/// Letters of an end of a German word that may be a word.
const END: usize = 4;
/// Sentences of all sources, and rows of them, that are read; and bytes of one source.
const MAX_SUPPORTS: usize = 6000;
const MAX_SOURCE: usize = 1 << 20;
/// Words with the same beginning that are looked at.
const MAX_ALIKE: usize = 32;

/// How well a word of the text is met by one of a source.
const SAME: f32 = 1.0;
const ALIKE: f32 = 0.85;
const PART: f32 = 0.75;

/// A sentence of a source, or several in a row.
#[derive(Debug)]
pub(super) struct Support<'a> {
    pub source: usize,
    /// What of the source it is, in bytes of its text.
    pub range: Range<usize>,
    pub grounds: Grounds<'a>,
    /// Its figures, with what stands before each.
    pub figures: Vec<(Found, Qualifier)>,
    /// The words beside each.
    pub beside: Vec<Beside>,
    /// Where in them each value is.
    by_value: HashMap<Value, Vec<usize>>,
    pub clauses: Vec<Clause>,
    /// Its words in order.
    pub words: Vec<Word>,
    pub single: bool,
    pub direction: Option<Direction>,
    ids: HashSet<u32>,
}

/// Words and figures of a clause.
#[derive(Debug)]
pub(super) struct Clause {
    pub ids: HashSet<u32>,
    pub figures: Vec<usize>,
    /// Its words, as indices of the support's.
    pub words: Range<usize>,
    pub negated: bool,
}

impl Support<'_> {
    /// Whether it has a word.
    pub(super) fn holds(&self, id: u32) -> bool {
        self.ids.contains(&id)
    }

    /// Its figures with the value and class of a number.
    pub(super) fn same<'s>(&'s self, number: &'s Number) -> impl Iterator<Item = &'s (Found, Qualifier)> {
        self.same_at(number).map(|at| &self.figures[at])
    }

    /// Where these are.
    pub(super) fn same_at<'s>(&'s self, number: &'s Number) -> impl Iterator<Item = usize> {
        let known = self.by_value.get(&number.value).map_or(&[][..], Vec::as_slice).iter().copied();
        known.filter(|at| matches!(&self.figures[*at].0.figure, Figure::Number(theirs) if theirs.class == number.class))
    }
}

/// What a source says as a whole.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub words: HashSet<String>,
    /// Indices of names.
    pub names: HashSet<usize>,
}

impl Whole {
    pub(super) fn has(&self, word: &Word) -> bool {
        self.words.contains(&word.plain) || self.words.contains(&word.stem)
    }
}

/// What is said before a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    None,
    AtMost,
    MoreThan,
}

#[derive(Debug)]
pub(super) struct Supports<'a> {
    pub lists: Lists,
    pub reading: Reading,
    pub list: Vec<Support<'a>>,
    /// By index of source.
    pub wholes: HashMap<usize, Whole>,
    /// Each name's words.
    pub names: Vec<Vec<String>>,
    /// The names that begin with a word, the longest first.
    names_by_first: HashMap<String, Vec<usize>>,
    /// All words of names.
    pub name_words: HashSet<String>,
    vocabulary: HashMap<String, u32>,
    /// Of each word: the supports that hold it.
    postings: Vec<Vec<u32>>,
    by_prefix: HashMap<String, Vec<(String, u32)>>,
    /// Ends of words, of languages that put words together.
    by_end: HashMap<String, u32>,
}

impl<'a> Supports<'a> {
    /// Of sources with their indices.
    pub(super) fn new(sources: Vec<(usize, &Source<'a>)>, names: &[&str], locale: Option<&Locale>) -> Self {
        let mut this = Self {
            lists: Lists::of(locale.map_or("", Locale::language)),
            reading: Reading::of(locale),
            list: Vec::new(),
            wholes: HashMap::new(),
            names: Vec::new(),
            names_by_first: HashMap::new(),
            name_words: HashSet::new(),
            vocabulary: HashMap::new(),
            postings: Vec::new(),
            by_prefix: HashMap::new(),
            by_end: HashMap::new(),
        };
        let briefs = sources.iter().filter(|(_, source)| source.kind == SourceKind::Brief && is_name(source.text));
        let mut known = HashSet::new();
        for name in names.iter().copied().chain(briefs.map(|(_, source)| source.text)) {
            this.name(name, &mut known);
        }
        for (at, source) in sources {
            this.source(at, source.text);
        }
        this
    }

    fn name(&mut self, name: &str, known: &mut HashSet<Vec<String>>) {
        let words = self.lists.words(name, &(0..name.len()));
        let words: Vec<String> = words.into_iter().map(|word| word.plain).collect();
        let Some(first) = words.first().cloned().filter(|_| known.insert(words.clone())) else { return };
        let with_first = self.names_by_first.entry(first).or_default();
        with_first.push(self.names.len());
        self.name_words.extend(words.iter().cloned());
        self.names.push(words);
        with_first.sort_by_key(|at| std::cmp::Reverse(self.names[*at].len()));
    }

    fn source(&mut self, source: usize, text: &'a str) {
        if self.list.len() >= MAX_SUPPORTS {
            return;
        }
        let text = &text[..text.floor_char_boundary(MAX_SOURCE)];
        let parts: Vec<_> = sentences(text).into_iter().flat_map(|range| pieces(text, range)).collect();
        let words = self.lists.words(text, &(0..text.len()));
        let names = self.names_in(&words).into_iter().map(|(name, _)| name).collect();
        let spellings = words.into_iter().flat_map(|word| [word.plain, word.stem]).collect();
        self.wholes.insert(source, Whole { words: spellings, names });
        for part in &parts {
            self.support(source, text, part.clone(), true);
        }
        for window in parts.windows(2).chain(parts.windows(WINDOW)) {
            if let [first, .., last] = window {
                self.support(source, text, first.start..last.end, false);
            }
        }
    }

    fn support(&mut self, source: usize, text: &'a str, range: Range<usize>, single: bool) {
        if self.list.len() >= MAX_SUPPORTS {
            return;
        }
        let words = self.lists.words(text, &range);
        let at = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let figures = self.figures(text, &range);
        let mut by_value: HashMap<Value, Vec<usize>> = HashMap::new();
        for (index, (found, _)) in figures.iter().enumerate() {
            if let Figure::Number(number) = &found.figure {
                by_value.entry(number.value.clone()).or_default().push(index);
            }
            let key = figure_key(&found.figure);
            self.intern(&key, at);
        }
        let mut parts = Vec::new();
        let bounds = clauses(text, &words, &self.lists);
        for (index, clause) in bounds.iter().enumerate() {
            let start = words.get(clause.start).filter(|_| index > 0).map_or(range.start, |word| word.range.start);
            let next = bounds.get(index + 1).and_then(|next| words.get(next.start));
            let end = next.map_or(range.end, |word| word.range.start);
            let mut ids: HashSet<u32> = HashSet::new();
            for word in &words[clause.clone()] {
                for key in self.keys(word) {
                    ids.insert(self.intern(&key, at));
                }
            }
            let before = |at: usize| figures.partition_point(|(found, _)| found.range.start < at);
            let here: Vec<usize> = (before(start)..before(end).max(before(start))).collect();
            for figure in &here {
                if let Figure::Number(number) = &figures[*figure].0.figure
                    && number.value.exponent >= 0
                    && number.value.digits.len() < 3
                {
                    let zeros = "0".repeat(usize::try_from(number.value.exponent.min(3)).unwrap_or(0));
                    ids.insert(self.intern(&format!("#{}{zeros}", number.value.digits), at));
                }
            }
            let negated = words[clause.clone()].iter().any(|word| word.negates);
            parts.push(Clause { ids, figures: here, words: clause.clone(), negated });
        }
        self.list.push(Support {
            source,
            grounds: Grounds::new(vec![&text[range.clone()]]),
            range,
            beside: beside(text, &words, figures.iter().map(|(found, _)| found)),
            figures,
            by_value,
            ids: parts.iter().flat_map(|clause| clause.ids.iter().copied()).collect(),
            clauses: parts,
            direction: self.lists.direction(text, &words),
            words,
            single,
        });
    }

    /// The supports that have a figure, of whatever class.
    pub(super) fn with_figure(&self, figure: &Figure) -> &[u32] {
        self.id(&figure_key(figure)).map_or(&[], |id| self.holding(id))
    }

    /// The figures of a sentence, with what stands before each.
    pub(super) fn figures(&self, text: &str, range: &Range<usize>) -> Vec<(Found, Qualifier)> {
        let found = scan(&text[range.clone()], self.reading).into_iter();
        found
            .map(|mut found| {
                found.range = found.range.start + range.start..found.range.end + range.start;
                let qualifier = self.qualifier(text, range.start, &found);
                (found, qualifier)
            })
            .collect()
    }

    /// What stands before a figure; nothing before `floor` belongs to it.
    pub(super) fn qualifier(&self, text: &str, floor: usize, found: &Found) -> Qualifier {
        const LOOK_BACK: usize = 40;
        if matches!(found.figure, Figure::Date(_)) {
            return Qualifier::None;
        }
        let mut from = floor.max(found.range.start.saturating_sub(LOOK_BACK));
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let words = self.lists.words(text, &(from..found.range.start));
        let before = words.iter().map(|word| word.plain.as_str()).collect::<Vec<_>>().join(" ");
        let ends = |phrases: &[&str]| {
            phrases
                .iter()
                .any(|phrase| before.strip_suffix(phrase).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')))
        };
        if ends(self.lists.language.at_most) {
            Qualifier::AtMost
        } else if ends(self.lists.language.more_than) {
            Qualifier::MoreThan
        } else {
            Qualifier::None
        }
    }

    /// What a word is found by: its stem, the group of words like it, its number.
    fn keys(&self, word: &Word) -> Vec<String> {
        if let Some(number) = word.number {
            return vec![format!("#{number}")];
        }
        if word.stop {
            return Vec::new();
        }
        let group = self.lists.group(&word.stem).map(|group| format!("~{group}"));
        [Some(word.stem.clone()), group].into_iter().flatten().collect()
    }

    fn intern(&mut self, key: &str, support: u32) -> u32 {
        let id = match self.vocabulary.get(key) {
            Some(id) => *id,
            None => {
                let id = u32::try_from(self.postings.len()).unwrap_or(u32::MAX);
                self.vocabulary.insert(key.to_owned(), id);
                self.postings.push(Vec::new());
                if !key.starts_with(['#', '~', '=']) {
                    if let Some(prefix) = first_letters(key) {
                        self.by_prefix.entry(prefix.to_owned()).or_default().push((key.to_owned(), id));
                    }
                    if self.lists.language.capital_nouns {
                        for end in ends(key) {
                            self.by_end.entry(end.to_owned()).or_insert(id);
                        }
                    }
                }
                id
            }
        };
        if let Some(list) = self.postings.get_mut(id as usize)
            && list.last() != Some(&support)
        {
            list.push(support);
        }
        id
    }

    pub(super) fn id(&self, key: &str) -> Option<u32> {
        self.vocabulary.get(key).copied()
    }

    /// The supports that hold a word.
    pub(super) fn holding(&self, id: u32) -> &[u32] {
        self.postings.get(id as usize).map_or(&[], Vec::as_slice)
    }

    /// The source's words that a word of the text may mean, each with how well it fits.
    pub(super) fn meant(&self, word: &Word) -> Vec<(u32, f32)> {
        if let Some(number) = word.number {
            return self.vocabulary.get(&format!("#{number}")).map(|id| (*id, SAME)).into_iter().collect();
        }
        let mut meant: Vec<(u32, f32)> = Vec::new();
        let stem = word.stem.as_str();
        meant.extend(self.vocabulary.get(stem).map(|id| (*id, SAME)));
        let group = self.lists.group(stem).and_then(|group| self.vocabulary.get(&format!("~{group}")));
        meant.extend(group.map(|id| (*id, ALIKE)));
        let near = first_letters(stem).and_then(|prefix| self.by_prefix.get(prefix)).map_or(&[][..], Vec::as_slice);
        for (other, id) in near.iter().take(MAX_ALIKE).filter(|(other, _)| other != stem) {
            let shared = stem.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            if shared * 10 >= stem.len().max(other.len()) * 7 {
                meant.push((*id, ALIKE));
            } else if self.lists.language.capital_nouns && shared == stem.len() {
                meant.push((*id, PART));
            }
        }
        if self.lists.language.capital_nouns {
            meant.extend(ends(stem).filter_map(|end| self.vocabulary.get(end)).map(|id| (*id, PART)));
            meant.extend(self.by_end.get(stem).map(|id| (*id, PART)));
            let starts = stem.char_indices().skip(PREFIX).map(|(at, _)| &stem[..at]);
            meant.extend(starts.filter_map(|start| self.vocabulary.get(start)).map(|id| (*id, PART)));
        }
        meant
    }

    /// The names that stand in `words`: each with the words that it takes.
    pub(super) fn names_in(&self, words: &[Word]) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let starting = self.names_by_first.get(&word.plain).map_or(&[][..], Vec::as_slice);
            let name = starting.iter().copied().find(|name| {
                let name = &self.names[*name];
                word.capital_or_lower_name(name)
                    && words.len() - at >= name.len()
                    && name.iter().zip(&words[at..]).all(|(part, word)| *part == word.plain)
            });
            match name {
                Some(name) => {
                    let end = at + self.names[name].len();
                    found.push((name, at..end));
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }
}

impl Word {
    /// A name of one word may also be an ordinary one, which has no capital.
    fn capital_or_lower_name(&self, name: &[String]) -> bool {
        self.capital || self.marked || name.len() > 1
    }
}

/// The stems of the words beside a figure, of those that carry meaning.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Of each figure, which are in order.
pub(super) fn beside<'f>(text: &str, words: &[Word], figures: impl Iterator<Item = &'f Found>) -> Vec<Beside> {
    let said =
        |word: Option<&Word>| word.filter(|word| !word.stop && word.number.is_none()).map(|word| word.stem.clone());
    let of = |found: &Found| {
        let before = words.partition_point(|word| word.range.end <= found.range.start).checked_sub(1);
        let after = words.partition_point(|word| word.range.start < found.range.end);
        let near = |from: usize, to: usize| !text[from..to].contains(|c: char| ",;:.!?()–—".contains(c));
        let before = before.and_then(|at| words.get(at)).filter(|word| near(word.range.end, found.range.start));
        let after = words.get(after).filter(|word| near(found.range.end, word.range.start));
        Beside { before: said(before), after: said(after) }
    };
    figures.map(of).collect()
}

/// What a figure is found by.
fn figure_key(figure: &Figure) -> String {
    match figure {
        Figure::Number(number) => format!("={}^{}", number.value.digits, number.value.exponent),
        Figure::Literal(literal) => format!("={literal}"),
        Figure::Date(date) => format!("=date {} {:?}", date.month, date.day),
    }
}

/// Up to four words, each with a capital or a digit, without a full stop.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = |word: &&str| word.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric());
    (1..=4).contains(&words.len()) && words.iter().all(named) && !text.trim().ends_with(['.', '!', '?', ':']) && {
        !plain(words[0]).is_empty() && !words[0].chars().all(char::is_numeric)
    }
}

fn first_letters(stem: &str) -> Option<&str> {
    stem.char_indices().nth(PREFIX - 1).map(|(at, c)| &stem[..at + c.len_utf8()])
}

/// The proper ends of a stem that are long enough to be words.
fn ends(stem: &str) -> impl Iterator<Item = &str> {
    let long_enough = |end: &&str| end.chars().nth(END - 1).is_some();
    stem.char_indices().skip(3).map(|(at, _)| &stem[at..]).filter(long_enough)
}
