//! Renditions as partners get them. Here is what the tests share: a brand, a partner, contexts and pictures; each test's
//! file is one idea.

mod bytes;
mod cascade;
mod context;
mod every_layout;
mod goldens;
mod hostile;
mod images;
mod lockups;
mod mail;
mod mail_limits;
mod names;
mod pages;
mod posts;
mod refused;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_released::content::SlotText;
use countersign_released::release::{BadgeDesign, BrandIdentity};
use countersign_released::social::SocialNetwork;
use image::ImageEncoder as _;

use super::*;
use crate::logo;
use crate::template::Markup;

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::embedded().unwrap());

/// Those that there were first.
const OLD: [&str; 3] = ["email", "linkedin_post", "x_post"];

const TRACKING: Tracking<'_> = Tracking { campaign: "calm-days", asset: "0193-asset", partner: "nordlicht" };

/// A locale of a template's language, with a market.
fn locale_of(language: &str) -> String {
    let market = match language {
        "ar" => "EG".to_owned(),
        "en" => "US".to_owned(),
        "ja" => "JP".to_owned(),
        other => other.to_uppercase(),
    };
    format!("{language}-{market}")
}

fn context(asset_type: &str, locale: &str) -> Context {
    let template = TEMPLATES.get(asset_type).unwrap();
    let locale: Locale = locale.parse().unwrap();
    let market = locale.market().unwrap();
    let mut legal = BTreeMap::from([
        ("DE".into(), "Halvard ist eine Marke der Halvard Systems AS.".into()),
        ("US".into(), "Halvard is a trademark of Halvard Systems AS.\nOffer for businesses only.".into()),
    ]);
    legal.entry(market.to_string()).or_insert_with(|| "Halvard® is Halvard Systems AS.".to_owned());
    Context {
        asset_type: asset_type.into(),
        channel: template.channel.clone(),
        market,
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
            legal,
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

/// A partner who gave no more than it must.
fn least() -> Profile {
    Profile { display_name: "Nordlicht".into(), site: "https://n.example".into(), ..Profile::default() }
}

fn content(slots: &[(&str, &str)]) -> Content {
    Content { slots: slots.iter().map(|(name, text)| ((*name).into(), SlotText::parse(text).unwrap())).collect() }
}

fn sample(asset_type: &str, language: &str) -> Content {
    TEMPLATES.get(asset_type).unwrap().sample(language).unwrap().clone()
}

fn subject<'a>(context: &'a Context, content: &'a Content, profile: &'a Profile) -> Subject<'a> {
    Subject { context, content, profile, links: TRACKING, images: Images::Inline }
}

fn text_of(context: &Context, content: &Content, profile: &Profile, format: Format) -> String {
    let rendition = render(&TEMPLATES, &subject(context, content, profile), &NoBlobs, format).unwrap();
    assert_eq!(rendition.digest, Digest::of_bytes(&rendition.bytes));
    String::from_utf8(rendition.bytes).unwrap()
}

fn layout_text(subject: &Subject<'_>, blobs: &dyn Blobs, layout: &str, format: Format) -> String {
    let wanted = Wanted { format, layout: Some(layout) };
    let rendition = render(&TEMPLATES, subject, blobs, wanted);
    String::from_utf8(rendition.unwrap_or_else(|error| panic!("{layout} as {format}: {error}")).bytes).unwrap()
}

/// The source of a drawn layout.
fn svg_of(subject: &Subject<'_>, blobs: &dyn Blobs, layout: &str) -> Result<String, RenderError> {
    let template = TEMPLATES.get(&subject.context.asset_type).unwrap();
    let layout = template.layout(layout).unwrap();
    alone::svg(&Job::new(template, subject, blobs)?, layout, layout.picture.as_ref().unwrap())
}

/// Every layout that makes HTML: the type's name and its own.
fn html_layouts(markup: Markup) -> Vec<(&'static str, &'static str)> {
    let of = |template: &'static Template| {
        let layouts = template.layouts.iter();
        let made = layouts.filter(move |layout| layout.html.as_ref().is_some_and(|html| html.markup == markup));
        made.map(|layout| (template.name.as_str(), layout.name.as_str()))
    };
    TEMPLATES.iter().flat_map(of).collect()
}

/// Every layout that is drawn.
fn drawn_layouts() -> Vec<(&'static str, &'static str)> {
    let of = |template: &'static Template| {
        let drawn = template.layouts.iter().filter(|layout| layout.picture.is_some());
        drawn.map(|layout| (template.name.as_str(), layout.name.as_str()))
    };
    TEMPLATES.iter().flat_map(of).collect()
}

/// Stored pictures.
#[derive(Debug, Default)]
struct Pictures(BTreeMap<Digest, Arc<[u8]>>);

impl Blobs for Pictures {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest).cloned()
    }
}

impl Pictures {
    /// A picture of one colour.
    fn add(&mut self, (width, height): (u32, u32), color: [u8; 4]) -> Digest {
        let mut png = Vec::new();
        let pixels = color.repeat(usize::try_from(width * height).unwrap());
        let encoder = image::codecs::png::PngEncoder::new(&mut png);
        encoder.write_image(&pixels, width, height, image::ExtendedColorType::Rgba8).unwrap();
        let digest = Digest::of_bytes(&png);
        self.0.insert(digest.clone(), png.into());
        digest
    }
}

/// A brand and a partner who gave everything: two logos in two forms, a badge, pages elsewhere.
fn everything(asset_type: &str, locale: &str) -> (Context, Profile, Pictures) {
    let mut pictures = Pictures::default();
    let (mut context, mut partner) = (context(asset_type, locale), longest_profile("ltr"));
    context.brand.logo = Some(pictures.add((400, 80), [11, 95, 255, 255]));
    context.brand.logo_dark = Some(pictures.add((400, 80), [200, 220, 255, 255]));
    partner.logo = Some(pictures.add((300, 100), [20, 60, 40, 255]));
    partner.logo_dark = Some(pictures.add((300, 100), [200, 240, 220, 255]));
    let label = BTreeMap::from([(context.locale.language().to_owned(), "Gold partner".to_owned())]);
    let image = Some(pictures.add((260, 90), [180, 140, 20, 255]));
    context.brand.badges.insert("gold".into(), BadgeDesign { label, image });
    partner.badge = Some("gold".into());
    partner.socials = BTreeMap::from([
        (SocialNetwork::Linkedin, "https://www.linkedin.com/company/nordlicht".into()),
        (SocialNetwork::Xing, "https://www.xing.com/pages/nordlicht".into()),
    ]);
    (context, partner, pictures)
}

/// An X post by these templates for a partner of this name, as HTML.
pub(crate) fn x_post_of(templates: &Templates, name: &str) -> String {
    let (mut context, content) = (context("x_post", "en-US"), sample("x_post", "en"));
    context.template = templates.get("x_post").unwrap().tag();
    let profile = Profile { display_name: name.into(), ..profile() };
    let rendition = render(templates, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap();
    String::from_utf8(rendition.bytes).unwrap()
}
