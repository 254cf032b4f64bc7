//! The terms of all rules in one machine: a text is read once, however many rules there are. Patterns are sieved
//! (`sieve.rs`).

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use crate::kinds::pattern::Pattern;
use crate::sieve::Sieve;
use crate::terms::{TermHit, Terms, longest};
use crate::view::View;

/// Hits that are kept of one text. Beyond, [`Found::too_many`] says so, and nothing of it passes for checked.
const MAX_HITS: usize = 2_000_000;

/// The lists of all rules.
#[derive(Debug)]
pub(crate) struct Lexicon {
    lists: Vec<Terms>,
    /// The index of each list by its id.
    by_id: HashMap<usize, u32>,
    sieve: Sieve,
    /// The terms in any case, and those in their own.
    folded: Machine,
    cased: Machine,
}

#[derive(Debug)]
struct Machine {
    automaton: AhoCorasick,
    /// Of each distinct term: the lists that hold it, and as which of theirs.
    owners: Vec<Vec<(u32, u32)>>,
}

/// What stands in one text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// By list, in order.
    hits: Vec<(u32, TermHit)>,
    pub too_many: bool,
}

impl Lexicon {
    pub(crate) fn new(lists: Vec<Terms>, patterns: &[Pattern]) -> Result<Self, BuildError> {
        let by_id = lists.iter().enumerate().map(|(at, list)| (list.id(), small(at))).collect();
        let folded = Machine::new(&lists, true)?;
        let cased = Machine::new(&lists, false)?;
        Ok(Self { lists, by_id, sieve: Sieve::new(patterns)?, folded, cased })
    }

    pub(crate) const fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    pub(crate) fn knows(&self, terms: &Terms) -> bool {
        self.by_id.contains_key(&terms.id())
    }

    /// Everything that stands in `view`, which is folded with or without case.
    pub(crate) fn read(&self, view: &View<'_>, ignore_case: bool) -> Found {
        let machine = if ignore_case { &self.folded } else { &self.cased };
        let text = view.text.as_ref();
        let mut found = Found::default();
        for hit in machine.automaton.find_overlapping_iter(text) {
            for (list, term) in &machine.owners[hit.pattern().as_usize()] {
                let hit = TermHit { term: *term as usize, range: hit.range() };
                if self.lists[*list as usize].stands_alone(text, &hit) {
                    found.hits.push((*list, hit));
                }
            }
            if found.hits.len() > MAX_HITS {
                found.too_many = true;
                break;
            }
        }
        found.hits.sort_by_key(|(list, _)| *list);
        found
    }

    /// Those of one list: the longest that do not overlap, in order.
    pub(crate) fn of(&self, terms: &Terms, found: &Found) -> Vec<TermHit> {
        let Some(list) = self.by_id.get(&terms.id()) else { return Vec::new() };
        let from = found.hits.partition_point(|(other, _)| other < list);
        let len = found.hits[from..].partition_point(|(other, _)| other == list);
        longest(found.hits[from..from + len].iter().map(|(_, hit)| hit.clone()).collect())
    }
}

impl Machine {
    fn new(lists: &[Terms], ignore_case: bool) -> Result<Self, BuildError> {
        let mut terms: Vec<&str> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut owners: Vec<Vec<(u32, u32)>> = Vec::new();
        for (list, of) in lists.iter().enumerate().filter(|(_, list)| list.ignore_case() == ignore_case) {
            for (term, text) in of.folded().iter().enumerate() {
                let at = *known.entry(text).or_insert_with(|| {
                    terms.push(text);
                    owners.push(Vec::new());
                    terms.len() - 1
                });
                owners[at].push((small(list), small(term)));
            }
        }
        Ok(Self { automaton: AhoCorasick::builder().match_kind(MatchKind::Standard).build(&terms)?, owners })
    }
}

fn small(at: usize) -> u32 {
    u32::try_from(at).expect("a machine of more than 2^32 terms would not have been built")
}
