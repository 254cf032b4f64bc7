//! Which sentences state facts, and which source bears each out.
//!
//! No model is asked, and nothing is guessed that a reader could not follow: a sentence is compared with each source that
//! holds in the market at the date, by its numbers (read in the locale, with their units), its names, and the words that
//! carry meaning, cut to light stems (`words.rs`), with a short list of words that mean nearly the same (`language/`).
//! The confidence, 0 to 1, is the weighted share of the sentence that the source has. It is capped low where
//!
//! - a number, or its unit, is not in the source, or stands there with something else (at most 0.25);
//! - the source speaks of another product (0.3), or a name is not in it (0.35);
//! - one grows and the other shrinks (0.3), one denies and the other does not (0.4);
//! - the source says "up to" and the sentence does not, or the sentence says "more than" and the source does not (0.45);
//! - where the source has one word the sentence has another: "in Norway", "in Sweden" (0.45).
//!
//! A sentence of several clauses may rest on several sources, one a clause: then it is as sure as its weakest clause.
//!
//! Which sentences are looked at, `factual.rs` says. What it cannot know: a single verb that was swapped for another in an
//! otherwise equal sentence looks much like a paraphrase; numbers in words are read to twelve; a source in another
//! language than the text bears nothing out. Of the 32 pairs of
//! `fresh.yaml`, when it had not seen them, it took 22 for supported, of which 15 were; the others were swapped verbs and
//! negations of negations. So a low confidence asks for a look, and a high one spares none.
//!
//! Time grows with the length of the text and that of the sources, never with both: longer sentences than people write
//! are looked at in pieces, and of sources that are longer than any asset's the first few thousand sentences count.
//!
//! Start reading at [`ground`], which reads an asset, and [`Ground`], which reads one slot after the other.

mod factual;
mod figures;
mod language;
mod roles;
mod score;
mod support;
mod swapped;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Segment, SlotText};
use countersign_domain::place::{Locale, Market};

use self::factual::{Look, factual};
use self::score::{Judged, Statement};
use self::support::Supports;
use crate::numbers::{Class, Figure, scan};
use crate::sentences::sentences;
use crate::subject::{Source, Subject};

/// From here a sentence counts as supported, unless the caller asks for more or less.
pub const ENOUGH: f32 = 0.5;

/// A sentence that states a fact.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Grounded {
    pub slot: String,
    /// In bytes of the slot's text, without the white space around it.
    pub span: Range<usize>,
    pub sentence: String,
    pub verdict: Verdict,
    /// The source that bears it out best among those that hold; `None` where there is nothing alike.
    pub support: Option<Support>,
    /// A source that would bear it out and may not: told only where no other does.
    pub lapsed: Option<Lapsed>,
}

impl Grounded {
    /// 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.support.as_ref().map_or(0.0, |support| support.confidence)
    }
}

impl Grounded {
    /// Whether it would be borne out but for what speaks against it: it differs from a source that says nearly the same,
    /// or that source may not be said. What is unsupported otherwise may be an aside that needs none.
    #[must_use]
    pub fn is_contradicted(&self) -> bool {
        let near = self.support.as_ref().is_some_and(|support| support.nearness >= ENOUGH);
        matches!(self.verdict, Verdict::Unsupported(_)) && (near || self.lapsed.is_some())
    }
}

/// What comes of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// An exact wording that a reference brought, of a source that holds; what is around it says nothing of its own.
    Bound,
    /// A source bears it out, as sure as [`ENOUGH`].
    Supported,
    /// None does, and what speaks most against the best.
    Unsupported(Doubt),
}

/// Why a source does not bear a sentence out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// There is no source that speaks of it.
    NoSource,
    /// Too little of what the sentence says is there.
    Words,
    /// A number or its unit is not there, or stands there with something else.
    Number,
    /// A name is not there.
    Name,
    /// It speaks of another product.
    Product,
    /// One grows, the other shrinks.
    Direction,
    /// One denies what the other says.
    Negation,
    /// The source says "up to", or the sentence "more than".
    Overstated,
    /// Where the source has one word, the sentence has another.
    Swapped,
    /// Only a source that holds no longer, or not in this market, bears it out.
    Lapsed,
}

impl Doubt {
    /// As programs name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSource => "no_source",
            Self::Words => "words",
            Self::Number => "number",
            Self::Name => "name",
            Self::Product => "product",
            Self::Direction => "direction",
            Self::Negation => "negation",
            Self::Overstated => "overstated",
            Self::Swapped => "swapped",
            Self::Lapsed => "lapsed",
        }
    }
}

/// A source and how far it bears a sentence out.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Support {
    /// As bound references name it; empty for what has no name.
    pub id: String,
    /// The sentence, or a few in a row, of the source.
    pub passage: String,
    /// 0 to 1.
    pub confidence: f32,
    /// How much of the sentence is there, whatever speaks against it, 0 to 1: at least the confidence.
    pub nearness: f32,
    /// Numbers and names of the sentence that the source has, as the sentence writes them.
    pub matched: Vec<String>,
    /// Numbers, names and words of the sentence that the source lacks.
    pub missing: Vec<String>,
}

/// A source that may not be said here and now.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lapsed {
    pub id: String,
    /// The sentence, or a few in a row, of the source.
    pub passage: String,
    pub why: Lapse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// Its evidence ended then.
    Expired(Timestamp),
    /// It may not be said in the market.
    OtherMarket,
}

/// A reference of a slot: where its text stands, and the source that it is bound to; `None` of a partner's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    pub range: Range<usize>,
    pub source: Option<&'a str>,
}

/// A slot's text with its references, as [`Ground::read`] wants them.
#[must_use]
pub fn written(slot: &SlotText) -> (String, Vec<Reference<'_>>) {
    let mut text = String::new();
    let mut references = Vec::new();
    for segment in &slot.segments {
        let start = text.len();
        let source = match segment {
            Segment::Text { text: free } => {
                text.push_str(free);
                continue;
            }
            Segment::Bound(bound) => {
                text.push_str(&bound.text);
                Some(bound.source.as_str())
            }
            Segment::Partner { partner } => {
                text.push_str(partner.placeholder());
                None
            }
        };
        references.push(Reference { range: start..text.len(), source });
    }
    (text, references)
}

/// The factual sentences of an asset, slot by slot, each with the source that bears it out best.
#[must_use]
pub fn ground(subject: &Subject<'_>) -> Vec<Grounded> {
    let bound = subject.content.bound().map(|bound| (bound.source.as_str(), bound.text.as_str()));
    let sources = with_bound(subject.sources, bound);
    let names: Vec<&str> = subject.brand_terms.spellings.iter().map(String::as_str).collect();
    let place = &subject.place;
    let ground = Ground::new(&sources, &names, place.locale, place.market, place.date);
    let slots = subject.content.slots.iter();
    slots
        .flat_map(|(name, slot)| {
            let (text, references) = written(slot);
            ground.read(name, &text, &references)
        })
        .collect()
}

/// The sources, and what references brought of sources that are not listed: that stands as the job gave it.
pub(crate) fn with_bound<'a>(
    sources: &[Source<'a>],
    bound: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<Source<'a>> {
    let mut all = sources.to_vec();
    let mut known: std::collections::HashSet<&str> = sources.iter().map(|source| source.id).collect();
    for (id, text) in bound {
        if known.insert(id) {
            all.push(Source { id, ..Source::of_brief(text) });
        }
    }
    all
}

/// Sources, read once for many texts.
#[derive(Debug)]
pub struct Ground<'a> {
    sources: Vec<Source<'a>>,
    supports: Supports<'a>,
    /// The sources that do not hold; nothing where there are none.
    lapsed: Option<Supports<'a>>,
    market: Option<Market>,
    date: Timestamp,
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Ground<'a> {
    /// `names` are those of products and of the brand. A source of the kind `Brief` that is a name and nothing else is
    /// taken for one as well.
    #[must_use]
    pub fn new(
        sources: &[Source<'a>],
        names: &[&str],
        locale: Option<&Locale>,
        market: Option<Market>,
        date: Timestamp,
    ) -> Self {
        let mut by_id: HashMap<&'a str, usize> = HashMap::new();
        for (at, source) in sources.iter().enumerate().filter(|(_, source)| !source.id.is_empty()) {
            let known = by_id.entry(source.id).or_insert(at);
            if source.holds(market, date) && !sources[*known].holds(market, date) {
                *known = at;
            }
        }
        let (holding, lapsed): (Vec<_>, Vec<_>) =
            sources.iter().enumerate().partition(|(_, source)| source.holds(market, date));
        let lapsed = (!lapsed.is_empty()).then(|| Supports::new(lapsed, names, locale));
        let supports = Supports::new(holding, names, locale);
        Self { sources: sources.to_vec(), supports, lapsed, market, date, by_id }
    }

    /// The factual sentences of a slot's text, in order. `references` are in order and do not overlap.
    #[must_use]
    pub fn read(&self, slot: &str, text: &str, references: &[Reference<'_>]) -> Vec<Grounded> {
        let parts = sentences(text).into_iter().flat_map(|range| pieces(text, range));
        parts.filter_map(|range| self.sentence(slot, text, range, references)).collect()
    }

    fn sentence(&self, slot: &str, text: &str, range: Range<usize>, references: &[Reference<'_>]) -> Option<Grounded> {
        let from = references.partition_point(|reference| reference.range.end <= range.start);
        let len = references[from..].partition_point(|reference| reference.range.start < range.end);
        let inside = &references[from..from + len];
        let statement = statement(&self.supports, text, &range, inside);
        let grounded = |verdict, support, lapsed| Grounded {
            slot: slot.to_owned(),
            span: range.clone(),
            sentence: text[range.clone()].to_owned(),
            verdict,
            support,
            lapsed,
        };
        if let Some(id) = inside.iter().filter_map(|reference| reference.source).find(|source| states(source))
            && statement.says_nothing()
        {
            return Some(match self.by_id.get(id).map(|at| (*at, self.sources[*at])) {
                Some((at, source)) if !source.holds(self.market, self.date) => {
                    grounded(Verdict::Unsupported(Doubt::Lapsed), None, Some(self.lapsed(at, 0..MAX_SENTENCE)))
                }
                known => {
                    let passage = known.map(|(at, _)| self.passage(at, 0..MAX_SENTENCE)).unwrap_or_default();
                    let (matched, missing) = (Vec::new(), Vec::new());
                    let support =
                        Support { id: id.to_owned(), passage, confidence: 1.0, nearness: 1.0, matched, missing };
                    grounded(Verdict::Bound, Some(support), None)
                }
            });
        }
        let share = |figure: &Figure| matches!(figure, Figure::Number(number) if matches!(number.class, Class::Percent | Class::Currency(_)));
        let look = Look {
            text: &text[range.clone()],
            words: &statement.words,
            has_number: statement.has_number(),
            has_share: statement.figures.iter().any(|found| share(&found.figure)),
            has_name: statement.has_name(),
        };
        if !factual(&look, self.supports.lists.language) {
            return None;
        }
        let best = statement.judge();
        if let Some(best) = best.as_ref().filter(|best| best.confidence >= ENOUGH) {
            return Some(grounded(Verdict::Supported, Some(self.support(best)), None));
        }
        let support = best.as_ref().map(|best| self.support(best));
        let lapsed = self.lapsed.as_ref().and_then(|lapsed| {
            let best = self::statement(lapsed, text, &range, inside).judge()?;
            (best.confidence >= ENOUGH).then(|| self.lapsed(best.source, best.passage.clone()))
        });
        let doubt = match (&lapsed, &best) {
            (Some(_), _) => Doubt::Lapsed,
            (None, Some(best)) => best.doubt,
            (None, None) => Doubt::NoSource,
        };
        Some(grounded(Verdict::Unsupported(doubt), support, lapsed))
    }

    fn support(&self, judged: &Judged) -> Support {
        Support {
            id: self.sources[judged.source].id.to_owned(),
            passage: self.passage(judged.source, judged.passage.clone()),
            confidence: judged.confidence,
            nearness: judged.nearness,
            matched: judged.matched.clone(),
            missing: judged.missing.clone(),
        }
    }

    /// Why a source that does not hold does not.
    fn lapsed(&self, at: usize, passage: Range<usize>) -> Lapsed {
        let source = self.sources[at];
        let why = match source.until {
            Some(until) if self.date >= until => Lapse::Expired(until),
            _ => Lapse::OtherMarket,
        };
        Lapsed { id: source.id.to_owned(), passage: self.passage(at, passage), why }
    }

    fn passage(&self, at: usize, range: Range<usize>) -> String {
        let text = self.sources[at].text;
        text[text.floor_char_boundary(range.start)..text.floor_char_boundary(range.end)].to_owned()
    }
}

/// A sentence without what its references brought.
fn statement<'s, 'a>(
    supports: &'s Supports<'a>,
    text: &'s str,
    range: &Range<usize>,
    inside: &[Reference<'_>],
) -> Statement<'s, 'a> {
    let in_reference = |part: &Range<usize>| {
        let at = inside.partition_point(|reference| reference.range.end <= part.start);
        inside.get(at).is_some_and(|reference| reference.range.start < part.end)
    };
    let words = supports.lists.words(text, range);
    let (bound, words): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| in_reference(&word.range));
    let mut figures = scan(&text[range.clone()], supports.reading);
    for found in &mut figures {
        found.range = found.range.start + range.start..found.range.end + range.start;
    }
    // `3. Plug it in.`
    let counts = |found: &crate::numbers::Found| {
        let behind = &text[found.range.end..range.end];
        let item = found.range.start == range.start && found.range.len() <= 2;
        item && behind.starts_with(['.', ')']) && behind[1..].starts_with(char::is_whitespace)
    };
    figures.retain(|found| !in_reference(&found.range) && !counts(found));
    Statement::new(supports, text, words, figures, &bound)
}

/// Whether what is bound to that source is a statement, and no name.
fn states(source: &str) -> bool {
    ["claim:", "passage:", "message:"].iter().any(|kind| source.starts_with(kind))
}

/// Bytes of one sentence: what is longer is none, and is looked at in pieces.
const MAX_SENTENCE: usize = 2000;

/// The range in pieces that are not too long, parted at white space where there is some.
fn pieces(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    while range.end - start > MAX_SENTENCE {
        let end = text.floor_char_boundary(start + MAX_SENTENCE);
        let space = text[start..end].rfind(char::is_whitespace).filter(|at| *at > 0);
        let end = space.map_or(end, |at| start + at);
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..range.end);
    pieces.into_iter().filter(|piece| !text[piece.clone()].trim().is_empty()).collect()
}

#[cfg(test)]
mod tests;
