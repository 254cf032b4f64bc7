//! What a layout may say: every value of one rendition, made ready for markup or for plain text. Values of the partner
//! and the brand are isolated in markup (`partner.…`, `brand.…`); `words.…` has their bare text for attributes.

use std::collections::BTreeMap;

use base64::Engine as _;
use countersign_released::content::{PartnerField, SlotText};
use countersign_released::digest::Digest;
use countersign_released::profile::Profile;
use countersign_released::release::LockupRules;
use countersign_released::social::SocialNetwork;
use minijinja::value::Value;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

use crate::color::Palette;
use crate::inline::{self, Run};
use crate::lockup::{Area, Mark, RULE_WIDTH, Rules, place};
use crate::render::Job;
use crate::template::{Hole, Layout, LockedText, Slot};
use crate::vector::{Marks, Named};
use crate::{Blobs, RenderError, Subject, escape, links, logo};

/// Where the images of a rendition are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Images<'a> {
    /// In the rendition itself, as `data:` addresses: for previews. Mail programs do not show these.
    Inline,
    /// At `BASE/logos/HEX.png`, where HEX is the digest's; for what is sent.
    Url(&'a str),
}

/// For what a value is made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Markup,
    /// SVG: bare text that is measured before it is escaped.
    Vector {
        rtl: bool,
    },
    Plain,
}

#[derive(Debug, Serialize)]
pub(crate) struct Page {
    lang: String,
    /// `ltr` or `rtl`.
    dir: &'static str,
    /// `left` or `right`: where lines start, and where they end.
    start: &'static str,
    end: &'static str,
    asset_type: String,
    part: PartView,
    layout: LayoutView,
    partner: BTreeMap<&'static str, Value>,
    brand: BTreeMap<&'static str, Value>,
    words: BTreeMap<&'static str, String>,
    slots: BTreeMap<String, SlotView>,
    locked: BTreeMap<String, Value>,
    /// Empty when the brand has no legal notices.
    legal: Vec<Value>,
    links: LinksView,
    colors: Palette,
    logos: LogosView,
    badge: Option<BadgeView>,
    /// What `lockup` places.
    marks: Value,
}

/// A part by its name, empty where there is none.
#[derive(Debug, Serialize)]
struct PartView {
    name: String,
    title: String,
}

#[derive(Debug, Serialize)]
struct LayoutView {
    name: String,
    title: String,
    /// In CSS pixels; 0 where it has no size.
    width: u32,
    height: u32,
}

/// What a tier's badge shows; with an image where the brand gave one.
#[derive(Debug, Serialize)]
struct BadgeView {
    label: Value,
    src: String,
    width: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
struct LogosView {
    brand: Option<Image>,
    partner: Option<Image>,
    dark: BTreeMap<&'static str, Option<Image>>,
}

#[derive(Debug, Serialize)]
struct SlotView {
    /// Whether it says anything.
    there: bool,
    /// The whole, with line breaks.
    text: Value,
    /// The whole on one line, for a title.
    bare: String,
    blocks: Vec<BlockView>,
    /// What a client shows before it cuts, and the rest; the rest is empty when nothing is cut.
    shown: Value,
    rest: Value,
}

#[derive(Debug, Serialize)]
struct BlockView {
    list: bool,
    lines: Vec<Value>,
}

/// Addresses; empty where the partner gave none.
#[derive(Debug, Serialize)]
struct LinksView {
    /// The partner's site, with the campaign's parameters.
    cta: String,
    site: String,
    host: String,
    privacy: String,
    unsubscribe: String,
    brand: String,
}

/// An image in CSS pixels, already scaled to fit.
#[derive(Debug, Serialize)]
struct Image {
    src: String,
    width: u32,
    height: u32,
    /// In pixels of the image.
    #[serde(skip)]
    natural: (u32, u32),
}

/// The box that a logo is fitted into, in CSS pixels: the same for brand and partner, so that neither is the larger.
/// As high as the usual least width, so that square logos reach it.
const LOGO_BOX: (u32, u32) = (160, 48);

impl Page {
    pub(crate) fn new(job: &Job<'_>, layout: &Layout, face: Face) -> Result<Self, RenderError> {
        let Subject { context, profile, .. } = *job.subject;
        let (brand, template) = (&context.brand, job.template);
        let locale = context.locale.as_str();
        let dir = context.locale.direction();
        let (start, end) = if dir == "rtl" { ("right", "left") } else { ("left", "right") };
        let field = |field: PartnerField| (field.name(), face.isolated(&inline::one_line(profile, field)));
        let brand_values = [("name", &brand.name), ("legal_name", &brand.legal_name), ("address", &brand.address)];
        let words = Words::of(job);
        let logos = Logos::of(job, face)?;
        let part = template.texts.iter().find(|text| layout.part.as_ref() == Some(&text.name));
        Ok(Self {
            lang: context.locale.to_string(),
            dir,
            start,
            end,
            asset_type: template.name.clone(),
            part: PartView {
                name: part.map(|text| text.name.clone()).unwrap_or_default(),
                title: part.map(|text| text.title(locale).to_owned()).unwrap_or_default(),
            },
            layout: LayoutView {
                name: layout.name.clone(),
                title: layout.title(locale).to_owned(),
                width: layout.picture.as_ref().map_or(0, |picture| picture.width),
                height: layout.picture.as_ref().map_or(0, |picture| picture.height),
            },
            partner: PartnerField::ALL.map(field).into_iter().chain([("socials", socials(profile)?)]).collect(),
            brand: brand_values.map(|(name, value)| (name, face.isolated(&inline::join_lines(value, ", ")))).into(),
            slots: slots(job, layout, face),
            locked: job.locked.iter().map(|(name, text)| (name.clone(), face.locked(text, job.subject))).collect(),
            legal: job.legal.unwrap_or_default().lines().map(|line| face.value(line.trim())).collect(),
            links: Addresses::of(job)?.view(),
            colors: Palette::of(&brand.color).ok_or_else(|| RenderError::Color(brand.color.clone()))?,
            marks: logos.marks(&words, brand.lockup),
            logos: logos.view(),
            badge: badge(job, face)?,
            words: words.0,
        })
    }

    /// Where the elements of a document lead, by their ids.
    pub(crate) fn addresses(&self) -> [(&'static str, &str); 5] {
        let links = &self.links;
        [
            ("link-cta", &links.cta),
            ("link-site", &links.site),
            ("link-privacy", &links.privacy),
            ("link-unsubscribe", &links.unsubscribe),
            ("link-brand", &links.brand),
        ]
        .map(|(id, address): (&'static str, &String)| (id, address.as_str()))
    }

    /// What it is about, for a document's title.
    pub(crate) fn headline(&self) -> Option<String> {
        ["headline", "title", "subject"].iter().find_map(|name| self.slots.get(*name)).map(|slot| slot.bare.clone())
    }
}

/// Every slot by its name, and those of the layout's part by their short names. One that is left out says nothing.
fn slots(job: &Job<'_>, layout: &Layout, face: Face) -> BTreeMap<String, SlotView> {
    let nothing = SlotText::default();
    let view = |slot: &Slot| {
        let text = job.subject.content.slots.get(&slot.name).unwrap_or(&nothing);
        SlotView::new(text, job.subject.profile, slot.limit.shown, face)
    };
    let mut slots: BTreeMap<String, SlotView> =
        job.template.slots.iter().map(|slot| (slot.name.clone(), view(slot))).collect();
    if layout.part.is_some() {
        let own = job.template.slots.iter().filter(|slot| slot.text == layout.part);
        slots.extend(own.map(|slot| (slot.short.clone(), view(slot))));
    }
    slots
}

/// Where both have a logo, their sizes are those of the brand's lock-up; false where its rules cannot hold.
fn together(rules: Rules, brand: &mut Option<Image>, partner: &mut Option<Image>) -> bool {
    let (Some(brand), Some(partner)) = (brand, partner) else { return true };
    let mark = |image: &Image| Mark { width: image.natural.0, height: image.natural.1 };
    let (width, height) = (f64::from(LOGO_BOX.0), f64::from(LOGO_BOX.1));
    // The boxes of both, with the clear space around.
    let clear = height * f64::from(rules.clear_space_percent) / 100.0;
    let area = Area { x: 0.0, y: 0.0, width: 2.0 * width + 4.0 * clear + RULE_WIDTH, height: height + 2.0 * clear };
    let Ok(placed) = place(rules, mark(brand), mark(partner), area, false) else { return false };
    for (image, rect) in [(brand, placed.brand), (partner, placed.partner)] {
        (image.width, image.height) = (pixels(rect.width), pixels(rect.height));
    }
    true
}

/// The partner's pages elsewhere, by the networks' names.
fn socials(profile: &Profile) -> Result<Value, RenderError> {
    let page = |(network, url): (&SocialNetwork, &String)| {
        let url = links::checked(url).map_err(|reason| RenderError::Link { field: "partner.socials", reason })?;
        Ok(Value::from_pairs([("name", Value::from(network.title())), ("url", Value::from(url.as_str()))]))
    };
    profile.socials.iter().map(page).collect::<Result<Vec<_>, _>>().map(Value::from)
}

/// The badge that the partner holds now, in the language of the asset, where the brand has one for its tier.
fn badge(job: &Job<'_>, face: Face) -> Result<Option<BadgeView>, RenderError> {
    let context = job.subject.context;
    let held = job.subject.profile.badge.as_ref();
    let Some(design) = held.and_then(|tier| context.brand.badges.get(tier)) else { return Ok(None) };
    let Some(label) = design.label_in(&context.locale) else { return Ok(None) };
    let image = design.image.as_ref().map(|digest| Image::new(digest, job.blobs, job.subject.images)).transpose()?;
    let (src, width, height) = image.map_or_else(Default::default, |image| (image.src, image.width, image.height));
    Ok(Some(BadgeView { label: face.value(label), src, width, height }))
}

/// Bare text, for attributes.
struct Words(BTreeMap<&'static str, String>);

impl Words {
    fn of(job: &Job<'_>) -> Self {
        let profile = job.subject.profile;
        let initial = profile.display_name.graphemes(true).next().unwrap_or_default().to_uppercase();
        Self(BTreeMap::from([
            ("partner", inline::one_line(profile, PartnerField::DisplayName)),
            ("brand", inline::join_lines(&job.subject.context.brand.name, " ")),
            ("initial", initial),
        ]))
    }
}

/// The logos of both, on light ground and on dark.
struct Logos {
    brand: Option<Image>,
    partner: Option<Image>,
    dark_brand: Option<Image>,
    dark_partner: Option<Image>,
}

impl Logos {
    /// Where the brand's rules leave no room for both, the partner's name stands for its logo: a logo below its least width
    /// would break them, and no rendition would help nobody. Layouts that are drawn find out for themselves, in their own room.
    fn of(job: &Job<'_>, face: Face) -> Result<Self, RenderError> {
        let Subject { context, profile, images, .. } = *job.subject;
        let image = |digest: Option<&Digest>| digest.map(|digest| Image::new(digest, job.blobs, images)).transpose();
        let mut logos = Self {
            brand: image(context.brand.logo.as_ref())?,
            partner: image(profile.logo.as_ref())?,
            dark_brand: image(context.brand.logo_dark.as_ref())?,
            dark_partner: image(profile.logo_dark.as_ref())?,
        };
        let rules = context.brand.lockup.into();
        let light = together(rules, &mut logos.brand, &mut logos.partner);
        let dark = together(rules, &mut logos.dark_brand, &mut logos.dark_partner);
        let together = light && dark;
        if !together && !matches!(face, Face::Vector { .. }) {
            (logos.partner, logos.dark_partner) = (None, None);
        }
        Ok(logos)
    }

    fn marks(&self, words: &Words, rules: LockupRules) -> Value {
        let mark = |image: &Option<Image>, name: &'static str| Named {
            name: words.0.get(name).cloned().unwrap_or_default(),
            image: image.as_ref().map(|image| (image.src.clone(), image.natural)),
        };
        Value::from_object(Marks {
            rules: rules.into(),
            light: [mark(&self.brand, "brand"), mark(&self.partner, "partner")],
            dark: [mark(&self.dark_brand, "brand"), mark(&self.dark_partner, "partner")],
        })
    }

    fn view(self) -> LogosView {
        let dark = BTreeMap::from([("brand", self.dark_brand), ("partner", self.dark_partner)]);
        LogosView { brand: self.brand, partner: self.partner, dark }
    }
}

impl Face {
    fn value(self, text: &str) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(escape::text(text)),
            Self::Vector { .. } | Self::Plain => Value::from(text),
        }
    }

    fn isolated(self, text: &str) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(escape::isolated(text)),
            Self::Vector { rtl } => {
                let foreign = Run { text: text.into(), foreign: !text.is_empty() };
                Value::from(inline::isolated(&[foreign], |text| rtl || inline::has_rtl(text)))
            }
            Self::Plain => Value::from(text),
        }
    }

    fn runs(self, runs: &[Run<'_>]) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(inline::markup(runs)),
            // Left to right among its like a value needs none, and a document's text is better searched without.
            Self::Vector { rtl } => Value::from(inline::isolated(runs, |text| rtl || inline::has_rtl(text))),
            Self::Plain => Value::from(inline::plain(runs)),
        }
    }

    fn locked(self, text: &LockedText, subject: &Subject<'_>) -> Value {
        let profile = subject.profile;
        let legal_name = inline::one_line(profile, PartnerField::LegalName);
        let display_name = inline::one_line(profile, PartnerField::DisplayName);
        let foreign = |text: String| Run { text: text.into(), foreign: true };
        let run = |hole: &Hole| match hole {
            Hole::Words(words) => Run { text: words.clone().into(), foreign: false },
            Hole::Partner => foreign(display_name.clone()),
            Hole::LegalName if legal_name.is_empty() => foreign(display_name.clone()),
            Hole::LegalName => foreign(legal_name.clone()),
            Hole::Brand => foreign(inline::join_lines(&subject.context.brand.name, " ")),
        };
        self.runs(&text.0.iter().map(run).collect::<Vec<_>>())
    }
}

impl SlotView {
    fn new(text: &SlotText, profile: &Profile, shown: Option<usize>, face: Face) -> Self {
        let runs = inline::runs(text, profile);
        let (first, rest) = match shown {
            Some(graphemes) => inline::cut(&runs, inline::before_word(&runs, graphemes)),
            None => (runs.clone(), Vec::new()),
        };
        let block = |block: inline::Block<'_>| BlockView {
            list: block.list,
            lines: block.lines.iter().map(|line| face.runs(line)).collect(),
        };
        Self {
            there: runs.iter().any(|run| !run.text.trim().is_empty()),
            text: face.runs(&runs),
            bare: inline::bare(&runs),
            blocks: inline::blocks(&runs).into_iter().map(block).collect(),
            shown: face.runs(&first),
            rest: face.runs(&rest),
        }
    }
}

/// The links of a rendition, checked.
#[derive(Debug)]
pub(crate) struct Addresses {
    pub(crate) cta: Url,
    site: Url,
    privacy: Option<Url>,
    unsubscribe: Option<Url>,
    brand: Option<Url>,
}

impl Addresses {
    pub(crate) fn of(job: &Job<'_>) -> Result<Self, RenderError> {
        let (subject, template) = (job.subject, job.template);
        let check = |field: &'static str, text: &str| {
            links::checked(text).map_err(|reason| RenderError::Link { field, reason })
        };
        let optional = |field, text: &str| if text.is_empty() { Ok(None) } else { check(field, text).map(Some) };
        let profile = subject.profile;
        let site = check("partner.site", &profile.site)?;
        Ok(Self {
            cta: links::tracked(&site, &template.medium, &subject.links),
            site,
            privacy: optional("partner.privacy_url", &profile.privacy_url)?,
            unsubscribe: optional("partner.unsubscribe_url", &profile.unsubscribe_url)?,
            brand: optional("brand.site", &subject.context.brand.site)?,
        })
    }

    fn view(&self) -> LinksView {
        let text = |url: &Option<Url>| url.as_ref().map(ToString::to_string).unwrap_or_default();
        LinksView {
            cta: self.cta.to_string(),
            site: self.site.to_string(),
            host: self.site.host_str().unwrap_or_default().trim_start_matches("www.").to_owned(),
            privacy: text(&self.privacy),
            unsubscribe: text(&self.unsubscribe),
            brand: text(&self.brand),
        }
    }
}

impl Image {
    fn new(digest: &Digest, blobs: &dyn Blobs, images: Images<'_>) -> Result<Self, RenderError> {
        let missing = || RenderError::MissingLogo(digest.clone());
        let png = blobs.png(digest).ok_or_else(missing)?;
        let (width, height) =
            logo::size(&png).filter(|(width, height)| *width > 0 && *height > 0).ok_or_else(missing)?;
        let natural = (width, height);
        let (width, height) = fit(width, height);
        let src = match images {
            Images::Inline => {
                format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(&png))
            }
            Images::Url(base) => {
                let base = Url::parse(base).map_err(|_| RenderError::Base(base.to_owned()))?;
                if !matches!(base.scheme(), "https" | "http") {
                    return Err(RenderError::Base(base.to_string()));
                }
                format!("{}/logos/{}.png", base.as_str().trim_end_matches('/'), digest.hex())
            }
        };
        Ok(Self { src, width, height, natural })
    }
}

/// The size at which an image of this many pixels stands in [`LOGO_BOX`], in its own proportions and never enlarged.
fn fit(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (f64::from(LOGO_BOX.0) / width).min(f64::from(LOGO_BOX.1) / height).min(1.0);
    (pixels(width * scale), pixels(height * scale))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are between 1 and some hundreds")]
fn pixels(length: f64) -> u32 {
    length.round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_fits_its_box_in_its_own_proportions() {
        assert_eq!(fit(1600, 400), (160, 40));
        assert_eq!(fit(400, 400), (48, 48));
        assert_eq!(fit(32, 16), (32, 16));
        assert_eq!(fit(4096, 342), (160, 13));
    }
}
