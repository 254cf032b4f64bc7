//! Words, one character at a time: a letter or digit that does not go on from the one before begins a word.
//!
//! After the rules of UAX #29 for alphabets: an apostrophe, full stop or colon between two letters, and an apostrophe,
//! full stop, comma or semicolon between two digits, do not part a word.

use super::Context;
use crate::bounds::fold::mark_class;

const NONE: u32 = 0;
const LETTER: u32 = 1;
const DIGIT: u32 = 2;
const KATAKANA: u32 = 3;
/// An underscore, which parts nothing.
const JOINT: u32 = 4;
const LETTER_MARK: u32 = 5;
const DIGIT_MARK: u32 = 6;
/// An underscore that began: what follows is the word.
const JOINT_FIRST: u32 = 7;

pub(super) fn add(context: Context, character: char) -> (usize, Context) {
    let before = context.0;
    let after = match character {
        '_' if matches!(before, LETTER | DIGIT | KATAKANA | JOINT) => return (0, Context(JOINT)),
        '_' => return (0, Context(JOINT_FIRST)),
        '\'' | '’' | '.' | '․' | '‘' => match before {
            LETTER => LETTER_MARK,
            DIGIT => DIGIT_MARK,
            _ => NONE,
        },
        ':' | '·' | '‧' if before == LETTER => LETTER_MARK,
        ',' | ';' if before == DIGIT => DIGIT_MARK,
        '\u{30A0}'..='\u{30FF}' => KATAKANA,
        _ if mark_class(character) != 0 || matches!(character, '\u{AD}' | '\u{200D}' | '\u{200C}') => {
            return (0, context);
        }
        _ if character.is_ascii_digit() => DIGIT,
        _ if is_alphabetic(character) => LETTER,
        _ if character.is_alphanumeric() => return (1, Context(NONE)),
        _ => NONE,
    };
    let goes_on = match after {
        LETTER => matches!(before, LETTER | DIGIT | JOINT | LETTER_MARK),
        DIGIT => matches!(before, LETTER | DIGIT | JOINT | DIGIT_MARK),
        KATAKANA => matches!(before, KATAKANA | JOINT),
        _ => true,
    };
    (usize::from(!goes_on), Context(after))
}

/// Letters that stand together as words; Hangul among them, the scripts that write words without spaces not.
fn is_alphabetic(character: char) -> bool {
    character.is_alphabetic()
        && !matches!(u32::from(character), 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3041..=0x309F
            | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;

    use crate::bounds::Unit;

    #[test]
    fn words_of_copy_are_counted() {
        for (text, words) in [
            ("Don’t wait: 3.5 times faster, state-of-the-art.", 9),
            ("Größe e\u{301}cole", 2),
            ("one\ntwo  3,000;4", 3),
            ("東京", 2),
            ("서울 시", 2),
        ] {
            assert_eq!(Unit::Words.count(text), words, "{text}");
            assert_eq!(text.unicode_words().count(), words, "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_of_alphabets_are_counted_as_the_segmenter_counts_them(text in "[abÉé\u{301}Дж19 .,:;'’!?–\\-\n_]{0,24}") {
            prop_assert_eq!(Unit::Words.count(&text), text.unicode_words().count(), "{:?}", text);
        }
    }
}
