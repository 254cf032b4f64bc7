//! One rendition: approved content, in its context, for one partner, in one format.
//!
//! A template is found by the context's asset type *and* version, locked texts by its locale, the legal notice by its
//! market; each of these that is missing is an error, and nothing stands in for it.
//!
//! `alone` renders one layout, `whole` what a template makes in all, `error` says what can be wrong.

mod alone;
mod error;
mod format;
mod whole;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_released::content::Content;
use countersign_released::digest::Digest;
use countersign_released::place::Locale;
use countersign_released::profile::Profile;
use countersign_released::release::Context;

use crate::sample::{longest_profile, placeholder_profile};
use crate::template::{Layout, LockedText, Template, Templates, Touches, notice};
use crate::{Images, Tracking};

pub use error::RenderError;
pub use format::{Format, FormatError, Wanted};
pub use whole::archive;

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
pub(crate) struct AnyLogo;

/// A PNG of one transparent pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

impl Blobs for AnyLogo {
    fn png(&self, _: &Digest) -> Option<Arc<[u8]>> {
        Some(Arc::from(PIXEL))
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

/// Renders a format, of one layout or of the whole. The same arguments give the same bytes.
pub fn render<'w>(
    templates: &Templates,
    subject: &Subject<'_>,
    blobs: &dyn Blobs,
    wanted: impl Into<Wanted<'w>>,
) -> Result<Rendition, RenderError> {
    render_as(&*edition(templates, subject.context)?, subject, blobs, wanted.into())
}

/// The digest of what of a profile stands in a rendition. Of two profiles with the same imprint, the renditions are the
/// same, so that a changed value makes only those again that show it.
pub fn imprint<'w>(
    templates: &Templates,
    context: &Context,
    content: &Content,
    profile: &Profile,
    wanted: impl Into<Wanted<'w>>,
) -> Result<Digest, RenderError> {
    let (template, wanted) = (edition(templates, context)?, wanted.into());
    if matches!(wanted.format, Format::Json | Format::Zip) {
        return Ok(profile.digest());
    }
    let mut touches = Touches::default();
    for layout in chosen(&template, wanted)? {
        for file in layout.files() {
            touches.join(template.touches.get(file).unwrap_or(&Touches::all()));
        }
    }
    Ok(touches.with_slots(content.slots.values()).imprint(profile))
}

fn edition(templates: &Templates, context: &Context) -> Result<Arc<Template>, RenderError> {
    templates.edition(&context.asset_type, &context.template).ok_or_else(|| match templates.get(&context.asset_type) {
        Some(current) => RenderError::Edition { asked: context.template.clone(), have: current.tag() },
        None => RenderError::UnknownTemplate(context.asset_type.chars().take(60).collect()),
    })
}

/// Every layout for a sample partner and for one with the longest values, whatever their logos: whether partners will be
/// able to pull this content there.
pub fn try_render(template: &Template, context: &Context, content: &Content) -> Result<(), RenderError> {
    let links = Tracking { campaign: "sample", asset: "sample", partner: "sample" };
    for profile in [placeholder_profile(), longest_profile(context.locale.direction())] {
        let subject = Subject { context, content, profile: &profile, links, images: Images::Inline };
        for layout in &template.layouts {
            for format in layout.formats() {
                alone::trial(template, &subject, layout, format)?;
            }
        }
        render_as(template, &subject, &AnyLogo, Format::Json.into())?;
    }
    Ok(())
}

pub(crate) fn render_as(
    template: &Template,
    subject: &Subject<'_>,
    blobs: &dyn Blobs,
    wanted: Wanted<'_>,
) -> Result<Rendition, RenderError> {
    let job = Job::new(template, subject, blobs)?;
    let bytes = match (wanted.layout, wanted.format) {
        (None, Format::Json) => whole::json(&job)?,
        (None, Format::Zip) => whole::zip(&job)?,
        (None, format) => whole::one(&job, format)?,
        (Some(name), format) => {
            let layout = named(template, name)?;
            alone::bytes(&job, layout, format)?
        }
    };
    Ok(Rendition {
        digest: Digest::of_bytes(&bytes),
        bytes,
        media_type: wanted.format.media_type(),
        file_name: job.file_name(wanted),
        language: subject.context.locale.clone(),
    })
}

/// The layouts that a rendition is made of.
fn chosen<'t>(template: &'t Template, wanted: Wanted<'_>) -> Result<Vec<&'t Layout>, RenderError> {
    match wanted.layout {
        Some(name) => Ok(vec![named(template, name)?]),
        None => Ok(template.layouts.iter().collect()),
    }
}

fn named<'t>(template: &'t Template, name: &str) -> Result<&'t Layout, RenderError> {
    template.layout(name).ok_or_else(|| RenderError::NoLayout {
        asked: name.chars().take(60).collect(),
        have: template.layouts.iter().map(|layout| layout.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// A text as a part of a file's name: plain ASCII, safe anywhere.
#[must_use]
pub fn plain_name(text: &str) -> String {
    let plain = text.chars().take(60).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    plain.collect::<String>().to_ascii_lowercase()
}

/// What every rendition of one subject needs, checked once.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) template: &'a Template,
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) locked: &'a BTreeMap<String, LockedText>,
    pub(crate) legal: Option<&'a str>,
    pub(crate) blobs: &'a dyn Blobs,
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("template", &self.template.name).finish_non_exhaustive()
    }
}

impl<'a> Job<'a> {
    pub(crate) fn new(
        template: &'a Template,
        subject: &'a Subject<'a>,
        blobs: &'a dyn Blobs,
    ) -> Result<Self, RenderError> {
        let context = subject.context;
        if context.template != template.tag() {
            return Err(RenderError::Edition { asked: context.template.clone(), have: template.tag() });
        }
        let locked = locked_texts(template, &context.locale)?;
        let legal = legal_notice(context)?;
        check_slots(template, subject.content)?;
        Ok(Self { template, subject, locked, legal, blobs })
    }

    fn file_name(&self, wanted: Wanted<'_>) -> String {
        let Context { asset_type, locale, .. } = self.subject.context;
        let layout = wanted.layout.map(|name| format!("-{}", plain_name(name))).unwrap_or_default();
        let partner = plain_name(self.subject.links.partner);
        format!("{asset_type}{layout}-{locale}-{partner}.{}", wanted.format.extension())
    }
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

#[cfg(test)]
pub(crate) mod tests;
