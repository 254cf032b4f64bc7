//! The rules over one content, the same for the model's drafts and for people's edits.

use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Content, SlotText};
use countersign_domain::finding::Finding;
use countersign_domain::release::Context;
use countersign_render::{Slot, Template, longest};
use countersign_rules::{BrandTerms, Packs, Place, SlotLimit, Subject, Unit};

/// What a content is examined against.
#[derive(Clone, Copy, Debug)]
pub struct Examiner<'a> {
    pub packs: &'a Packs,
    pub template: &'a Template,
    pub brand: &'a BrandSheet,
    pub context: &'a Context,
    /// The product's key or name.
    pub product: &'a str,
    /// Texts that numbers may come from: bound sources, the brief, product names.
    pub sources: &'a [&'a str],
    pub now: Timestamp,
}

impl Examiner<'_> {
    /// Every finding, in the order of slots and spans.
    #[must_use]
    pub fn findings(&self, content: &Content) -> Vec<Finding> {
        let slots: Vec<SlotLimit> = self.template.slots.iter().map(|slot| slot_limit(slot, content)).collect();
        // A market's notice stands around the slots in every rendition.
        let locked: Vec<&str> =
            self.context.brand.legal.get(self.context.market.as_str()).map(String::as_str).into_iter().collect();
        let terms = BrandTerms::of(self.brand);
        self.packs.check(&Subject {
            content,
            place: Place::of(self.context, self.product, self.now),
            slots: &slots,
            locked: &locked,
            sources: self.sources,
            brand_terms: &terms,
        })
    }
}

/// How long a slot is, with the longest partner values, and how long it may be.
#[must_use]
pub fn slot_limit(slot: &Slot, content: &Content) -> SlotLimit {
    let empty = SlotText::default();
    SlotLimit {
        name: slot.name.clone(),
        unit: unit(slot.limit.unit),
        min: slot.limit.min,
        max: slot.limit.max,
        required: slot.required,
        count: longest(content.slots.get(&slot.name).unwrap_or(&empty), slot.limit.unit),
    }
}

fn unit(unit: countersign_render::Unit) -> Unit {
    match unit {
        countersign_render::Unit::Graphemes => Unit::Graphemes,
        countersign_render::Unit::Weighted => Unit::Weighted,
        countersign_render::Unit::Words => Unit::Words,
    }
}
