//! Bounds described, and compiled for one vocabulary.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use super::error::BoundError;
use super::joint::{Joint, MOST_TRIED};
use super::json_slots::JsonSlots;
use super::masks::{MaskFigures, Masks};
use super::set::BoundSet;
use super::token_list::TokenList;
use super::vocabulary::Vocabulary;
use super::{Bound, State};

/// The search for dead ends keeps them in 32 bits.
const MOST_BOUNDS: usize = 32;

/// Bounds on a draft; empty bounds nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    bounds: Vec<Arc<dyn Bound>>,
    /// Texts before which they are checked for whether anything satisfies them.
    slots: Vec<String>,
}

impl Bounds {
    /// With a bound on the whole draft.
    #[must_use]
    pub fn with(mut self, bound: Arc<dyn Bound>) -> Self {
        self.bounds.push(bound);
        self
    }

    /// With a bound on each string value of the JSON object that the draft is.
    #[must_use]
    pub fn in_every_slot(mut self, bound: Arc<dyn Bound>) -> Self {
        // Any name will do: an empty one is no slot's.
        self.slots.push(String::new());
        self.with(Arc::new(JsonSlots::every(bound)))
    }

    /// With a bound on the string values of these keys of the JSON object that the draft is.
    ///
    /// # Errors
    /// When the names together are more than 16 million bytes.
    pub fn in_slots<'a>(
        mut self,
        names: impl IntoIterator<Item = &'a str>,
        bound: Arc<dyn Bound>,
    ) -> Result<Self, BoundError> {
        let names: Vec<&str> = names.into_iter().collect();
        self.slots.extend(names.iter().map(ToString::to_string));
        Ok(self.with(Arc::new(JsonSlots::named(names, bound)?)))
    }
}

/// Bounds with their masks for one vocabulary, shared by all drafts that have them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CompiledBounds(Arc<Compiled>);

#[derive(Debug)]
pub(super) struct Compiled {
    pub vocabulary: Arc<Vocabulary>,
    pub masks: Box<[Masks]>,
    pub joint: Joint,
    /// Tokens that lead into a dead end, by the mask keys of all bounds.
    pub struck: Mutex<FxHashMap<Box<[State]>, Arc<TokenList>>>,
}

impl CompiledBounds {
    /// # Errors
    /// When there are more than 32 bounds, or no text is found that satisfies those of a slot together.
    pub fn new(bounds: &Bounds, vocabulary: Arc<Vocabulary>) -> Result<Self, BoundError> {
        let given = bounds.bounds.len();
        if given > MOST_BOUNDS {
            return Err(BoundError::TooManyBounds { given, most: MOST_BOUNDS });
        }
        let masks = bounds.bounds.iter().map(|bound| Masks::new(Arc::clone(bound), Arc::clone(&vocabulary))).collect();
        let joint = Joint::new(bounds.bounds.iter().cloned().collect());
        let compiled = Self(Arc::new(Compiled { vocabulary, masks, joint, struck: Mutex::default() }));
        compiled.check(None)?;
        bounds.slots.iter().try_for_each(|slot| compiled.check(Some(slot)))?;
        Ok(compiled)
    }

    fn check(&self, slot: Option<&str>) -> Result<(), BoundError> {
        let mut start = self.begin();
        let opening = slot.map_or(String::new(), |slot| format!("{{{}:\"", serde_json::Value::from(slot)));
        if start.take(opening.as_bytes()) && start.can_finish() {
            return Ok(());
        }
        let place = slot.map_or("the draft".to_owned(), |slot| format!("the slot `{slot}`"));
        Err(BoundError::Unsatisfiable { place, tried: MOST_TRIED })
    }

    /// The state of a draft that has no byte yet.
    #[must_use]
    pub fn begin(&self) -> BoundSet {
        BoundSet::new(Arc::clone(&self.0))
    }

    #[cfg(test)]
    pub(super) fn masks(&self) -> &[Masks] {
        &self.0.masks
    }

    /// Whether they are for this vocabulary.
    #[must_use]
    pub fn is_for(&self, vocabulary: &Arc<Vocabulary>) -> bool {
        Arc::ptr_eq(&self.0.vocabulary, vocabulary)
    }

    /// What the masks of each bound have cost, in the order in which the bounds were given.
    #[must_use]
    pub fn figures(&self) -> Vec<MaskFigures> {
        self.0.masks.iter().map(Masks::figures).collect()
    }
}
