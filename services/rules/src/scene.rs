//! A subject as checks see it: slots with their plain text, which bytes of it are free text and which are references.

use std::cell::OnceCell;
use std::ops::Range;

use countersign_domain::brand::Formality;
use countersign_domain::content::{Bound, Content, PartnerField, Segment, SlotText};
use countersign_domain::place::Locale;
use serde::Deserialize;

use crate::lexicon::{Found, Lexicon};
use crate::links::Link;
use crate::numbers::Grounds;
use crate::place::{Place, When};
use crate::sentences::{paragraphs, sentences};
use crate::sieve::Sifted;
use crate::subject::{BrandTerms, Laid, SlotLimit, Source, Subject};
use crate::terms::Terms;
use crate::view::{View, compose, fold};

/// Everything that one check may look at.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub place: Place<'a>,
    pub slots: Vec<Slot<'a>>,
    pub limits: &'a [SlotLimit],
    pub locked: &'a [&'a str],
    pub shape: Shape,
    pub sources: &'a [Source<'a>],
    pub terms: &'a BrandTerms,
    /// The slots of what it was translated from, and their locale.
    pub original: Option<(Vec<Slot<'a>>, Option<&'a Locale>)>,
    pub formality: Option<Formality>,
    pub layout: &'a [Laid],
    pub metadata: Option<&'a [&'a str]>,
    /// The numbers of the sources; read once, when a rule asks.
    pub grounds: Grounds<'a>,
}

/// What kind of thing the slots are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The slots of a template.
    Asset,
    /// A file without slots, limits or sources: rules that need these are silent.
    PlainFile,
}

/// Which bytes of a slot a rule reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// All of it, exact wordings included.
    #[default]
    Text,
    /// What the model or a person wrote, without what references brought.
    FreeText,
}

/// A reference of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Bound { name: String, source: String },
    Partner(PartnerField),
}

/// The plain text of one slot.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    pub name: String,
    pub text: String,
    pub references: Vec<(Range<usize>, Reference)>,
    folded: OnceCell<View<'static>>,
    cased: OnceCell<View<'static>>,
    composed: OnceCell<View<'static>>,
    sentences: OnceCell<Vec<Range<usize>>>,
    /// What of the packs' terms stands in it, in any case and in its own.
    found: [OnceCell<Found>; 2],
    sifted: OnceCell<Sifted>,
    /// Kept by `links.rs`.
    pub links: OnceCell<Vec<Link>>,
    lexicon: Option<&'a Lexicon>,
}

impl<'a> Slot<'a> {
    pub(crate) fn of(name: &str, slot: &SlotText, lexicon: Option<&'a Lexicon>) -> Self {
        let mut text = String::new();
        let mut references = Vec::new();
        for segment in &slot.segments {
            let start = text.len();
            match segment {
                Segment::Text { text: free } => text.push_str(free),
                Segment::Bound(Bound { text: exact, reference, source }) => {
                    text.push_str(exact);
                    let bound = Reference::Bound { name: reference.clone(), source: source.clone() };
                    references.push((start..text.len(), bound));
                }
                Segment::Partner { partner } => {
                    text.push_str(partner.placeholder());
                    references.push((start..text.len(), Reference::Partner(*partner)));
                }
            }
        }
        Self::new(name, text, references, lexicon)
    }

    /// A file's text: partner references as they are typed in files, everything else free.
    pub(crate) fn of_file(text: &str, lexicon: Option<&'a Lexicon>) -> Self {
        let mut references = Vec::new();
        for (start, _) in text.match_indices("{{") {
            let inside = &text.as_bytes()[start + 2..];
            let close =
                inside.iter().take(64).position(|byte| *byte == b'}').filter(|at| inside.get(at + 1) == Some(&b'}'));
            if let Some(close) = close
                && let Some(field) = text[start + 2..start + 2 + close].trim().strip_prefix("partner.")
                && let Ok(field) = field.parse()
            {
                references.push((start..start + close + 4, Reference::Partner(field)));
            }
        }
        Self::new("text", text.to_owned(), references, lexicon)
    }

    fn new(name: &str, text: String, references: Vec<(Range<usize>, Reference)>, lexicon: Option<&'a Lexicon>) -> Self {
        Self {
            name: name.to_owned(),
            text,
            references,
            folded: OnceCell::new(),
            cased: OnceCell::new(),
            composed: OnceCell::new(),
            sentences: OnceCell::new(),
            found: [OnceCell::new(), OnceCell::new()],
            sifted: OnceCell::new(),
            links: OnceCell::new(),
            lexicon,
        }
    }

    /// The text folded for comparing terms.
    pub(crate) fn folded(&self, ignore_case: bool) -> &View<'static> {
        let cell = if ignore_case { &self.folded } else { &self.cased };
        cell.get_or_init(|| fold(&self.text, ignore_case))
    }

    /// The text composed for patterns.
    pub(crate) fn composed(&self) -> &View<'static> {
        self.composed.get_or_init(|| compose(&self.text).into_owned())
    }

    /// The sentences, in bytes of the text, without the white space around them. A line break ends one.
    pub(crate) fn sentences(&self) -> &[Range<usize>] {
        self.sentences.get_or_init(|| sentences(&self.text))
    }

    /// The sentence that holds the first byte of `range`; the whole text where none does.
    pub(crate) fn sentence_around(&self, range: &Range<usize>) -> Range<usize> {
        let all = self.sentences();
        let at = all.partition_point(|sentence| sentence.end <= range.start);
        all.get(at).filter(|sentence| sentence.start <= range.start).map_or(0..self.text.len(), Clone::clone)
    }

    /// The paragraphs: what blank lines part.
    pub(crate) fn paragraphs(&self) -> Vec<Range<usize>> {
        paragraphs(&self.text)
    }

    /// The references that stand in `range`, wholly or in part.
    pub(crate) fn references_in(&self, range: &Range<usize>) -> &[(Range<usize>, Reference)] {
        let from = self.references.partition_point(|(at, _)| at.end <= range.start);
        let len = self.references[from..].partition_point(|(at, _)| at.start < range.end);
        &self.references[from..from + len]
    }

    /// Where `terms` stand, in bytes of the slot's text, with the term's index.
    pub(crate) fn find(&self, terms: &Terms) -> Vec<(usize, Range<usize>)> {
        let ignore_case = terms.ignore_case();
        let view = self.folded(ignore_case);
        let hits = match self.lexicon.filter(|lexicon| lexicon.knows(terms)) {
            Some(lexicon) => lexicon.of(terms, self.read(lexicon, ignore_case)),
            None => terms.find(view),
        };
        hits.into_iter().map(|hit| (hit.term, view.source(hit.range))).collect()
    }

    fn read(&self, lexicon: &Lexicon, ignore_case: bool) -> &Found {
        self.found[usize::from(ignore_case)].get_or_init(|| lexicon.read(self.folded(ignore_case), ignore_case))
    }

    /// Whether the packs' pattern of that id may stand in it; false only where it cannot.
    pub(crate) fn may_hold(&self, pattern: usize) -> bool {
        self.lexicon.is_none_or(|lexicon| {
            let sifted = self.sifted.get_or_init(|| lexicon.sieve().sift(&self.composed().text));
            lexicon.sieve().lets_through(pattern, sifted)
        })
    }

    /// Whether so many terms stand in it that not all of them were looked at.
    pub(crate) fn is_flooded(&self) -> bool {
        self.found.iter().any(|found| found.get().is_some_and(|found| found.too_many))
    }

    /// Whether `range` is written text of that scope. The braces of a partner reference never are.
    pub(crate) fn reads(&self, scope: Scope, range: &Range<usize>) -> bool {
        let from = self.references.partition_point(|(at, _)| at.end <= range.start);
        self.references[from..].iter().take_while(|(at, _)| at.start < range.end).all(|(at, reference)| match reference
        {
            Reference::Partner(_) => false,
            Reference::Bound { .. } => scope == Scope::Text || !(at.start <= range.start && range.end <= at.end),
        })
    }
}

impl<'a> Scene<'a> {
    /// An asset.
    pub(crate) fn of(subject: &Subject<'a>, lexicon: Option<&'a Lexicon>) -> Self {
        let bound = subject.content.bound().map(|bound| bound.text.as_str());
        Self {
            place: subject.place,
            slots: slots_of(subject.content, lexicon),
            limits: subject.slots,
            locked: subject.locked,
            shape: Shape::Asset,
            sources: subject.sources,
            terms: subject.brand_terms,
            original: subject.original.map(|original| (slots_of(original.content, None), original.locale)),
            formality: subject.formality,
            layout: subject.layout,
            metadata: subject.metadata,
            grounds: Grounds::new(subject.sources.iter().map(|source| source.text).chain(bound).collect()),
        }
    }

    /// A file, of which nothing but its text is known.
    pub(crate) fn of_file(text: &str, place: Place<'a>, terms: &'a BrandTerms, lexicon: Option<&'a Lexicon>) -> Self {
        Self {
            place,
            slots: vec![Slot::of_file(text, lexicon)],
            limits: &[],
            locked: &[],
            shape: Shape::PlainFile,
            sources: &[],
            terms,
            original: None,
            formality: None,
            layout: &[],
            metadata: None,
            grounds: Grounds::new(Vec::new()),
        }
    }

    /// The language of the text, where its locale is known.
    pub(crate) fn language(&self) -> Option<&str> {
        self.place.locale.map(Locale::language)
    }

    /// The slots that a rule is about.
    pub(crate) fn slots<'s>(&'s self, when: &'s When) -> impl Iterator<Item = &'s Slot<'a>> {
        self.slots.iter().filter(move |slot| self.reads(when, slot))
    }

    /// Whether a rule is about that slot.
    pub(crate) fn reads(&self, when: &When, slot: &Slot<'_>) -> bool {
        if self.shape == Shape::PlainFile { when.slots.is_empty() } else { when.slot(&slot.name) }
    }
}

fn slots_of<'a>(content: &Content, lexicon: Option<&'a Lexicon>) -> Vec<Slot<'a>> {
    content.slots.iter().map(|(name, text)| Slot::of(name, text, lexicon)).collect()
}
