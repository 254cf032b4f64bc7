//! What the rules say of a text that people put in an asset's place, by an edit or an import: the same question that
//! drafting asks of the model's.

use std::collections::BTreeMap;

use countersign_domain::brand::Brand;
use countersign_domain::brief::Brief;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Bound, Content, ReferenceError, SlotText};
use countersign_domain::finding::Finding;
use countersign_domain::kit::Asset;
use countersign_domain::release::Context;
use countersign_domain::review::Revision;
use countersign_render::{Slot, Template, Unit};
use countersign_rules::grounding::{Grounded, ground};
use countersign_rules::{BrandTerms, Original, Packs, Place, Subject};

use crate::examine::{AI_GENERATED, Examiner};
use crate::grounds::Grounds;

/// What surrounds the text of one asset.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub template: &'a Template,
    pub brand: &'a Brand,
    pub brief: &'a Brief,
    pub context: &'a Context,
    /// Whether a model had a part in it.
    pub drafted: bool,
    pub now: Timestamp,
}

/// The fault of one slot, by the slot's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotFault {
    pub slot: String,
    pub detail: String,
}

/// The context that a revision made now has: today's template, rules and brand.
#[must_use]
pub fn context(asset: &Asset, template: &Template, packs: &Packs, brand: &Brand) -> Context {
    Context {
        asset_type: asset.asset_type.clone(),
        channel: asset.channel.clone(),
        market: asset.market,
        locale: asset.locale.clone(),
        template: template.tag(),
        rules: packs.version().to_string(),
        brand: brand.sheet.identity.clone(),
    }
}

/// Every bound reference that the asset's text may hold: those of its revision, and those that its job had.
#[must_use]
pub fn known_references(base: &Revision) -> Vec<Bound> {
    let mut known: Vec<Bound> = Vec::new();
    let offered = base.sources.iter().filter(|note| !note.reference.is_empty()).map(|note| Bound {
        reference: note.reference.clone(),
        source: note.source.clone(),
        text: note.text.clone(),
    });
    for bound in base.content.bound().cloned().chain(offered) {
        if !known.contains(&bound) {
            known.push(bound);
        }
    }
    known
}

/// The content that `slots` make of `base`: only given slots change. Names every fault at once.
pub fn edited(
    base: &Content,
    known: &[Bound],
    template: &Template,
    slots: &BTreeMap<String, String>,
) -> Result<Content, Vec<SlotFault>> {
    let mut content = base.clone();
    let mut faults = Vec::new();
    for (name, text) in slots {
        let parsed = match template.slot(name) {
            None => Err(format!("{} has no slot of this name; it has {}", template.name, names(template))),
            // What is sent as it was (a form sends every slot) stays as it was, references and all.
            Some(_) if base.slots.get(name).is_some_and(|old| tidy(&old.plain()) == tidy(text)) => Ok(None),
            Some(slot) => parse(slot, text, known).map(Some),
        };
        match parsed {
            Ok(None) => {}
            Ok(Some(text)) => {
                content.slots.insert(name.clone(), text);
            }
            Err(detail) => faults.push(SlotFault { slot: name.clone(), detail }),
        }
    }
    if faults.is_empty() { Ok(content) } else { Err(faults) }
}

fn names(template: &Template) -> String {
    template.slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Browsers send CRLF; the text that is signed has LF, and no white space around it.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// A slot's text as a person typed it.
fn parse(slot: &Slot, text: &str, known: &[Bound]) -> Result<SlotText, String> {
    let text = tidy(text);
    if let Some(bad) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("the text holds the control character U+{:04X}; remove it", u32::from(bad)));
    }
    if !slot.multiline && text.contains('\n') {
        return Err("this slot is one line; remove the line breaks".to_owned());
    }
    SlotText::parse_edit(&text, known).map_err(|error: ReferenceError| error.to_string())
}

/// What the rules say of `content` there: the very examination that drafting makes. `original` is what it was translated
/// from, where it was; what a model had a part in is marked as such.
#[must_use]
pub fn findings(
    packs: &Packs,
    content: &Content,
    at: &Surroundings<'_>,
    grounds: &Grounds<'_>,
    original: Option<Original<'_>>,
) -> Vec<Finding> {
    Examiner {
        packs,
        template: at.template,
        brand: &at.brand.sheet,
        context: at.context,
        product: product_key(at.brand, at.brief),
        sources: &grounds.sources(),
        original,
        metadata: if at.drafted { &[AI_GENERATED] } else { &[] },
        now: at.now,
    }
    .findings(content)
}

/// The sentences of `content` that state facts, each with the source that bears it out best.
#[must_use]
pub fn facts(
    content: &Content,
    brand: &Brand,
    brief: &Brief,
    context: &Context,
    grounds: &Grounds<'_>,
    now: Timestamp,
) -> Vec<Grounded> {
    let terms = BrandTerms::of(&brand.sheet);
    let place = Place::of(context, product_key(brand, brief), now);
    ground(&Subject { sources: &grounds.sources(), ..Subject::new(content, place, &terms) })
}

/// The product's key where the brand lists it, else as the brief names it.
fn product_key<'a>(brand: &'a Brand, brief: &'a Brief) -> &'a str {
    brand.product(&brief.product).map_or(&brief.product, |product| &product.key)
}

/// As the API names a unit.
#[must_use]
pub const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Graphemes => "graphemes",
        Unit::Utf16 => "utf16",
        Unit::Weighted => "weighted",
        Unit::DoubleWidth => "double_width",
        Unit::Bytes => "bytes",
        Unit::Words => "words",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::Segment;
    use countersign_render::Templates;

    fn bound(text: &str) -> Bound {
        Bound { reference: "claim.1".into(), source: "claim:uptime".into(), text: text.into() }
    }

    fn base() -> Content {
        let body = SlotText { segments: vec![Segment::Bound(bound("It works."))] };
        Content {
            slots: [("body".to_owned(), body), ("cta".to_owned(), SlotText::parse("Learn more").unwrap())].into(),
        }
    }

    fn edit(slot: &str, text: &str) -> Result<Content, Vec<SlotFault>> {
        let templates = Templates::embedded().unwrap();
        let slots = [(slot.to_owned(), text.to_owned())].into();
        edited(&base(), &[bound("It works.")], templates.get("email").unwrap(), &slots)
    }

    #[test]
    fn only_given_slots_change_and_an_approved_wording_keeps_its_source() {
        let content = edit("body", "Hello.\r\n\r\nIt works.").unwrap();
        assert_eq!(content.plain()["body"], "Hello.\n\nIt works.");
        assert_eq!(content.bound().count(), 1);
        assert_eq!(content.slots["cta"], base().slots["cta"]);
    }

    #[test]
    fn a_slot_that_is_sent_back_as_it_was_stays_as_it_was() {
        assert_eq!(edit("body", "It works.\r\n").unwrap(), base());
    }

    #[test]
    fn a_changed_wording_loses_its_source() {
        assert_eq!(edit("body", "Hello. It works well.").unwrap().bound().count(), 0);
    }

    #[test]
    fn every_kind_of_fault_names_its_slot() {
        for (slot, text, says) in [
            ("nonsense", "x", "subject"),
            ("body", "See {{claim.9}}.", "claim.9"),
            ("body", "Broken {{", "{{"),
            ("subject", "two\nlines", "one line"),
            ("subject", "nul\0", "U+0000"),
            ("body", &"x".repeat(20_001), "20001"),
        ] {
            let faults = edit(slot, text).unwrap_err();
            assert_eq!(faults[0].slot, slot);
            assert!(faults[0].detail.contains(says), "{}", faults[0].detail);
        }
    }

    #[test]
    fn markup_and_template_syntax_of_other_engines_stay_text() {
        let hostile = "<script>alert(1)</script> {% raw %} ${x}";
        assert_eq!(edit("cta", hostile).unwrap().plain()["cta"], hostile);
    }
}
