//! How long a text is in a unit, for rules with a length of their own. What a slot counts by its template is the channel's
//! business, not this module's.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation;

use crate::links;
use crate::subject::Unit;

/// X shows every link as one of its own.
const X_LINK: usize = 23;

/// The GSM 03.38 alphabet (3GPP TS 23.038, 6.2.1), and its extension table, each of which takes two septets.
const GSM7: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM7_EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How long `text` is.
pub(crate) fn count(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Bytes => text.len(),
        Unit::Words => text.unicode_words().count(),
        Unit::DoubleWidth => text.graphemes(true).map(columns).sum(),
        Unit::Weighted => {
            let links = links::find(text, &[]);
            let between = links.iter().map(|link| link.whole.clone()).chain(std::iter::once(text.len()..text.len()));
            let mut at = 0;
            let free: usize =
                between.map(|link| weighted(&text[std::mem::replace(&mut at, link.end)..link.start])).sum();
            free + links.len() * X_LINK
        }
        Unit::Gsm7 => match text.chars().map(septets).sum::<Option<usize>>() {
            Some(septets) => septets,
            None => text.encode_utf16().count(),
        },
    }
}

/// Where a text must be cut so that no more than `max` remain; its end where it fits.
pub(crate) fn cut(text: &str, unit: Unit, max: usize) -> usize {
    let is_gsm7 = unit == Unit::Gsm7 && text.chars().all(|c| septets(c).is_some());
    let each = |part: &str| match unit {
        Unit::Graphemes | Unit::Words => 1,
        Unit::Utf16 => part.encode_utf16().count(),
        Unit::Gsm7 if is_gsm7 => part.chars().filter_map(septets).sum(),
        Unit::Gsm7 => part.encode_utf16().count(),
        Unit::Bytes => part.len(),
        Unit::DoubleWidth => columns(part),
        Unit::Weighted => weighted(part),
    };
    let mut so_far = 0;
    let mut over = |part: &str| {
        so_far += each(part);
        so_far > max
    };
    let found = match unit {
        Unit::Words => text.unicode_word_indices().find(|(_, word)| over(word)),
        _ => text.grapheme_indices(true).find(|(_, part)| over(part)),
    };
    found.map_or(text.len(), |(at, _)| at)
}

fn septets(c: char) -> Option<usize> {
    if GSM7.contains(c) { Some(1) } else { GSM7_EXTENSION.contains(c).then_some(2) }
}

/// As X counts (`twitter-text` 3): two for what is neither Latin, nor of its neighbours, nor punctuation; two for an emoji,
/// whatever it is joined of.
fn weighted(text: &str) -> usize {
    let light = |c: char| matches!(u32::from(c), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247);
    let grapheme = |part: &str| {
        let emoji = part.chars().any(|c| matches!(u32::from(c), 0x1F000..=0x1FAFF | 0xFE0F | 0x20E3));
        if emoji { 2 } else { part.nfc().map(|c| if light(c) { 1 } else { 2 }).sum() }
    };
    text.graphemes(true).map(grapheme).sum()
}

/// Two for what East Asian fonts draw wide (Unicode Annex 11, W and F), and for emoji.
fn columns(grapheme: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c), 0x1100..=0x115F | 0x231A..=0x231B | 0x2329..=0x232A | 0x23E9..=0x23EC | 0x2E80..=0x303E
            | 0x3041..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF01..=0xFF60
            | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F680..=0x1F6FF | 0x1F900..=0x1FAFF | 0x20000..=0x3FFFD)
    };
    if grapheme.chars().any(wide) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_messages_are_counted_in_septets_until_a_letter_is_not_in_their_alphabet() {
        assert_eq!(count("Grüße [5 €]", Unit::Gsm7), 11 + 3);
        assert_eq!(count("naïve", Unit::Gsm7), 5, "UTF-16 units");
        assert_eq!(count("Привет 🎉", Unit::Gsm7), 9);
        assert_eq!(cut("a€b", Unit::Gsm7, 2), 1);
    }

    #[test]
    fn every_unit_counts_what_its_channel_counts() {
        let text = "Zum Zu\u{308}g 🎉";
        let all = [Unit::Graphemes, Unit::Utf16, Unit::Bytes, Unit::Words, Unit::DoubleWidth, Unit::Weighted];
        assert_eq!(all.map(|unit| count(text, unit)), [9, 11, 14, 2, 10, 10]);
        assert_eq!(count("Read https://fjord.example/a/very/long/path.", Unit::Weighted), 5 + 23 + 1);
        assert_eq!(count("日本", Unit::Weighted) + count("日本", Unit::DoubleWidth), 8);
        assert_eq!(cut("one two three", Unit::Words, 2), 8);
        assert_eq!(cut("abc", Unit::Bytes, 3), 3);
    }
}
