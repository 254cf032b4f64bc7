//! Lengths as each channel counts them, and the longest that a slot can become for any partner.
//!
//! `weighted` holds X's way of counting. A new way is a new [`Unit`] and an arm here.

mod weighted;

use countersign_released::content::{Bound, PartnerField, Segment, SlotText};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::Unit;

/// The length of a text.
#[must_use]
pub fn count(unit: Unit, text: &str) -> usize {
    match unit {
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::Weighted => weighted::count(text),
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

/// The longest that a profile's value can be. For X, names and addresses may be in scripts that count double, a link
/// counts as links do, and a telephone number has only digits and signs.
fn longest_value(field: PartnerField, unit: Unit) -> usize {
    let max = field.max_graphemes();
    let is_link = matches!(field, PartnerField::Site | PartnerField::PrivacyUrl | PartnerField::UnsubscribeUrl);
    match unit {
        // Its lines are joined by ", ", one longer than a line break; at most every other character is such a break.
        Unit::Graphemes if field == PartnerField::Address => max + max.saturating_sub(1) / 2,
        Unit::Graphemes => max,
        Unit::Weighted if is_link => weighted::LINK,
        Unit::Weighted if field == PartnerField::Phone => max,
        Unit::Weighted => 2 * max,
        // One-letter words with a space between them.
        Unit::Words => max.div_ceil(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_released::profile::Profile;

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
        assert_eq!(longest(&slot, Unit::Words), 1 + 20);
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
        for unit in [Unit::Graphemes, Unit::Weighted, Unit::Words] {
            let rendered = count(unit, &crate::inline::fill(&slot, &profile));
            assert!(rendered <= longest(&slot, unit), "{unit:?}: {rendered}");
        }
    }

    #[test]
    fn without_references_the_longest_is_the_length() {
        let slot = SlotText::parse("Plain https://a.example/x 🚀").unwrap();
        for unit in [Unit::Graphemes, Unit::Weighted, Unit::Words] {
            assert_eq!(longest(&slot, unit), count(unit, &slot.plain()));
        }
    }
}
