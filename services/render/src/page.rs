//! What a layout may say: every value of one rendition, made ready for markup or for plain text. Values of the partner
//! and the brand are isolated in markup (`partner.…`, `brand.…`); `words.…` has their bare text for attributes.

use std::collections::BTreeMap;

use base64::Engine as _;
use countersign_released::content::{PartnerField, SlotText};
use countersign_released::digest::Digest;
use countersign_released::profile::Profile;
use minijinja::value::Value;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

use crate::color::Palette;
use crate::inline::{self, Run};
use crate::template::{Hole, LockedText, Template};
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
    partner: BTreeMap<&'static str, Value>,
    brand: BTreeMap<&'static str, Value>,
    words: BTreeMap<&'static str, String>,
    slots: BTreeMap<String, SlotView>,
    locked: BTreeMap<String, Value>,
    /// Empty when the brand has no legal notices.
    legal: Vec<Value>,
    links: LinksView,
    colors: Palette,
    logos: BTreeMap<&'static str, Option<Image>>,
}

#[derive(Debug, Serialize)]
struct SlotView {
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
}

/// The box that a logo is fitted into, in CSS pixels: the same for brand and partner, so that neither is the larger.
const LOGO_BOX: (u32, u32) = (160, 44);

impl Page {
    pub(crate) fn new(
        subject: &Subject<'_>,
        template: &Template,
        locked: &BTreeMap<String, LockedText>,
        legal: Option<&str>,
        blobs: &dyn Blobs,
        face: Face,
    ) -> Result<Self, RenderError> {
        let Subject { context, content, profile, .. } = *subject;
        let brand = &context.brand;
        let addresses = Addresses::of(subject, template)?;
        let dir = context.locale.direction();
        let (start, end) = if dir == "rtl" { ("right", "left") } else { ("left", "right") };
        let field = |field: PartnerField| (field.name(), face.isolated(&inline::one_line(profile, field)));
        let brand_values = [("name", &brand.name), ("legal_name", &brand.legal_name), ("address", &brand.address)];
        let initial = profile.display_name.graphemes(true).next().unwrap_or_default().to_uppercase();
        let slots = template.slots.iter().filter_map(|slot| {
            let text = content.slots.get(&slot.name)?;
            Some((slot.name.clone(), SlotView::new(text, profile, slot.limit.shown, face)))
        });
        let image = |digest: &Option<Digest>| {
            digest.as_ref().map(|digest| Image::new(digest, blobs, subject.images)).transpose()
        };
        Ok(Self {
            lang: context.locale.to_string(),
            dir,
            start,
            end,
            asset_type: template.name.clone(),
            partner: PartnerField::ALL.map(field).into(),
            brand: brand_values.map(|(name, value)| (name, face.isolated(&inline::join_lines(value, ", ")))).into(),
            words: BTreeMap::from([
                ("partner", inline::one_line(profile, PartnerField::DisplayName)),
                ("brand", inline::join_lines(&brand.name, " ")),
                ("initial", initial),
            ]),
            slots: slots.collect(),
            locked: locked.iter().map(|(name, text)| (name.clone(), face.locked(text, subject))).collect(),
            legal: legal.unwrap_or_default().lines().map(|line| face.value(line.trim())).collect(),
            links: addresses.view(),
            colors: Palette::of(&brand.color).ok_or_else(|| RenderError::Color(brand.color.clone()))?,
            logos: BTreeMap::from([("brand", image(&brand.logo)?), ("partner", image(&profile.logo)?)]),
        })
    }
}

impl Face {
    fn value(self, text: &str) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(escape::text(text)),
            Self::Plain => Value::from(text),
        }
    }

    fn isolated(self, text: &str) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(escape::isolated(text)),
            Self::Plain => Value::from(text),
        }
    }

    fn runs(self, runs: &[Run<'_>]) -> Value {
        match self {
            Self::Markup => Value::from_safe_string(inline::markup(runs)),
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
    pub(crate) fn of(subject: &Subject<'_>, template: &Template) -> Result<Self, RenderError> {
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
        Ok(Self { src, width, height })
    }
}

/// The size at which an image of this many pixels stands in [`LOGO_BOX`], in its own proportions and never enlarged.
fn fit(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (f64::from(LOGO_BOX.0) / width).min(f64::from(LOGO_BOX.1) / height).min(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the result is between 1 and the box")]
    let pixels = |length: f64| (length * scale).round().max(1.0) as u32;
    (pixels(width), pixels(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_fits_its_box_in_its_own_proportions() {
        assert_eq!(fit(1600, 400), (160, 40));
        assert_eq!(fit(400, 400), (44, 44));
        assert_eq!(fit(32, 16), (32, 16));
        assert_eq!(fit(4096, 342), (160, 13));
    }
}
