//! The form in which terms and text are compared: decomposed, case-folded, one kind of space.
//!
//! Comparing decomposed (NFD) text is comparing composed (NFC) text, as long as a combining mark counts
//! as part of the letter that it follows; but unlike composing it needs no look ahead.

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Calls `emit` with the folded characters of one character; not yet in canonical order.
pub(super) fn fold(character: char, emit: &mut impl FnMut(char)) {
    decompose_canonical(character, |part| {
        if is_ignorable(part) {
            return;
        }
        if part.is_whitespace() {
            emit(' ');
            return;
        }
        // Upper and back is full case folding but for a handful of letters: ß → SS → ss, ς → Σ → σ.
        for upper in part.to_uppercase() {
            for lower in upper.to_lowercase() {
                emit(lower);
            }
        }
    });
}

/// A mark that belongs to the letter before it.
pub(super) fn mark_class(character: char) -> u8 {
    canonical_combining_class(character)
}

/// Letters, digits and the marks on them: what a word is made of.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || mark_class(character) != 0
}

/// Soft hyphens and zero-width characters are not seen by a reader.
fn is_ignorable(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// A whole literal in that form, marks in canonical order, outer space gone.
pub(super) fn fold_text(text: &str) -> String {
    let mut folded = String::new();
    let mut marks: Vec<(u8, char)> = Vec::new();
    let flush = |marks: &mut Vec<(u8, char)>, folded: &mut String| {
        marks.sort_by_key(|mark| mark.0);
        folded.extend(marks.drain(..).map(|mark| mark.1));
    };
    for character in text.trim().chars() {
        fold(character, &mut |part| match mark_class(part) {
            0 => {
                flush(&mut marks, &mut folded);
                if part != ' ' || !folded.ends_with(' ') {
                    folded.push(part);
                }
            }
            class => marks.push((class, part)),
        });
    }
    flush(&mut marks, &mut folded);
    folded
}

#[cfg(test)]
mod tests {
    use super::fold_text;

    #[test]
    fn case_composition_and_spacing_do_not_matter() {
        assert_eq!(fold_text("STRASSE"), fold_text("straße"));
        assert_eq!(fold_text("Café"), fold_text("CAFE\u{301}"));
        assert_eq!(fold_text("risk\u{a0}  free "), "risk free");
        assert_eq!(fold_text("a\u{301}\u{323}"), fold_text("ạ\u{301}"));
        assert_eq!(fold_text("gün\u{AD}stig"), fold_text("GÜNSTIG"));
    }
}
