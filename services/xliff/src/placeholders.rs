//! A partner's values in a text and in its translation: the same ones, as often, in whatever order the language wants.

use countersign_domain::content::{PartnerField, Segment, SlotText};

fn count(text: &SlotText, wanted: PartnerField) -> usize {
    text.segments.iter().filter(|segment| matches!(segment, Segment::Partner { partner } if *partner == wanted)).count()
}

/// Whether `two` has the placeholders of `one`, as often.
#[must_use]
pub fn same(one: &SlotText, two: &SlotText) -> bool {
    PartnerField::ALL.into_iter().all(|field| count(one, field) == count(two, field))
}

/// What is wrong with the placeholders of a translation, one clause each; empty when they are the source's.
#[must_use]
pub fn differences(source: &SlotText, target: &SlotText) -> Vec<String> {
    PartnerField::ALL
        .into_iter()
        .filter_map(|field| {
            let (wanted, found) = (count(source, field), count(target, field));
            let name = field.placeholder();
            let times = |n: usize| if n == 1 { "once".to_owned() } else { format!("{n} times") };
            match (wanted, found) {
                _ if wanted == found => None,
                (0, _) => Some(format!("`{name}` is not in the source; remove it")),
                (_, 0) => Some(format!("`{name}` is missing; the source has it {}", times(wanted))),
                _ => Some(format!("`{name}` is there {}; the source has it {}", times(found), times(wanted))),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(text: &str) -> SlotText {
        SlotText::parse(text).unwrap()
    }

    #[test]
    fn missing_doubled_and_invented_placeholders_are_named_and_order_is_free() {
        let source = slot("{{partner.display_name}} or {{partner.phone}}");
        assert!(same(&source, &slot("{{partner.phone}}, {{partner.display_name}}")));
        let said = differences(&source, &slot("{{partner.phone}}{{partner.phone}} {{partner.email}}"));
        assert_eq!(
            said,
            [
                "`{{partner.display_name}}` is missing; the source has it once",
                "`{{partner.phone}}` is there 2 times; the source has it once",
                "`{{partner.email}}` is not in the source; remove it",
            ]
        );
    }
}
