//! `number_grounding`: figures that nobody gave us.
//!
//! **What it does.** Reads every number, percentage, price and date of the free text in the asset's locale (`1.234,5`
//! in de-DE is `1,234.5` in en-US) and looks for it in the sources: with the same value, and the same per cent sign
//! or currency. What references brought is grounded by construction and is not looked at. It is silent where there
//! are no sources to compare with, as in a plain file.
//!
//! **Why it is bad.** A made-up figure in an advert is a false statement with the vendor's name under it.
//!
//! The numbers of a numbered list are its form, and what a link holds is the business of the kinds for links.
//!
//! **Not covered.** Numbers in words ("twelve", "ein Dutzend") and month names other than English,
//! German, French, Spanish and Italian; of a
//! date with such a name, day and year are still looked for on their own.
//!
//! ```yaml
//! id: ungrounded_number
//! kind: number_grounding
//! severity: block
//! message: "{match} stands in no source."
//! exceptions: [24/7, B2B]
//! tests:
//!   pass: [{text: Saves 12 %., context: {sources: ["It saves 12 percent."]}}]
//!   fail: [{text: Saves 13 %., context: {sources: ["It saves 12 percent."]}}]
//! ```

use std::ops::Range;

use serde::Deserialize;

use super::{Check, Params};
use crate::links::links;
use crate::load::{Common, Faults};
use crate::numbers::{Reading, scan};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Scope, Shape};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NumberGroundingParams {}

#[derive(Debug)]
pub(crate) struct NumberGrounding;

impl Params for NumberGroundingParams {
    type Kind = NumberGrounding;

    fn compile(self, _: &Common, _: &mut Faults) -> Option<NumberGrounding> {
        Some(NumberGrounding)
    }
}

impl Check for NumberGrounding {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn held_by_form(&self) -> Option<&'static str> {
        Some("figures come by reference, or as they stand in a source")
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        if scene.shape == Shape::PlainFile {
            return Vec::new();
        }
        let reading = Reading::of(scene.place.locale);
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let marks = list_marks(&slot.text);
            let links = links(slot);
            for found in scan(&slot.text, reading) {
                let is_form =
                    marks.contains(&found.range.start) || links.iter().any(|link| covers(&link.range, &found.range));
                if is_form {
                    continue;
                }
                let free = slot.reads(Scope::FreeText, &found.range) && counts(&found.range);
                if free && !scene.grounds.hold(&found.figure, reading) {
                    hits.push(Hit::at(slot, found.range));
                }
            }
        }
        hits
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Where the numbers of a list begin: lines that count up from one (`1.`, `2.` or `1)`, `2)`), at least two of them.
fn list_marks(text: &str) -> Vec<usize> {
    let mut marks = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = line.split_at(digits);
        let is_marked = rest.strip_prefix(['.', ')']).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if is_marked && number.parse() == Ok(marks.len() + 1) {
            marks.push(at);
        }
        at += line.len();
    }
    if marks.len() < 2 { Vec::new() } else { marks }
}

#[cfg(test)]
mod tests {
    use super::list_marks;
    use crate::tests::{World, rule};

    #[test]
    fn a_list_counts_up_from_one() {
        assert_eq!(list_marks("See:\n1. Back up.\nAlways.\n2. Restore.\n2. Twice.\n"), [5, 25]);
        assert_eq!(list_marks("1) One\n2) Two"), [0, 7]);
        assert!(list_marks("1. One alone.\nThen more.").is_empty());
        assert!(list_marks("2. Two\n3. Three").is_empty());
        assert!(list_marks("1.5 times\n2.5 times").is_empty());
        assert!(list_marks("99999999999999999999999. x\n\n").is_empty());
    }

    #[test]
    fn the_form_of_a_list_and_what_links_hold_are_no_figures() {
        let packs = rule("error", "kind: number_grounding");
        let text = "1. Save 13 %.\n2. See https://x.example/2026?c=8-2 for 14 ways.";
        let world = World { sources: vec!["It saves 13 percent.".into()], ..World::new("en-US").slot("body", text) };
        assert_eq!(world.spans(&packs), ["14"]);
    }
}
