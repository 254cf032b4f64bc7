//! The plan: which assets a brief asks for. A pure function, so that the same brief is the same plan.

use countersign_domain::brief::Brief;
use countersign_domain::digest::Digest;
use countersign_render::Templates;
use countersign_store::kits::NewAsset;

/// The most assets that one brief may ask for.
pub const MAX_ASSETS: usize = 400;

/// Template × market × locale × audience × variant, in the order of the brief.
pub fn plan(brief: &Brief, templates: &Templates) -> Result<Vec<NewAsset>, PlanError> {
    let mut assets = Vec::new();
    for locale in &brief.locales {
        for market in brief.markets_of(locale) {
            for asset_type in &brief.asset_types {
                let template = templates.get(asset_type).ok_or_else(|| PlanError::Unknown(asset_type.clone()))?;
                for variant in 1..=brief.variants {
                    assets.push(NewAsset {
                        asset_type: asset_type.clone(),
                        channel: template.channel.clone(),
                        locale: locale.clone(),
                        market,
                        audience: brief.audience.clone(),
                        variant,
                        seed: seed(brief.seed, &[asset_type, locale.as_str(), market.as_str()], variant),
                    });
                }
            }
        }
    }
    if assets.len() > MAX_ASSETS {
        return Err(PlanError::TooMany { asked: assets.len() });
    }
    Ok(assets)
}

/// An asset's own seed. It depends on what the asset is and on nothing that differs from run to run.
fn seed(brief_seed: u64, parts: &[&str], variant: u32) -> u64 {
    seed_of(&Digest::of_json(&(brief_seed, parts, variant)), brief_seed)
}

/// A seed from a digest: 48 bits, exact in JSON, in JavaScript and in a BIGINT.
pub(crate) fn seed_of(digest: &Digest, otherwise: u64) -> u64 {
    u64::from_str_radix(&digest.hex()[..12], 16).unwrap_or(otherwise)
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("there is no template for the asset type `{0}`")]
    Unknown(String),
    #[error("this brief asks for {asked} assets; {MAX_ASSETS} at most: name fewer locales, markets, types or variants")]
    TooMany { asked: usize },
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::brief::BriefForm;

    fn brief(locales: &[&str], markets: &[&str], variants: u32) -> Brief {
        BriefForm {
            product: "Fjord".into(),
            locales: locales.iter().map(ToString::to_string).collect(),
            markets: markets.iter().map(ToString::to_string).collect(),
            asset_types: vec!["email".into(), "x_post".into()],
            variants: Some(variants),
            seed: Some(7),
            ..BriefForm::default()
        }
        .check(&["email", "x_post"])
        .unwrap()
    }

    #[test]
    fn a_brief_is_planned_the_same_way_every_time() {
        let templates = Templates::embedded().unwrap();
        let once = plan(&brief(&["en-US", "de-DE"], &[], 2), &templates).unwrap();
        assert_eq!(once.len(), 8);
        assert_eq!(once, plan(&brief(&["en-US", "de-DE"], &[], 2), &templates).unwrap());
        let seeds: std::collections::BTreeSet<_> = once.iter().map(|asset| asset.seed).collect();
        assert_eq!(seeds.len(), 8, "every asset has a seed of its own");
    }

    #[test]
    fn a_bare_language_is_drafted_for_every_market() {
        let templates = Templates::embedded().unwrap();
        let plan = plan(&brief(&["de"], &["DE", "AT"], 1), &templates).unwrap();
        assert_eq!(plan.iter().map(|a| a.market.to_string()).collect::<Vec<_>>(), ["DE", "DE", "AT", "AT"]);
    }
}
