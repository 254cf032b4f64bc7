//! Room in a slot: how many references fit its limit, and how long what the model writes around them may then be.
//!
//! Counted for the longest values that names can take, so that a slot holds its limit by construction.

use countersign_domain::content::PartnerField;
use countersign_render::{Part, Piece, Shape, Slot, Unit};

use crate::outline;
use crate::skeleton::{Element, PiecePlan};
use crate::sources::{Source, Sources};

/// Between two elements: a space, or a blank line.
pub(crate) const GAP: usize = 2;

/// With the space after it; words of German advertising have about six letters.
const CHARS_OF_A_WORD: usize = 8;

/// `{{product.name}}`, as it is written.
const PRODUCT_WRITTEN: usize = "{{product.name}}".len();

/// How much longer than their placeholders names can become.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    product: usize,
    partner: usize,
}

impl Names {
    fn of(slot: &Slot, sources: &Sources) -> Self {
        // A channel that weighs characters may weigh each of a name's twice.
        let weight = if matches!(slot.limit.unit, Unit::Weighted | Unit::DoubleWidth | Unit::Utf16) { 2 } else { 1 };
        let partner = PartnerField::DisplayName;
        Self {
            product: wide(&sources.product.text).saturating_sub(PRODUCT_WRITTEN),
            partner: (partner.max_graphemes() * weight).saturating_sub(partner.placeholder().len()),
        }
    }

    /// How long a piece of `chars` written characters can become.
    fn longest(self, piece: &Piece, chars: usize) -> usize {
        let product = if piece.product { self.product } else { 0 };
        let partner = if piece.partner { self.partner } else { 0 };
        chars + product.max(partner) * most_names(piece)
    }
}

/// How often names may stand in a piece.
pub(crate) const fn most_names(piece: &Piece) -> usize {
    match piece.shape {
        Shape::Sentences => 2,
        Shape::Line | Shape::Lead | Shape::Label => 1,
    }
}

/// What is left of a slot's limit for references, once its free pieces have room to say something.
pub(crate) struct Room {
    left: usize,
    /// What the pieces may have in all, when every reference is placed.
    pieces: usize,
    names: Names,
    /// What is left of a length in words, where that is the slot's.
    words: Option<Words>,
}

/// A text that is spoken lasts as long as it is meant to: what the pieces say fills what references leave.
#[derive(Clone, Copy, Debug)]
struct Words {
    /// For the pieces.
    left: usize,
    /// Characters of a word with what follows it, in copy of this language, times ten.
    tenths: usize,
}

impl Words {
    fn of(slot: &Slot, language: &str) -> Option<Self> {
        let tenths = TENTHS_OF_A_WORD.iter().find(|(known, _)| *known == language).map_or(60, |(_, tenths)| *tenths);
        let left = usize::midpoint(slot.limit.min, slot.limit.max);
        (slot.limit.unit == Unit::Words).then_some(Self { left, tenths })
    }

    /// Tells each piece its part: between the sizes around it. The slot's own limit holds their sum.
    fn share(self, pieces: &mut [&mut PiecePlan]) {
        let chars = self.left * self.tenths / 10;
        let whole: usize = pieces.iter().map(|piece| comfortable(piece)).sum::<usize>().max(1);
        for plan in pieces {
            let part = chars * comfortable(plan) / whole;
            plan.asked = Some(outline::around(part.clamp(plan.min_chars, plan.max_chars)));
        }
    }
}

/// Estimates: the spoken frames of the starter's corpus have 52, 60, 58, 56 and 58.
const TENTHS_OF_A_WORD: [(&str, usize); 5] = [("en", 55), ("de", 65), ("fr", 58), ("es", 58), ("it", 60)];

impl Room {
    pub fn of(slot: &Slot, sources: &Sources, language: &str) -> Self {
        let comfortable = slot
            .draft
            .iter()
            .flat_map(|paragraph| &paragraph.parts)
            .map(|part| if let Part::Piece(piece) = part { comfortable(piece) + GAP } else { 0 })
            .sum();
        // A length in words is bound while writing; here it is what such words take at most.
        let max = match slot.limit.unit {
            Unit::Words => slot.limit.max * CHARS_OF_A_WORD,
            _ => slot.limit.max,
        };
        Self {
            left: max.saturating_sub(comfortable),
            pieces: max,
            names: Names::of(slot, sources),
            words: Words::of(slot, language),
        }
    }

    pub fn fits(&self, source: &Source) -> bool {
        cost(source) <= self.left
    }

    pub fn take(&mut self, source: &Source) -> bool {
        let fits = self.fits(source);
        if fits {
            self.left -= cost(source);
            self.pieces = self.pieces.saturating_sub(cost(source));
            if let Some(words) = &mut self.words {
                words.left = words.left.saturating_sub(source.bound.text.split_whitespace().count());
            }
        }
        fits
    }

    /// Bounds the pieces so that the slot holds its limit even when each is as long as it may be. A name that is too
    /// long for that is not offered.
    pub fn share(&self, paragraphs: &mut [Vec<Element>]) {
        let mut pieces: Vec<&mut PiecePlan> = paragraphs
            .iter_mut()
            .flatten()
            .filter_map(|element| if let Element::Piece(piece) = element { Some(piece) } else { None })
            .collect();
        if let Some(words) = self.words {
            return words.share(&mut pieces);
        }
        let gaps = pieces.len().saturating_sub(1) * GAP;
        let room = self.pieces.saturating_sub(gaps);
        let names = self.names;
        let least = |pieces: &[&mut PiecePlan]| pieces.iter().map(|p| names.longest(p, comfortable(p))).sum::<usize>();
        if least(&pieces) > room && names.partner > 0 {
            pieces.iter_mut().for_each(|plan| plan.piece.partner = false);
        }
        if least(&pieces) > room && names.product > 0 {
            pieces.iter_mut().for_each(|plan| plan.piece.product = false);
        }
        let wanted: usize = pieces.iter().map(|piece| names.longest(piece, piece.max_chars)).sum();
        if wanted <= room {
            return;
        }
        // What each may have above its comfortable length is cut in proportion.
        let least = least(&pieces);
        let (above, spare) = (wanted.saturating_sub(least).max(1), room.saturating_sub(least));
        for plan in &mut pieces {
            let least = comfortable(plan);
            plan.piece.max_chars = least + (plan.max_chars - least) * spare / above;
        }
    }
}

fn cost(source: &Source) -> usize {
    wide(&source.bound.text) + 2 * GAP
}

/// Half way between the shortest and the longest that a piece may be.
fn comfortable(piece: &Piece) -> usize {
    usize::midpoint(piece.min_chars, piece.max_chars)
}

/// Wide characters count double, as the strictest channel counts; the rules count again.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 }).sum()
}
