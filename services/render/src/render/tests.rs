//! Renditions as partners get them: goldens, and what must hold for any content and any profile.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_released::content::{PartnerField, Segment, SlotText};
use countersign_released::release::BrandIdentity;
use proptest::prelude::*;

use super::*;
use crate::{logo, placeholder_profile};

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::embedded().unwrap());

const TYPES: [&str; 3] = ["email", "linkedin_post", "x_post"];

fn context(asset_type: &str, locale: &str) -> Context {
    let template = TEMPLATES.get(asset_type).unwrap();
    let locale: Locale = locale.parse().unwrap();
    Context {
        asset_type: asset_type.into(),
        channel: template.channel.clone(),
        market: locale.market().unwrap(),
        locale,
        template: template.tag(),
        rules: "1".into(),
        brand: BrandIdentity {
            name: "Halvard".into(),
            legal_name: "Halvard Systems AS".into(),
            site: "https://halvard.example".into(),
            address: "Strandgata 1\n0150 Oslo".into(),
            color: "#0b5fff".into(),
            logo: None,
            legal: BTreeMap::from([
                ("DE".into(), "Halvard ist eine Marke der Halvard Systems AS.".into()),
                ("US".into(), "Halvard is a trademark of Halvard Systems AS.\nOffer for businesses only.".into()),
            ]),
            ..BrandIdentity::default()
        },
    }
}

fn profile() -> Profile {
    Profile {
        display_name: "Nordlicht IT".into(),
        legal_name: "Nordlicht IT GmbH & Co. KG".into(),
        phone: "+49 40 000000".into(),
        email: "hallo@nordlicht.example".into(),
        address: "Hafenstraße 12\n20457 Hamburg".into(),
        site: "https://www.nordlicht.example/start?ref=1".into(),
        privacy_url: "https://www.nordlicht.example/datenschutz".into(),
        unsubscribe_url: "https://www.nordlicht.example/abmelden".into(),
        ..Profile::default()
    }
}

fn content(slots: &[(&str, &str)]) -> Content {
    Content { slots: slots.iter().map(|(name, text)| ((*name).into(), SlotText::parse(text).unwrap())).collect() }
}

fn sample(asset_type: &str, language: &str) -> Content {
    if language == "ar" {
        return TEMPLATES.get(asset_type).unwrap().sample("ar").unwrap().clone();
    }
    let german = language == "de";
    let pick = |en: &'static str, de: &'static str| if german { de } else { en };
    match asset_type {
        "email" => content(&[
            ("subject", pick("Ready for the day nobody plans?", "Bereit für den Tag, den keiner plant?")),
            (
                "preheader",
                pick("How to find the gaps before they cost you.", "So finden Sie Lücken, bevor es teuer wird."),
            ),
            ("headline", pick("Calm on good days, ready for bad ones", "Ruhig an guten Tagen, bereit für schlechte")),
            (
                "body",
                pick(
                    "Most incidents start small: an update put off, a door left open. Fjord keeps watch.\n\n\
                     Good intentions protect nobody, so here is something to check. It restores in 15 minutes.\n\n\
                     What you get:\n- one view of every site\n- help from {{partner.display_name}}\n\n\
                     Have a look, and tell us what you want to know.",
                    "Die meisten Vorfälle fangen klein an: ein Update, das liegen bleibt. Fjord passt auf.\n\n\
                     Gute Vorsätze schützen niemanden, darum ein paar Fakten. Wiederhergestellt in 15 Minuten.\n\n\
                     Auf einen Blick:\n- eine Ansicht für alle Standorte\n- Hilfe von {{partner.display_name}}\n\n\
                     Schauen Sie es sich an, und sagen Sie uns, was Sie wissen möchten.",
                ),
            ),
            ("cta", pick("Take a look", "Jetzt ansehen")),
        ]),
        "linkedin_post" => content(&[(
            "post",
            pick(
                "When did you last test your plan for a bad day? Not discuss it. Test it.\n\nFjord keeps watch. Good \
                 intentions keep nobody safe, so here are the facts. It restores in 15 minutes, and it does that on the \
                 day you need it.\n\nWant to think it through? Ask {{partner.display_name}}.",
                "Wann haben Sie Ihren Notfallplan zuletzt geprobt? Nicht besprochen. Geprobt.\n\nFjord passt auf. Gute \
                 Vorsätze schützen niemanden, darum ein paar Fakten. Wiederhergestellt in 15 Minuten, und zwar an dem \
                 Tag, an dem es zählt.\n\nGemeinsam durchdenken? Fragen Sie {{partner.display_name}}.",
            ),
        )]),
        _ => content(&[(
            "text",
            pick(
                "When did you last rehearse your plan for a bad day? Fjord restores in 15 minutes. Have a closer look.",
                "Wann haben Sie Ihren Notfallplan zuletzt geprobt? Fjord ist in 15 Minuten zurück. Schauen Sie rein.",
            ),
        )]),
    }
}

const TRACKING: Tracking<'_> = Tracking { campaign: "calm-days", asset: "0193-asset", partner: "nordlicht" };

fn subject<'a>(context: &'a Context, content: &'a Content, profile: &'a Profile) -> Subject<'a> {
    Subject { context, content, profile, links: TRACKING, images: Images::Inline }
}

fn text_of(context: &Context, content: &Content, profile: &Profile, format: Format) -> String {
    let rendition = render(&TEMPLATES, &subject(context, content, profile), &NoBlobs, format).unwrap();
    assert_eq!(rendition.digest, Digest::of_bytes(&rendition.bytes));
    String::from_utf8(rendition.bytes).unwrap()
}

/// An X post by these templates for a partner of this name, as HTML.
pub(crate) fn x_post_of(templates: &Templates, name: &str) -> String {
    let (mut context, content) = (context("x_post", "en-US"), sample("x_post", "en"));
    context.template = templates.get("x_post").unwrap().tag();
    let profile = Profile { display_name: name.into(), ..profile() };
    let rendition = render(templates, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap();
    String::from_utf8(rendition.bytes).unwrap()
}

#[derive(Debug)]
struct OneLogo(logo::Logo);

impl Blobs for OneLogo {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        (*digest == self.0.digest).then(|| self.0.png.as_slice().into())
    }
}

/// A wide logo: blue on a transparent ground.
fn one_logo() -> OneLogo {
    use image::ImageEncoder as _;
    let mut png = Vec::new();
    let pixels = [[11, 95, 255, 255].repeat(399), vec![0; 4]].concat().repeat(80);
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&pixels, 400, 80, image::ExtendedColorType::Rgba8)
        .unwrap();
    OneLogo(logo::intake(&png).unwrap())
}

#[test]
fn every_type_in_every_language_is_as_it_was() {
    for asset_type in TYPES {
        for locale in ["en-US", "de-DE"] {
            let context = context(asset_type, locale);
            let content = sample(asset_type, context.locale.language());
            for format in Format::ALL {
                let name = format!("{asset_type}.{locale}.{format}");
                // A snapshot is of the words, whatever the digest of the layouts.
                let text = text_of(&context, &content, &profile(), format);
                let edition = &TEMPLATES.get(asset_type).unwrap().edition;
                insta::assert_snapshot!(name, text.replace(&format!("+{edition}"), ""));
            }
        }
    }
}

/// Not a check: writes what people look at. `cargo test -p countersign-render -- --ignored gallery`
#[test]
#[ignore = "writes files to look at"]
fn gallery() {
    let logo = one_logo();
    let folder = std::env::temp_dir().join("countersign-gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for asset_type in TYPES {
        for locale in ["en-US", "de-DE"] {
            for with_logo in [false, true] {
                let mut context = context(asset_type, locale);
                let mut profile = profile();
                if with_logo {
                    context.brand.logo = Some(logo.0.digest.clone());
                    profile.logo = Some(logo.0.digest.clone());
                }
                let content = sample(asset_type, context.locale.language());
                for format in Format::ALL {
                    let rendition = render(&TEMPLATES, &subject(&context, &content, &profile), &logo, format).unwrap();
                    let name = format!("{with_logo}-{}", rendition.file_name);
                    std::fs::write(folder.join(name), rendition.bytes).unwrap();
                }
            }
        }
    }
}

#[test]
fn the_same_subject_gives_the_same_bytes() {
    for asset_type in TYPES {
        let context = context(asset_type, "en-US");
        let content = sample(asset_type, "en");
        let again = Templates::embedded().unwrap();
        for format in Format::ALL {
            let profile = profile();
            let subject = subject(&context, &content, &profile);
            let one = render(&TEMPLATES, &subject, &NoBlobs, format).unwrap();
            assert_eq!(one, render(&TEMPLATES, &subject, &NoBlobs, format).unwrap());
            assert_eq!(one, render(&again, &subject, &NoBlobs, format).unwrap());
        }
    }
}

#[test]
fn markup_and_template_syntax_stay_text() {
    let hostile = "{% raw %}{{7*7}}<script>alert(1)</script>\"'`${x}&amp;\\n</mj-text><mj-raw>";
    let profile =
        Profile { display_name: hostile.into(), legal_name: hostile.into(), address: hostile.into(), ..profile() };
    for asset_type in TYPES {
        let mut context = context(asset_type, "en-US");
        context.brand.name = hostile.into();
        context.brand.legal.insert("US".into(), hostile.into());
        let template = TEMPLATES.get(asset_type).unwrap();
        let text = SlotText { segments: vec![Segment::Text { text: hostile.into() }] };
        let content = Content { slots: template.slots.iter().map(|s| (s.name.clone(), text.clone())).collect() };
        let html = text_of(&context, &content, &profile, Format::Html);
        assert!(html.contains("{{7*7}}&lt;script&gt;"), "{html}");
        assert!(!html.contains("<script") && !html.contains("<mj-raw"), "{html}");
        assert!(html.contains("&#92;n"), "a backslash reaches text and attributes as it is");
        let plain = text_of(&context, &content, &profile, Format::Text);
        assert!(plain.contains(hostile));
        let json: serde_json::Value =
            serde_json::from_str(&text_of(&context, &content, &profile, Format::Json)).unwrap();
        assert_eq!(json["slots"][&template.slots[0].name], hostile);
        assert_eq!(json["partner"]["display_name"], hostile);
    }
}

#[test]
fn a_partners_value_cannot_turn_its_neighbours_around() {
    let profile = Profile { display_name: "شركة الشمال".into(), ..profile() };
    for asset_type in TYPES {
        let context = context(asset_type, "en-US");
        let html = text_of(&context, &sample(asset_type, "en"), &profile, Format::Html);
        assert!(html.contains("<bdi>شركة الشمال</bdi>"));
        // Outside of attributes, the name stands in isolation only.
        let body = &html[html.find("<body").unwrap()..];
        let bare = body.replace("<bdi>شركة الشمال</bdi>", "");
        assert!(!bare.contains("شركة الشمال"), "{asset_type}");
    }
}

#[test]
fn language_and_direction_are_those_of_the_locale() {
    let html = text_of(&context("email", "de-DE"), &sample("email", "de"), &profile(), Format::Html);
    assert!(html.contains(r#"<html lang="de-DE" dir="ltr""#));

    let html = text_of(&context("email", "ar-EG"), &sample("email", "ar"), &profile(), Format::Html);
    assert!(html.contains(r#"<html lang="ar-EG" dir="rtl""#));
    assert!(html.contains("text-align:right") && html.contains("direction:rtl"));

    // Thai has no locked texts, and nothing stands in for them.
    let mut thai = context("email", "en-US");
    thai.locale = "th-TH".parse().unwrap();
    let (content, profile) = (sample("email", "en"), profile());
    let error = render(&TEMPLATES, &subject(&thai, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::Language { .. }), "{error}");
}

#[test]
fn a_market_without_its_legal_notice_is_blocked() {
    let (content, profile) = (sample("x_post", "de"), profile());
    let mut context = context("x_post", "de-DE");
    context.market = "AT".parse().unwrap();
    for format in Format::ALL {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, format).unwrap_err();
        assert!(matches!(error, RenderError::MissingLegal { .. }), "{error}");
    }
    context.brand.legal.insert("AT".into(), "  \n".into());
    assert!(render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Text).is_err());
    context.brand.legal.clear();
    assert!(render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Text).is_ok());
}

#[test]
fn a_linkedin_post_has_the_markets_notice_and_counts_it_against_its_slot() {
    let (content, profile) = (sample("linkedin_post", "en"), profile());
    let mut context = context("linkedin_post", "en-US");
    for format in Format::ALL {
        let text = text_of(&context, &content, &profile, format);
        assert!(text.contains("Halvard is a trademark of Halvard Systems AS."), "{format}: {text}");
    }
    let template = TEMPLATES.get("linkedin_post").unwrap();
    let max = |template: &Template| template.slots[0].limit.max;
    let there = template.in_context(&context);
    let notice = "Halvard is a trademark of Halvard Systems AS.\nOffer for businesses only.".len();
    assert_eq!(max(&there), max(template) - notice - 2);
    assert_eq!(max(&there.in_context(&context)), max(&there), "the notice is counted once");
    context.brand.legal.clear();
    assert_eq!(max(&template.in_context(&context)), max(template));
    assert!(!text_of(&context, &content, &profile, Format::Text).contains("trademark"));
    let post = text_of(&context, &content, &profile, Format::Text);
    assert!(post.contains("Ask Nordlicht IT.\n\nhttps://"), "{post}");
}

#[test]
fn the_longest_linkedin_post_holds_the_channels_limit_with_link_and_notice() {
    let mut context = context("linkedin_post", "en-US");
    context.brand.legal.insert("US".into(), "Legal words. ".repeat(30));
    let max = TEMPLATES.get("linkedin_post").unwrap().in_context(&context).slots[0].limit.max;
    let content = content(&[("post", &"x".repeat(max))]);
    let profile = Profile { site: format!("https://n.example/{}", "s".repeat(102)), ..profile() };
    assert_eq!(profile.validate(), Ok(()));
    let links = Tracking { campaign: &"c".repeat(120), asset: &"a".repeat(36), partner: &"p".repeat(60) };
    let subject = Subject { links, ..subject(&context, &content, &profile) };
    let rendition = render(&TEMPLATES, &subject, &NoBlobs, Format::Text).unwrap();
    let length = crate::count(crate::Unit::Graphemes, &String::from_utf8(rendition.bytes).unwrap());
    assert!((2_800..=3_000).contains(&length), "{length}");
}

#[test]
fn a_trial_finds_what_a_pull_would_fail_on_and_needs_no_logo() {
    let mut context = context("email", "de-DE");
    let template = TEMPLATES.get("email").unwrap();
    context.brand.logo = Some(Digest::of_bytes(b"a logo"));
    try_render(template, &context, &sample("email", "de")).unwrap();
    let error = try_render(template, &context, &content(&[("subject", "x")])).unwrap_err();
    assert!(matches!(error, RenderError::Slot { .. }), "{error}");
    context.brand.legal.remove("DE");
    let error = try_render(template, &context, &sample("email", "de")).unwrap_err();
    assert!(matches!(error, RenderError::MissingLegal { .. }), "{error}");
}

#[test]
fn another_edition_of_a_template_is_not_used() {
    let (content, profile) = (sample("email", "en"), profile());
    let mut context = context("email", "en-US");
    context.template = "email@2".into();
    let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(
        matches!(&error, RenderError::Edition { asked, have } if asked == "email@2" && have.starts_with("email@1+"))
    );
    context.asset_type = "fax".into();
    let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::UnknownTemplate(_)));
}

#[test]
fn an_empty_or_foreign_slot_is_an_error() {
    let (context, profile) = (context("x_post", "en-US"), profile());
    for content in [content(&[]), content(&[("text", " \n")]), content(&[("text", "Some words"), ("body", "x")])] {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Json).unwrap_err();
        assert!(matches!(error, RenderError::Slot { .. }), "{error}");
    }
}

#[test]
fn a_link_that_is_not_https_is_an_error() {
    let (context, content) = (context("email", "en-US"), sample("email", "en"));
    for (field, profile) in [
        ("partner.site", Profile { site: "javascript:alert(1)".into(), ..profile() }),
        ("partner.unsubscribe_url", Profile { unsubscribe_url: "data:text/html,x".into(), ..profile() }),
    ] {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
        assert!(error.to_string().starts_with(field), "{error}");
    }
}

#[test]
fn an_email_has_sender_address_opt_out_and_notice_whatever_the_partner_gave() {
    let least = Profile { display_name: "Nordlicht".into(), site: "https://n.example".into(), ..Profile::default() };
    let context = context("email", "en-US");
    for format in [Format::Html, Format::Text] {
        let text = text_of(&context, &sample("email", "en"), &least, format);
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

#[test]
fn an_email_at_all_its_limits_stays_below_what_mail_programs_clip() {
    let template = TEMPLATES.get("email").unwrap();
    let fill = |slot: &crate::Slot| {
        // Paragraphs of one character and escaped ones cost the most bytes.
        let line = if slot.multiline { "\"\n\n" } else { "\"" };
        let text: String = line.chars().cycle().take(slot.limit.max).collect();
        (slot.name.clone(), SlotText::parse(&text).unwrap())
    };
    let content = Content { slots: template.slots.iter().map(fill).collect() };
    let logo = one_logo();
    let mut context = context("email", "en-US");
    context.brand.logo = Some(logo.0.digest.clone());
    context.brand.legal.insert("US".into(), "Legal words. ".repeat(150));
    let profile = Profile {
        display_name: "名".repeat(40),
        legal_name: "名".repeat(120),
        address: "名".repeat(240),
        logo: Some(logo.0.digest.clone()),
        ..profile()
    };
    let subject =
        Subject { images: Images::Url("https://cdn.halvard.example/"), ..subject(&context, &content, &profile) };
    let rendition = render(&TEMPLATES, &subject, &logo, Format::Html).unwrap();
    assert!(rendition.bytes.len() < 102 * 1024, "{} bytes", rendition.bytes.len());
}

#[test]
fn images_are_inline_for_previews_and_addresses_for_mail() {
    let logo = one_logo();
    let mut context = context("email", "en-US");
    context.brand.logo = Some(logo.0.digest.clone());
    let (content, profile) = (sample("email", "en"), Profile { logo: Some(logo.0.digest.clone()), ..profile() });
    let inline = subject(&context, &content, &profile);
    let html = |subject: &Subject<'_>| {
        String::from_utf8(render(&TEMPLATES, subject, &logo, Format::Html).unwrap().bytes).unwrap()
    };
    assert_eq!(html(&inline).matches("src=\"data:image/png;base64,").count(), 2);
    let sent = html(&Subject { images: Images::Url("https://p.example/partner/v1/"), ..inline });
    let address = format!("src=\"https://p.example/partner/v1/logos/{}.png\"", logo.0.digest.hex());
    assert_eq!(sent.matches(&address).count(), 2);
    assert!(!sent.contains("data:"));
    assert!(sent.contains("alt=\"Halvard\"") && sent.contains("alt=\"Nordlicht IT\""));

    let error = render(&TEMPLATES, &inline, &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::MissingLogo(_)), "{error}");
}

#[test]
fn nothing_in_an_email_is_loaded_from_elsewhere() {
    let html = text_of(&context("email", "en-US"), &sample("email", "en"), &profile(), Format::Html);
    for bad in ["fonts.googleapis", "@import", "<link", "<script", "<img"] {
        assert!(!html.contains(bad), "{bad}");
    }
    assert!(html.contains("color-scheme") && html.contains("How to find the gaps"));
}

#[test]
fn posts_end_with_the_partners_tracked_link() {
    let link = "https://www.nordlicht.example/start?ref=1&utm_source=nordlicht&utm_medium=social\
                &utm_campaign=calm-days&utm_content=0193-asset";
    let post = text_of(&context("linkedin_post", "en-US"), &sample("linkedin_post", "en"), &profile(), Format::Text);
    assert!(post.ends_with(&format!("businesses only.\n\n{link}")), "{post}");
    let tweet = text_of(&context("x_post", "en-US"), &sample("x_post", "en"), &profile(), Format::Text);
    assert!(tweet.ends_with(&format!("Have a closer look. {link}")), "{tweet}");
    assert!(crate::count(crate::Unit::Weighted, &tweet) <= 280);
}

#[test]
fn file_names_are_plain() {
    let (context, content, profile) = (context("x_post", "en-US"), sample("x_post", "en"), profile());
    let links = Tracking { partner: "../Nörd licht", ..TRACKING };
    let subject = Subject { links, ..subject(&context, &content, &profile) };
    let rendition = render(&TEMPLATES, &subject, &NoBlobs, Format::Text).unwrap();
    assert_eq!(rendition.file_name, "x_post-en-US----n-rd-licht.txt");
}

#[test]
fn the_placeholder_is_a_valid_profile() {
    assert_eq!(placeholder_profile().validate(), Ok(()));
}

/// Every tag of a rendition by name. Those that mark where a post is cut depend on its length, and are left out.
fn tags(html: &str) -> Vec<String> {
    let tag = regex::Regex::new(r"<[a-zA-Z/!][^\s>]*").unwrap();
    let tags = tag.find_iter(html).map(|found| found.as_str().to_owned());
    tags.filter(|tag| !matches!(tag.as_str(), "<span" | "</span" | "<bdi" | "</bdi")).collect()
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>".to_owned()),
        Just("</style><svg onload=x>".to_owned()),
        Just("\" onmouseover=\"x".to_owned()),
        Just("<!-- --><![endif]-->".to_owned()),
        Just("{{ 7*7 }}{% include 'x' %}{#".to_owned()),
        Just("]]>&lt;\\u{0}".to_owned()),
        "\\PC{0,12}",
        any::<String>(),
    ];
    // Starts with a letter, so that no text is a bullet or blank and the shape stays the same.
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("a{}", pieces.concat().replace(['\n', '\r'], " ")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_anyone_becomes_a_tag(text in hostile_text(), name in hostile_text()) {
        let tame = Profile { display_name: "a".into(), legal_name: "a".into(), address: "a".into(), ..profile() };
        let wild = Profile { display_name: name.clone(), legal_name: name.clone(), address: name.clone(), ..profile() };
        for asset_type in TYPES {
            let mut context = context(asset_type, "en-US");
            let slots = |text: &str| {
                let segments = vec![
                    Segment::Text { text: text.to_owned() },
                    Segment::Partner { partner: PartnerField::DisplayName },
                ];
                let template = TEMPLATES.get(asset_type).unwrap();
                Content { slots: template.slots.iter().map(|s| (s.name.clone(), SlotText { segments: segments.clone() })).collect() }
            };
            context.brand.name = "a".into();
            let expected = tags(&text_of(&context, &slots("a"), &tame, Format::Html));
            context.brand.name = name.clone();
            let html = text_of(&context, &slots(&text), &wild, Format::Html);
            prop_assert!(!html.contains("<script"));
            prop_assert_eq!(tags(&html), expected);
        }
    }
}
