//! `layout`: logos and texts that are placed, sized or coloured wrongly.
//!
//! **What it does**, by `checks` (all by default), over what was measured of the layout; what was not measured is no offence:
//! - `clear_space`: less free space around a logo than the brand demands.
//! - `min_width`: a logo that is drawn narrower than is allowed.
//! - `aspect`: a logo whose drawn aspect differs from its own by more than 1 %.
//! - `contrast_text`: a text with a contrast below 4.5:1.
//! - `contrast_large`: a large text or a graphic with a contrast below 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
//!
//! **Why it is bad.** A crowded or distorted mark is not the one that was registered, and a pale text is not read.
//!
//! ```yaml
//! id: contrast
//! kind: layout
//! severity: block
//! message: "{what} has a contrast of {value}; {wanted} is needed."
//! params: {checks: [contrast_text]}
//! tests:
//!   pass: [{text: x, context: {layout: [{what: body, contrast: 4.5}]}}]
//!   fail: [{text: x, context: {layout: [{what: body, contrast: 3.9}]}}]
//! ```
//!
//! **Options.** `checks`. Findings are about the asset as a whole and stand in its first slot.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::subject::Laid;

/// What rounding to whole pixels and to one decimal may add.
const ROUNDING: f64 = 1e-6;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LayoutParams {
    checks: Vec<Spanned<CheckName>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckName {
    ClearSpace,
    MinWidth,
    Aspect,
    ContrastText,
    ContrastLarge,
}

use CheckName::{Aspect, ClearSpace, ContrastLarge, ContrastText, MinWidth};

#[derive(Debug)]
pub(crate) struct Layout {
    checks: Vec<CheckName>,
}

impl Params for LayoutParams {
    type Kind = Layout;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<Layout> {
        let all = [ClearSpace, MinWidth, Aspect, ContrastText, ContrastLarge];
        let checks = faults.each_once(self.checks, &all);
        Some(Layout { checks })
    }
}

impl Check for Layout {
    fn message_names(&self) -> &'static [&'static str] {
        &["what", "value", "wanted"]
    }

    fn reads_words(&self) -> bool {
        false
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
        let mut hits = Vec::new();
        for laid in scene.layout {
            for (value, wanted) in self.checks.iter().filter_map(|check| broken(*check, laid)) {
                hits.push(Hit::whole(slot, vec![("what", laid.what.clone()), ("value", value), ("wanted", wanted)]));
            }
        }
        hits
    }
}

/// What was measured, and what is wanted.
fn broken(check: CheckName, laid: &Laid) -> Option<(String, String)> {
    let less = |value: Option<f64>, wanted: Option<f64>| match (value, wanted) {
        (Some(value), Some(wanted)) if value + ROUNDING < wanted => Some((value, wanted)),
        _ => None,
    };
    let pixels =
        |what: &'static str| move |(value, wanted): (f64, f64)| (format!("{} of {what}", px(value)), px(wanted));
    let ratio = |(value, wanted): (f64, f64)| (format!("{}:1", down(value)), format!("{wanted}:1"));
    match check {
        ClearSpace => less(laid.clear_space, laid.clear_space_wanted).map(pixels("clear space")),
        MinWidth => less(laid.width, laid.min_width).map(pixels("width")),
        Aspect => {
            let off = laid.aspect_change.map(f64::abs).filter(|off| *off > 0.01 + ROUNDING)?;
            Some((format!("an aspect off by {:.1} %", off * 100.0), "1 % at most".to_owned()))
        }
        ContrastText => less(laid.contrast.filter(|_| !laid.large), Some(4.5)).map(ratio),
        ContrastLarge => less(laid.contrast.filter(|_| laid.large), Some(3.0)).map(ratio),
    }
}

fn px(value: f64) -> String {
    format!("{} px", (value * 10.0).round() / 10.0)
}

/// Two decimals, rounded down: 4.499 is not 4.5.
fn down(value: f64) -> f64 {
    (value * 100.0).floor() / 100.0
}
