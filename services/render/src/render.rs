//! One rendition: approved content, in its context, for one partner, in one format.
//!
//! A template is found by the context's asset type *and* version, locked texts by its locale, the legal notice by its
//! market; each of these that is missing is an error, and nothing stands in for it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use countersign_released::content::Content;
use countersign_released::digest::{Digest, canonical_json};
use countersign_released::place::{Locale, Market};
use countersign_released::profile::Profile;
use countersign_released::release::Context;

use crate::page::{Addresses, Face, Page};
use crate::sample::placeholder_profile;
use crate::template::{LockedText, Markup, Template, TemplateError, Templates, notice};
use crate::{Images, Tracking, inline};

/// Stored logos, by the digest of their PNG.
pub trait Blobs {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>>;
}

/// No logos at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBlobs;

impl Blobs for NoBlobs {
    fn png(&self, _: &Digest) -> Option<Arc<[u8]>> {
        None
    }
}

/// The same small logo for every digest, for trials: logos are looked for when they are stored and when they are pulled.
#[derive(Clone, Copy, Debug)]
struct AnyLogo;

impl Blobs for AnyLogo {
    fn png(&self, _: &Digest) -> Option<Arc<[u8]>> {
        // The head of a PNG of 1 × 1 pixels: all that a layout asks of a logo is its size.
        Some(Arc::from(*b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"))
    }
}

/// What is rendered, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub context: &'a Context,
    pub content: &'a Content,
    pub profile: &'a Profile,
    pub links: Tracking<'a>,
    pub images: Images<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Html,
    Text,
    Json,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Html, Self::Text, Self::Json];

    /// As it stands in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// Of a file, without the point.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "txt",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or(FormatError)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such format; formats are html, text and json")]
pub struct FormatError;

/// The bytes that a partner gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    /// Of the bytes.
    pub digest: Digest,
    /// Plain ASCII, safe as a file name anywhere.
    pub file_name: String,
    pub language: Locale,
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("there is no template for the asset type `{0}`")]
    UnknownTemplate(String),
    #[error("the content was made for the template {asked}, of which nothing is kept; {have} is what is loaded")]
    Edition { asked: String, have: String },
    #[error("template {template} has no locked texts for {locale}; add locked/{}.toml to it", locale.language())]
    Language { template: String, locale: Locale },
    #[error("the brand has legal notices, but none for the market {market}; there is no fallback from another market")]
    MissingLegal { market: Market },
    #[error("slot `{slot}` {reason}")]
    Slot { slot: String, reason: String },
    #[error("{field} {reason}")]
    Link { field: &'static str, reason: String },
    #[error("the brand's colour `{0}` is not of the form #rrggbb")]
    Color(String),
    #[error("the logo {0} is not in store")]
    MissingLogo(Digest),
    #[error("`{0}` is not an address from which images can be served")]
    Base(String),
    #[error("layout {0}")]
    Layout(TemplateError),
}

/// Renders one format. The same arguments give the same bytes.
pub fn render(
    templates: &Templates,
    subject: &Subject<'_>,
    blobs: &dyn Blobs,
    format: Format,
) -> Result<Rendition, RenderError> {
    let context = subject.context;
    match templates.edition(&context.asset_type, &context.template) {
        Some(template) => render_as(&template, subject, blobs, format),
        None => Err(match templates.get(&context.asset_type) {
            Some(current) => RenderError::Edition { asked: context.template.clone(), have: current.tag() },
            None => RenderError::UnknownTemplate(context.asset_type.chars().take(60).collect()),
        }),
    }
}

/// Every format for a sample partner, whatever its logos: whether partners will be able to pull this content there.
pub fn try_render(template: &Template, context: &Context, content: &Content) -> Result<(), RenderError> {
    let profile = placeholder_profile();
    let links = Tracking { campaign: "sample", asset: "sample", partner: "sample" };
    let subject = Subject { context, content, profile: &profile, links, images: Images::Inline };
    Format::ALL.into_iter().try_for_each(|format| render_as(template, &subject, &AnyLogo, format).map(drop))
}

pub(crate) fn render_as(
    template: &Template,
    subject: &Subject<'_>,
    blobs: &dyn Blobs,
    format: Format,
) -> Result<Rendition, RenderError> {
    let context = subject.context;
    if context.template != template.tag() {
        return Err(RenderError::Edition { asked: context.template.clone(), have: template.tag() });
    }
    let locked = locked_texts(template, &context.locale)?;
    let legal = legal_notice(context)?;
    check_slots(template, subject.content)?;
    let page = |face| Page::new(subject, template, locked, legal, blobs, face);
    let text = match format {
        Format::Html => {
            let file = template.markup.file_name();
            let source = run_layout(template, file, &page(Face::Markup)?)?;
            match template.markup {
                Markup::Html => source,
                Markup::Mjml => from_mjml(template, &source)?,
            }
        }
        Format::Text => run_layout(template, "layout.txt", &page(Face::Plain)?)?,
        Format::Json => canonical_json(&data(subject, template, legal)?),
    };
    let bytes = text.into_bytes();
    Ok(Rendition {
        digest: Digest::of_bytes(&bytes),
        bytes,
        media_type: format.media_type(),
        file_name: file_name(subject, format),
        language: context.locale.clone(),
    })
}

fn locked_texts<'a>(template: &'a Template, locale: &Locale) -> Result<&'a BTreeMap<String, LockedText>, RenderError> {
    let locked = &template.locked;
    locked
        .get(locale.as_str())
        .or_else(|| locked.get(locale.language()))
        .ok_or_else(|| RenderError::Language { template: template.tag(), locale: locale.clone() })
}

/// `None` for a brand without any notices; an error when it has some but none here.
fn legal_notice(context: &Context) -> Result<Option<&str>, RenderError> {
    match notice(context) {
        None if !context.brand.legal.is_empty() => Err(RenderError::MissingLegal { market: context.market }),
        notice => Ok(notice),
    }
}

fn check_slots(template: &Template, content: &Content) -> Result<(), RenderError> {
    let fault = |slot: &str, reason: String| Err(RenderError::Slot { slot: slot.to_owned(), reason });
    if let Some(name) = content.slots.keys().find(|name| template.slot(name).is_none()) {
        return fault(name, format!("is none of template {}", template.tag()));
    }
    for slot in &template.slots {
        let empty = content.slots.get(&slot.name).is_none_or(|text| text.plain().trim().is_empty());
        if slot.required && empty {
            return fault(&slot.name, "is empty, and the template needs it".to_owned());
        }
    }
    Ok(())
}

fn run_layout(template: &Template, file: &str, page: &Page) -> Result<String, RenderError> {
    let rendered = template.layouts.get_template(file).and_then(|layout| layout.render(minijinja::value::Serde(page)));
    rendered.map_err(|error| {
        let name = format!("{}/{file}", template.name);
        let reason =
            error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
        RenderError::Layout(TemplateError::new(name, error.line(), reason))
    })
}

/// MJML to HTML. Nothing is included or loaded, and a warning of the parser is an error.
fn from_mjml(template: &Template, source: &str) -> Result<String, RenderError> {
    let fault = |reason: String| {
        RenderError::Layout(TemplateError::new(format!("{}/layout.mjml", template.name), None, reason))
    };
    let parsed = mrml::parse(source).map_err(|error| fault(error.to_string()))?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(fault(warning.to_string()));
    }
    let options = mrml::prelude::render::RenderOptions {
        // Its defaults would load fonts from elsewhere.
        fonts: std::collections::HashMap::new(),
        ..Default::default()
    };
    parsed.element.render(&options).map_err(|error| fault(error.to_string()))
}

/// The rendition as data, for partners who have layouts of their own.
#[derive(Debug, serde::Serialize)]
struct Data<'a> {
    asset_type: &'a str,
    template: &'a str,
    locale: &'a Locale,
    market: Market,
    channel: &'a str,
    slots: BTreeMap<&'a str, String>,
    partner: &'a Profile,
    links: BTreeMap<&'static str, String>,
    legal: Option<&'a str>,
}

fn data<'a>(subject: &Subject<'a>, template: &Template, legal: Option<&'a str>) -> Result<Data<'a>, RenderError> {
    let Subject { context, content, profile, .. } = *subject;
    let filled = content.slots.iter().map(|(name, text)| (name.as_str(), inline::fill(text, profile)));
    Ok(Data {
        asset_type: &context.asset_type,
        template: &context.template,
        locale: &context.locale,
        market: context.market,
        channel: &context.channel,
        slots: filled.collect(),
        partner: profile,
        links: BTreeMap::from([("cta", Addresses::of(subject, template)?.cta.to_string())]),
        legal,
    })
}

fn file_name(subject: &Subject<'_>, format: Format) -> String {
    let partner: String =
        (subject.links.partner.chars().take(60)).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let Context { asset_type, locale, .. } = subject.context;
    format!("{asset_type}-{locale}-{}.{}", partner.to_ascii_lowercase(), format.extension())
}

#[cfg(test)]
pub(crate) mod tests;
