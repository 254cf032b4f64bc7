//! The skeleton of one draft: for each slot, which free pieces the model writes and which references stand between.
//!
//! References are laid out by code, not by the model: each of them stands exactly once, in a place that fits its form,
//! and only as many as fit the slot's limit.

use countersign_domain::wording::Form;
use countersign_render::{Paragraph, Part, Piece, RefGroup, Slot, Template, When};

use crate::sources::{Source, Sources};

/// One slot of a draft, with its paragraphs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotPlan {
    pub name: String,
    pub paragraphs: Vec<Vec<Element>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// Written by the model.
    Piece(Piece),
    /// `claim.1`
    Reference(String),
    /// Each on a line of its own that starts with `- `.
    Bullets(Vec<String>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton {
    pub slots: Vec<SlotPlan>,
    /// References that did not fit this asset.
    pub left_out: Vec<String>,
}

/// At most so many sentences prove a point before they tire; the library's own fill up to here.
const WANTED_PROOF: usize = 2;

/// Lays out `template` with what is there. `variant` (from 1) rotates what a one-reference slot picks.
#[must_use]
pub fn lay_out(template: &Template, sources: &Sources, variant: u32) -> Skeleton {
    let mut skeleton = Skeleton::default();
    for slot in &template.slots {
        let mut room = Room::of(slot);
        let groups = Groups::new(sources, variant);
        let mut paragraphs = Vec::new();
        for paragraph in slot.draft.iter().filter(|paragraph| groups.has(paragraph.when)) {
            let elements = lay_paragraph(paragraph, &groups, &mut room, &mut skeleton.left_out);
            if elements.iter().any(|element| !matches!(element, Element::Piece(piece) if piece.when != When::Always)) {
                paragraphs.push(elements);
            }
        }
        skeleton.slots.push(SlotPlan { name: slot.name.clone(), paragraphs });
    }
    skeleton.left_out.sort();
    skeleton.left_out.dedup();
    skeleton
}

fn lay_paragraph(paragraph: &Paragraph, groups: &Groups<'_>, room: &mut Room, left_out: &mut Vec<String>) -> Vec<Element> {
    let mut elements = Vec::new();
    for part in &paragraph.parts {
        match part {
            Part::Piece(piece) if groups.has(piece.when) => elements.push(Element::Piece(piece.clone())),
            Part::Piece(_) => {}
            Part::Refs(RefGroup::One) => {
                elements.extend(groups.one.iter().find(|source| room.take(source)).map(|s| reference(s)));
            }
            Part::Refs(group) => {
                let list = if *group == RefGroup::Messages { &groups.messages } else { &groups.claims };
                for source in list {
                    if room.take(source) {
                        elements.push(reference(source));
                    } else {
                        left_out.push(source.bound.reference.clone());
                    }
                }
            }
            Part::Bullets => {
                let (fit, rest): (Vec<&Source>, Vec<&Source>) =
                    groups.phrases.iter().copied().partition(|source| room.take(source));
                left_out.extend(rest.iter().map(|source| source.bound.reference.clone()));
                elements.push(Element::Bullets(fit.iter().map(|source| source.bound.reference.clone()).collect()));
            }
        }
    }
    elements
}

fn reference(source: &Source) -> Element {
    Element::Reference(source.bound.reference.clone())
}

/// The references of this job by where they may stand.
struct Groups<'a> {
    messages: Vec<&'a Source>,
    claims: Vec<&'a Source>,
    phrases: Vec<&'a Source>,
    one: Vec<&'a Source>,
}

impl<'a> Groups<'a> {
    fn new(sources: &'a Sources, variant: u32) -> Self {
        let of = |form: Form, list: &'a [Source]| list.iter().filter(move |source| source.form == form);
        let messages: Vec<_> = of(Form::Sentence, &sources.messages).collect();
        let mut claims: Vec<_> = of(Form::Sentence, &sources.claims).collect();
        let proof = WANTED_PROOF.saturating_sub(claims.len());
        claims.extend(of(Form::Sentence, &sources.passages).take(proof));
        let phrases = of(Form::Phrase, &sources.messages).chain(of(Form::Phrase, &sources.claims)).collect();
        let mut one: Vec<_> = messages.iter().chain(&claims).copied().collect();
        if !one.is_empty() {
            let turn = usize::try_from(variant.saturating_sub(1)).unwrap_or(0) % one.len();
            one.rotate_left(turn);
        }
        Self { messages, claims, phrases, one }
    }

    fn has(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::Claims => !self.claims.is_empty(),
            When::Phrases => !self.phrases.is_empty(),
            When::Sources => !self.one.is_empty(),
        }
    }
}

/// What is left of a slot's limit once its free pieces are as long as they may be.
struct Room(usize);

impl Room {
    fn of(slot: &Slot) -> Self {
        let pieces: usize = slot
            .draft
            .iter()
            .flat_map(|paragraph| &paragraph.parts)
            .map(|part| if let Part::Piece(piece) = part { piece.max_chars + 2 } else { 0 })
            .sum();
        Self(slot.limit.max.saturating_sub(pieces))
    }

    /// A reference counts its text twice over where the channel counts wide characters double; the rules count again.
    fn take(&mut self, source: &Source) -> bool {
        let wide = source.bound.text.chars().map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 }).sum::<usize>();
        let cost = wide + 4;
        let fits = cost <= self.0;
        if fits {
            self.0 -= cost;
        }
        fits
    }
}

impl Skeleton {
    /// Every reference that stands somewhere, each once, in order of first use.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for element in self.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten()) {
            let names = match element {
                Element::Piece(_) => &[][..],
                Element::Reference(name) => std::slice::from_ref(name),
                Element::Bullets(names) => names,
            };
            for name in names {
                if !seen.contains(name) {
                    seen.push(name.clone());
                }
            }
        }
        seen
    }
}
