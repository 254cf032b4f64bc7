//! `consistency`: two spellings of one thing in one asset.
//!
//! **What it does.** Looks for both spellings of each pair of `either` (whole words, in any case) in all slots of the asset
//! together. Where both stand it finds each that stands less often (the later one, where they are even) and offers the
//! other. Spellings that differ in nothing but case are told apart by it.
//!
//! **Why it is bad.** Readers, search and translation memories take two spellings for two things.
//!
//! ```yaml
//! id: one_spelling
//! kind: consistency
//! severity: info
//! message: "“{match}” and “{other}” stand in one text. Choose one."
//! params: {either: {back-up: backup, grey: gray}}
//! tests: {pass: [A backup of a backup.], fail: [{text: A backup is a back-up., spans: [back-up], fix: backup}]}
//! ```
//!
//! **Options.** `ignore_case`, true unless said otherwise.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::substitution::in_the_case_of;
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;
use crate::view::fold;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConsistencyParams {
    either: BTreeMap<String, Spanned<String>>,
    ignore_case: bool,
}

impl Default for ConsistencyParams {
    fn default() -> Self {
        Self { either: BTreeMap::new(), ignore_case: true }
    }
}

/// Pairs that are compared in one way.
#[derive(Debug)]
struct Pairs {
    terms: Terms,
    spellings: Vec<String>,
    /// Of `terms`.
    pairs: Vec<[usize; 2]>,
    ignore_case: bool,
}

#[derive(Debug)]
pub(crate) struct Consistency(Vec<Pairs>);

impl Params for ConsistencyParams {
    type Kind = Consistency;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Consistency> {
        if self.either.is_empty() {
            faults.at(common.kind_at, "name at least one pair in `params.either`, such as `back-up: backup`");
            return None;
        }
        let mut kinds = Vec::new();
        for ignore_case in [true, false] {
            let by_case = |one: &str, other: &str| !self.ignore_case || same(one, other, true);
            let here: Vec<_> =
                self.either.iter().filter(|(one, other)| by_case(one, &other.value) != ignore_case).collect();
            let mut spellings: Vec<Spanned<String>> = Vec::new();
            let mut known: HashMap<String, usize> = HashMap::new();
            let mut pairs = Vec::new();
            for (one, other) in here {
                if same(one, &other.value, false) {
                    faults.at(other.referenced, format!("`{one}` and `{}` are compared as one", other.value));
                    continue;
                }
                pairs.push([one, &other.value].map(|text| {
                    let folded = fold(text.trim(), ignore_case).text.into_owned();
                    *known.entry(folded).or_insert_with(|| {
                        spellings.push(Spanned::new(text.clone(), other.referenced, other.defined));
                        spellings.len() - 1
                    })
                }));
            }
            if !pairs.is_empty() {
                let terms = faults.terms(&spellings, ignore_case, true)?;
                let spellings = spellings.into_iter().map(|spelling| spelling.value).collect();
                kinds.push(Pairs { terms, spellings, pairs, ignore_case });
            }
        }
        Some(Consistency(kinds))
    }
}

fn same(one: &str, other: &str, ignore_case: bool) -> bool {
    fold(one.trim(), ignore_case).text == fold(other.trim(), ignore_case).text
}

impl Check for Consistency {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "other"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        self.0.iter().flat_map(|pairs| pairs.hits(rule, scene)).collect()
    }
}

impl Pairs {
    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        // Of each spelling: where it stands, in the order of slots and text.
        let mut found: Vec<Vec<(&Slot<'_>, Range<usize>)>> = vec![Vec::new(); self.spellings.len()];
        let mut order: Vec<usize> = vec![usize::MAX; self.spellings.len()];
        let mut seen = 0;
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for (term, range) in slot.find(&self.terms).into_iter().filter(|(_, range)| counts(range)) {
                order[term] = order[term].min(seen);
                seen += 1;
                found[term].push((slot, range));
            }
        }
        let mut hits = Vec::new();
        for pair in &self.pairs {
            let [one, other] = *pair;
            if found[one].is_empty() || found[other].is_empty() {
                continue;
            }
            let rank = |term: usize| (std::cmp::Reverse(found[term].len()), order[term]);
            let (kept, odd) = if rank(one) < rank(other) { (one, other) } else { (other, one) };
            hits.extend(found[odd].iter().map(|(slot, range)| {
                let kept = &self.spellings[kept];
                let fix = if self.ignore_case { in_the_case_of(&slot.text[range.clone()], kept) } else { kept.clone() };
                let mut hit = Hit::at(slot, range.clone());
                hit.values.push(("other", kept.clone()));
                hit.fix = Some(fix);
                hit
            }));
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule, try_pack};

    const PAIRS: &str =
        "kind: consistency\nparams: {either: {back-up: backup, e-mail: email, email: mail, Know-How: Know-how}}";

    #[test]
    fn the_rarer_spelling_is_found_wherever_in_the_asset_it_stands() {
        let packs = rule("info", PAIRS);
        let world = World::new("en-US").slot("a", "A back-up").slot("b", "Backup. BACK-UP and backup, backup");
        let found = world.check(&packs);
        let shown: Vec<_> =
            found.iter().map(|hit| (hit.slot.as_str(), hit.start, hit.fix.as_deref().unwrap())).collect();
        assert_eq!(shown, [("a", 2, "backup"), ("b", 8, "BACKUP")]);
    }

    #[test]
    fn where_they_are_even_the_later_one_is_odd() {
        let packs = rule("info", PAIRS);
        assert_eq!(World::new("en-US").slot("a", "A backup, a back-up").spans(&packs), ["back-up"]);
        assert_eq!(World::new("en-US").slot("a", "Know-how is know-how, Know-How").spans(&packs), ["Know-How"]);
    }

    #[test]
    fn one_spelling_throughout_is_right_and_parts_of_words_are_none() {
        let packs = rule("info", PAIRS);
        assert!(World::new("en-US").slot("a", "back-up and back-up").spans(&packs).is_empty());
        assert!(World::new("en-US").slot("a", "back-up and backups").spans(&packs).is_empty());
    }

    #[test]
    fn a_pair_of_the_same_is_a_fault() {
        let text = "id: r\nkind: consistency\nseverity: info\nmessage: m\nwhy: w\nparams: {either: {a: a}}\n\
                    tests: {pass: [a], fail: [b]}\n";
        assert!(try_pack(&[("r.yaml", text)]).unwrap_err()[0].reason.contains("compared as one"));
    }
}
