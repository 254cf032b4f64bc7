//! The mask of one bound in a state: one walk over the vocabulary's trie, kept by the state's mask key.
//!
//! A walk starts from "everything may come" and notes what may not. It leaves a subtree out when its byte is refused,
//! when the bound is sure of all below it, or when it has met the walk of a base state, whose notes then hold here too;
//! so a walk costs what is different, not the size of the vocabulary.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::token_list::TokenList;
use super::vocabulary::Vocabulary;
use super::{Bound, State};

/// Bytes that the kept masks of one bound may take.
const BUDGET: usize = 8 << 20;
/// What a kept mask takes beside its lists.
const ENTRY_BYTES: usize = 160;
/// A base keeps four bytes for each node of the trie and its distinct states.
const MOST_BASES: usize = 8;

/// What a bound says of all tokens in one state.
#[derive(Debug)]
pub(super) struct Mask {
    /// Text tokens that may not come.
    pub refused: TokenList,
    /// Text tokens that may come, and after which the bound is not settled.
    pub unsettled: TokenList,
}

/// How often masks were found, and what the others cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaskFigures {
    /// Masks that were kept already.
    pub hits: u64,
    /// Masks that were computed.
    pub misses: u64,
    /// Nodes of the trie that these looked at.
    pub nodes: u64,
    /// Masks kept now.
    pub kept: usize,
    /// Bytes that these and their bases take.
    pub bytes: usize,
}

/// The masks of one bound over one vocabulary, shared by all drafts.
#[derive(Debug)]
pub(super) struct Masks {
    bound: Arc<dyn Bound>,
    vocabulary: Arc<Vocabulary>,
    kept: Mutex<Kept>,
    bases: Mutex<FxHashMap<State, Arc<Base>>>,
    hits: AtomicU64,
    misses: AtomicU64,
    nodes: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    masks: FxHashMap<State, (Arc<Mask>, u64)>,
    clock: u64,
    bytes: usize,
}

/// A whole walk: the state at each node, and what was noted, by places in the vocabulary's order.
#[derive(Debug)]
struct Base {
    states: FxHashMap<State, u32>,
    at: Vec<u32>,
    notes: Notes,
}

/// The number of no state: the walk did not come to this node.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Notes {
    refused: Vec<u32>,
    unsettled: Vec<u32>,
}

impl Notes {
    /// Takes over what `from` says of the places from `start` to before `end`.
    fn copy(&mut self, from: &Self, start: u32, end: u32) {
        for (own, other) in [(&mut self.refused, &from.refused), (&mut self.unsettled, &from.unsettled)] {
            let first = other.partition_point(|&place| place < start);
            own.extend(other[first..].iter().take_while(|&&place| place < end));
        }
    }
}

impl Masks {
    pub(super) fn new(bound: Arc<dyn Bound>, vocabulary: Arc<Vocabulary>) -> Self {
        Self {
            bound,
            vocabulary,
            kept: Mutex::default(),
            bases: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            nodes: AtomicU64::new(0),
        }
    }

    pub(super) fn bound(&self) -> &Arc<dyn Bound> {
        &self.bound
    }

    pub(super) fn key(&self, state: State) -> State {
        self.bound.mask_key(state, self.vocabulary.longest())
    }

    /// The mask in `state`.
    pub(super) fn mask(&self, state: State) -> Arc<Mask> {
        let key = self.key(state);
        if let Some(mask) = lock(&self.kept).find(key) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return mask;
        }
        // Two drafts may walk for the same key at once: both find the same.
        self.misses.fetch_add(1, Ordering::Relaxed);
        let mask = Arc::new(self.compute(state));
        lock(&self.kept).keep(key, Arc::clone(&mask));
        mask
    }

    /// The mask in `state`, computed whether or not it is kept.
    pub(super) fn compute(&self, state: State) -> Mask {
        let base = self.bound.base(state).and_then(|base| self.base(base));
        let notes = self.walk(state, base.as_deref());
        let (order, size) = (&self.vocabulary.order, self.vocabulary.size());
        let list =
            |places: Vec<u32>| TokenList::new(places.into_iter().map(|place| order[place as usize]).collect(), size);
        Mask { refused: list(notes.refused), unsettled: list(notes.unsettled) }
    }

    pub(super) fn figures(&self) -> MaskFigures {
        let bases: usize = lock(&self.bases)
            .values()
            .map(|base| base.at.len() * 4 + base.states.len() * (size_of::<State>() + 8))
            .sum();
        let kept = lock(&self.kept);
        MaskFigures {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            nodes: self.nodes.load(Ordering::Relaxed),
            kept: kept.masks.len(),
            bytes: kept.bytes + bases,
        }
    }

    fn base(&self, state: State) -> Option<Arc<Base>> {
        {
            let bases = lock(&self.bases);
            if let Some(base) = bases.get(&state) {
                return Some(Arc::clone(base));
            }
            if bases.len() >= MOST_BASES {
                return None;
            }
        }
        let base = Arc::new(self.whole_walk(state));
        lock(&self.bases).insert(state, Arc::clone(&base));
        Some(base)
    }

    fn whole_walk(&self, state: State) -> Base {
        let nodes = &self.vocabulary.nodes;
        let mut base = Base { states: FxHashMap::default(), at: vec![NOWHERE; nodes.len()], notes: Notes::default() };
        let mut stack = vec![state; self.vocabulary.longest() + 1];
        let mut at = 0;
        let mut looked = 0;
        while let Some(node) = nodes.get(at) {
            looked += 1;
            let Some(next) = self.bound.step(stack[usize::from(node.depth) - 1], node.byte) else {
                at += self.refuse(at, &mut base.notes);
                continue;
            };
            let known = base.states.len() as u32;
            base.at[at] = *base.states.entry(next).or_insert(known);
            stack[usize::from(node.depth)] = next;
            let settled = self.bound.is_settled(next);
            if node.own > 0 && !settled {
                base.notes.unsettled.extend(node.first..node.first + node.own);
            }
            // Nothing is noted there, and who comes there in the same state is as sure.
            at += if settled && self.bound.is_sure(next, node.below()) { node.size as usize } else { 1 };
        }
        self.nodes.fetch_add(looked, Ordering::Relaxed);
        base
    }

    fn walk(&self, state: State, base: Option<&Base>) -> Notes {
        let nodes = &self.vocabulary.nodes;
        let mut notes = Notes::default();
        let mut stack = vec![state; self.vocabulary.longest() + 1];
        let mut at = 0;
        let mut looked = 0;
        while let Some(node) = nodes.get(at) {
            looked += 1;
            let Some(next) = self.bound.step(stack[usize::from(node.depth) - 1], node.byte) else {
                at += self.refuse(at, &mut notes);
                continue;
            };
            if let Some(base) = base
                && base.states.get(&next) == Some(&base.at[at])
            {
                notes.copy(&base.notes, node.first, self.places_end(at));
                at += node.size as usize;
                continue;
            }
            let settled = self.bound.is_settled(next);
            if node.own > 0 && !settled {
                notes.unsettled.extend(node.first..node.first + node.own);
            }
            if settled && node.size > 1 && self.bound.is_sure(next, node.below()) {
                at += node.size as usize;
                continue;
            }
            stack[usize::from(node.depth)] = next;
            at += 1;
        }
        self.nodes.fetch_add(looked, Ordering::Relaxed);
        notes
    }

    /// Notes that nothing at or below a node may come; the number of nodes to go on by.
    fn refuse(&self, at: usize, notes: &mut Notes) -> usize {
        let node = &self.vocabulary.nodes[at];
        notes.refused.extend(node.first..self.places_end(at));
        node.size as usize
    }

    fn places_end(&self, at: usize) -> u32 {
        let after = at + self.vocabulary.nodes[at].size as usize;
        self.vocabulary.nodes.get(after).map_or(self.vocabulary.order.len() as u32, |node| node.first)
    }
}

impl Kept {
    fn find(&mut self, key: State) -> Option<Arc<Mask>> {
        self.clock += 1;
        let entry = self.masks.get_mut(&key)?;
        entry.1 = self.clock;
        Some(Arc::clone(&entry.0))
    }

    fn keep(&mut self, key: State, mask: Arc<Mask>) {
        self.clock += 1;
        self.bytes += cost(&mask);
        if let Some((known, _)) = self.masks.insert(key, (mask, self.clock)) {
            self.bytes -= cost(&known);
        }
        if self.bytes <= BUDGET {
            return;
        }
        // The quarter that was not asked for the longest goes at once, so that this is rare.
        let mut used: Vec<u64> = self.masks.values().map(|entry| entry.1).collect();
        used.sort_unstable();
        let oldest = used[used.len() / 4];
        self.masks.retain(|_, (_, last)| *last > oldest);
        self.bytes = self.masks.values().map(|(mask, _)| cost(mask)).sum();
    }
}

fn cost(mask: &Mask) -> usize {
    ENTRY_BYTES + mask.refused.bytes() + mask.unsettled.bytes()
}

/// A walk that panicked leaves what was kept before whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
