//! `source_grounding`: factual sentences that no source bears out.
//!
//! **What it does.** Reads the sentences that state something one can check (a number, a name, what a product does, has
//! or was), and looks for the source that bears each out best, by numbers, names and words ([`crate::grounding`] says how
//! and what it cannot know). A sentence is found whose best source is less sure than `min_confidence`. Greetings,
//! questions and invitations state nothing. What a reference to a claim, a passage or a message brought is borne out by
//! it while that holds in the market at the date. A source that has expired, or that is of other markets, bears nothing
//! out, and `{best}` says so. It is silent in plain files, which have no sources.
//!
//! It has the rule's severity where a source says nearly the same and differs (another number, name, noun or direction, a
//! negation, "up to"), or has lapsed. A sentence that no source speaks of is `info` at most: it may be made up, and it may be
//! the weather, and which of the two a machine without a model cannot tell.
//!
//! **Why it is bad.** A statement that nobody can prove is made up until somebody proves it.
//!
//! ```yaml
//! id: unsupported_statement
//! kind: source_grounding
//! severity: warn
//! message: "No source says “{match}” (nearest: {best}, {confidence})."
//! params: {min_confidence: 0.5}
//! exceptions: [We have thought of everything]
//! tests:
//!   pass: [{text: Every backup is tested at night., context: {sources: ["Each night it tests all backups."]}}]
//!   fail: [{text: Every backup is tested twice an hour., context: {sources: ["Each night it tests all backups."]}}]
//! ```
//!
//! **Options.** `min_confidence`, 0 to 1 (0.5): lower finds only what contradicts the sources, higher what is told in other
//! words, too. An exception is a whole sentence, with or without its full stop. `scope: free_text` leaves exact wordings
//! alone whose source holds no longer.

use std::ops::Range;

use countersign_domain::finding::Severity;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::grounding::{ENOUGH, Ground, Grounded, Lapse, Reference as Bound, with_bound};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Reference, Scene, Scope, Shape, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SourceGroundingParams {
    min_confidence: Option<Spanned<f64>>,
}

#[derive(Debug)]
pub(crate) struct SourceGrounding {
    min_confidence: f64,
}

impl Params for SourceGroundingParams {
    type Kind = SourceGrounding;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<SourceGrounding> {
        let Some(given) = self.min_confidence else {
            return Some(SourceGrounding { min_confidence: f64::from(ENOUGH) });
        };
        if !(0.0..=1.0).contains(&given.value) {
            faults.at(given.referenced, "`min_confidence` is from 0 to 1");
            return None;
        }
        Some(SourceGrounding { min_confidence: given.value })
    }
}

impl Check for SourceGrounding {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "confidence", "best"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        if scene.shape == Shape::PlainFile {
            return Vec::new();
        }
        let references = scene.slots.iter().flat_map(|slot| {
            slot.references.iter().filter_map(|(range, reference)| match reference {
                Reference::Bound { source, .. } => Some((source.as_str(), &slot.text[range.clone()])),
                Reference::Partner(_) => None,
            })
        });
        let sources = with_bound(scene.sources, references);
        let names: Vec<&str> = scene.terms.spellings.iter().map(String::as_str).collect();
        let place = &scene.place;
        let ground = Ground::new(&sources, &names, place.locale, place.market, place.date);
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for found in ground.read(&slot.name, &slot.text, &bound(slot)) {
                let sure = f64::from(found.confidence()) >= self.min_confidence;
                if sure || !reads(rule, slot, &found.span, &counts) {
                    continue;
                }
                let mut hit = Hit::at(slot, found.span.clone());
                hit.values.push(("confidence", format!("{:.2}", found.confidence())));
                hit.values.push(("best", best(&found)));
                hit.at_most = (!found.is_contradicted()).then_some(Severity::Info);
                hits.push(hit);
            }
        }
        hits
    }
}

fn bound<'s>(slot: &'s Slot<'_>) -> Vec<Bound<'s>> {
    let references = slot.references.iter().map(|(range, reference)| Bound {
        range: range.clone(),
        source: match reference {
            Reference::Bound { source, .. } => Some(source.as_str()),
            Reference::Partner(_) => None,
        },
    });
    references.collect()
}

/// Whether the rule reads a sentence: some free text in it that is no exception, or exact wordings where it reads these.
fn reads(rule: &Rule, slot: &Slot<'_>, span: &Range<usize>, counts: impl Fn(&Range<usize>) -> bool) -> bool {
    let mut free = Vec::new();
    let mut at = span.start;
    for (range, _) in slot.references_in(span) {
        free.push(at..range.start.max(at));
        at = range.end.max(at);
    }
    free.push(at..span.end.max(at));
    let inner = |part: Range<usize>| {
        let text = &slot.text[part.clone()];
        let says_nothing = |c: char| !c.is_alphanumeric();
        let start = part.start + (text.len() - text.trim_start_matches(says_nothing).len());
        let end = part.start + text.trim_end_matches(says_nothing).len();
        (start < end).then_some(start..end)
    };
    let mut free = free.into_iter().filter_map(inner).peekable();
    if free.peek().is_none() { rule.scope == Scope::Text } else { free.any(|part| counts(&part)) }
}

/// The nearest source, and why one that says it may not be said.
fn best(found: &Grounded) -> String {
    let called = |id: &str, text: &str| if id.is_empty() { format!("“{text}”") } else { id.to_owned() };
    match (&found.lapsed, &found.support) {
        (Some(lapsed), _) => {
            let why = match lapsed.why {
                Lapse::Expired(until) => format!("which held until {}", until.rfc3339().get(..10).unwrap_or_default()),
                Lapse::OtherMarket => "which is not for this market".to_owned(),
            };
            format!("{}, {why}", called(&lapsed.id, &lapsed.passage))
        }
        (None, Some(support)) => called(&support.id, &support.passage),
        (None, None) => "no source".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::clock::Timestamp;
    use countersign_domain::finding::Severity;

    use crate::tests::{Known, World, rule, try_pack};
    use crate::{BrandTerms, Packs, Place, SourceKind};

    fn packs() -> Packs {
        rule("warn", "kind: source_grounding\nexceptions: [We ship 500 boxes]")
    }

    fn world(text: &str) -> World {
        let mut world = World::new("en-US").slot("body", text);
        world.sources = vec!["Fjord Backup restores a server in 15 minutes.".into(), "Fjord Backup".into()];
        world
    }

    #[test]
    fn sentences_that_no_source_bears_out_are_found() {
        let text =
            "Dear all,\nIt restores a server in 15 minutes. It restores a server in 5 minutes. Ready? Try it now.";
        assert_eq!(world(text).spans(&packs()), ["It restores a server in 5 minutes."]);
    }

    #[test]
    fn partner_references_are_no_statement_and_spare_none() {
        let world = world("{{partner.display_name}} restores a server in 5 minutes. {{claim.1}} {{partner.phone}}");
        assert_eq!(world.spans(&packs()), ["{{partner.display_name}} restores a server in 5 minutes."]);
    }

    #[test]
    fn exact_wordings_are_borne_out_while_their_source_holds() {
        let world = |until| World::new("en-US").slot("body", "{{claim.1}}").claim(&[], until);
        assert!(world(None).spans(&packs()).is_empty());
        assert_eq!(world(Some("2026-11-30")).spans(&packs()), ["It saves 12 %."]);
        let free_text = rule("warn", "kind: source_grounding\nscope: free_text");
        assert!(world(Some("2026-11-30")).spans(&free_text).is_empty());
    }

    #[test]
    fn an_exception_is_a_whole_sentence() {
        let world = world("We ship 500 boxes. We ship 500 boxes to Oslo.");
        assert_eq!(world.spans(&packs()), ["We ship 500 boxes to Oslo."]);
    }

    #[test]
    fn a_higher_confidence_finds_more_and_a_lower_one_less() {
        let found = |least: &str| {
            let packs = rule("warn", &format!("kind: source_grounding\nparams: {{min_confidence: {least}}}"));
            world("Your small server is back in 15 minutes. Sharks live in Oslo.").spans(&packs).len()
        };
        assert_eq!((found("0"), found("0.3"), found("1.0")), (0, 1, 2));
    }

    #[test]
    fn the_message_names_the_nearest_source_and_why_it_may_not_be_said() {
        let text = "id: r\nkind: source_grounding\nseverity: warn\nmessage: '{match} {confidence} {best}'\nwhy: w\ntests: {pass: [a], fail: [b]}\n";
        let packs = try_pack(&[("r.yaml", text)]).unwrap();
        let told = |world: World| world.check(&packs).into_iter().map(|found| found.message).collect::<Vec<_>>();
        let mut world = World::new("de-AT").slot("body", "Es spart 12 % Strom.").slot("more", "Haie leben in Oslo.");
        world.known.push(Known {
            id: "claim:strom",
            text: "Es spart 13 % Strom.",
            kind: SourceKind::Claim,
            markets: Vec::new(),
            until: None,
        });
        assert_eq!(told(world), ["Es spart 12 % Strom. 0.25 claim:strom", "Haie leben in Oslo. 0.00 no source"]);
        let lapsed = |markets: &[&str], until: Option<&str>| {
            let mut world = World::new("de-AT").slot("body", "Es spart 12 % Strom.");
            world.known.push(Known {
                id: "claim:strom",
                text: "Es spart 12 % Strom.",
                kind: SourceKind::Claim,
                markets: markets.iter().map(|market| market.parse().unwrap()).collect(),
                until: until.map(|day| Timestamp::parse(day).unwrap()),
            });
            told(world)
        };
        assert_eq!(lapsed(&["DE"], None), ["Es spart 12 % Strom. 0.00 claim:strom, which is not for this market"]);
        let expired = "Es spart 12 % Strom. 0.00 claim:strom, which held until 2026-11-01";
        assert_eq!(lapsed(&[], Some("2026-11-01")), [expired]);
    }

    #[test]
    fn what_no_source_speaks_of_informs_and_what_differs_from_one_has_the_severity_of_the_rule() {
        let packs = rule("error", "kind: source_grounding");
        let found = world("It restores a server in 5 minutes. Sharks live in Oslo.").check(&packs);
        let severities: Vec<_> = found.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Error, Severity::Info]);
    }

    #[test]
    fn plain_files_have_no_sources() {
        let place = Place::unknown(World::new("en-US").date);
        assert!(packs().check_text("It restores a server in 5 minutes.", &place, &BrandTerms::default()).is_empty());
    }

    #[test]
    fn a_confidence_that_is_none_is_a_fault() {
        let text = |least: &str| {
            format!(
                "id: r\nkind: source_grounding\nseverity: warn\nmessage: m\nwhy: w\nparams:\n  min_confidence: {least}\ntests: {{pass: [a], fail: [b]}}\n"
            )
        };
        for least in ["1.5", "-0.1", ".nan", "much"] {
            assert_eq!(try_pack(&[("r.yaml", &text(least))]).unwrap_err()[0].line, 7, "{least}");
        }
    }
}
