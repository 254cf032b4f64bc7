//! `number_grounding`: figures that nobody gave us.
//!
//! **What it does.** Reads every number, percentage, price and date of the free text in the asset's locale (`1.234,5`
//! in de-DE is `1,234.5` in en-US) and looks for it in the sources: with the same value, and the same per cent sign
//! or currency. What references brought is grounded by construction and is not looked at. It is silent where there
//! are no sources to compare with, as in a plain file.
//!
//! **Why it is bad.** A made-up figure in an advert is a false statement with the vendor's name under it.
//!
//! **Not covered.** Numbers in words ("twelve", "ein Dutzend") and month names other than English and German; of a
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

use serde::Deserialize;

use super::Kind;
use crate::load::{Common, Faults};
use crate::numbers::{Reading, scan};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Scope, Shape};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NumberGroundingParams {}

#[derive(Debug)]
pub(crate) struct NumberGrounding;

impl NumberGroundingParams {
    #[expect(clippy::unused_self, reason = "the same shape as every other kind's")]
    pub(crate) fn compile(self, _: &Common, _: &mut Faults) -> Option<Kind> {
        Some(Kind::NumberGrounding(NumberGrounding))
    }
}

impl NumberGrounding {
    #[expect(clippy::unused_self, reason = "the same shape as every other kind's")]
    pub(crate) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        if scene.shape == Shape::PlainFile {
            return Vec::new();
        }
        let reading = Reading::of(scene.place.locale);
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for found in scan(&slot.text, reading) {
                let free = slot.reads(Scope::FreeText, &found.range) && counts(&found.range);
                if free && !scene.grounds.hold(&found.figure, reading) {
                    hits.push(Hit::at(slot, found.range));
                }
            }
        }
        hits
    }
}
