//! Where a draft names its product and its partner. Code decides it, so that every text names its product, a kit does not name
//! it at the same place everywhere, and none names it in each line.

use countersign_domain::digest::Digest;

use crate::plan::seed_of;
use crate::skeleton::{Element, PiecePlan, Skeleton};

/// Short pieces that speak of the reader; a name in them would cost the thought.
const NAMELESS: [&str; 9] = [
    "short_headline",
    "question",
    "for_whom",
    "screen",
    "cta_talk",
    "cta_register",
    "video_hook",
    "video_problem",
    "cta",
];
/// Pieces that are there for the name.
const ALWAYS: &str = "product_line";
/// Pieces in which the partner speaks.
const OF_PARTNER: [&str; 12] = [
    "opening",
    "intro",
    "meaning",
    "closing",
    "offer",
    "li_closing",
    "x_closing",
    "meta_closing",
    "wb_invite",
    "wb_register",
    "wb_remind",
    "wb_sum_up",
];
/// Texts of more pieces that may name the product name it twice.
const FEW: usize = 3;

/// Marks the pieces that shall name the product (one of a short text, two of a long one) and the partner (in every other
/// text). Where `strictly`, no other piece may. A `product` whose name reads as markup is named nowhere: a rule would hold up
/// each text that names it.
pub(crate) fn name(run: &mut Skeleton, product: &str, seed: u64, strictly: bool) {
    let draws = Draws(seed);
    let mut pieces: Vec<&mut PiecePlan> = run
        .slots
        .iter_mut()
        .flat_map(|slot| slot.paragraphs.iter_mut().flatten())
        .filter_map(|element| if let Element::Piece(piece) = element { Some(piece) } else { None })
        .collect();
    if product.contains(['{', '}']) {
        pieces.iter_mut().for_each(|piece| piece.piece.product = false);
    }
    let may: Vec<usize> =
        (0..pieces.len()).filter(|&at| pieces[at].product && !NAMELESS.contains(&pieces[at].like.as_str())).collect();
    let mut named: Vec<usize> = may.iter().copied().filter(|&at| pieces[at].like == ALWAYS).collect();
    if named.is_empty() && !may.is_empty() {
        // The second stands in the second half, so that the two are not neighbours.
        let (first, second) = if may.len() > FEW { may.split_at(may.len() / 2) } else { (&may[..], &[][..]) };
        named.extend([first, second].into_iter().enumerate().filter_map(|(n, half)| draws.one(n, half)));
    }
    let of_partner: Vec<usize> = (0..pieces.len())
        .filter(|&at| pieces[at].partner && OF_PARTNER.contains(&pieces[at].like.as_str()))
        .filter(|at| !named.contains(at))
        .collect();
    let partner = if draws.number(2).is_multiple_of(2) { draws.one(3, &of_partner) } else { None };
    for (at, piece) in pieces.iter_mut().enumerate() {
        piece.names_product = named.contains(&at);
        piece.names_partner = partner == Some(at);
        // A piece that must hold one name holds no other: the grammar has a form for that.
        piece.piece.product = if strictly { piece.names_product } else { piece.product && !piece.names_partner };
        piece.piece.partner = if strictly { piece.names_partner } else { piece.partner && !piece.names_product };
    }
}

/// Numbers that depend on a seed and on what they are for.
struct Draws(u64);

impl Draws {
    fn number(&self, purpose: usize) -> usize {
        let digest = Digest::of_json(&("naming", self.0, purpose));
        usize::try_from(seed_of(&digest, self.0)).unwrap_or_default()
    }

    fn one(&self, purpose: usize, of: &[usize]) -> Option<usize> {
        of.get(self.number(purpose) % of.len().max(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::lay_out;
    use crate::sources::Sources;
    use countersign_domain::content::Bound;
    use countersign_render::Templates;

    #[test]
    fn every_text_that_may_names_its_product_and_never_everywhere() {
        let sources = Sources {
            product: Bound { reference: "product.name".into(), source: "product:f".into(), text: "Fjord".into() },
            messages: Vec::new(),
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        };
        let mut places = std::collections::BTreeSet::new();
        for template in Templates::embedded().unwrap().iter() {
            let texts: Vec<Option<&str>> = if template.texts.is_empty() {
                vec![None]
            } else {
                template.texts.iter().map(|text| Some(text.name.as_str())).collect()
            };
            for text in texts {
                for seed in 0..20 {
                    let mut run = lay_out(template, text, &sources, "en", 1);
                    name(&mut run, "Fjord", seed, true);
                    let pieces: Vec<&PiecePlan> = run
                        .slots
                        .iter()
                        .flat_map(|slot| slot.paragraphs.iter().flatten())
                        .filter_map(|element| if let Element::Piece(piece) = element { Some(piece) } else { None })
                        .collect();
                    let named: Vec<&str> =
                        pieces.iter().filter(|p| p.names_product).map(|p| p.piece.name.as_str()).collect();
                    assert!(named.len() <= 2, "{} {text:?}: {named:?}", template.name);
                    if ["email", "linkedin_post", "x_post", "landing_page"].contains(&template.name.as_str()) {
                        assert!(!named.is_empty(), "{} {text:?} {seed}", template.name);
                    }
                    assert!(pieces.iter().all(|p| p.product == p.names_product && p.partner == p.names_partner));
                    assert!(pieces.iter().filter(|p| p.names_partner).count() <= 1);
                    places.extend(named.into_iter().map(str::to_owned));
                }
            }
        }
        assert!(places.len() > 8, "{places:?}");
        let templates = Templates::embedded().unwrap();
        let mut run = lay_out(templates.get("email").unwrap(), None, &sources, "en", 1);
        name(&mut run, "Fjord {{7*7}}", 1, true);
        let named = run.slots.iter().flat_map(|slot| slot.paragraphs.iter().flatten());
        assert!(!named.into_iter().any(|element| matches!(element, Element::Piece(piece) if piece.product)));
    }
}
