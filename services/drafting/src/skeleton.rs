//! The skeleton of one draft: for each slot, which free pieces the model writes and which references stand between.
//!
//! References are laid out by code, not by the model: each of them stands exactly once, in a place that fits its form,
//! and only as many as fit the slot's limit.

use countersign_domain::wording::Form;
use countersign_render::{Paragraph, Part, Piece, RefGroup, Template, When};

use crate::room::Room;
use crate::sources::{Source, Sources};

/// One slot of a draft, with its paragraphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotPlan {
    pub name: String,
    /// What the model calls it.
    pub key: String,
    /// What it is for, and how long it may be, for models that read instructions.
    pub guide: String,
    pub length: String,
    pub paragraphs: Vec<Vec<Element>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// Written by the model.
    Piece(PiecePlan),
    /// `claim.1`
    Reference(String),
    /// Each on a line of its own that starts with `- `.
    Bullets(Vec<String>),
}

/// Free text that a model is to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PiecePlan {
    pub piece: Piece,
    /// Whether it must name the product.
    pub names_product: bool,
    /// Whether it must name the partner.
    pub names_partner: bool,
    /// How long it should be, in characters, where a text lasts as long as it is meant to: what a model is told, not held to.
    pub asked: Option<(usize, usize)>,
}

impl PiecePlan {
    #[must_use]
    pub const fn new(piece: Piece) -> Self {
        Self { piece, names_product: false, names_partner: false, asked: None }
    }
}

impl std::ops::Deref for PiecePlan {
    type Target = Piece;

    fn deref(&self) -> &Piece {
        &self.piece
    }
}

impl Element {
    /// The most characters of a piece.
    pub(crate) fn most_chars(&self) -> Option<usize> {
        if let Self::Piece(piece) = self { Some(piece.max_chars) } else { None }
    }

    fn references(&self) -> Vec<String> {
        match self {
            Self::Piece(_) => Vec::new(),
            Self::Reference(name) => vec![name.clone()],
            Self::Bullets(names) => names.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton {
    pub slots: Vec<SlotPlan>,
    /// References that this asset has no place for: too long, or of a form that it does not take.
    pub left_out: Vec<String>,
}

/// At most so many sentences prove a point before they tire; the library's own fill up to here.
const WANTED_PROOF: usize = 2;

/// Lays out the drafted slots of one text of `template` (`None`: of a template that has only one) with what is there.
/// `language` is what it is written in; `variant` (from 1) rotates what a one-reference slot picks.
#[must_use]
pub fn lay_out(template: &Template, text: Option<&str>, sources: &Sources, language: &str, variant: u32) -> Skeleton {
    let mut skeleton = Skeleton::default();
    let groups = Groups::new(sources, variant);
    let mut fates = Fates::default();
    for slot in template.slots_of(text).filter(|slot| slot.from.is_none()) {
        let mut room = Room::of(slot, sources, language);
        let mut paragraphs = Vec::new();
        for paragraph in slot.draft.iter().filter(|paragraph| groups.has(paragraph.when)) {
            paragraphs.push((paragraph.when, lay_paragraph(paragraph, &groups, &mut room, &mut fates)));
        }
        let mut paragraphs = without_empty_promises(paragraphs, &groups);
        room.share(&mut paragraphs);
        skeleton.slots.push(SlotPlan {
            name: slot.name.clone(),
            key: slot.short.clone(),
            guide: slot.guide.clone(),
            length: format!("{} to {} {}", slot.limit.min, slot.limit.max, slot.limit.unit),
            paragraphs,
        });
    }
    let placed = skeleton.references();
    let asked = sources.messages.iter().chain(&sources.claims).map(|source| &source.bound.reference);
    let unplaced = asked.chain(&fates.refused).filter(|name| !placed.contains(name) && !fates.waiting.contains(name));
    skeleton.left_out = unplaced.cloned().collect();
    skeleton.left_out.sort();
    skeleton.left_out.dedup();
    skeleton
}

/// What became of references that stand nowhere.
#[derive(Debug, Default)]
struct Fates {
    /// There was a place for it, and no room.
    refused: Vec<String>,
    /// It would have fitted a place for one, and another's turn it was: other variants have it.
    waiting: Vec<String>,
}

fn lay_paragraph(paragraph: &Paragraph, groups: &Groups<'_>, room: &mut Room, fates: &mut Fates) -> Vec<Element> {
    let mut elements = Vec::new();
    for part in &paragraph.parts {
        match part {
            Part::Piece(piece) if groups.has(piece.when) => {
                elements.push(Element::Piece(PiecePlan::new(piece.clone())))
            }
            Part::Piece(_) => {}
            Part::Refs(RefGroup::One) => {
                let (fit, rest): (Vec<&Source>, Vec<&Source>) =
                    groups.one.iter().copied().partition(|source| room.fits(source));
                fates.refused.extend(names(&rest));
                if let Some((first, others)) = fit.split_first()
                    && room.take(first)
                {
                    elements.push(reference(first));
                    fates.waiting.extend(names(others));
                }
            }
            Part::Refs(group) => {
                let list = if *group == RefGroup::Messages { &groups.messages } else { &groups.claims };
                for source in list {
                    if room.take(source) {
                        elements.push(reference(source));
                    } else {
                        fates.refused.push(source.bound.reference.clone());
                    }
                }
            }
            Part::Bullets => {
                let fit: Vec<&Source> = groups.phrases.iter().copied().filter(|source| room.take(source)).collect();
                if !fit.is_empty() {
                    elements.push(Element::Bullets(names(&fit)));
                }
            }
        }
    }
    elements
}

/// What leads to references (a bridge, a lead) promises them: it goes when none of its group found room in this slot.
fn without_empty_promises(paragraphs: Vec<(When, Vec<Element>)>, groups: &Groups<'_>) -> Vec<Vec<Element>> {
    let laid: Vec<String> =
        paragraphs.iter().flat_map(|(_, elements)| elements).flat_map(Element::references).collect();
    let kept =
        |when: When| when == When::Always || groups.of(when).any(|source| laid.contains(&source.bound.reference));
    paragraphs
        .into_iter()
        .filter(|(when, _)| kept(*when))
        .map(|(_, mut elements)| {
            elements.retain(|element| !matches!(element, Element::Piece(piece) if !kept(piece.when)));
            elements
        })
        .filter(|elements| elements.iter().any(|e| !matches!(e, Element::Piece(piece) if piece.when != When::Always)))
        .collect()
}

fn names(sources: &[&Source]) -> Vec<String> {
    sources.iter().map(|source| source.bound.reference.clone()).collect()
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
        when == When::Always || self.of(when).next().is_some()
    }

    /// The references that a part is there for.
    fn of(&self, when: When) -> impl Iterator<Item = &'a Source> {
        let group = match when {
            When::Always => &[][..],
            When::Claims => &self.claims,
            When::Phrases => &self.phrases,
            When::Sources => &self.one,
        };
        group.iter().copied()
    }
}

impl Skeleton {
    /// Adds another text's. What one text had no place for may stand in another.
    pub(crate) fn join(&mut self, other: Self) {
        self.slots.extend(other.slots);
        self.left_out.extend(other.left_out);
        let placed = self.references();
        self.left_out.retain(|name| !placed.contains(name));
        self.left_out.sort();
        self.left_out.dedup();
    }

    /// Every reference that stands somewhere, each once, in order of first use.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for name in self.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten()).flat_map(Element::references) {
            if !seen.contains(&name) {
                seen.push(name);
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
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        }
    }

    fn elements(skeleton: &Skeleton) -> impl Iterator<Item = &Element> {
        skeleton.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten())
    }

    #[test]
    fn every_reference_stands_once_in_a_place_that_fits_its_form() {
        let templates = Templates::embedded().unwrap();
        let sources = sources(&["It rests on tests.", "less worry"], &["It saves time.", "fewer tickets"]);
        let skeleton = lay_out(templates.get("email").unwrap(), None, &sources, "en", 1);
        assert_eq!(skeleton.references(), ["message.1", "claim.1", "message.2", "claim.2"]);
        assert!(elements(&skeleton).any(|e| *e == Element::Bullets(vec!["message.2".into(), "claim.2".into()])));
        assert_eq!(skeleton.left_out, Vec::<String>::new());
    }

    #[test]
    fn without_sources_there_is_nothing_to_lead_to() {
        let templates = Templates::embedded().unwrap();
        let skeleton = lay_out(templates.get("email").unwrap(), None, &sources(&[], &[]), "en", 1);
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
        let skeleton = lay_out(template, None, &sources, "en", 1);
        assert_eq!(skeleton.references(), ["message.1"]);
        let written: usize = elements(&skeleton)
            .map(|element| if let Element::Piece(piece) = element { piece.max_chars + GAP } else { long.len() + GAP })
            .sum();
        assert!(written <= template.slots[0].limit.max, "{written}");
        assert_eq!(lay_out(template, None, &sources, "en", 2).references(), ["message.2"], "variants differ");
    }

    fn pieces(skeleton: &Skeleton) -> Vec<&str> {
        elements(skeleton)
            .filter_map(|e| if let Element::Piece(piece) = e { Some(piece.name.as_str()) } else { None })
            .collect()
    }

    #[test]
    fn what_leads_to_references_goes_when_none_of_them_fits() {
        let templates = Templates::embedded().unwrap();
        let endless = "so long ".repeat(400);
        let sentence = format!("It is {}.", endless.trim());
        for asset_type in ["email", "linkedin_post"] {
            let skeleton = lay_out(
                templates.get(asset_type).unwrap(),
                None,
                &sources(&["It rests."], &[&sentence, &endless]),
                "en",
                1,
            );
            let pieces = pieces(&skeleton);
            assert!(
                !pieces.iter().any(|name| ["bridge", "lead", "li_bridge"].contains(name)),
                "{asset_type}: {pieces:?}"
            );
            assert_eq!(skeleton.references(), ["message.1"]);
            assert_eq!(skeleton.left_out, ["claim.1", "claim.2"]);
        }
        let skeleton = lay_out(templates.get("linkedin_post").unwrap(), None, &sources(&[], &[&sentence]), "en", 1);
        assert_eq!(pieces(&skeleton), ["li_hook", "li_closing"]);
    }

    #[test]
    fn what_no_place_takes_is_left_out_and_what_has_its_turn_later_is_not() {
        let templates = Templates::embedded().unwrap();
        let post = templates.get("x_post").unwrap();
        let long = format!("It is {}.", "so long ".repeat(60).trim());
        let skeleton = lay_out(post, None, &sources(&[&long, "less worry", "It rests."], &["It saves time."]), "en", 1);
        assert_eq!(skeleton.references(), ["message.3"]);
        assert_eq!(skeleton.left_out, ["message.1", "message.2"]);
        let linkedin = lay_out(templates.get("linkedin_post").unwrap(), None, &sources(&["less worry"], &[]), "en", 1);
        assert_eq!((linkedin.references(), linkedin.left_out), (Vec::new(), vec!["message.1".to_owned()]));
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let templates = Templates::embedded().unwrap();
        let long = format!("It {}.", "really ".repeat(55));
        let sources = sources(&[long.as_str(); 6], &[long.as_str(); 8]);
        let skeleton = lay_out(templates.get("email").unwrap(), None, &sources, "en", 1);
        assert!(!skeleton.left_out.is_empty() && !skeleton.references().is_empty());
    }
}
