//! Ways of counting a text's length, character by character, with a small context.
//!
//! `graphemes` holds the context of grapheme clusters. A new way is a [`Unit`] and an arm in each method here.

mod graphemes;
mod words;

use unicode_normalization::UnicodeNormalization as _;

use graphemes::is_pictogram;

use super::fold::mark_class;

/// What a length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values.
    Scalars,
    /// Code units of UTF-16, as JavaScript counts.
    Utf16,
    /// Extended grapheme clusters, exactly (Unicode Standard Annex #29).
    Graphemes,
    /// Words as UAX #29 separates them, in alphabetic scripts; elsewhere each character that is no Katakana, Hangul or
    /// letter of an alphabet counts as a word.
    Words,
    /// Characters, those of double-width scripts twice (search ads).
    DoubleWidth,
    /// X's weighted count, never less than X counts, as long as there is no link: letters of the ranges 0–4351,
    /// 8192–8205, 8208–8223 and 8242–8247 count 1, all else 2. Links are not recognised: keep them out, or let them come
    /// by reference.
    Weighted,
}

/// What counting must know of the characters before: 27 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Context(pub u32);

impl Context {
    pub(super) const WIDTH: u32 = 27;
}

impl Unit {
    /// What `character` adds, and the context after it.
    pub(super) fn add(self, context: Context, character: char) -> (usize, Context) {
        match self {
            Self::Bytes => (character.len_utf8(), context),
            Self::Scalars => (1, context),
            Self::Utf16 => (character.len_utf16(), context),
            Self::DoubleWidth => (if is_wide(character) { 2 } else { 1 }, context),
            Self::Graphemes => graphemes::add(context, character),
            Self::Words => words::add(context, character),
            Self::Weighted => weigh(context, character),
        }
    }

    /// The least that any of these characters can add.
    pub(super) fn least(self, from: char, to: char) -> usize {
        match self {
            Self::Bytes => from.len_utf8(),
            Self::Scalars => 1,
            Self::Utf16 => from.len_utf16(),
            Self::Graphemes | Self::Words => 0,
            Self::DoubleWidth => 1,
            Self::Weighted if from > '\u{2047}' => 2,
            Self::Weighted => usize::from(to > '\u{7F}'),
        }
    }

    /// The length of a whole text.
    #[cfg(test)]
    pub(super) fn count(self, text: &str) -> usize {
        let mut context = Context::default();
        text.chars()
            .map(|character| {
                let (units, next) = self.add(context, character);
                context = next;
                units
            })
            .sum()
    }
}

/// Weights of NFC text from text that need not be: a character weighs what its own NFC does, and a mark that follows may
/// break that apart again, so it brings what the composed form has saved (the context). That is never less than NFC's
/// weight, which is at most that of NFD.
fn weigh(context: Context, character: char) -> (usize, Context) {
    if character.is_ascii() {
        return (1, Context(0));
    }
    if is_pictogram(character) || matches!(character, '\u{FE0F}' | '\u{20E3}' | '\u{1F1E6}'..='\u{1F1FF}') {
        return (2, Context(0));
    }
    let weight = |c: char| if is_single(c) { 1 } else { 2 };
    let composed: usize = std::iter::once(character).nfc().map(weight).sum();
    if mark_class(character) != 0 {
        return (composed + context.0 as usize, Context(0));
    }
    let decomposed: usize = std::iter::once(character).nfd().map(weight).sum();
    (composed, Context(decomposed.saturating_sub(composed) as u32))
}

fn is_single(character: char) -> bool {
    matches!(u32::from(character), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247)
}

/// East Asian Wide and Fullwidth (Unicode Standard Annex #11), by blocks.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn each_unit_counts_as_its_channel_does() {
        let text = "Größe 東京 😀";
        let counts = [
            (Unit::Bytes, 7 + 1 + 6 + 1 + 4),
            (Unit::Scalars, 10),
            (Unit::Utf16, 11),
            (Unit::Graphemes, 10),
            (Unit::Words, 3),
            (Unit::DoubleWidth, 13),
            (Unit::Weighted, 13),
        ];
        for (unit, count) in counts {
            assert_eq!(unit.count(text), count, "{unit:?}");
        }
    }

    #[test]
    fn weights_are_those_of_the_composed_form_or_more() {
        for (text, weight) in [("Grüße", 5), ("“quoted” – yes", 14), ("100 €", 6), ("ậ", 2), ("©", 2), ("\u{958}", 2)]
        {
            assert_eq!(Unit::Weighted.count(text), weight, "{text}");
        }
        // A lower mark after ǖ breaks it up: ụ and two marks.
        assert_eq!(Unit::Weighted.count("\u{1D6}\u{323}"), 4);
    }
}
