//! One layout in one format.

use std::collections::BTreeMap;

use super::{AnyLogo, Format, Job, RenderError, Subject};
use crate::page::{Face, Page};
use crate::template::{Html, Layout, Markup, Picture, Template, TemplateError};
use crate::vector;

/// The layout's bytes.
pub(super) fn bytes(job: &Job<'_>, layout: &Layout, format: Format) -> Result<Vec<u8>, RenderError> {
    let none = || no_format(&format!("layout `{}`", layout.name), format, &layout.formats());
    match (format, &layout.html, &layout.text, &layout.picture) {
        (Format::Html, Some(html), ..) => self::html(job, layout, html).map(String::into_bytes),
        (Format::Text, _, Some(file), _) => text(job, layout, file).map(String::into_bytes),
        (Format::Png, _, _, Some(picture)) => png(job, layout, picture),
        (Format::Pdf, _, _, Some(picture)) if picture.pdf => pdf(job, layout, picture),
        _ => Err(none()),
    }
}

pub(super) fn no_format(what: &str, format: Format, have: &[Format]) -> RenderError {
    let have = have.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    RenderError::NoFormat { what: what.to_owned(), format, have }
}

/// Whether the layout can be made, without the work of drawing it where only measures count.
pub(super) fn trial(
    template: &Template,
    subject: &Subject<'_>,
    layout: &Layout,
    format: Format,
) -> Result<(), RenderError> {
    let job = Job::new(template, subject, &AnyLogo)?;
    match (format, &layout.picture) {
        (Format::Png | Format::Pdf, Some(picture)) => svg(&job, layout, picture).map(drop),
        _ => bytes(&job, layout, format).map(drop),
    }
}

pub(super) fn html(job: &Job<'_>, layout: &Layout, html: &Html) -> Result<String, RenderError> {
    let source = run(job.template, &html.file, &Page::new(job, layout, Face::Markup)?)?;
    let made = match html.markup {
        Markup::Html => source,
        Markup::Mjml => from_mjml(job.template, &html.file, &source)?,
    };
    check_weight(layout, Format::Html, made.len(), html.max_bytes)?;
    Ok(made)
}

pub(super) fn text(job: &Job<'_>, layout: &Layout, file: &str) -> Result<String, RenderError> {
    run(job.template, file, &Page::new(job, layout, Face::Plain)?)
}

pub(super) fn svg(job: &Job<'_>, layout: &Layout, picture: &Picture) -> Result<String, RenderError> {
    let rtl = job.subject.context.locale.direction() == "rtl";
    run(job.template, &picture.file, &Page::new(job, layout, Face::Vector { rtl })?)
}

fn tree(job: &Job<'_>, layout: &Layout, picture: &Picture) -> Result<usvg::Tree, RenderError> {
    let source = svg(job, layout, picture)?;
    vector::parse(&source).map_err(|reason| broken(job.template, &picture.file, reason))
}

pub(super) fn png(job: &Job<'_>, layout: &Layout, picture: &Picture) -> Result<Vec<u8>, RenderError> {
    let png = vector::to_png(&tree(job, layout, picture)?, (picture.width, picture.height))
        .map_err(|reason| broken(job.template, &picture.file, reason))?;
    check_weight(layout, Format::Png, png.len(), picture.max_bytes)?;
    Ok(png)
}

fn pdf(job: &Job<'_>, layout: &Layout, picture: &Picture) -> Result<Vec<u8>, RenderError> {
    let page = Page::new(job, layout, Face::Plain)?;
    let links = page.addresses();
    let links: BTreeMap<&str, &str> = links.iter().map(|(id, address)| (*id, *address)).collect();
    let locale = job.subject.context.locale.as_str();
    let title = job.subject.content.slots.values().next().map(|text| crate::inline::fill(text, job.subject.profile));
    let facts = vector::Facts { title: &page.headline().or(title).unwrap_or_default(), lang: locale, links };
    vector::to_pdf(&tree(job, layout, picture)?, &facts).map_err(|reason| broken(job.template, &picture.file, reason))
}

fn check_weight(layout: &Layout, format: Format, bytes: usize, max: Option<usize>) -> Result<(), RenderError> {
    match max {
        Some(max) if bytes > max => Err(RenderError::TooHeavy { layout: layout.name.clone(), format, bytes, max }),
        _ => Ok(()),
    }
}

pub(super) fn run(template: &Template, file: &str, page: &Page) -> Result<String, RenderError> {
    let rendered = template.engine.get_template(file).and_then(|layout| layout.render(minijinja::value::Serde(page)));
    rendered.map_err(|error| RenderError::of_engine(&template.name, file, &error))
}

fn broken(template: &Template, file: &str, reason: String) -> RenderError {
    RenderError::Layout(TemplateError::new(format!("{}/{file}", template.name), None, reason))
}

/// MJML to HTML. Nothing is included or loaded, and a warning of the parser is an error.
pub(super) fn from_mjml(template: &Template, file: &str, source: &str) -> Result<String, RenderError> {
    let fault = |reason: String| broken(template, file, reason);
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
