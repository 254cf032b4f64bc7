//! How sure it is that a source bears a sentence out.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::roles::{Role, roles};
use super::support::{Beside, Clause, Qualifier, Support, Supports, Whole, beside};
use super::words::{Denial, Direction, Word, clauses, denies};
use super::{Doubt, ENOUGH};
use crate::numbers::Found;

/// What a sentence weighs by.
const NAME: f32 = 0.3;
const COMMON: f32 = 0.6;
const NUMBER: f32 = 0.7;
const NOUN: f32 = 1.2;
const WORD: f32 = 1.0;

/// A share of matched words is taken to this power, so that what is half there is not half sure.
const STRICTNESS: f32 = 1.4;
/// Two sources for one sentence are a little less sure than one.
const SEVERAL: f32 = 0.95;
/// Supports that are looked at closely.
const CLOSELY: usize = 12;
/// Supports of one word that are counted.
const COUNTED: usize = 256;
/// Figures of one part that are looked at closely.
const FIGURES: usize = 16;
/// Things told as missing, and as matched.
const MAX_TOLD: usize = 12;
/// Words beside an exact wording that add no statement: "As our test shows:".
const BESIDE: usize = 3;

/// What a confidence is at most.
const fn most(doubt: Doubt) -> f32 {
    match doubt {
        Doubt::NoSource | Doubt::Lapsed => 0.0,
        Doubt::Number => 0.25,
        Doubt::Product | Doubt::Direction => 0.3,
        Doubt::Name => 0.35,
        Doubt::Negation => 0.4,
        Doubt::Overstated | Doubt::Swapped => 0.45,
        Doubt::Words => 1.0,
    }
}

/// A sentence, or its free part.
#[derive(Debug)]
pub(super) struct Statement<'s, 'a> {
    pub supports: &'s Supports<'a>,
    text: &'s str,
    pub words: Vec<Word>,
    pub figures: Vec<Found>,
    pub qualifiers: Vec<Qualifier>,
    /// The words beside each figure.
    pub beside: Vec<Beside>,
    /// Names in it, those of references included, each once.
    names: Vec<usize>,
    /// Where the names stand.
    named: Vec<(usize, Range<usize>)>,
    /// Of each word what it is.
    pub roles: Vec<Role>,
    /// Of each word the source's words that it may mean.
    pub meant: Vec<Vec<(u32, f32)>>,
    /// All of these.
    all_meant: HashSet<u32>,
    direction: Option<Direction>,
}

/// The best source of a sentence.
#[derive(Debug)]
pub(super) struct Judged {
    pub source: usize,
    /// What of the source bears it out.
    pub passage: Range<usize>,
    pub confidence: f32,
    pub nearness: f32,
    pub doubt: Doubt,
    pub matched: Vec<String>,
    pub missing: Vec<String>,
}

/// A support, how sure it is, and what it has and lacks.
#[derive(Debug)]
struct Verdict {
    source: usize,
    passage: Range<usize>,
    confidence: f32,
    /// How near it is, whatever speaks against it.
    share: f32,
    weight: f32,
    doubt: Doubt,
    matched: Vec<Range<usize>>,
    missing: Vec<Range<usize>>,
}

impl Verdict {
    /// The surest first; where none is sure enough, the nearest.
    fn is_less(&self, other: &Self) -> Ordering {
        let sure = |one: &Self| if one.confidence >= ENOUGH { one.confidence } else { 0.0 };
        sure(self).total_cmp(&sure(other)).then(self.share.total_cmp(&other.share))
    }
}

impl<'s, 'a> Statement<'s, 'a> {
    pub(super) fn new(
        supports: &'s Supports<'a>,
        text: &'s str,
        words: Vec<Word>,
        figures: Vec<Found>,
        bound: &[Word],
    ) -> Self {
        let named = supports.names_in(&words);
        let mut roles: Vec<Role> = roles(text, &words, supports);
        for part in named.iter().flat_map(|(_, range)| range.clone()) {
            roles[part] = Role::Name;
        }
        for (word, role) in words.iter().zip(&mut roles) {
            // `10 GB`: the figure has its unit.
            let at = figures.partition_point(|found| found.range.end < word.range.end);
            if figures.get(at).is_some_and(|found| found.range.start <= word.range.start) {
                *role = Role::Nothing;
            }
        }
        let mut names: Vec<usize> = named.iter().map(|(name, _)| *name).collect();
        names.extend(supports.names_in(bound).into_iter().map(|(name, _)| name));
        names.sort_unstable();
        names.dedup();
        let floor = words.first().map_or(0, |word| word.range.start);
        let floor = figures.first().map_or(floor, |found| floor.min(found.range.start));
        let qualifiers = figures.iter().map(|found| supports.qualifier(text, floor, found)).collect();
        let meant = words.iter().zip(&roles).map(|(word, role)| match role {
            Role::Nothing => Vec::new(),
            _ => supports.meant(word),
        });
        let meant: Vec<Vec<(u32, f32)>> = meant.collect();
        let all_meant = meant.iter().flatten().map(|(id, _)| *id).collect();
        let direction = supports.lists.direction(text, &words);
        let beside = beside(text, &words, figures.iter());
        Self { beside, meant, all_meant, direction, supports, text, words, figures, qualifiers, names, named, roles }
    }

    /// Whether it adds nothing to an exact wording beside it.
    pub(super) fn says_nothing(&self) -> bool {
        let carrying = self.roles.iter().filter(|role| **role != Role::Nothing).count();
        self.figures.is_empty() && carrying <= BESIDE && !self.roles.contains(&Role::Entity)
    }

    pub(super) fn has_number(&self) -> bool {
        !self.figures.is_empty() || self.roles.contains(&Role::Number)
    }

    pub(super) fn has_name(&self) -> bool {
        !self.names.is_empty() || self.roles.contains(&Role::Entity)
    }

    /// The source that bears it out best.
    pub(super) fn judge(&self) -> Option<Judged> {
        let parts = clauses(self.text, &self.words, &self.supports.lists);
        let whole =
            (parts.len() == 1 || self.words.len() <= 120).then(|| self.best(0..self.words.len(), true)).flatten();
        let mut verdict = whole;
        if parts.len() > 1 {
            let clauses: Option<Vec<Verdict>> = parts
                .iter()
                .enumerate()
                .filter(|(_, part)| self.carries((*part).clone()))
                .map(|(at, part)| self.best(part.clone(), at + 1 == parts.len()))
                .collect();
            verdict = clauses.and_then(joined).into_iter().chain(verdict).max_by(Verdict::is_less);
        }
        let verdict = verdict?;
        Some(Judged {
            source: verdict.source,
            passage: verdict.passage,
            confidence: verdict.confidence,
            nearness: verdict.share,
            doubt: verdict.doubt,
            matched: self.told(verdict.matched),
            missing: self.told(verdict.missing),
        })
    }

    fn told(&self, mut ranges: Vec<Range<usize>>) -> Vec<String> {
        ranges.sort_by_key(|range| range.start);
        ranges.dedup();
        ranges.into_iter().take(MAX_TOLD).map(|range| self.text[range].to_owned()).collect()
    }

    fn carries(&self, part: Range<usize>) -> bool {
        self.roles[part.clone()].iter().any(|role| *role != Role::Nothing) || !self.figures_in(&part, false).is_empty()
    }

    /// The figures that stand between the words of a clause; the last clause has those behind it too.
    fn figures_in(&self, part: &Range<usize>, last: bool) -> Range<usize> {
        let before = |at: usize| self.figures.partition_point(|found| found.range.start < at);
        let start = if part.start == 0 { 0 } else { before(self.words[part.start].range.start) };
        let end = match self.words.get(part.end) {
            Some(word) if !last => before(word.range.start),
            _ => self.figures.len(),
        };
        start..end.max(start)
    }

    fn weight(&self, at: usize) -> f32 {
        match self.roles[at] {
            Role::Nothing => 0.0,
            Role::Name => NAME,
            Role::Number => NUMBER,
            Role::Noun => NOUN,
            Role::Entity | Role::Word => {
                let all = self.supports.list.len();
                let held = self.meant[at].iter().map(|(id, _)| self.supports.holding(*id).len()).max().unwrap_or(0);
                if all >= 8 && held * 2 > all { COMMON } else { WORD }
            }
        }
    }

    /// The best support of some of its words.
    fn best(&self, part: Range<usize>, last: bool) -> Option<Verdict> {
        let figures = self.figures_in(&part, last);
        let mut total = NUMBER * count(figures.len());
        let mut scores: HashMap<u32, f32> = HashMap::new();
        let mut here: HashMap<u32, f32> = HashMap::new();
        for at in part.clone() {
            let weight = self.weight(at);
            total += weight;
            here.clear();
            for (id, fit) in &self.meant[at] {
                for support in self.supports.holding(*id).iter().take(COUNTED) {
                    let best = here.entry(*support).or_default();
                    *best = best.max(*fit * weight);
                }
            }
            for (support, score) in &here {
                *scores.entry(*support).or_default() += score;
            }
        }
        for found in &self.figures[figures.clone()] {
            for support in self.supports.with_figure(&found.figure).iter().take(COUNTED) {
                *scores.entry(*support).or_default() += NUMBER;
            }
        }
        if !figures.is_empty() && scores.is_empty() {
            // A date, or a number in words, and nothing else that is known.
            scores.extend((0..self.supports.list.len()).filter_map(|at| Some((u32::try_from(at).ok()?, 0.0))).take(16));
        }
        let mut ranked: Vec<(u32, f32)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let closely = ranked.into_iter().take(CLOSELY.max(figures.len().min(4) * 8));
        let verdicts = closely.map(|(support, _)| self.verdict(support, total, &part, &figures));
        verdicts.max_by(|a, b| a.is_less(b).then(b.source.cmp(&a.source)))
    }

    fn verdict(&self, support: u32, total: f32, part: &Range<usize>, figures: &Range<usize>) -> Verdict {
        let support = &self.supports.list[support as usize];
        let whole = self.supports.wholes.get(&support.source);
        let mut doubts = Vec::new();
        let mut lacking = Vec::new();
        let (mut matched, mut missing) = (Vec::new(), Vec::new());
        let mut score = 0.0;
        for at in figures.clone() {
            let found = &self.figures[at];
            let held = if at - figures.start < FIGURES {
                self.figure(at, support, part)
            } else {
                support.grounds.hold(&found.figure, self.supports.reading).then_some(()).ok_or(Doubt::Number)
            };
            match held {
                Ok(()) => {
                    score += NUMBER;
                    matched.push(found.range.clone());
                }
                Err(doubt) => {
                    doubts.push(doubt);
                    missing.push(found.range.clone());
                }
            }
        }
        for at in part.clone() {
            let word = &self.words[at];
            let fits = self.meant[at].iter().filter(|(id, _)| support.holds(*id)).map(|(_, fit)| *fit);
            let fit = fits.fold(0.0, f32::max);
            score += fit * self.weight(at);
            let held = fit > 0.0 || self.roles[at] == Role::Entity && whole.is_some_and(|whole| whole.has(word));
            match self.roles[at] {
                Role::Nothing | Role::Name => continue,
                Role::Number if !held => doubts.push(Doubt::Number),
                Role::Entity if !held => doubts.push(Doubt::Name),
                Role::Number | Role::Entity => matched.push(word.range.clone()),
                _ if !held => lacking.push(at),
                _ => {}
            }
            if !held {
                missing.push(word.range.clone());
            }
        }
        // Where more is missing the sentence is told in other words.
        if let [at] = lacking[..]
            && self.is_swapped(at, part.end, support)
        {
            doubts.push(Doubt::Swapped);
        }
        let other = self.other_product(whole);
        for (name, at) in self.named.iter().filter(|(_, at)| part.start <= at.start && at.end <= part.end) {
            let range = self.words[at.start].range.start..self.words[at.end - 1].range.end;
            if other == Some(*name) {
                missing.push(range);
            } else if whole.is_some_and(|whole| whole.names.contains(name)) {
                matched.push(range);
            }
        }
        doubts.extend(other.map(|_| Doubt::Product));
        if matches!((self.direction, support.direction), (Some(ours), Some(theirs)) if ours != theirs) {
            doubts.push(Doubt::Direction);
        }
        if self.differs_in_denying(part, support) {
            doubts.push(Doubt::Negation);
        }
        let doubt = doubts.into_iter().min_by(|a, b| most(*a).total_cmp(&most(*b))).unwrap_or(Doubt::Words);
        let share = if total > 0.0 { (score / total).clamp(0.0, 1.0) } else { 0.0 };
        let share = share.powf(STRICTNESS);
        Verdict {
            source: support.source,
            passage: support.range.clone(),
            confidence: share.min(most(doubt)),
            share,
            weight: total,
            doubt,
            matched,
            missing,
        }
    }

    /// Whether one denies what the other says. What a negation is about must be in both: "without tools" denies nothing of a
    /// sentence that has no tools. Of a source the clause counts that has most of the sentence.
    fn differs_in_denying(&self, part: &Range<usize>, support: &Support<'_>) -> bool {
        let without = self.supports.lists.language.without;
        let held = |at: usize| self.meant[at].iter().any(|(id, _)| support.holds(*id));
        let theirs = |clause: &Clause| {
            let words = &support.words[clause.words.clone()];
            denies(words, without, |at| self.has(&words[at]))
        };
        if self.words[part.clone()].iter().any(|word| word.negates) {
            let ours = clauses(self.text, &self.words[part.clone()], &self.supports.lists);
            let ours = ours.into_iter().map(|clause| part.start + clause.start..part.start + clause.end);
            let ours = ours.map(|clause| denies(&self.words[clause.clone()], without, |at| held(clause.start + at)));
            let ours = ours.fold(Denial::default(), Denial::and);
            let denied = ours.not || ours.without;
            // What the source denies elsewhere is near enough: "needs no restart", "never restarts".
            let any = support.clauses.iter().any(|clause| clause.negated);
            let theirs = support.clauses.iter().take(64).map(theirs).fold(Denial::default(), Denial::and);
            return denied && (!any || (theirs.not || theirs.without) && ours.differs(theirs));
        }
        if !support.single || !support.clauses.iter().any(|clause| clause.negated) {
            return false;
        }
        let shared = |ids: &HashSet<u32>| {
            part.clone().filter(|at| self.meant[*at].iter().any(|(id, _)| ids.contains(id))).count()
        };
        let most = support.clauses.iter().take(64).max_by_key(|clause| (shared(&clause.ids), clause.negated));
        most.is_some_and(|clause| Denial::default().differs(theirs(clause)))
    }

    /// Whether a word of a source is meant by one of the sentence.
    pub(super) fn has(&self, word: &Word) -> bool {
        self.supports.id(&word.stem).is_some_and(|id| self.all_meant.contains(&id))
    }

    /// A product that the sentence names and the source does not, where the source names another one.
    fn other_product(&self, whole: Option<&Whole>) -> Option<usize> {
        let theirs = whole.map(|whole| &whole.names).filter(|names| !names.is_empty())?;
        let names = &self.supports.names;
        let within = |a: usize, b: usize| names[a].iter().all(|word| names[b].contains(word));
        let known = |ours: usize| theirs.iter().any(|their| within(ours, *their) || within(*their, ours));
        self.names.iter().copied().find(|ours| !known(*ours))
    }
}

/// The clauses' verdicts as one: as sure as the weakest, of the source that bears most out.
fn joined(clauses: Vec<Verdict>) -> Option<Verdict> {
    let weakest = clauses.iter().min_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
    let (confidence, doubt) = (weakest.confidence * SEVERAL, weakest.doubt);
    let most = clauses.iter().max_by(|a, b| (a.weight * a.confidence).total_cmp(&(b.weight * b.confidence)))?;
    let (source, passage) = (most.source, most.passage.clone());
    let weight = clauses.iter().map(|one| one.weight).sum();
    let share = clauses.iter().map(|one| one.share).fold(1.0, f32::min) * SEVERAL;
    let matched = clauses.iter().flat_map(|one| one.matched.clone()).collect();
    let missing = clauses.into_iter().flat_map(|one| one.missing).collect();
    Some(Verdict { source, passage, confidence, share, weight, doubt, matched, missing })
}

fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
