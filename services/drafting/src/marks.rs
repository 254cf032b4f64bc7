//! The symbol of a mark at its first use.
//!
//! The product's name comes by reference, so what stands right after it is not the model's either: where rules ask for a
//! symbol, code puts it after the first name of the asset and after no other.

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_rules::MarkSymbol;

/// Units that a symbol may take in any channel's counting.
pub(crate) const SYMBOL_UNITS: usize = 3;

/// Puts `mark`'s symbol after the product's first name in `slots` of `content`, unless `before`, which readers see first,
/// has the name already, or a wording that somebody approved says it first: that is as it is.
pub(crate) fn mark_first_use(content: &mut Content, before: &Content, slots: &[&str], mark: &MarkSymbol) {
    let said = |text: &str| text.to_lowercase().contains(&mark.name.to_lowercase());
    let mut open = !before.slots.values().any(|text| said(&text.plain()));
    for slot in slots {
        let Some(text) = content.slots.get_mut(*slot) else { continue };
        bare(text, mark);
        let first = text.segments.iter().position(|segment| match segment {
            Segment::Text { text } => said(text),
            Segment::Bound(bound) => said(&bound.text),
            Segment::Partner { .. } => false,
        });
        let Some(first) = first.filter(|_| open) else { continue };
        open = false;
        if matches!(&text.segments[first], Segment::Bound(bound) if bound.text == mark.name) {
            put(text, first + 1, mark.symbol);
        }
    }
}

fn put(text: &mut SlotText, at: usize, symbol: char) {
    match text.segments.get_mut(at) {
        Some(Segment::Text { text }) => text.insert(0, symbol),
        _ => text.segments.insert(at, Segment::Text { text: symbol.to_string() }),
    }
}

/// Takes away what an earlier call has put.
fn bare(text: &mut SlotText, mark: &MarkSymbol) {
    let mut after_name = false;
    for segment in &mut text.segments {
        if let Segment::Text { text } = segment
            && after_name
            && let Some(rest) = text.strip_prefix(mark.symbol)
        {
            *text = rest.to_owned();
        }
        after_name = matches!(segment, Segment::Bound(bound) if bound.text == mark.name);
    }
    text.segments.retain(|segment| !matches!(segment, Segment::Text { text } if text.is_empty()));
}

#[cfg(test)]
mod tests {
    use countersign_domain::content::Bound;

    use super::*;

    const NAME: &str = "Fjord Backup";

    fn content(slots: &[(&str, &str)]) -> Content {
        let bound = |name: &str| {
            let text = match name {
                "product.name" => NAME,
                "claim.1" => "With Fjord Backup nothing is lost.",
                _ => return None,
            };
            Some(Bound { reference: name.into(), source: name.into(), text: text.into() })
        };
        let slot = |(slot, text): &(&str, &str)| ((*slot).to_owned(), SlotText::parse_with(text, bound).unwrap());
        Content { slots: slots.iter().map(slot).collect() }
    }

    fn marked(slots: &[(&str, &str)], before: &[(&str, &str)]) -> Vec<String> {
        let mark = MarkSymbol { name: NAME.into(), symbol: '®' };
        let mut content = content(slots);
        let before = self::content(before);
        let order: Vec<&str> = slots.iter().map(|(slot, _)| *slot).collect();
        mark_first_use(&mut content, &before, &order, &mark);
        let once = content.clone();
        mark_first_use(&mut content, &before, &order, &mark);
        assert_eq!(content, once, "a second time changes nothing");
        order.iter().map(|slot| content.slots[*slot].plain()).collect()
    }

    #[test]
    fn the_first_name_that_readers_see_has_the_symbol_and_no_other() {
        let slots = [("subject", "Try {{product.name}}"), ("body", "{{product.name}}: {{product.name}}.")];
        assert_eq!(marked(&slots, &[]), ["Try Fjord Backup®", "Fjord Backup: Fjord Backup."]);
        let slots = [("subject", "Nothing lost"), ("body", "{{product.name}}, {{product.name}}.")];
        assert_eq!(marked(&slots, &[]), ["Nothing lost", "Fjord Backup®, Fjord Backup."]);
    }

    #[test]
    fn what_was_said_before_or_in_an_approved_wording_takes_the_symbols_turn() {
        let body = [("body", "{{product.name}} restores.")];
        assert_eq!(marked(&body, &[("subject", "Try {{product.name}}")]), ["Fjord Backup restores."]);
        let body = [("body", "{{claim.1}} {{product.name}} restores.")];
        assert_eq!(marked(&body, &[]), ["With Fjord Backup nothing is lost. Fjord Backup restores."]);
    }

    #[test]
    fn a_symbol_moves_when_the_first_name_does() {
        let moved = [("subject", "Try {{product.name}}"), ("body", "{{product.name}}® restores.")];
        assert_eq!(marked(&moved, &[]), ["Try Fjord Backup®", "Fjord Backup restores."]);
        let gone = [("subject", "Nothing lost"), ("body", "Ask {{partner.display_name}}.")];
        assert_eq!(marked(&gone, &[]), ["Nothing lost", "Ask {{partner.display_name}}."]);
    }
}
