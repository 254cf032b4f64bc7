//! Emails at their limits, and with the least that a partner may give.

use super::*;

#[test]
fn an_email_has_sender_address_opt_out_and_notice_whatever_the_partner_gave() {
    let context = context("email", "en-US");
    for format in [Format::Html, Format::Text] {
        let text = text_of(&context, &sample("email", "en"), &least(), format);
        for wanted in ["Strandgata 1, 0150 Oslo", "unsubscribe", "Promotional email from", "Halvard is a trademark"] {
            assert!(text.contains(wanted), "{format} lacks {wanted}");
        }
        let text = text_of(&context, &sample("email", "en"), &profile(), format);
        for wanted in ["Hafenstraße 12, 20457 Hamburg", "nordlicht.example/abmelden", "nordlicht.example/datenschutz"]
        {
            assert!(text.contains(wanted), "{format} lacks {wanted}");
        }
    }
}

/// As many characters as each slot takes, of those that cost the most bytes.
fn full(asset_type: &str) -> Content {
    let fill = |slot: &crate::Slot| {
        // Paragraphs of one character and escaped ones.
        let line = if slot.multiline { "\"\n\n" } else { "\"" };
        let text: String = line.chars().cycle().take(slot.limit.max).collect();
        (slot.name.clone(), SlotText::parse(&text).unwrap())
    };
    Content { slots: TEMPLATES.get(asset_type).unwrap().slots.iter().map(fill).collect() }
}

#[test]
fn an_email_at_all_its_limits_stays_below_what_mail_programs_clip() {
    for (asset_type, layout) in html_layouts(Markup::Mjml) {
        let (mut context, longest, pictures) = everything(asset_type, "en-US");
        context.brand.legal.insert("US".into(), "Legal words. ".repeat(150));
        let profile = Profile {
            display_name: "名".repeat(40),
            legal_name: "名".repeat(120),
            address: "名".repeat(240),
            contact_role: "名".repeat(60),
            ..longest
        };
        let content = full(asset_type);
        let links = Tracking { campaign: &"c".repeat(120), asset: &"a".repeat(36), partner: &"p".repeat(60) };
        let images = Images::Url("https://cdn.halvard.example/partner/v1");
        let subject = Subject { images, links, ..subject(&context, &content, &profile) };
        let html = layout_text(&subject, &pictures, layout, Format::Html);
        assert!(html.len() < 102_000, "{asset_type} {layout}: {} bytes", html.len());
    }
}

#[test]
fn every_email_as_text_says_its_subject_and_the_way_out() {
    for (asset_type, layout) in html_layouts(Markup::Mjml) {
        for language in TEMPLATES.get(asset_type).unwrap().locales() {
            let context = context(asset_type, &locale_of(language));
            let content = sample(asset_type, language);
            let own = TEMPLATES.get(asset_type).unwrap();
            let slot =
                own.slots.iter().find(|slot| slot.short == "subject" && slot.text == own.layout(layout).unwrap().part);
            let words = content.slots[&slot.unwrap().name].plain().replace("{{partner.display_name}}", "Nordlicht IT");
            let text = layout_text(&subject(&context, &content, &profile()), &NoBlobs, layout, Format::Text);
            let first = text.lines().next().unwrap();
            assert!(first.ends_with(words.trim()), "{asset_type} {layout} {language}: {first}");
            assert!(text.contains("https://www.nordlicht.example/abmelden"), "{asset_type} {layout} {language}");
            let bare = layout_text(&subject(&context, &content, &least()), &NoBlobs, layout, Format::Text);
            let last = bare.trim_end().lines().last().unwrap();
            assert!(last.chars().count() > 12, "without a link, a reply is the way out: {last}");
        }
    }
}
