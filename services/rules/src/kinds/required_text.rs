//! `required_text`: a wording that the market demands.
//!
//! **What it does.** One of the variants approved for the asset's market must stand, word for word (composed, white
//! space folded), in a slot that `when.slots` allows or in the template's locked text. A market without a variant is
//! an offence too: a legal text never falls back to another market's.
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

use super::Kind;
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

impl RequiredTextParams {
    pub(crate) fn compile(self, common: &Common, faults: &mut Faults) -> Option<Kind> {
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
        let squeezed = |texts: Vec<Spanned<String>>| texts.into_iter().map(|text| squeeze(&text.value)).collect();
        Some(Kind::RequiredText(RequiredText {
            variants: self.variants.into_iter().map(|(market, texts)| (market, squeezed(texts))).collect(),
            in_locked: self.in_locked,
        }))
    }
}

impl RequiredText {
    pub(crate) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let Some(market) = scene.place.market.filter(|_| scene.shape == Shape::Asset) else { return Vec::new() };
        let approved = self.variants.get(&market).map_or(&[][..], Vec::as_slice);
        let locked = scene.locked.iter().copied().filter(|_| self.in_locked);
        let mut texts = scene.slots(&rule.when).map(|slot| slot.text.as_str()).chain(locked);
        let stands = texts.any(|text| {
            let text = squeeze(text);
            approved.iter().any(|variant| text.contains(variant))
        });
        if stands {
            return Vec::new();
        }
        let text = approved.first().map_or_else(|| "no text is approved for this market".to_owned(), Clone::clone);
        let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
        vec![Hit::whole(slot, vec![("market", market.to_string()), ("text", text)])]
    }
}
