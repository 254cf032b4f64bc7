//! The outline of a text, as a model is told it that reads no instructions: control tokens for its slots, paragraphs and
//! pieces, with the references where they will stand. The starter model is trained on outlines of every template's texts.

use countersign_render::Shape;

use crate::skeleton::{Element, PiecePlan, Skeleton};

/// Lengths in characters that an outline names.
const SIZES: [usize; 21] = [8, 12, 16, 20, 24, 28, 32, 36, 42, 50, 58, 68, 80, 95, 110, 130, 150, 175, 205, 240, 280];
/// Slots go by letters: their names are a template's own.
const LETTERS: &str = "abcdefghijkl";

/// The most slots of one text.
pub(crate) const MOST_SLOTS: usize = LETTERS.len();

/// What the slot at this place is called.
pub(crate) fn letter(at: usize) -> &'static str {
    &LETTERS[at % MOST_SLOTS..=at % MOST_SLOTS]
}

/// The sizes around `chars`: the greatest that is not above, and the next one.
pub(crate) fn around(chars: usize) -> (usize, usize) {
    let at = SIZES.iter().rposition(|&size| size <= chars).unwrap_or(0).min(SIZES.len() - 2);
    (SIZES[at], SIZES[at + 1])
}

/// The greatest size that is at most so long; the smallest for what is shorter than all.
fn most(chars: usize) -> usize {
    SIZES.iter().copied().rev().find(|&size| size <= chars).unwrap_or(SIZES[0])
}

/// The smallest size that is at least so long; the greatest for what is longer than all.
fn least(chars: usize) -> usize {
    SIZES.iter().copied().find(|&size| size >= chars).unwrap_or(SIZES[SIZES.len() - 1])
}

/// How long a piece should be: at least what it may be no shorter than, where that says something, and at most what fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    pub least: Option<usize>,
    pub most: usize,
}

impl Length {
    pub fn of(piece: &PiecePlan) -> Self {
        if let Some((least, most)) = piece.asked {
            return Self { least: Some(least), most };
        }
        let most = most(piece.max_chars);
        // A wide range leaves the length to the model.
        let is_narrow = piece.shape == Shape::Sentences && piece.min_chars * 2 > piece.max_chars;
        Self { least: is_narrow.then(|| least(piece.min_chars).min(most)), most }
    }
}

/// The outline of the slots of a run.
pub(crate) fn outline(run: &Skeleton) -> String {
    let mut out = String::new();
    for (at, slot) in run.slots.iter().enumerate() {
        out.push_str(&format!("<|slot:{}|>", letter(at)));
        for (p, paragraph) in slot.paragraphs.iter().enumerate() {
            if p > 0 {
                out.push_str("<|paragraph|>");
            }
            for element in paragraph {
                match element {
                    Element::Piece(piece) => out.push_str(&asked(piece)),
                    Element::Reference(name) => out.push_str(&format!("{{{{{name}}}}}")),
                    Element::Bullets(names) => {
                        names.iter().for_each(|name| out.push_str(&format!("<|bullet|>{{{{{name}}}}}")))
                    }
                }
            }
        }
    }
    out
}

fn asked(piece: &PiecePlan) -> String {
    let length = Length::of(piece);
    let least = length.least.map(|least| format!("<|least:{least}|>")).unwrap_or_default();
    let product = if piece.names_product { "<|product|>" } else { "" };
    let partner = if piece.names_partner { "<|partner|>" } else { "" };
    format!("<|piece:{}|>{least}<|most:{}|>{product}{partner}", piece.like, length.most)
}

/// So many characters of a text's other slots are shown to a model that fills one.
const MOST_SAID: usize = 360;

/// The beginning of what is said, in whole words.
pub(crate) fn clipped(said: &str) -> &str {
    match said.char_indices().nth(MOST_SAID) {
        None => said,
        Some((end, _)) => said[..end].rsplit_once(' ').map_or(&said[..end], |(kept, _)| kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::SlotPlan;
    use countersign_render::Templates;

    fn piece(name: &str, min_chars: usize, max_chars: usize) -> PiecePlan {
        let templates = Templates::embedded().unwrap();
        let slots = &templates.get("email").unwrap().slots;
        let pieces = slots.iter().flat_map(|slot| &slot.draft).flat_map(|paragraph| &paragraph.parts);
        let found = pieces
            .filter_map(|part| if let countersign_render::Part::Piece(piece) = part { Some(piece) } else { None })
            .find(|piece| piece.name == name)
            .unwrap();
        let mut plan = PiecePlan::new(found.clone());
        (plan.piece.min_chars, plan.piece.max_chars) = (min_chars, max_chars);
        plan
    }

    #[test]
    fn an_outline_names_slots_pieces_lengths_and_references_in_their_order() {
        let opening = PiecePlan { names_product: true, ..piece("opening", 50, 260) };
        let run = Skeleton {
            slots: vec![
                SlotPlan { paragraphs: vec![vec![Element::Piece(piece("subject", 12, 50))]], ..SlotPlan::default() },
                SlotPlan {
                    paragraphs: vec![
                        vec![Element::Piece(opening), Element::Reference("message.1".into())],
                        vec![Element::Piece(piece("closing", 130, 149)), Element::Bullets(vec!["claim.2".into()])],
                    ],
                    ..SlotPlan::default()
                },
            ],
            left_out: Vec::new(),
        };
        assert_eq!(
            outline(&run),
            "<|slot:a|><|piece:subject|><|most:50|><|slot:b|><|piece:opening|><|most:240|><|product|>{{message.1}}\
             <|paragraph|><|piece:closing|><|least:130|><|most:130|><|bullet|>{{claim.2}}"
        );
    }

    #[test]
    fn what_is_said_is_shown_in_whole_words() {
        assert_eq!(clipped("short"), "short");
        let long = "é word ".repeat(100);
        let shown = clipped(&long);
        assert!(shown.chars().count() <= 360 && (shown.ends_with("word") || shown.ends_with('é')), "{shown}");
    }
}
