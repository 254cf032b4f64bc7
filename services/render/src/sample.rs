//! A sample partner for previews, and the trial of each template with sample content when it is loaded.

use std::collections::BTreeMap;

use countersign_released::content::{Content, PartnerField, Segment, SlotText};
use countersign_released::place::{Locale, Market};
use countersign_released::profile::Profile;
use countersign_released::release::{BrandIdentity, Context};

use crate::render::render_as;
use crate::template::{Template, TemplateError};
use crate::{Format, Images, NoBlobs, RenderError, Subject, Tracking, Wanted};

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

/// The longest values that are plausible, for trials of what every partner can pull: a company's name of forty
/// characters in the script of the direction, and all the rest as long as profiles allow.
#[must_use]
pub fn longest_profile(direction: &str) -> Profile {
    let name = if direction == "rtl" {
        "شركة الأفق الجديد لحلول تقنية المعلومات"
    } else {
        "Wilhelmsburger Systemhaus & Partner GmbH"
    };
    let url = |of: PartnerField| {
        let start = "https://systemhaus-partner.example/";
        format!("{start}{}", "a".repeat(of.max_graphemes().saturating_sub(start.len())))
    };
    Profile {
        display_name: name.into(),
        legal_name: "Wilhelmsburger Systemhaus und Partner Gesellschaft für Informationstechnik mbH & Co. Kommanditgesellschaft auf Aktien".into(),
        phone: "+49 (0) 40 0000000000-00000 x000".into(),
        email: format!("{}@systemhaus-partner.example", "a".repeat(92)),
        address: "Gebäude 4, Aufgang B, 12. Obergeschoss\nIndustrie- und Gewerbepark Wilhelmsburg\nAn der Alten Schleuse 1204-1208\n21107 Hamburg".into(),
        site: url(PartnerField::Site),
        description: "Wir betreuen Unternehmen. ".repeat(15).trim().into(),
        privacy_url: url(PartnerField::PrivacyUrl),
        unsubscribe_url: url(PartnerField::UnsubscribeUrl),
        contact_role: "Leiterin Partnervertrieb und Öffentliche Auftraggeber Nord".into(),
        ..Profile::default()
    }
}

/// A market's notice that stands nowhere else.
const NOTICE: &str = "A notice for the sample market.";

/// Renders every layout of `template` in each of its languages, with its sample words and with words as long as its slots
/// may be, for partners who gave everything, the longest and the least.
pub(crate) fn try_out(template: &Template) -> Result<(), TemplateError> {
    let full = placeholder_profile();
    let least = Profile { display_name: full.display_name.clone(), site: full.site.clone(), ..Profile::default() };
    let at = |reason: String| TemplateError::new(&template.name, None, reason);
    let market: Market = "US".parse().map_err(|error| at(format!("{error}")))?;
    for locale in template.locales() {
        let locale: Locale = locale.parse().map_err(|error| at(format!("{error}")))?;
        let content = template.sample(locale.as_str()).cloned().unwrap_or_else(|| words(template));
        for (profile, legal) in
            [(&full, true), (&longest_profile(locale.direction()), true), (&least, true), (&least, false)]
        {
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
            let told = |error: RenderError| match error {
                RenderError::Layout(error) => error,
                other => at(format!("in {locale}: {other}")),
            };
            for layout in &template.layouts {
                for format in layout.formats() {
                    let wanted = Wanted { format, layout: Some(&layout.name) };
                    let rendition = render_as(template, &subject, &NoBlobs, wanted).map_err(told)?;
                    // What is told of the notice is what a partner gets, not what a layout mentions.
                    let readable = matches!(format, Format::Html | Format::Text);
                    if readable
                        && template.prints_notice
                        && legal
                        && !String::from_utf8_lossy(&rendition.bytes).contains(NOTICE)
                    {
                        let reason = format!("its {format} names the market's notice (`legal`) and does not print it");
                        return Err(at(reason));
                    }
                }
            }
            render_as(template, &subject, &NoBlobs, Format::Json.into()).map_err(told)?;
        }
    }
    Ok(())
}

/// Words of no language, where a template has none of its own.
fn words(template: &Template) -> Content {
    let text = SlotText {
        segments: vec![Segment::Text { text: "Some words.\nMore.\n\nA list:\n- one\n- two\n\nThe end.".into() }],
    };
    let line = SlotText { segments: vec![Segment::Text { text: "Some words".into() }] };
    let slots = template.slots.iter();
    Content {
        slots: slots
            .map(|slot| (slot.name.clone(), if slot.multiline { text.clone() } else { line.clone() }))
            .collect(),
    }
}
