//! A sample partner for previews, and the trial of each template with sample content when it is loaded.

use std::collections::BTreeMap;

use countersign_released::content::{Content, Segment, SlotText};
use countersign_released::place::{Locale, Market};
use countersign_released::profile::Profile;
use countersign_released::release::{BrandIdentity, Context};

use crate::render::render_as;
use crate::template::{Template, TemplateError};
use crate::{Format, Images, NoBlobs, RenderError, Subject, Tracking};

/// A plausible partner, for previews of what no partner has pulled yet.
#[must_use]
pub fn placeholder_profile() -> Profile {
    Profile {
        display_name: "Your partner".into(),
        legal_name: "Your Partner Ltd.".into(),
        phone: "+00 000 0000000".into(),
        email: "hello@partner.example".into(),
        address: "1 Sample Street\n00000 Sampletown".into(),
        site: "https://partner.example".into(),
        description: "A partner near you.".into(),
        privacy_url: "https://partner.example/privacy".into(),
        unsubscribe_url: "https://partner.example/unsubscribe".into(),
        contact_role: "Head of sales".into(),
        ..Profile::default()
    }
}

/// A market's notice that stands nowhere else.
const NOTICE: &str = "A notice for the sample market.";

/// Renders `template` in each of its languages, for a partner who gave everything and for one who gave the least.
pub(crate) fn try_out(template: &Template) -> Result<(), TemplateError> {
    let text = SlotText {
        segments: vec![Segment::Text { text: "Some words.\nMore.\n\nA list:\n- one\n- two\n\nThe end.".into() }],
    };
    let line = SlotText { segments: vec![Segment::Text { text: "Some words".into() }] };
    let content = Content {
        slots: (template.slots.iter())
            .map(|slot| (slot.name.clone(), if slot.multiline { text.clone() } else { line.clone() }))
            .collect(),
    };
    let full = placeholder_profile();
    let least = Profile { display_name: full.display_name.clone(), site: full.site.clone(), ..Profile::default() };
    let at = |reason: String| TemplateError::new(&template.name, None, reason);
    let market: Market = "US".parse().map_err(|error| at(format!("{error}")))?;
    for locale in template.locales() {
        let locale: Locale = locale.parse().map_err(|error| at(format!("{error}")))?;
        for (profile, legal) in [(&full, true), (&least, true), (&least, false)] {
            let brand = BrandIdentity {
                name: "Sample brand".into(),
                legal: legal.then(|| ("US".to_owned(), NOTICE.to_owned())).into_iter().collect::<BTreeMap<_, _>>(),
                ..BrandIdentity::default()
            };
            let context = Context {
                asset_type: template.name.clone(),
                channel: template.channel.clone(),
                market,
                locale: locale.clone(),
                template: template.tag(),
                rules: String::new(),
                brand,
            };
            let links = Tracking { campaign: "sample", asset: "sample", partner: "sample" };
            let subject = Subject { context: &context, content: &content, profile, links, images: Images::Inline };
            for format in Format::ALL {
                let rendition = render_as(template, &subject, &NoBlobs, format).map_err(|error| match error {
                    RenderError::Layout(error) => error,
                    other => at(other.to_string()),
                })?;
                // What is told of the notice is what a partner gets, not what a layout mentions.
                if template.prints_notice && legal && !String::from_utf8_lossy(&rendition.bytes).contains(NOTICE) {
                    return Err(at(format!("its {format} names the market's notice (`legal`) and does not print it")));
                }
            }
        }
    }
    Ok(())
}
