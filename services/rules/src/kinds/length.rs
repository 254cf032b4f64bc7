//! `length`: slots that are too long, too short or empty.
//!
//! **What it does.** Compares the count that the caller made for each slot (in the template's unit, with the longest
//! value that each partner reference can take) with the template's limits. It counts nothing itself.
//!
//! **Why it is bad.** A channel cuts what is too long, and an advert that is cut says something else.
//!
//! ```yaml
//! id: too_long
//! kind: length
//! severity: block
//! message: "{slot} has {count} {unit}; {max} fit."
//! params: {bound: max}
//! tests:
//!   pass: [{text: Short., context: {limit: {unit: graphemes, max: 10}}}]
//!   fail: [{text: Far too long., context: {limit: {unit: graphemes, max: 10}}}]
//! ```
//!
//! **Options.** `bound`: `max`, `min` (of slots that are not empty) or `required` (a slot that must not be empty is).

use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

use super::Kind;
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::subject::{SlotLimit, Unit};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LengthParams {
    bound: Option<Bound>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    Max,
    Min,
    Required,
}

#[derive(Debug)]
pub(crate) struct Length {
    bound: Bound,
}

impl LengthParams {
    pub(crate) fn compile(self, common: &Common, faults: &mut Faults) -> Option<Kind> {
        let Some(bound) = self.bound else {
            faults.at(common.kind_at, "name `params.bound`: max, min or required");
            return None;
        };
        Some(Kind::Length(Length { bound }))
    }
}

impl Length {
    pub(crate) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let limits = scene.limits.iter().filter(|limit| rule.when.slot(&limit.name));
        let broken = limits.filter(|limit| match self.bound {
            Bound::Max => limit.count > limit.max,
            Bound::Min => limit.count > 0 && limit.count < limit.min,
            Bound::Required => limit.required && limit.count == 0,
        });
        broken
            .map(|limit| {
                let values = vec![
                    ("slot", limit.name.clone()),
                    ("count", limit.count.to_string()),
                    ("min", limit.min.to_string()),
                    ("max", limit.max.to_string()),
                    ("unit", limit.unit.noun().to_owned()),
                ];
                let mut hit = Hit::whole(&limit.name, values);
                if let Bound::Max = self.bound {
                    hit.range = overflow(scene, limit);
                }
                hit
            })
            .collect()
    }
}

/// What is too much, where that is exact: counted in graphemes, in a slot without partner references.
fn overflow(scene: &Scene<'_>, limit: &SlotLimit) -> std::ops::Range<usize> {
    let Some(slot) = scene.slots.iter().find(|slot| slot.name == limit.name) else { return 0..0 };
    if limit.unit != Unit::Graphemes || slot.text.graphemes(true).count() != limit.count {
        return 0..0;
    }
    slot.text.grapheme_indices(true).nth(limit.max).map_or(0..0, |(start, _)| start..slot.text.len())
}
