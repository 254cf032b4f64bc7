//! The skeleton of one draft: for each slot, which free pieces the model writes and which references stand between.
//!
//! References are laid out by code, not by the model: each of them stands exactly once, in a place that fits its form,
//! and only as many as fit the slot's limit.

use countersign_domain::wording::Form;
use countersign_render::{Paragraph, Part, Piece, RefGroup, Template, When};

use crate::room::Room;
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
        let mut room = Room::of(slot, sources);
        let groups = Groups::new(sources, variant);
        let mut paragraphs = Vec::new();
        for paragraph in slot.draft.iter().filter(|paragraph| groups.has(paragraph.when)) {
            let elements = lay_paragraph(paragraph, &groups, &mut room, &mut skeleton.left_out);
            if elements.iter().any(|element| !matches!(element, Element::Piece(piece) if piece.when != When::Always)) {
                paragraphs.push(elements);
            }
        }
        room.share(&mut paragraphs);
        skeleton.slots.push(SlotPlan { name: slot.name.clone(), paragraphs });
    }
    skeleton.left_out.sort();
    skeleton.left_out.dedup();
    skeleton
}

fn lay_paragraph(
    paragraph: &Paragraph,
    groups: &Groups<'_>,
    room: &mut Room,
    left_out: &mut Vec<String>,
) -> Vec<Element> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::GAP;
    use countersign_domain::content::Bound;
    use countersign_render::Templates;

    fn source(reference: &str, text: &str) -> Source {
        let bound = Bound { reference: reference.into(), source: format!("test:{reference}"), text: text.into() };
        Source { form: Form::of(text), bound, origin: String::new(), score: None }
    }

    fn sources(messages: &[&str], claims: &[&str]) -> Sources {
        let list = |kind: &str, texts: &[&str]| {
            texts.iter().enumerate().map(|(i, text)| source(&format!("{kind}.{}", i + 1), text)).collect()
        };
        Sources {
            product: source("product.name", "Fjord").bound,
            messages: list("message", messages),
            claims: list("claim", claims),
            passages: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn elements(skeleton: &Skeleton) -> impl Iterator<Item = &Element> {
        skeleton.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten())
    }

    #[test]
    fn every_reference_stands_once_in_a_place_that_fits_its_form() {
        let templates = Templates::embedded().unwrap();
        let sources = sources(&["It rests on tests.", "less worry"], &["It saves time.", "fewer tickets"]);
        let skeleton = lay_out(templates.get("email").unwrap(), &sources, 1);
        assert_eq!(skeleton.references(), ["message.1", "claim.1", "message.2", "claim.2"]);
        assert!(elements(&skeleton).any(|e| *e == Element::Bullets(vec!["message.2".into(), "claim.2".into()])));
        assert_eq!(skeleton.left_out, Vec::<String>::new());
    }

    #[test]
    fn without_sources_there_is_nothing_to_lead_to() {
        let templates = Templates::embedded().unwrap();
        let skeleton = lay_out(templates.get("email").unwrap(), &sources(&[], &[]), 1);
        let names: Vec<_> = elements(&skeleton)
            .map(|element| if let Element::Piece(piece) = element { piece.name.as_str() } else { "reference" })
            .collect();
        assert_eq!(names, ["subject", "preheader", "headline", "opening", "closing", "cta"]);
    }

    #[test]
    fn a_short_channel_takes_one_reference_and_bounds_what_is_written_around_it() {
        let templates = Templates::embedded().unwrap();
        let template = templates.get("x_post").unwrap();
        let long = "Your team knows before an outage how long each of its servers takes to come back to work.";
        let sources = sources(&[long, "It rests."], &[]);
        let skeleton = lay_out(template, &sources, 1);
        assert_eq!(skeleton.references(), ["message.1"]);
        let written: usize = elements(&skeleton)
            .map(|element| if let Element::Piece(piece) = element { piece.max_chars + GAP } else { long.len() + GAP })
            .sum();
        assert!(written <= template.slots[0].limit.max, "{written}");
        assert_eq!(lay_out(template, &sources, 2).references(), ["message.2"], "variants differ");
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let templates = Templates::embedded().unwrap();
        let long = format!("It {}.", "really ".repeat(55));
        let sources = sources(&[long.as_str(); 6], &[long.as_str(); 8]);
        let skeleton = lay_out(templates.get("email").unwrap(), &sources, 1);
        assert!(!skeleton.left_out.is_empty() && !skeleton.references().is_empty());
    }
}
