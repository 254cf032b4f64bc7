//! Automata over terms and patterns, kept by what they are made of: drafts of one place share them, and the states that
//! one draft came to need are there for the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_domain::digest::Digest;
use countersign_engine::{Bound, BoundError, ForbiddenPatterns, ForbiddenTerms, Pattern};

/// Lists that are kept: places of a kit, with the slots that have rules of their own.
const MOST_KEPT: usize = 256;

type Automata = Vec<Arc<dyn Bound>>;

/// Automata by the digest of their lists.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<Digest, Automata>>);

impl Kept {
    /// At most one for the terms and one for the patterns; none for an empty list. What cannot be held to exactly is left out:
    /// [`holdings`](super::holdings) says so.
    pub(super) fn automata(
        &self,
        mut terms: Vec<&str>,
        mut patterns: Vec<(&str, bool)>,
    ) -> Result<Automata, BoundError> {
        terms.retain(|term| term.chars().any(char::is_alphabetic));
        terms.sort_unstable();
        terms.dedup();
        patterns.sort_unstable();
        patterns.dedup();
        let key = Digest::of_json(&(&terms, &patterns));
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let mut automata: Automata = Vec::new();
        if !terms.is_empty() {
            automata.push(Arc::new(ForbiddenTerms::new(terms)?));
        }
        let patterns: Vec<Pattern<'_>> =
            patterns.into_iter().map(|(pattern, ignore_case)| Pattern { pattern, ignore_case }).collect();
        let (bound, _) = ForbiddenPatterns::new(&patterns);
        if !bound.is_empty() {
            automata.push(Arc::new(bound));
        }
        let mut kept = lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, automata.clone());
        Ok(automata)
    }
}
