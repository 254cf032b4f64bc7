//! No text that the decoder lets through breaks a rule that it is held to, whoever writes: here a writer that wants nothing
//! but to offend.

use std::collections::{BTreeMap, HashSet};

use countersign_domain::content::{Bound, Content, Segment, SlotText};
use countersign_domain::place::{Locale, Market};
use countersign_domain::release::{BrandIdentity, Context};
use countersign_drafting::held::{Held, How, Kept, holdings};
use countersign_drafting::skeleton::{Element, Skeleton, SlotPlan};
use countersign_drafting::sources::Sources;
use countersign_engine::CompiledBounds;
use countersign_render::Templates;
use countersign_rules::{BrandTerms, Packs, Place, Rule, Subject};
use serde::Deserialize;

use crate::world::{NOW, engine};

const PLACES: [(&str, &str, &str); 8] = [
    ("en-US", "US", "email"),
    ("en-GB", "GB", "search_ad"),
    ("en-IE", "IE", "linkedin_post"),
    ("de-DE", "DE", "email"),
    ("de-AT", "AT", "x_post"),
    ("fr-FR", "FR", "email"),
    ("es-ES", "ES", "linkedin_post"),
    ("it-IT", "IT", "email"),
];
const ASSETS_OF_A_PLACE: u64 = 30;
const FIGURES: [&str; 2] = ["24/7", "99.9"];
const FIGURES_GO_ON: &str = "4/79.";

/// Numbers from a seed, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }
}

#[derive(Deserialize)]
struct Seeded {
    text: String,
}

/// Scraps of texts with offences that people wrote, cut anywhere, beside the rules' own terms.
fn scraps(language: &str, terms: &[String], dice: &mut Dice) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut kinds: Vec<_> =
        std::fs::read_dir("../../eval/rules/seeded").unwrap().map(|kind| kind.unwrap().path()).collect();
    // The same texts on every machine: a folder is listed in no order.
    kinds.sort();
    for kind in kinds {
        let file = kind.join(format!("{language}.yaml"));
        let Ok(file) = std::fs::read_to_string(file) else { continue };
        let seeded: Vec<Seeded> = serde_saphyr::from_str(&file).unwrap();
        texts.extend(seeded.into_iter().map(|seeded| seeded.text));
    }
    assert!(texts.len() > 100, "{language}");
    let mut scraps: Vec<String> = terms.to_vec();
    for text in texts {
        let mut rest: Vec<char> = text.chars().filter(|c| !c.is_control() && !"\"\\{}".contains(*c)).collect();
        while !rest.is_empty() {
            let at = (1 + dice.below(14)).min(rest.len());
            scraps.push(rest.drain(..at).collect());
        }
    }
    scraps.extend(
        ["{{product.name}}", "{{claim.1}}", "{{partner.display_name}}", " ", "-", ".", "s", "e\u{301}", "\u{316}"]
            .map(str::to_owned),
    );
    scraps
}

fn sources(language: &str) -> Sources {
    let bound = |reference: &str, source: &str, text: &str| Bound {
        reference: reference.into(),
        source: source.into(),
        text: text.into(),
    };
    let claim = if language == "de" { "Jede Kopie bleibt in Ihrem Land." } else { "Every copy stays in your country." };
    Sources {
        product: bound("product.name", "product:fjord", "Free Fjord"),
        messages: Vec::new(),
        claims: vec![countersign_drafting::sources::Source {
            form: countersign_domain::wording::Form::Sentence,
            bound: bound("claim.1", "claim:fjord.home", claim),
            origin: String::new(),
            score: None,
        }],
        passages: Vec::new(),
        values: Vec::new(),
        missing: Vec::new(),
        fallbacks: Vec::new(),
    }
}

/// What an asset becomes when scraps are offered until slots are full.
fn write(bounds: &CompiledBounds, slots: &[&str], scraps: &[String], dice: &mut Dice) -> BTreeMap<String, String> {
    let mut state = bounds.begin();
    let mut written = BTreeMap::new();
    for (at, slot) in slots.iter().enumerate() {
        let opening = format!("{}\"{slot}\":\"", if at == 0 { "{" } else { "," });
        assert!(state.take(opening.as_bytes()));
        let mut text = String::new();
        for _ in 0..dice.below(60) {
            let scrap = &scraps[dice.below(scraps.len())];
            if state.allows(scrap.as_bytes()) && state.take(scrap.as_bytes()) {
                text.push_str(scrap);
            }
        }
        // What was let in can be ended: a letter undoes an open match, a mark where there is no room for one, and a
        // figure that was begun has one way on.
        let mut tries = 0;
        while !(state.allows(b"\"") && state.take(b"\"")) {
            let scrap = &scraps[dice.below(scraps.len())];
            let more = match tries % 4 {
                3 => {
                    let at = dice.below(FIGURES_GO_ON.len());
                    &FIGURES_GO_ON[at..=at]
                }
                0 => &scrap[..scrap.chars().next().unwrap().len_utf8()],
                1 => "\u{316}",
                _ => scrap,
            };
            if state.allows(more.as_bytes()) && state.take(more.as_bytes()) {
                text.push_str(more);
            }
            tries += 1;
            assert!(tries < 5_000, "no end after {text:?}");
        }
        written.insert((*slot).to_owned(), text);
    }
    written
}

/// Whether a finding lies in what somebody approved or named, whatever stands around it.
fn is_given(text: &SlotText, start: usize, end: usize) -> bool {
    let mut at = 0;
    text.segments.iter().any(|segment| {
        let (length, given) = match segment {
            Segment::Text { text } => (text.len(), false),
            Segment::Bound(bound) => (bound.text.len(), true),
            Segment::Partner { partner } => (partner.placeholder().len(), true),
        };
        at += length;
        given && at - length <= start && end <= at
    })
}

#[test]
fn nothing_that_can_be_written_breaks_a_rule_that_holds_the_decoder() {
    let packs = Packs::embedded().unwrap();
    // What the form of a draft sees to is not at stake here: this writer knows no form.
    let is_at_stake = |rule: &Rule| !rule.decoder_terms().is_empty() || !rule.decoder_patterns().is_empty();
    let exact: HashSet<&str> = holdings(&packs)
        .into_iter()
        .filter(|holding| holding.how == How::Exact && is_at_stake(holding.rule))
        .map(|holding| holding.rule.id())
        .collect();
    assert!(exact.len() > 60, "{}", exact.len());
    let templates = Templates::embedded().unwrap();
    let kept = Kept::default();
    let mut offered = 0;
    for (locale, market, asset_type) in PLACES {
        let locale: Locale = locale.parse().unwrap();
        let market: Market = market.parse().unwrap();
        let template = templates.get(asset_type).unwrap();
        let context = Context {
            asset_type: asset_type.into(),
            channel: template.channel.clone(),
            market,
            locale: locale.clone(),
            template: template.tag(),
            rules: packs.version(),
            brand: BrandIdentity::default(),
        };
        let terms = BrandTerms::default();
        let place = Place::of(&context, "fjord", NOW);
        let sources = sources(locale.language());
        let slots: Vec<&str> =
            template.slots.iter().filter(|slot| slot.from.is_none()).map(|slot| slot.name.as_str()).take(4).collect();
        let plan = |slot: &&str| SlotPlan {
            name: (*slot).to_owned(),
            key: (*slot).to_owned(),
            paragraphs: vec![vec![Element::Reference("claim.1".into())]],
            ..SlotPlan::default()
        };
        let run = Skeleton { slots: slots.iter().map(plan).collect(), left_out: Vec::new() };
        let held = Held {
            demands: packs.demands(&place, &terms, None),
            never: Vec::new(),
            names: vec!["Free Fjord".into()],
            figures: FIGURES.to_vec(),
            kept: &kept,
        };
        let mut template = template.in_context(&context);
        // Long enough to offend in.
        for slot in &mut template.slots {
            slot.limit.max = slot.limit.max.max(400);
        }
        let bounds = engine().compile_bounds(&held.bounds(&run, &template, &sources).unwrap()).unwrap();
        let mut dice = Dice(7);
        let own: Vec<String> =
            held.demands.iter().flat_map(|demand| &demand.terms).map(|term| (*term).to_owned()).collect();
        let scraps = scraps(locale.language(), &own, &mut dice);
        for asset in 0..ASSETS_OF_A_PLACE {
            let written = write(&bounds, &slots, &scraps, &mut Dice(asset));
            let content = Content {
                slots: written
                    .iter()
                    .map(|(slot, text)| (slot.clone(), SlotText::parse_with(text, |name| sources.find(name)).unwrap()))
                    .collect(),
            };
            offered += content.slots.values().map(|text| text.plain().len()).sum::<usize>();
            for finding in packs.check(&Subject::new(&content, place, &terms)) {
                let text = &content.slots[&finding.slot];
                let span = &text.plain()[finding.start..finding.end];
                assert!(
                    !exact.contains(finding.rule.as_str()) || is_given(text, finding.start, finding.end),
                    "{locale} {}: {span:?} in {:?}",
                    finding.rule,
                    text.plain()
                );
            }
        }
    }
    assert!(offered > 50_000, "{offered}");
}

#[test]
fn a_name_is_written_by_its_reference_alone() {
    let templates = Templates::embedded().unwrap();
    let template = templates.get("email").unwrap();
    let kept = Kept::default();
    let held = Held {
        demands: Vec::new(),
        never: vec!["free fjord cruise".into()],
        names: vec!["Free Fjord".into(), "Claim".into()],
        figures: Vec::new(),
        kept: &kept,
    };
    let plan = SlotPlan {
        name: "body".into(),
        key: "body".into(),
        paragraphs: vec![vec![Element::Reference("claim.1".into())]],
        ..SlotPlan::default()
    };
    let run = Skeleton { slots: vec![plan], left_out: Vec::new() };
    let bounds = engine().compile_bounds(&held.bounds(&run, template, &sources("en")).unwrap()).unwrap();
    let may = |text: &str| {
        let mut state = bounds.begin();
        assert!(state.take(b"{\"body\":\""));
        state.take(text.as_bytes()) && state.allows(b"\"")
    };
    assert!(may("Meet {{product.name}} now"));
    assert!(may("Meet {{product.name}} now. {{claim.1}}"), "what a reference is called is no name");
    assert!(!may("Meet Free Fjord now"), "a name by its letters");
    assert!(!may("Meet {{product.name}} cruise"), "a term that begins in the name");
}
