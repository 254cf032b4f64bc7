//! `ai_disclosure`: generated content without its label or metadata.
//!
//! **What it does.** Asks that one of the market's `labels` stands in one of the asset's slots or in the template's locked
//! text (in any case, as whole words where the script parts words), and that each name of `metadata` is true of the asset. It tells what is missing
//! once for the asset.
//!
//! **Why it is bad.** Some markets want readers told that a text was generated, others want machines to be able to tell.
//!
//! ```yaml
//! id: generated
//! kind: ai_disclosure
//! severity: error
//! message: "Say that it was generated, such as “{text}”. What is missing in {market}: {missing}."
//! params: {labels: {CN: [AI生成], KR: [AI 생성]}, metadata: [ai_generated]}
//! tests:
//!   pass: [{text: 本内容由 AI生成, context: {market: CN, metadata: {ai_generated: true}}}]
//!   fail: [{text: 您好, context: {market: CN, metadata: {ai_generated: true}}}]
//! ```
//!
//! **Options.** `in_locked: false` when the locked text does not count. `EU` in `labels` is its members that are not named.
//! A market without labels needs none, unless the rule's own `when.markets` names it: then no label is approved there,
//! and that is missing. Metadata of which nothing is known is not asked for; a plain file is not looked at.

use std::collections::BTreeMap;

use countersign_domain::place::Market;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults, members};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Shape};
use crate::terms::Terms;
use crate::view::fold;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AiDisclosureParams {
    labels: BTreeMap<Market, Vec<Spanned<String>>>,
    metadata: Vec<Spanned<String>>,
    in_locked: bool,
}

impl Default for AiDisclosureParams {
    fn default() -> Self {
        Self { labels: BTreeMap::new(), metadata: Vec::new(), in_locked: true }
    }
}

#[derive(Debug)]
pub(crate) struct AiDisclosure {
    labels: BTreeMap<Market, Label>,
    metadata: Vec<String>,
    in_locked: bool,
}

/// What readers may be told, and the first of it for messages.
#[derive(Clone, Debug)]
struct Label {
    texts: Terms,
    first: String,
}

impl Params for AiDisclosureParams {
    type Kind = AiDisclosure;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<AiDisclosure> {
        if self.labels.is_empty() && self.metadata.is_empty() {
            faults.at(common.kind_at, "name `labels` by market, `metadata` or both in `params`");
        }
        for name in self.metadata.iter().filter(|name| name.value.trim().is_empty()) {
            faults.at(name.referenced, "a name of metadata is empty");
        }
        let mut labels = BTreeMap::new();
        let mut unions = Vec::new();
        for (market, texts) in &self.labels {
            let Some(first) = texts.first() else {
                faults.at(common.kind_at, format!("market {market} has no text in `params.labels`"));
                continue;
            };
            let spaced = !texts.iter().any(|text| text.value.chars().any(joins_words));
            let Some(terms) = faults.terms(texts, true, spaced) else { continue };
            let label = Label { texts: terms, first: first.value.clone() };
            let markets = members(*market, first.referenced, faults);
            if markets == [*market] { _ = labels.insert(*market, label) } else { unions.push((markets, label)) }
        }
        for (market, label) in
            unions.into_iter().flat_map(|(markets, label)| markets.into_iter().map(move |one| (one, label.clone())))
        {
            labels.entry(market).or_insert(label);
        }
        let metadata = self.metadata.into_iter().map(|name| name.value).collect();
        Some(AiDisclosure { labels, metadata, in_locked: self.in_locked })
    }
}

impl AiDisclosure {
    /// Whether the market's label is missing, and what it would be.
    fn unlabelled(&self, rule: &Rule, scene: &Scene<'_>) -> Option<String> {
        let market = scene.place.market.filter(|_| !self.labels.is_empty())?;
        let Some(label) = self.labels.get(&market) else {
            return rule.when.markets.contains(&market).then(|| "no text is approved for this market".to_owned());
        };
        let stands = scene.slots(&rule.when).any(|slot| !slot.find(&label.texts).is_empty());
        let locked = |text: &&str| !label.texts.find(&fold(text, true)).is_empty();
        let locked = self.in_locked && scene.locked.iter().any(locked);
        (!stands && !locked).then(|| label.first.clone())
    }
}

impl Check for AiDisclosure {
    fn message_names(&self) -> &'static [&'static str] {
        &["market", "text", "missing"]
    }

    fn reads_words(&self) -> bool {
        false
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        if scene.shape == Shape::PlainFile {
            return Vec::new();
        }
        let label = self.unlabelled(rule, scene);
        let known = scene.metadata.into_iter();
        let untrue = known.flat_map(|holds| self.metadata.iter().filter(|name| !holds.contains(&name.as_str())));
        let missing: Vec<&str> = label.iter().map(|_| "label").chain(untrue.map(String::as_str)).collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let market = scene.place.market;
        let text = label.or_else(|| Some(self.labels.get(&market?)?.first.clone())).unwrap_or_default();
        let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
        let values = vec![
            ("market", market.map_or_else(|| "this market".to_owned(), |market| market.to_string())),
            ("text", text),
            ("missing", missing.join(", ")),
        ];
        vec![Hit::whole(slot, values)]
    }
}

/// Letters of scripts that do not part words by spaces, or join endings to any word (Thai, Chinese, Japanese, Korean).
const fn joins_words(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, try_pack};
    use crate::{BrandTerms, Fault, Packs, Place};

    fn disclosure(params: &str) -> Result<Packs, Vec<Fault>> {
        let text = format!(
            "id: r\nkind: ai_disclosure\nseverity: error\nmessage: '{{market}}|{{text}}|{{missing}}'\nwhy: w\n{params}\ntests: {{pass: [a], fail: [b]}}\n"
        );
        try_pack(&[("r.yaml", &text)])
    }

    fn told(world: &World, packs: &Packs) -> Vec<String> {
        world.check(packs).into_iter().map(|finding| finding.message).collect()
    }

    fn world(locale: &str, text: &str, metadata: &[&'static str]) -> World {
        let mut world = World::new(locale).slot("body", text);
        world.metadata = Some(metadata.to_vec());
        world
    }

    const BOTH: &str = "params: {labels: {DE: [KI-generiert, Mit KI erstellt], EU: [AI-generated]}, metadata: [ai_generated, human_reviewed]}";

    #[test]
    fn the_markets_label_stands_somewhere_and_metadata_are_true() {
        let packs = disclosure(BOTH).unwrap();
        let all = &["human_reviewed", "ai_generated"];
        assert!(told(&world("de-DE", "Text.\nki\u{2011}generiert", all), &packs).is_empty());
        assert_eq!(told(&world("de-DE", "AI-generated", all), &packs), ["DE|KI-generiert|label"]);
        assert!(told(&world("de-AT", "AI-generated.", all), &packs).is_empty(), "EU is all of its members but DE");
        let chinese = disclosure("params: {labels: {CN: [AI生成]}}").unwrap();
        assert!(told(&world("zh-CN", "本内容由AI生成的", all), &chinese).is_empty());
        assert!(told(&world("de-CH", "Text", all), &packs).is_empty(), "no label is asked for there");
        assert_eq!(told(&world("en-IE", "x", &["ai_generated"]), &packs), ["IE|AI-generated|label, human_reviewed"]);
        let mut locked = world("en-IE", "x", all);
        locked.locked = vec!["This text is AI-generated.".into()];
        assert!(told(&locked, &packs).is_empty());
        let packs = disclosure(&BOTH.replace("metadata", "in_locked: false, metadata")).unwrap();
        assert_eq!(told(&locked, &packs).len(), 1);
    }

    #[test]
    fn metadata_of_which_nothing_is_known_are_not_asked_for() {
        let packs = disclosure("params: {metadata: [ai_generated]}").unwrap();
        assert!(told(&World::new("en-IE").slot("body", "x"), &packs).is_empty());
        assert_eq!(told(&world("en-IE", "x", &[]), &packs), ["IE||ai_generated"]);
        assert_eq!(told(&World::new("en-IE").slot("body", "x"), &disclosure(BOTH).unwrap()), ["IE|AI-generated|label"]);
        let place = Place::unknown(World::new("en-IE").date);
        assert!(packs.check_text("x", &place, &BrandTerms::default()).is_empty());
    }

    #[test]
    fn a_market_that_the_rule_is_for_needs_an_approved_label() {
        let packs = disclosure("when: {markets: [KR, CN]}\nparams: {labels: {CN: [AI生成]}}").unwrap();
        assert_eq!(told(&world("ko-KR", "x", &[]), &packs), ["KR|no text is approved for this market|label"]);
    }

    #[test]
    fn labels_and_metadata_have_texts() {
        let lines = |params: &str| disclosure(params).unwrap_err().iter().map(|fault| fault.line).collect::<Vec<_>>();
        assert_eq!(lines("params: {}"), [2]);
        assert_eq!(lines("params: {labels: {DE: []}}"), [2]);
        assert_eq!(lines("params: {labels: {DE: ['']}}"), [6]);
        assert_eq!(lines("params: {labels: {UK: [a]}}"), [6]);
        assert_eq!(lines("params: {metadata: ['']}"), [6]);
    }
}
