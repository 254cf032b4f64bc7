//! Lengths as each channel counts them, and the longest that a slot can become for any partner.
//!
//! `weighted` holds X's way of counting. A new way is a new [`Unit`] and an arm here.

mod weighted;

use countersign_released::content::{Bound, PartnerField, Segment, SlotText};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::Unit;

/// The length of a text.
#[must_use]
pub fn count(unit: Unit, text: &str) -> usize {
    match unit {
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Weighted => weighted::count(text),
        Unit::DoubleWidth => text.graphemes(true).map(|grapheme| grapheme.width().clamp(1, 2)).sum(),
        Unit::Bytes => text.len(),
        Unit::Words => text.unicode_words().count(),
    }
}

/// The length of a slot when every partner reference takes its longest value. Stretches between references are counted
/// on their own, which is never less than together.
#[must_use]
pub fn longest(slot_text: &SlotText, unit: Unit) -> usize {
    let mut total = 0;
    let mut stretch = String::new();
    for segment in &slot_text.segments {
        match segment {
            Segment::Text { text } | Segment::Bound(Bound { text, .. }) => stretch.push_str(text),
            Segment::Partner { partner } => {
                total += count(unit, &stretch) + longest_value(*partner, unit);
                stretch.clear();
            }
        }
    }
    total + count(unit, &stretch)
}

/// The longest that a profile's value can be: so many user-perceived characters, each at the most that a unit gives one,
/// where a value's kind does not say that it is less. A link counts as links do, and a telephone number has only digits
/// and signs.
fn longest_value(field: PartnerField, unit: Unit) -> usize {
    // Profiles bound the Unicode scalar values of a value. An address has its lines joined by ", ", one longer than a
    // line break; at most every other character is such a break.
    let joints = if field == PartnerField::Address { field.max_graphemes().saturating_sub(1) / 2 } else { 0 };
    let max = field.max_graphemes() + joints;
    let is_link = matches!(field, PartnerField::Site | PartnerField::PrivacyUrl | PartnerField::UnsubscribeUrl);
    let plain = field == PartnerField::Phone;
    match unit {
        Unit::Graphemes => max,
        Unit::Weighted if is_link => weighted::LINK,
        Unit::Weighted | Unit::DoubleWidth | Unit::Utf16 if plain => max,
        Unit::Weighted | Unit::DoubleWidth => 2 * field.max_graphemes() + joints,
        Unit::Utf16 => 2 * field.max_graphemes() + joints,
        Unit::Bytes if plain => max,
        Unit::Bytes => 4 * field.max_graphemes() + joints,
        Unit::Words if plain => field.max_graphemes().div_ceil(2),
        // Each ideograph is a word (UAX #29).
        Unit::Words => field.max_graphemes(),
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Graphemes => "characters",
            Self::Utf16 => "UTF-16 units",
            Self::Weighted => "weighted characters",
            Self::DoubleWidth => "columns",
            Self::Bytes => "bytes",
            Self::Words => "words",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_released::profile::Profile;

    const UNITS: [Unit; 6] =
        [Unit::Graphemes, Unit::Utf16, Unit::Weighted, Unit::DoubleWidth, Unit::Bytes, Unit::Words];

    #[test]
    fn units_count_as_their_channels_do() {
        let counts = |text: &str| UNITS.map(|unit| count(unit, text));
        assert_eq!(counts("Grüße an 東京"), [11, 11, 13, 13, 17, 4]);
        assert_eq!(counts("👨‍👩‍👧 ok"), [4, 11, 5, 5, 21, 1]);
    }

    #[test]
    fn no_value_that_a_profile_may_hold_is_longer_than_the_longest() {
        for name in ["名".repeat(40), "🚀".repeat(40), "a ".repeat(20), "e\u{301}".repeat(20), "W".repeat(40)] {
            let profile = Profile { display_name: name, ..Profile::default() };
            let slot = SlotText::parse("{{partner.display_name}}").unwrap();
            for unit in UNITS {
                let rendered = count(unit, &crate::inline::fill(&slot, &profile));
                assert!(rendered <= longest(&slot, unit), "{unit}: {rendered} of {}", profile.display_name);
            }
        }
    }

    #[test]
    fn graphemes_are_what_people_see() {
        assert_eq!(count(Unit::Graphemes, "e\u{301}👨‍👩‍👧🇩🇪"), 3);
    }

    #[test]
    fn words_are_words() {
        assert_eq!(count(Unit::Words, "It's 12.5 % – really, so."), 4);
    }

    #[test]
    fn a_reference_counts_at_its_longest() {
        let slot = SlotText::parse("Ask {{partner.display_name}}!").unwrap();
        assert_eq!(longest(&slot, Unit::Graphemes), 4 + 40 + 1);
        assert_eq!(longest(&slot, Unit::Weighted), 4 + 80 + 1);
        assert_eq!(longest(&slot, Unit::Words), 1 + 40);
        let link = SlotText::parse("See {{partner.site}}").unwrap();
        assert_eq!(longest(&link, Unit::Weighted), 4 + 23);
        assert_eq!(longest(&link, Unit::Graphemes), 4 + 120);
    }

    #[test]
    fn an_address_counts_with_its_lines_joined() {
        let address = ["1"; 120].join("\n");
        assert_eq!(address.chars().count(), 239);
        let profile = Profile { address, ..Profile::default() };
        let slot = SlotText::parse("{{partner.address}}").unwrap();
        for unit in UNITS {
            let rendered = count(unit, &crate::inline::fill(&slot, &profile));
            assert!(rendered <= longest(&slot, unit), "{unit:?}: {rendered}");
        }
    }

    #[test]
    fn without_references_the_longest_is_the_length() {
        let slot = SlotText::parse("Plain https://a.example/x 🚀").unwrap();
        for unit in UNITS {
            assert_eq!(longest(&slot, unit), count(unit, &slot.plain()));
        }
    }
}
