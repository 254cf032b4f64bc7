//! What an asset type looks like before anything was drafted: its own sample words, or harmless ones where it has none,
//! in a partner's place.

use countersign_domain::content::{Content, SlotText};
use countersign_domain::place::{Locale, Market};
use countersign_domain::release::{BrandIdentity, Context};
use countersign_preview::{Scene, Whom};
use countersign_render::Template;

/// Sample words by slot, for a type that has none; another slot gets its own title.
const WORDS: &[(&str, &str)] = &[
    ("subject", "A word from {{partner.display_name}}"),
    ("preheader", "This is a sample: it shows where your name, logo and links stand."),
    ("headline", "What your customers will see"),
    (
        "body",
        "This sample shows how approved content looks with your details.\n\n{{partner.display_name}} stands beside \
         the text, your logo above it, and every button leads to your own site:\n\n- your name and address below\n\
         - your links, with their campaign's name\n- nothing that was not approved",
    ),
    ("cta", "Learn more"),
    ("post", "A sample of how posts look for {{partner.display_name}}.\n\nThe link below leads to your own site."),
    ("text", "A sample of how posts look for {{partner.display_name}}."),
];

/// Harmless words in the shape of `template`.
pub(crate) fn words(template: &Template) -> Content {
    let slots = template.slots.iter().map(|slot| {
        let words = WORDS.iter().find(|(name, _)| *name == slot.name).map(|(_, words)| *words);
        let text = SlotText::parse(words.unwrap_or(slot.title("en"))).unwrap_or_default();
        (slot.name.clone(), text)
    });
    Content { slots: slots.collect() }
}

/// The locales that a sample can be shown in: those that the type has samples for, and where it has none, all.
pub(crate) fn locales(template: &Template) -> Vec<&str> {
    let sampled: Vec<&str> = template.locales().filter(|locale| template.sample(locale).is_some()).collect();
    if sampled.is_empty() { template.locales().collect() } else { sampled }
}

/// Whether a sample can be shown in `locale`, by itself or by its language.
pub(crate) fn speaks(template: &Template, locale: &Locale) -> bool {
    locales(template).into_iter().any(|known| known == locale.as_str() || known == locale.language())
}

/// The first locale of `wanted` that a sample can be shown in; English where there is none, or whatever there is.
pub(crate) fn locale(template: &Template, wanted: &[Locale]) -> Option<Locale> {
    let known = locales(template);
    let english = known.iter().find(|locale| locale.split('-').next() == Some("en")).or(known.first());
    let wanted = wanted.iter().find(|locale| speaks(template, locale)).cloned();
    wanted.or_else(|| english?.parse().ok())
}

/// A market that goes with `locale`: the partner's first, else the locale's own. A brand that has legal notices has to
/// have one there, since none stands in for another.
fn market(identity: &BrandIdentity, locale: &Locale, markets: &[Market]) -> Option<Market> {
    let language = locale.language().to_uppercase().parse().ok();
    let mut near = markets.iter().copied().chain(locale.market());
    if identity.legal.is_empty() {
        return near.next().or_else(|| "US".parse().ok());
    }
    let noticed = |market: &Market| identity.legal.contains_key(market.as_str());
    let any = || identity.legal.keys().find_map(|market| market.parse().ok());
    near.chain(language).find(noticed).or_else(any)
}

/// The sample of `template` in `locale`, as `whom` would get it from the brand.
pub(crate) fn scene(template: &Template, locale: Locale, identity: BrandIdentity, whom: &Whom) -> Option<Scene> {
    let markets: &[Market] = match whom {
        Whom::Partner(partner) => &partner.markets,
        Whom::Sample | Whom::Worst(_) => &[],
    };
    Some(Scene {
        content: template.sample(locale.as_str()).cloned().unwrap_or_else(|| words(template)),
        context: Context {
            asset_type: template.name.clone(),
            channel: template.channel.clone(),
            market: market(&identity, &locale, markets)?,
            locale,
            template: template.tag(),
            rules: String::new(),
            brand: identity,
        },
        profile: whom.profile(),
        campaign: "sample".into(),
        asset: "sample".into(),
        partner: whom.slug().to_owned(),
        marks: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_render::Templates;

    fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[&str]) -> Vec<T> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn every_template_has_words_that_parse() {
        for template in Templates::embedded().unwrap().iter() {
            let content = words(template);
            assert_eq!(content.slots.len(), template.slots.len());
            for (name, text) in &content.slots {
                assert!(!text.plain().is_empty(), "{}: {name}", template.name);
            }
        }
    }

    #[test]
    fn a_sample_is_in_the_first_language_of_the_partner_that_there_is_one_in() {
        let templates = Templates::embedded().unwrap();
        let email = templates.get("email").unwrap();
        assert_eq!(locale(email, &parsed(&["sw-KE", "de-AT", "en-US"])).unwrap().as_str(), "de-AT");
        assert_eq!(locale(email, &parsed(&["sw-KE"])).unwrap().as_str(), "en");
        let german = scene(email, "de-AT".parse().unwrap(), BrandIdentity::default(), &Whom::Sample).unwrap();
        assert_eq!(german.content, *email.sample("de").unwrap());
        assert_eq!(german.context.market.as_str(), "AT");
    }

    #[test]
    fn a_sample_runs_where_the_brand_has_a_notice() {
        let notices = |markets: &[&str]| BrandIdentity {
            legal: markets.iter().map(|market| ((*market).to_owned(), "A notice.".to_owned())).collect(),
            ..BrandIdentity::default()
        };
        let of = |identity: &BrandIdentity, locale: &str, markets: &[&str]| {
            market(identity, &locale.parse().unwrap(), &parsed(markets)).unwrap().as_str().to_owned()
        };
        assert_eq!(of(&notices(&["AT", "DE"]), "de", &[]), "DE");
        assert_eq!(of(&notices(&["AT", "DE"]), "de", &["CH", "AT"]), "AT");
        assert_eq!(of(&notices(&["FR"]), "en-US", &["US"]), "FR");
        assert_eq!(of(&BrandIdentity::default(), "en", &[]), "US");
    }
}
