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
pub fn lark(skeleton: &Skeleton, figures: &[String], language: &str) -> String {
    let mut start = String::from("start: ");
    let mut terminals = String::new();
    let marks = Marks::of(language);
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
    let Marks { opening, joint, question, colon, end } = marks;
    format!(
        "{start}\n{terminals}{figures}{}WORD: /{opening}{WORD}/\nCAPITAL: /{opening}{CAPITAL}/\n\
         JOINT: {joint}\nQUESTION: {question}\nCOLON: {colon}\nFINAL: {end}\n{FIXED}",
        pieces.terminals.concat()
    )
}

/// How a language sets its marks.
struct Marks {
    /// Before a word, as an expression.
    opening: &'static str,
    joint: &'static str,
    question: &'static str,
    colon: &'static str,
    end: &'static str,
}

impl Marks {
    fn of(language: &str) -> Self {
        match language {
            // A mark stays on the line of its word.
            "fr" => Self {
                opening: "",
                joint: r"STEP | /[\x{A0}\x{202F}]?[;:] /",
                question: r"/[\x{A0}\x{202F}]?\?/",
                colon: r"/[\x{A0}\x{202F}]?:/",
                end: r"/\.|[\x{A0}\x{202F}]?[!?]/",
            },
            // What is asked or exclaimed is opened, also in the middle of a sentence.
            "es" => Self { opening: "[¿¡]?", ..Self::of("") },
            _ => Self {
                opening: "",
                joint: r#"STEP | "; " | ": ""#,
                question: r#""?""#,
                colon: r#"":""#,
                end: "/[.!?]/",
            },
        }
    }
}

/// A letter or a mark on one, of those that a reader sees: fillers, joiners and variation selectors would let a word look
/// like another one.
macro_rules! letter {
    () => {
        r"[\p{L}\p{M}--[\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}\x{E0100}-\x{E01EF}]]"
    };
}

/// Letters, of which the first is no mark; apostrophes and hyphens only between them.
const WORD: &str = concat!(r"\p{L}", letter!(), "*(['’-]", letter!(), "+)*");
const CAPITAL: &str = concat!(r"\p{Lu}", letter!(), "*(['’-]", letter!(), "+)*");

const FIXED: &str = "\
STEP: \" \" | \", \" | \" – \" | \" & \"\n\
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
    let figures = if figures { " | FIGURE" } else { "" };
    let length = format!("/(?s:.{{{},{}}})/", piece.min_chars, piece.max_chars);
    if let Some(name) = named(piece) {
        let (form, more) = form_with(at, piece, name, &format!("WORD{figures}"));
        return format!("{more}FORM{at}: {form}\nPIECE{at}: FORM{at} & {length}\n");
    }
    let allowed: Vec<&str> = [(piece.product, "PRODUCT"), (piece.partner, "PARTNER")]
        .iter()
        .filter(|(may, _)| *may)
        .map(|(_, n)| *n)
        .collect();
    let names: String = allowed.iter().map(|name| format!(" | {name}")).collect();
    let (first, word) = (format!("CAPITAL{names}"), format!("WORD{names}{figures}"));
    let clause = format!("({first}) (JOINT ({word}))*");
    let (form, more) = match piece.shape {
        Shape::Line => (format!("{clause} QUESTION?"), String::new()),
        Shape::Label => (format!("({first}) (\" \" ({word}))*"), String::new()),
        // One colon only, the last: a second one would lead to nothing.
        Shape::Lead => (format!("({first}) (STEP ({word}))* COLON"), String::new()),
        Shape::Sentences => {
            let form = match piece.max_sentences.saturating_sub(1) {
                // A grammar knows no repetition of nothing.
                0 => format!("SENT{at}"),
                more => format!("SENT{at} (\" \" SENT{at}){{0,{more}}}"),
            };
            (form, format!("SENT{at}: {clause} FINAL\n"))
        }
    };
    let most = if allowed.is_empty() { String::new() } else { format!(" & {}", names_at_most(most_names(piece))) };
    format!("{more}FORM{at}: {form}\nPIECE{at}: FORM{at} & {length}{most}\n")
}

/// The name that a piece must hold.
fn named(piece: &PiecePlan) -> Option<&'static str> {
    match (piece.names_product && piece.product, piece.names_partner && piece.partner) {
        (true, _) => Some("PRODUCT"),
        (_, true) => Some("PARTNER"),
        _ => None,
    }
}

/// The form of a piece that holds a name, once and no other: said by the form, since what is intersected with a count of names
/// makes automata too large. And the terminals that it needs.
fn form_with(at: usize, piece: &PiecePlan, name: &str, word: &str) -> (String, String) {
    let clause = |step: &str| format!("({name} | CAPITAL ({step} ({word}))* {step} {name}) ({step} ({word}))*");
    match piece.shape {
        Shape::Line => (format!("{} QUESTION?", clause("JOINT")), String::new()),
        Shape::Label => (clause("\" \""), String::new()),
        Shape::Lead => (format!("{} COLON", clause("STEP")), String::new()),
        Shape::Sentences => {
            let (named, plain) = (format!("NAMED{at}"), format!("SENT{at}"));
            // Of so many sentences, each may be the one that names it.
            let ways: Vec<String> = (0..piece.max_sentences.max(1))
                .map(|before| {
                    let first = format!("{plain} \" \" ").repeat(before);
                    match piece.max_sentences.saturating_sub(before + 1) {
                        0 => format!("{first}{named}"),
                        after => format!("{first}{named} (\" \" {plain}){{0,{after}}}"),
                    }
                })
                .collect();
            let sentence = if piece.max_sentences > 1 {
                format!("{plain}: CAPITAL (JOINT ({word}))* FINAL\n")
            } else {
                String::new()
            };
            (ways.join(" | "), format!("{sentence}{named}: {} FINAL\n", clause("JOINT")))
        }
    }
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
            [WORD, CAPITAL].map(|word| regex::Regex::new(&format!("^(?:{})$", word)).unwrap().is_match(text))
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
        let lark = lark(&skeleton, &[], "en");
        assert!(lark.contains(r#"start: "{\"body\":\"" SLOT0 "\"" "}""#), "{lark}");
        assert!(lark.contains(r#"SLOT0: PIECE0 " {{claim.1}}" "\\n\\n" PIECE1 "\\n- {{message.1}}""#), "{lark}");
    }
}
