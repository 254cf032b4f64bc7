//! The form in which terms and text are compared: decomposed, case-folded, with one kind of space, hyphen and apostrophe
//! and without what nobody sees. `rules/src/view.rs` folds alike, so that what is kept out and what is found is the same.
//!
//! Comparing decomposed (NFD) text is comparing composed (NFC) text, as long as a combining mark counts
//! as part of the letter that it follows; but unlike composing it needs no look ahead.

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Calls `emit` with the folded characters of one character; not yet in canonical order.
pub(crate) fn fold(character: char, emit: &mut impl FnMut(char)) {
    decompose_canonical(character, |part| {
        if is_ignorable(part) {
            return;
        }
        match part {
            part if part.is_whitespace() => emit(' '),
            // The hyphens and apostrophes that typography offers for the same word.
            '\u{2010}' | '\u{2011}' => emit('-'),
            '\u{2019}' => emit('\''),
            // Upper and back is full case folding but for a handful of letters: ß → SS → ss, ς → Σ → σ.
            part => part.to_uppercase().flat_map(char::to_lowercase).for_each(&mut *emit),
        }
    });
}

/// A mark that belongs to the letter before it.
pub(crate) fn mark_class(character: char) -> u8 {
    canonical_combining_class(character)
}

/// All marks, in the order of their scalar values.
pub(crate) fn marks() -> &'static [char] {
    static MARKS: std::sync::OnceLock<Vec<char>> = std::sync::OnceLock::new();
    MARKS.get_or_init(|| ('\0'..=char::MAX).filter(|&character| mark_class(character) != 0).collect())
}

/// Letters, digits and the marks on them: what a word is made of.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || mark_class(character) != 0
}

/// Soft hyphens, zero-width characters, fillers and variation selectors are not seen by a reader.
fn is_ignorable(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A whole literal in that form, marks in canonical order, outer space gone.
pub(crate) fn fold_text(text: &str) -> String {
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
        assert_eq!(fold_text("Levi’s T\u{2011}shirt"), "levi's t-shirt");
        assert_eq!(fold_text("Gl\u{34F}a\u{3164}ci\u{FE0F}er"), "glacier");
    }
}
