//! `length`: slots that are too long, too short or empty.
//!
//! **What it does.** Compares the count that the caller made for each slot (in the template's unit, with the longest
//! value that each partner reference can take) with the template's limits. With a `unit` of the rule's own, it counts the
//! text itself, references as they stand; where a partner reference stands and the template counts in the same unit, the
//! caller's count is taken, since how long a partner's values are is not known here.
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
//! **Options.** `bound`: `max`, `min` (of slots that are not empty) or `required` (a slot that must not be empty is). Or
//! `unit` (graphemes, utf16, weighted, double_width, bytes, words, gsm7) with `max`, `min` or both: of the slots in `when`.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Binding, Check, Params};
use crate::count::{count, cut};
use crate::load::{Common, Faults};
use crate::message::Values;
use crate::rule::{Hit, Rule};
use crate::scene::{Reference, Scene, Slot};
use crate::subject::{SlotLimit, Unit};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LengthParams {
    bound: Option<Spanned<Bound>>,
    unit: Option<Spanned<Unit>>,
    max: Option<Spanned<usize>>,
    min: Option<Spanned<usize>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    Max,
    Min,
    Required,
}

#[derive(Debug)]
pub(crate) enum Length {
    /// By what the template allows.
    Template(Bound),
    /// By the rule's own measure.
    Own { unit: Unit, min: Option<usize>, max: Option<usize> },
}

impl Params for LengthParams {
    type Kind = Length;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Length> {
        match (self.bound, self.unit) {
            (Some(bound), None) => {
                if let Some(stray) = self.max.or(self.min) {
                    faults.at(stray.referenced, "`max` and `min` need a `unit`; with `bound` the template says them");
                }
                Some(Length::Template(bound.value))
            }
            (None, Some(unit)) => {
                let (min, max) = (self.min.as_ref().map(|min| min.value), self.max.as_ref().map(|max| max.value));
                if min.is_none() && max.is_none() {
                    faults.at(unit.referenced, "name `max`, `min` or both beside `unit`");
                }
                for zero in self.max.iter().chain(&self.min).filter(|number| number.value == 0) {
                    faults.at(zero.referenced, "a length of 0 is no limit; leave it out");
                }
                if let (Some(min), Some(max)) = (min, max)
                    && min > max
                {
                    faults.at(unit.referenced, "`min` is more than `max`, so no text would fit");
                }
                Some(Length::Own { unit: unit.value, min, max })
            }
            (Some(bound), Some(_)) => {
                faults.at(bound.referenced, "`bound` asks the template, `unit` the rule itself; name one of them");
                None
            }
            (None, None) => {
                faults.at(
                    common.kind_at,
                    "name `params.bound` (max, min or required), or `params.unit` with `max` or `min`",
                );
                None
            }
        }
    }
}

impl Check for Length {
    fn message_names(&self) -> &'static [&'static str] {
        &["slot", "count", "min", "max", "unit"]
    }

    fn reads_words(&self) -> bool {
        false
    }

    fn decoder_length(&self) -> Option<(Unit, usize)> {
        match self {
            Self::Own { unit, max, .. } => max.map(|max| (*unit, max)),
            Self::Template(_) => None,
        }
    }

    fn held_by_form(&self) -> Option<&'static str> {
        match self {
            Self::Template(Bound::Max) => Some("a slot's length is bound in its channel's counting"),
            Self::Template(Bound::Required) => Some("every slot is written"),
            Self::Template(Bound::Min) | Self::Own { .. } => None,
        }
    }

    fn binding(&self) -> Binding {
        match self {
            Self::Template(Bound::Max | Bound::Required) | Self::Own { min: None, .. } => Binding::Exact,
            Self::Template(Bound::Min) => Binding::Checked("a model that must go on writes nonsense"),
            Self::Own { max: None, .. } => Binding::Checked("a model that must go on writes nonsense"),
            Self::Own { .. } => Binding::Partly("that a text is too short is left to the check"),
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        match self {
            Self::Template(bound) => by_template(*bound, rule, scene),
            Self::Own { unit, min, max } => {
                scene.slots(&rule.when).filter_map(|slot| own(slot, scene.limits, *unit, *min, *max)).collect()
            }
        }
    }
}

fn by_template(bound: Bound, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
    let limits = scene.limits.iter().filter(|limit| rule.when.slot(&limit.name));
    let broken = limits.filter(|limit| match bound {
        Bound::Max => limit.count > limit.max,
        Bound::Min => limit.count > 0 && limit.count < limit.min,
        Bound::Required => limit.required && limit.count == 0,
    });
    broken
        .map(|limit| {
            let mut hit =
                Hit::whole(&limit.name, values(&limit.name, limit.count, Some(limit.min), Some(limit.max), limit.unit));
            if let Bound::Max = bound {
                hit.range = overflow(scene, limit);
            }
            hit
        })
        .collect()
}

fn own(slot: &Slot<'_>, limits: &[SlotLimit], unit: Unit, min: Option<usize>, max: Option<usize>) -> Option<Hit> {
    let partner = slot.references.iter().any(|(_, reference)| matches!(reference, Reference::Partner(_)));
    let counted = limits.iter().find(|limit| partner && limit.name == slot.name && limit.unit == unit);
    let long = counted.map_or_else(|| count(&slot.text, unit), |limit| limit.count);
    let too_long = max.is_some_and(|max| long > max);
    let too_short = long > 0 && min.is_some_and(|min| long < min);
    if !too_long && !too_short {
        return None;
    }
    let mut hit = Hit::whole(&slot.name, values(&slot.name, long, min, max, unit));
    if let Some(max) = max.filter(|_| too_long && counted.is_none()) {
        hit.range = cut(&slot.text, unit, max)..slot.text.len();
    }
    Some(hit)
}

fn values(slot: &str, count: usize, min: Option<usize>, max: Option<usize>, unit: Unit) -> Values {
    let told = |number: Option<usize>| number.map_or_else(String::new, |number| number.to_string());
    vec![
        ("slot", slot.to_owned()),
        ("count", count.to_string()),
        ("min", told(min)),
        ("max", told(max)),
        ("unit", unit.noun().to_owned()),
    ]
}

/// What is too much, where that is exact: counted in graphemes, in a slot without partner references.
fn overflow(scene: &Scene<'_>, limit: &SlotLimit) -> std::ops::Range<usize> {
    let Some(slot) = scene.slots.iter().find(|slot| slot.name == limit.name) else { return 0..0 };
    if limit.unit != Unit::Graphemes || count(&slot.text, Unit::Graphemes) != limit.count {
        return 0..0;
    }
    cut(&slot.text, Unit::Graphemes, limit.max)..slot.text.len()
}
