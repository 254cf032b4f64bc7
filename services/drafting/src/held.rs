//! What a draft is held to while it is written: what rules forbid as terms, patterns and characters, names that come by
//! reference only, and each slot's length in its channel's counting.
//!
//! References are read as what they stand for, so a phrase that begins in free text and ends in the product's name is a phrase.
//! What is the same for many drafts (the automata over terms and patterns of one place) is made once and kept.

mod kept;
mod report;

use std::sync::Arc;

use countersign_domain::content::{PartnerField, Segment, SlotText};
use countersign_engine::{
    AllowedCharacters, AllowedNumbers, AtMost, Bound, BoundError, Bounds, Composed, CountedLength, Unit as Counting,
    Value, WithValues,
};
use countersign_render::{Template, Unit, longest};
use countersign_rules::{Demand, Unit as RuleUnit};

pub use self::kept::Kept;
pub use self::report::{Holding, How, holdings};
use crate::drafter::DraftingError;
use crate::skeleton::{Skeleton, SlotPlan};
use crate::sources::Sources;

/// What holds at one place.
#[derive(Debug)]
pub struct Held<'a> {
    pub demands: Vec<Demand<'a>>,
    /// What no free text says, whatever the rules are.
    pub never: Vec<String>,
    /// Names that stand by reference only: what is written itself does not say them, what a reference stands for may.
    pub names: Vec<String>,
    /// The numbers that free text may hold.
    pub figures: Vec<&'a str>,
    pub kept: &'a Kept,
}

/// Terms that only some slots forbid, patterns, characters: an automaton for each.
type Automaton = Arc<dyn Bound>;

impl Held<'_> {
    /// The bounds of a run of slots; `template` has their limits.
    pub fn bounds(&self, run: &Skeleton, template: &Template, sources: &Sources) -> Result<Bounds, DraftingError> {
        let impossible = |error| DraftingError::Impossible(format!("what the rules ask of this asset: {error}"));
        let everywhere: Vec<&Demand<'_>> = self.demands.iter().filter(|demand| demand.slots.is_empty()).collect();
        let values = Values::of(run, sources);
        let mut bounds = Bounds::default().in_every_slot(Arc::new(Composed));
        for automaton in self.words(&everywhere, &self.never).map_err(impossible)? {
            bounds = bounds.in_every_slot(values.around(automaton).map_err(impossible)?);
        }
        for automaton in self.words(&[], &self.names).map_err(impossible)? {
            bounds = bounds.in_every_slot(values.beside(automaton).map_err(impossible)?);
        }
        if let Some(allowed) = allowed(&everywhere).map_err(impossible)? {
            bounds = bounds.in_every_slot(allowed);
        }
        let written: Vec<&str> = values.0.iter().map(|(written, ..)| written.as_str()).collect();
        let numbers = AllowedNumbers::new(self.figures.iter().copied(), written).map_err(impossible)?;
        bounds = bounds.in_every_slot(Arc::new(numbers));
        for plan in &run.slots {
            let own: Vec<&Demand<'_>> =
                self.demands.iter().filter(|demand| demand.slots.contains(&plan.name)).collect();
            for bound in self.of_slot(plan, &own, &values, template, sources)? {
                bounds = bounds.in_slots([plan.key.as_str()], bound).map_err(|error| too_much(&plan.name, &error))?;
            }
        }
        Ok(bounds)
    }

    /// What holds for one slot alone.
    fn of_slot(
        &self,
        plan: &SlotPlan,
        own: &[&Demand<'_>],
        values: &Values,
        template: &Template,
        sources: &Sources,
    ) -> Result<Vec<Automaton>, DraftingError> {
        let wrong = |error: BoundError| too_much(&plan.name, &error);
        let mut bounds = Vec::new();
        for automaton in self.words(own, &[]).map_err(wrong)? {
            bounds.push(values.around(automaton).map_err(wrong)?);
        }
        bounds.extend(allowed(own).map_err(wrong)?);
        if self.demands.iter().any(|d| d.no_partner_name && (d.slots.is_empty() || d.slots.contains(&plan.name))) {
            let name = PartnerField::DisplayName.placeholder();
            bounds.push(Arc::new(AtMost::new([(name, 0)]).map_err(wrong)?));
        }
        let limit = template.slot(&plan.name).map(|slot| (slot.limit.unit, slot.limit.max));
        let of_rules =
            own.iter().filter_map(|demand| demand.length).filter_map(|(unit, max)| Some((known(unit)?, max)));
        for (unit, max) in limit.into_iter().chain(of_rules) {
            bounds.push(Arc::new(length(unit, max, sources).map_err(wrong)?));
        }
        Ok(bounds)
    }

    /// Automata over the terms and patterns of these demands.
    fn words(&self, demands: &[&Demand<'_>], never: &[String]) -> Result<Vec<Automaton>, BoundError> {
        let terms = demands.iter().flat_map(|demand| &demand.terms).copied().chain(never.iter().map(String::as_str));
        let patterns = demands.iter().flat_map(|demand| &demand.patterns).copied();
        self.kept.automata(terms.collect(), patterns.collect())
    }
}

fn too_much(slot: &str, error: &BoundError) -> DraftingError {
    DraftingError::Impossible(format!("slot `{slot}`: what the brief gives does not fit what is asked of it: {error}"))
}

/// References of a run with what they stand for.
struct Values(Vec<(String, String, bool)>);

impl Values {
    fn of(run: &Skeleton, sources: &Sources) -> Self {
        let placed: Vec<String> = run.references();
        let bound = std::iter::once(&sources.product)
            .chain(sources.all().map(|source| &source.bound).filter(|bound| placed.contains(&bound.reference)));
        let mut values: Vec<_> = bound
            .map(|bound| (bound.written(), bound.text.clone(), bound.reference != sources.product.reference))
            .collect();
        // Rules read the partner's name as it is written here, for nobody knows it yet.
        let partner = PartnerField::DisplayName.placeholder().to_owned();
        values.push((partner.clone(), partner, false));
        Self(values)
    }

    /// The same, but what references stand for is no concern of the bound: nor is how they are written, for a product may
    /// be called Message.
    fn beside(&self, bound: Automaton) -> Result<Automaton, BoundError> {
        let values = self.0.iter().map(|(written, ..)| Value { written, text: None, placed: true });
        Ok(Arc::new(WithValues::new(bound, values)?))
    }

    fn around(&self, bound: Automaton) -> Result<Automaton, BoundError> {
        let values = self.0.iter().map(|(written, text, placed)| Value { written, text: Some(text), placed: *placed });
        Ok(Arc::new(WithValues::new(bound, values)?))
    }
}

/// All characters but those that the demands refuse; `None` where they refuse none.
fn allowed(demands: &[&Demand<'_>]) -> Result<Option<Automaton>, BoundError> {
    let mut refused: Vec<(char, char)> = demands.iter().flat_map(|demand| &demand.characters).copied().collect();
    if refused.is_empty() {
        return Ok(None);
    }
    refused.sort_unstable();
    let mut allowed = Vec::new();
    let mut next = Some('\0');
    for (from, to) in refused {
        if let Some(first) = next
            && first < from
            && let Some(last) = (first..from).next_back()
        {
            allowed.push((first, last));
        }
        // A range inside one that began before it takes nothing more away.
        if next.is_some_and(|next| to >= next) {
            next = (to..=char::MAX).nth(1);
        }
    }
    allowed.extend(next.map(|first| (first, char::MAX)));
    Ok(Some(Arc::new(AllowedCharacters::new(allowed)?)))
}

/// At most so long, with references at the longest that they can become.
fn length(unit: Unit, max: usize, sources: &Sources) -> Result<CountedLength, BoundError> {
    let one = |segment| longest(&SlotText { segments: vec![segment] }, unit);
    let bound =
        std::iter::once(&sources.product).chain(sources.all().map(|source| &source.bound)).chain(&sources.values);
    let mut values: Vec<(String, usize)> =
        bound.map(|bound| (bound.written(), one(Segment::Bound(bound.clone())))).collect();
    let partner = PartnerField::DisplayName;
    values.push((partner.placeholder().to_owned(), one(Segment::Partner { partner })));
    CountedLength::new(counting(unit), 0, max)?
        .with_references(values.iter().map(|(written, units)| (written.as_str(), *units)))
}

const fn counting(unit: Unit) -> Counting {
    match unit {
        Unit::Graphemes => Counting::Graphemes,
        Unit::Utf16 => Counting::Utf16,
        Unit::Weighted => Counting::Weighted,
        Unit::DoubleWidth => Counting::DoubleWidth,
        Unit::Bytes => Counting::Bytes,
        Unit::Words => Counting::Words,
    }
}

/// A rule's unit as templates count; `None`: the decoder cannot count it, and the check does.
const fn known(unit: RuleUnit) -> Option<Unit> {
    match unit {
        RuleUnit::Graphemes => Some(Unit::Graphemes),
        RuleUnit::Utf16 => Some(Unit::Utf16),
        RuleUnit::Weighted => Some(Unit::Weighted),
        RuleUnit::DoubleWidth => Some(Unit::DoubleWidth),
        RuleUnit::Bytes => Some(Unit::Bytes),
        RuleUnit::Words => Some(Unit::Words),
        RuleUnit::Gsm7 => None,
    }
}
