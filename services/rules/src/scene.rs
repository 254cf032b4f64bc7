//! A subject as checks see it: slots with their plain text, which bytes of it are free text and which are references.

use std::cell::OnceCell;
use std::ops::Range;

use countersign_domain::content::{Bound, PartnerField, Segment, SlotText};
use serde::Deserialize;

use crate::numbers::Grounds;
use crate::place::{Place, When};
use crate::subject::SlotLimit;
use crate::terms::Terms;
use crate::view::{View, compose, fold};

/// Everything that one check may look at.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub place: Place<'a>,
    pub slots: Vec<Slot>,
    pub limits: &'a [SlotLimit],
    pub locked: &'a [&'a str],
    pub shape: Shape,
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
    Bound(String),
    Partner(PartnerField),
}

/// The plain text of one slot.
#[derive(Debug)]
pub(crate) struct Slot {
    pub name: String,
    pub text: String,
    pub references: Vec<(Range<usize>, Reference)>,
    folded: OnceCell<View<'static>>,
    cased: OnceCell<View<'static>>,
}

impl Slot {
    pub(crate) fn of(name: &str, slot: &SlotText) -> Self {
        let mut text = String::new();
        let mut references = Vec::new();
        for segment in &slot.segments {
            let start = text.len();
            match segment {
                Segment::Text { text: free } => text.push_str(free),
                Segment::Bound(Bound { text: exact, reference, .. }) => {
                    text.push_str(exact);
                    references.push((start..text.len(), Reference::Bound(reference.clone())));
                }
                Segment::Partner { partner } => {
                    text.push_str(partner.placeholder());
                    references.push((start..text.len(), Reference::Partner(*partner)));
                }
            }
        }
        Self::new(name, text, references)
    }

    /// A file's text: partner references as they are typed in files, everything else free.
    pub(crate) fn of_file(text: &str) -> Self {
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
        Self::new("text", text.to_owned(), references)
    }

    fn new(name: &str, text: String, references: Vec<(Range<usize>, Reference)>) -> Self {
        Self { name: name.to_owned(), text, references, folded: OnceCell::new(), cased: OnceCell::new() }
    }

    /// The text folded for comparing terms.
    pub(crate) fn folded(&self, ignore_case: bool) -> &View<'static> {
        let cell = if ignore_case { &self.folded } else { &self.cased };
        cell.get_or_init(|| fold(&self.text, ignore_case))
    }

    /// The text composed for patterns.
    pub(crate) fn composed(&self) -> View<'_> {
        compose(&self.text)
    }

    /// Where `terms` stand, in bytes of the slot's text, with the term's index.
    pub(crate) fn find(&self, terms: &Terms) -> Vec<(usize, Range<usize>)> {
        let view = self.folded(terms.ignore_case());
        terms.find(view).into_iter().map(|hit| (hit.term, view.source(hit.range))).collect()
    }

    /// Whether `range` is written text of that scope. The braces of a partner reference never are.
    pub(crate) fn reads(&self, scope: Scope, range: &Range<usize>) -> bool {
        let from = self.references.partition_point(|(at, _)| at.end <= range.start);
        self.references[from..].iter().take_while(|(at, _)| at.start < range.end).all(|(at, reference)| match reference
        {
            Reference::Partner(_) => false,
            Reference::Bound(_) => scope == Scope::Text || !(at.start <= range.start && range.end <= at.end),
        })
    }
}

impl Scene<'_> {
    /// The slots that a rule is about.
    pub(crate) fn slots<'s>(&'s self, when: &'s When) -> impl Iterator<Item = &'s Slot> {
        let plain = self.shape == Shape::PlainFile;
        self.slots.iter().filter(move |slot| if plain { when.slots.is_empty() } else { when.slot(&slot.name) })
    }
}
