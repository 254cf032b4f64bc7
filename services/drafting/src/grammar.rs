//! The grammar of one draft, in llguidance's Lark: a JSON object whose slots are one terminal each.
//!
//! Free text is words and punctuation. In strict mode it cannot hold a digit, a link (no full stop inside a sentence, no
//! slash, no at sign), a quotation mark, a brace or markup, so figures, prices, dates and addresses come from references
//! alone. The references of the job stand where the skeleton has put them; `{{product.name}}` and, where a piece allows
//! it, `{{partner.display_name}}` may stand for a word.

use std::fmt::Write as _;

use countersign_render::Shape;

use crate::room::most_names;
use crate::skeleton::{Element, PiecePlan, Skeleton};

/// The Lark source. `figures` are what free text may hold of digits, as it may hold words; none in strict mode. Equal skeletons
/// give equal grammars, so that they can be compiled once.
#[must_use]
pub fn lark(skeleton: &Skeleton, figures: &[String]) -> String {
    let mut start = String::from("start: ");
    let mut terminals = String::new();
    let mut pieces = Pieces { figures: !figures.is_empty(), ..Pieces::default() };
    for (i, slot) in skeleton.slots.iter().enumerate() {
        let open = if i == 0 { "{" } else { "," };
        let _ = write!(start, "{} SLOT{i} ", literal(&format!("{open}\"{}\":\"", slot.key)));
        let _ = write!(start, "{} ", literal("\""));
        let _ = writeln!(terminals, "SLOT{i}: {}", slot_body(&slot.paragraphs, &mut pieces));
    }
    start.push_str(&literal("}"));
    let written: Vec<String> = figures.iter().map(|figure| literal(figure)).collect();
    let figures = if written.is_empty() { String::new() } else { format!("FIGURE: {}\n", written.join(" | ")) };
    format!("{start}\n{terminals}{figures}{}WORD: {WORD}\nCAPITAL: {CAPITAL}\n{FIXED}", pieces.terminals.concat())
}

/// A letter or a mark on one, of those that a reader sees: fillers, joiners and variation selectors would let a word look
/// like another one.
macro_rules! letter {
    () => {
        r"[\p{L}\p{M}--[\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}\x{E0100}-\x{E01EF}]]"
    };
}

/// Letters; apostrophes and hyphens only between them.
const WORD: &str = concat!("/", letter!(), "+(['’-]", letter!(), "+)*/");
const CAPITAL: &str = concat!(r"/\p{Lu}", letter!(), "*(['’-]", letter!(), "+)*/");

const FIXED: &str = "\
STEP: \" \" | \", \" | \" – \" | \" & \"\n\
JOINT: STEP | /[\\x{A0}\\x{202F}]?[;:] /\n\
QUESTION: /[\\x{A0}\\x{202F}]?\\?/\n\
COLON: /[\\x{A0}\\x{202F}]?:/\n\
FINAL: /\\.|[\\x{A0}\\x{202F}]?[!?]/\n\
PRODUCT: \"{{product.name}}\"\n\
PARTNER: \"{{partner.display_name}}\"\n";

fn slot_body(paragraphs: &[Vec<Element>], pieces: &mut Pieces) -> String {
    let mut out = Vec::new();
    for (p, paragraph) in paragraphs.iter().enumerate() {
        if p > 0 {
            out.push(literal("\\n\\n"));
        }
        let mut first = true;
        for element in paragraph {
            match element {
                Element::Piece(piece) => {
                    if !first {
                        out.push(literal(" "));
                    }
                    out.push(pieces.name(piece));
                }
                Element::Reference(name) => {
                    let gap = if first { "" } else { " " };
                    out.push(literal(&format!("{gap}{{{{{name}}}}}")));
                }
                Element::Bullets(names) => {
                    for name in names {
                        out.push(literal(&format!("\\n- {{{{{name}}}}}")));
                    }
                }
            }
            first = false;
        }
    }
    if out.is_empty() { literal("") } else { out.join(" ") }
}

/// One terminal for each distinct piece.
#[derive(Default)]
struct Pieces {
    terminals: Vec<String>,
    known: Vec<PiecePlan>,
    /// Whether figures may stand for words.
    figures: bool,
}

impl Pieces {
    fn name(&mut self, piece: &PiecePlan) -> String {
        let at = self.known.iter().position(|known| known == piece).unwrap_or_else(|| {
            self.known.push(piece.clone());
            self.terminals.push(terminal(self.known.len() - 1, piece, self.figures));
            self.known.len() - 1
        });
        format!("PIECE{at}")
    }
}

fn terminal(at: usize, piece: &PiecePlan, figures: bool) -> String {
    let mut word = String::from("WORD");
    let mut first = String::from("CAPITAL");
    for (allowed, name) in [(piece.product, "PRODUCT"), (piece.partner, "PARTNER")] {
        if allowed {
            let _ = write!(word, " | {name}");
            let _ = write!(first, " | {name}");
        }
    }
    if figures {
        word.push_str(" | FIGURE");
    }
    // Spanish opens what it asks or exclaims, also in the middle of a sentence.
    let clause = format!("/[¿¡]?/ ({first}) (JOINT /[¿¡]?/ ({word}))*");
    let form = match piece.shape {
        Shape::Line => format!("{clause} QUESTION?"),
        Shape::Label => format!("({first}) (\" \" ({word}))*"),
        // One colon only, the last: a second one would lead to nothing.
        Shape::Lead => format!("({first}) (STEP ({word}))* COLON"),
        Shape::Sentences => match piece.max_sentences.saturating_sub(1) {
            // A grammar knows no repetition of nothing.
            0 => format!("SENT{at}"),
            more => format!("SENT{at} (\" \" SENT{at}){{0,{more}}}"),
        },
    };
    let sentence = if piece.shape == Shape::Sentences { format!("SENT{at}: {clause} FINAL\n") } else { String::new() };
    format!(
        "{sentence}FORM{at}: {form}\nPIECE{at}: FORM{at} & /(?s:.{{{},{}}})/ & {}{}{}\n",
        piece.min_chars,
        piece.max_chars,
        names_at_most(most_names(piece)),
        must_hold(piece.names_product && piece.product, "product"),
        must_hold(piece.names_partner && piece.partner, "partner"),
    )
}

/// Holds the name, by the beginning of its reference.
fn must_hold(is_asked: bool, name: &str) -> String {
    if is_asked { format!(r" & /(?s:.*\{{\{{{name}\..*)/") } else { String::new() }
}

fn names_at_most(count: usize) -> String {
    format!(r"/[^{{]*(\{{\{{[^{{]*){{0,{count}}}/")
}

/// A Lark string: JSON's escapes are Lark's.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::SlotPlan;
    use countersign_render::{Piece, When};

    fn piece(shape: Shape) -> PiecePlan {
        PiecePlan::new(Piece {
            name: "hook".into(),
            shape,
            min_chars: 10,
            max_chars: 80,
            max_sentences: 2,
            product: true,
            partner: false,
            when: When::Always,
            like: "opening".into(),
        })
    }

    #[test]
    fn a_piece_of_one_sentence_repeats_nothing() {
        let of = |max_sentences| {
            let sentences = Piece { max_sentences, ..piece(Shape::Sentences).piece };
            terminal(0, &PiecePlan::new(sentences), false)
        };
        assert!(of(1).contains("\nFORM0: SENT0\n"), "{}", of(1));
        assert!(of(2).contains("\nFORM0: SENT0 (\" \" SENT0){0,1}\n"), "{}", of(2));
    }

    #[test]
    fn a_word_holds_nothing_that_nobody_sees() {
        // llguidance reads regular expressions with the same parser.
        let is_word = |text: &str| {
            [WORD, CAPITAL]
                .map(|word| regex::Regex::new(&format!("^(?:{})$", word.trim_matches('/'))).unwrap().is_match(text))
        };
        for word in ["Glacier", "Über-Blick", "Can’t", "U\u{308}ber", "Дом", "Ấp"] {
            assert_eq!(is_word(word), [true, true], "{word}");
        }
        for hidden in
            "\u{34F}\u{115F}\u{1160}\u{3164}\u{FE00}\u{FE0F}\u{AD}\u{200B}\u{200D}\u{2060}\u{FFA0}\u{E0101}".chars()
        {
            assert_eq!(is_word(&format!("Gla{hidden}cier")), [false, false], "U+{:04X}", u32::from(hidden));
        }
    }

    #[test]
    fn references_stand_where_the_skeleton_puts_them() {
        let skeleton = Skeleton {
            slots: vec![SlotPlan {
                name: "body".into(),
                key: "body".into(),
                paragraphs: vec![
                    vec![Element::Piece(piece(Shape::Sentences)), Element::Reference("claim.1".into())],
                    vec![Element::Piece(piece(Shape::Lead)), Element::Bullets(vec!["message.1".into()])],
                ],
                ..SlotPlan::default()
            }],
            left_out: Vec::new(),
        };
        let lark = lark(&skeleton, &[]);
        assert!(lark.contains(r#"start: "{\"body\":\"" SLOT0 "\"" "}""#), "{lark}");
        assert!(lark.contains(r#"SLOT0: PIECE0 " {{claim.1}}" "\\n\\n" PIECE1 "\\n- {{message.1}}""#), "{lark}");
    }
}
