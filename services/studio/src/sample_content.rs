//! Harmless words in the shape of an asset type, for showing a partner's profile before anything is released.

use countersign_domain::brand::Brand;
use countersign_domain::content::{Content, SlotText};
use countersign_domain::release::Context;
use countersign_render::Template;
use countersign_store::Partner;

/// Sample words by slot; another slot gets its own title.
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

/// Sample content for `template`.
pub(crate) fn content(template: &Template) -> Content {
    let slots = template.slots.iter().map(|slot| {
        let words = WORDS.iter().find(|(name, _)| *name == slot.name).map(|(_, words)| *words);
        let text = SlotText::parse(words.unwrap_or(slot.title("en"))).unwrap_or_default();
        (slot.name.clone(), text)
    });
    Content { slots: slots.collect() }
}

/// The context of `partner`'s first market, in English, which the sample's words are in.
pub(crate) fn context(template: &Template, brand: &Brand, partner: &Partner) -> Option<Context> {
    let locale = template.locales().find(|locale| locale.split('-').next() == Some("en"))?.parse().ok()?;
    Some(Context {
        asset_type: template.name.clone(),
        channel: template.channel.clone(),
        market: *partner.markets.first()?,
        locale,
        template: template.tag(),
        rules: String::new(),
        brand: brand.sheet.identity.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_render::Templates;

    #[test]
    fn every_template_has_sample_words_that_parse() {
        for template in Templates::embedded().unwrap().iter() {
            let content = content(template);
            assert_eq!(content.slots.len(), template.slots.len());
            for (name, text) in &content.slots {
                assert!(!text.plain().is_empty(), "{}: {name}", template.name);
            }
        }
    }
}
