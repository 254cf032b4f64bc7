//! The built-in `brand.*` rules: what a brand's sheet forbids. They need no file, since the words are the brand's.

use std::collections::BTreeMap;
use std::ops::Range;

use countersign_domain::finding::{Finding, Severity};

use crate::message::clip;
use crate::place::When;
use crate::rule::MAX_FINDINGS;
use crate::scene::{Scene, Scope, Slot};

/// A rule that is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltIn {
    pub id: &'static str,
    pub severity: Severity,
    pub why: &'static str,
}

const FORBIDDEN: BuiltIn = BuiltIn {
    id: "brand.forbidden_term",
    severity: Severity::Block,
    why: "The brand's sheet says that no asset may hold this word, in whatever case.",
};
const COMPETITOR: BuiltIn = BuiltIn {
    id: "brand.competitor",
    severity: Severity::Error,
    why: "Naming a competitor is a comparison, and a comparison needs an approved claim.",
};
const PROTECTED: BuiltIn = BuiltIn {
    id: "brand.protected_name_in_text",
    severity: Severity::Error,
    why: "A name that is spelled in another case weakens the mark, and references spell it right.",
};

const FLOODED: BuiltIn = BuiltIn {
    id: "brand.too_many_hits",
    severity: Severity::Block,
    why: "The text holds so many words that rules look for that not all of them were looked at.",
};

/// All of them, for lists and docs.
pub const BUILT_IN: [BuiltIn; 4] = [FORBIDDEN, COMPETITOR, PROTECTED, FLOODED];

/// `comparing`: where rules of the kind `competitor` speak. They know the same names, and claims beside them.
pub(crate) fn run(scene: &Scene<'_>, comparing: &[&When], out: &mut Vec<Finding>) {
    let terms = scene.terms;
    for slot in &scene.slots {
        let hits = terms.forbidden.iter().flat_map(|terms| slot.find(terms));
        let hits = hits.filter(|(_, range)| slot.reads(Scope::Text, range)).map(|(_, range)| {
            let found = clip(&slot.text[range.clone()]);
            (range, format!("“{found}” is a word that this brand does not use. Remove it."), None)
        });
        push(FORBIDDEN, slot, hits, out);

        let told = comparing.iter().any(|when| scene.reads(when, slot));
        let hits = terms.competitors.iter().filter(|_| !told).flat_map(|terms| slot.find(terms));
        let hits = hits.filter(|(_, range)| slot.reads(Scope::FreeText, range)).map(|(_, range)| {
            let found = clip(&slot.text[range.clone()]);
            (range, format!("“{found}” is a competitor. Compare by an approved claim, or leave the name out."), None)
        });
        push(COMPETITOR, slot, hits, out);

        let hits = terms.protected.iter().flat_map(|terms| slot.find(terms));
        let hits = hits.filter(|(_, range)| slot.reads(Scope::FreeText, range)).filter_map(|(term, range)| {
            let approved = &terms.spellings[term];
            let found = &slot.text[range.clone()];
            (spaced(found) != spaced(approved)).then(|| {
                let message = format!("“{}” is spelled “{}”. Use the approved spelling.", clip(found), clip(approved));
                (range, message, Some(approved.clone()))
            })
        });
        push(PROTECTED, slot, hits, out);

        let flooded = slot.is_flooded().then(|| {
            let message = "This text holds more words that rules look for than can be told. Check it in parts.";
            (0..0, message.to_owned(), None)
        });
        push(FLOODED, slot, flooded.into_iter(), out);
    }
}

fn push(
    rule: BuiltIn,
    slot: &Slot,
    hits: impl Iterator<Item = (Range<usize>, String, Option<String>)>,
    out: &mut Vec<Finding>,
) {
    let first = out.len();
    let mut more = 0_usize;
    for (range, message, fix) in hits {
        if out.len() - first == MAX_FINDINGS {
            more += 1;
            continue;
        }
        out.push(Finding {
            rule: rule.id.to_owned(),
            severity: rule.severity,
            slot: slot.name.clone(),
            start: range.start,
            end: range.end,
            message,
            messages: BTreeMap::new(),
            fix,
        });
    }
    if more > 0
        && let Some(last) = out.last_mut()
    {
        last.message.push_str(&format!(" (And {more} more like this in this text.)"));
    }
}

/// A line break inside a name is no other spelling; composition is not either.
fn spaced(text: &str) -> String {
    crate::view::squeeze(text)
}
