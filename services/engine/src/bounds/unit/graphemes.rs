//! Grapheme clusters, one character at a time: which characters before decide whether the next one joins, in 24 bits.
//!
//! The rules are asked of `unicode-segmentation`, so that the count is the same as everywhere else: what came before is
//! kept as one of a few texts that behave like it (UAX #29, rules GB3 to GB13), and a character joins if the segmenter
//! finds no border between that text and it.

use std::sync::OnceLock;

use unicode_segmentation::UnicodeSegmentation as _;

use super::Context;

/// What the rules distinguish, found by asking the segmenter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    /// Joins nothing and lets only marks join.
    Plain,
    Pictogram,
    Indicator,
    Consonant,
    Joiner,
    /// Extends a cluster; these three differ in Indic conjuncts.
    Extend,
    ExtendConjunct,
    Linker,
    /// Controls, Hangul, prefixes: rules that look at one character before only.
    Other,
}

const CLASSES: [Class; 9] = [
    Class::Plain,
    Class::Pictogram,
    Class::Indicator,
    Class::Consonant,
    Class::Joiner,
    Class::Extend,
    Class::ExtendConjunct,
    Class::Linker,
    Class::Other,
];

/// What came before. Numbers below the first that `Other` characters can have with the shift.
const START: u32 = 0;
const PLAIN: u32 = 1;
const PICTOGRAM: u32 = 2;
const PICTOGRAM_JOINER: u32 = 3;
const INDICATOR: u32 = 4;
const CONSONANT: u32 = 5;
const CONSONANT_LINKED: u32 = 6;
/// `OTHER | character << 3`
const OTHER: u32 = 7;

/// Whether an emoji can be made of it.
pub(super) fn is_pictogram(character: char) -> bool {
    class(character) == Class::Pictogram
}

/// What `character` adds to the number of clusters, and the context after it.
pub(super) fn add(context: Context, character: char) -> (usize, Context) {
    let class = class(character);
    let before = context.0;
    let joins = match (before, class) {
        (START, _) | (PLAIN, Class::Plain) => false,
        _ => joins(before, character),
    };
    let after = match class {
        Class::Plain => PLAIN,
        Class::Pictogram => PICTOGRAM,
        Class::Indicator => {
            if joins && before == INDICATOR {
                PLAIN
            } else {
                INDICATOR
            }
        }
        Class::Consonant => CONSONANT,
        Class::Joiner => match before {
            PICTOGRAM => PICTOGRAM_JOINER,
            CONSONANT | CONSONANT_LINKED => before,
            _ => PLAIN,
        },
        Class::Extend => match before {
            PICTOGRAM => PICTOGRAM,
            _ => PLAIN,
        },
        Class::ExtendConjunct => match before {
            PICTOGRAM | CONSONANT | CONSONANT_LINKED => before,
            _ => PLAIN,
        },
        Class::Linker => match before {
            PICTOGRAM => PICTOGRAM,
            CONSONANT | CONSONANT_LINKED => CONSONANT_LINKED,
            _ => PLAIN,
        },
        Class::Other => OTHER | u32::from(character) << 3,
    };
    (usize::from(!joins), Context(after))
}

fn joins(before: u32, character: char) -> bool {
    let mut text = String::with_capacity(16);
    match before {
        START => return false,
        PLAIN => text.push('a'),
        PICTOGRAM => text.push('😀'),
        PICTOGRAM_JOINER => text.push_str("😀\u{200D}"),
        INDICATOR => text.push('🇦'),
        CONSONANT => text.push('क'),
        CONSONANT_LINKED => text.push_str("क\u{94D}"),
        other => text.extend(char::from_u32(other >> 3)),
    }
    text.push(character);
    is_one(&text)
}

fn is_one(text: &str) -> bool {
    text.graphemes(true).count() == 1
}

/// Asking is slow, so that classes are kept by blocks of 256 characters, each found when it is first met.
fn class(character: char) -> Class {
    if matches!(character, ' '..='~') {
        return Class::Plain;
    }
    static BLOCKS: [OnceLock<Box<[u8; 256]>>; 0x1100] = [const { OnceLock::new() }; 0x1100];
    let number = u32::from(character);
    let block = BLOCKS[number as usize >> 8].get_or_init(|| {
        let mut block = Box::new([Class::Other as u8; 256]);
        for (low, class) in (0_u32..).zip(block.iter_mut()) {
            if let Some(character) = char::from_u32(number & !0xFF | low) {
                *class = find_class(character) as u8;
            }
        }
        block
    });
    CLASSES[usize::from(block[number as usize & 0xFF])]
}

fn find_class(character: char) -> Class {
    let with = |before: &str, after: &str| is_one(&format!("{before}{character}{after}"));
    if character == '\u{200D}' {
        Class::Joiner
    } else if matches!(character, '\u{1F1E6}'..='\u{1F1FF}') {
        Class::Indicator
    } else if with("a", "") {
        if !with("😀", "\u{200D}😀") {
            // A mark with a width of its own: joins what is before, and nothing more.
            Class::Other
        } else if with("क", "क") {
            Class::Linker
        } else if with("क", "\u{94D}क") {
            Class::ExtendConjunct
        } else {
            Class::Extend
        }
    } else if with("😀\u{200D}", "") {
        Class::Pictogram
    } else if with("क\u{94D}", "") {
        Class::Consonant
    } else if with("", "\u{301}")
        && !with("", "a")
        && !with("\u{1100}", "")
        && !with("", "\u{1161}")
        && !with("", "\u{11A8}")
    {
        Class::Plain
    } else {
        Class::Other
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;

    use crate::bounds::Unit;

    proptest! {
        /// Characters of every class, so that each rule is met often.
        #[test]
        fn clusters_are_counted_as_the_segmenter_counts_them(
            picks in proptest::collection::vec(0_usize..30, 0..14),
            any in proptest::collection::vec(any::<char>(), 0..4),
        ) {
            let all: Vec<char> = "ae\u{301}\u{200D}\u{200C}😀👩🏽❤\u{FE0F}🇩🇪क\u{94D}\u{93C}\u{93E}ত\u{9CD}\u{1100}\u{1161}\u{11A8}각\
                가\r\n\u{600}\u{E33}9\u{20E3}©\u{1B44}\u{7}".chars().collect();
            let mut text: String = picks.iter().map(|&pick| all[pick % all.len()]).collect();
            text.extend(any);
            prop_assert_eq!(Unit::Graphemes.count(&text), text.graphemes(true).count(), "{:?}", text);
        }
    }
}
