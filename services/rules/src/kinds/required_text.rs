//! `required_text`: a wording that the market demands.
//!
//! **What it does.** One of the variants approved for the asset's market must stand, word for word (composed, white
//! space folded, an apostrophe typed as either), in a slot that `when.slots` allows or in the template's locked text. A
//! market without a variant is an offence too: a legal text never falls back to another market's. An asset without any of
//! the slots that `when.slots` names has no place for it and is not asked, unless the text stands in another one.
//!
//! **Why it is bad.** Without its notice the asset may not run there.
//!
//! ```yaml
//! id: finance_notice
//! kind: required_text
//! severity: block
//! message: "The notice for {market} is missing: {text}"
//! when: {markets: [DE, AT], asset_types: [email]}
//! params: {variants: {DE: [Ein Angebot der Bank.], AT: [Ein Angebot der Bank Austria.]}}
//! tests:
//!   pass: [{text: "Ein Angebot der Bank.", context: {market: DE}}]
//!   fail: [{text: "Ein Angebot.", context: {market: DE}}]
//! ```
//!
//! **Options.** `in_locked: false` when the locked text does not count.

use std::collections::BTreeMap;

use countersign_domain::place::Market;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Shape};
use crate::view::squeeze;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RequiredTextParams {
    variants: BTreeMap<Market, Vec<Spanned<String>>>,
    in_locked: bool,
}

impl Default for RequiredTextParams {
    fn default() -> Self {
        Self { variants: BTreeMap::new(), in_locked: true }
    }
}

#[derive(Debug)]
pub(crate) struct RequiredText {
    variants: BTreeMap<Market, Vec<String>>,
    in_locked: bool,
}

impl Params for RequiredTextParams {
    type Kind = RequiredText;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<RequiredText> {
        if self.variants.is_empty() {
            faults.at(common.kind_at, "name the approved texts by market in `params.variants`");
        }
        for (market, texts) in &self.variants {
            if texts.is_empty() {
                faults.at(common.kind_at, format!("market {market} has no approved text in `params.variants`"));
            }
            for text in texts.iter().filter(|text| squeeze(&text.value).is_empty()) {
                faults.at(text.referenced, "an approved text is empty");
            }
        }
        let texts = |texts: Vec<Spanned<String>>| texts.into_iter().map(|text| squeeze(&text.value)).collect();
        Some(RequiredText {
            variants: self.variants.into_iter().map(|(market, of)| (market, texts(of))).collect(),
            in_locked: self.in_locked,
        })
    }
}

impl Check for RequiredText {
    fn message_names(&self) -> &'static [&'static str] {
        &["market", "text"]
    }

    fn reads_words(&self) -> bool {
        false
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let Some(market) = scene.place.market.filter(|_| scene.shape == Shape::Asset) else { return Vec::new() };
        let approved = self.variants.get(&market).map_or(&[][..], Vec::as_slice);
        let compared: Vec<String> = approved.iter().map(|variant| straight(variant)).collect();
        let holds = |text: &str| {
            let text = straight(&squeeze(text));
            compared.iter().any(|variant| text.contains(variant))
        };
        let has_place = rule.when.slots.is_empty() || scene.slots(&rule.when).next().is_some();
        if !has_place && !scene.slots.iter().any(|slot| holds(&slot.text)) {
            return Vec::new();
        }
        let locked = scene.locked.iter().copied().filter(|_| self.in_locked);
        let mut texts = scene.slots(&rule.when).map(|slot| slot.text.as_str()).chain(locked);
        if texts.any(holds) {
            return Vec::new();
        }
        let text = approved.first().map_or_else(|| "no text is approved for this market".to_owned(), Clone::clone);
        let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
        vec![Hit::whole(slot, vec![("market", market.to_string()), ("text", text)])]
    }
}

/// With the apostrophe that typewriters have.
fn straight(text: &str) -> String {
    text.replace(['\u{2019}', '\u{2BC}'], "'")
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule};

    const NOTICE: &str =
        "kind: required_text\nwhen: {slots: [body]}\nparams: {variants: {FR: [\"L'installation d'un pro.\"]}}";

    #[test]
    fn an_apostrophe_may_be_typed_as_either() {
        let told = |text: &str| World::new("fr-FR").slot("body", text).check(&rule("error", NOTICE)).len();
        assert_eq!(told("Bien. L’installation d'un\npro."), 0);
        assert_eq!(told("Bien. L installation d'un pro."), 1);
    }

    #[test]
    fn an_asset_without_the_slot_is_not_asked() {
        let world = World::new("fr-FR").slot("headline", "Bien.");
        assert!(world.check(&rule("error", NOTICE)).is_empty());
        assert_eq!(world.slot("body", "").check(&rule("error", NOTICE)).len(), 1);
    }
}
