//! The layouts of a template: which files make which renditions, at which size and under which weight.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::file::{Place, is_name};
use super::{TemplateError, Text, in_language};
use crate::Format;

/// One thing that a template makes: an email, a page, a banner of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub name: String,
    /// By language; empty where there is only one layout.
    pub title: BTreeMap<String, String>,
    /// The part whose slots it shows under their short names; all slots where there is none.
    pub part: Option<String>,
    pub(crate) html: Option<Html>,
    /// A file of plain text.
    pub(crate) text: Option<String>,
    pub(crate) picture: Option<Picture>,
}

/// An HTML layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Html {
    pub(crate) file: String,
    pub(crate) markup: Markup,
    /// Of the HTML in bytes.
    pub(crate) max_bytes: Option<usize>,
    /// In CSS pixels, in an overview.
    pub(crate) height: u32,
}

/// How an HTML layout is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    Mjml,
    Html,
}

/// An SVG layout, of which pixels or a document are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) file: String,
    /// In CSS pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pdf: bool,
    /// Of the PNG in bytes.
    pub(crate) max_bytes: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayoutFile {
    name: Spanned<String>,
    title: Spanned<BTreeMap<String, String>>,
    part: Option<Spanned<String>>,
    html: Option<Spanned<String>>,
    text: Option<Spanned<String>>,
    svg: Option<Spanned<String>>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    pdf: bool,
    max_bytes: Option<usize>,
}

/// The height of an HTML layout in an overview, where it gives none.
const USUAL_HEIGHT: u32 = 900;
/// The longest side of a picture, in CSS pixels.
const MAX_SIDE: u32 = 4096;

pub(super) fn read(
    at: &Place<'_>,
    files: Vec<Spanned<LayoutFile>>,
    texts: &[Text],
) -> Result<Vec<Layout>, TemplateError> {
    let mut layouts: Vec<Layout> = Vec::new();
    for file in files {
        let span = file.span();
        let file = file.into_inner();
        let name = file.name.get_ref();
        if !is_name(name) {
            return Err(at.fault(file.name.span(), "a layout's name is lower-case letters, digits and `_`"));
        }
        if layouts.iter().any(|layout| layout.name == *name) {
            return Err(at.fault(file.name.span(), format!("there are two layouts `{name}`")));
        }
        at.titled(&file.title)?;
        if let Some(part) = &file.part
            && texts.iter().all(|text| text.name != *part.get_ref())
        {
            return Err(at.fault(part.span(), format!("there is no part `{}`", part.get_ref())));
        }
        let html = file.html.map(|html| {
            let markup = match html.get_ref().rsplit_once('.') {
                Some((_, "mjml")) => Markup::Mjml,
                Some((_, "html")) => Markup::Html,
                _ => return Err(at.fault(html.span(), "`html` is a file that ends with .mjml or .html")),
            };
            let max_bytes = file.max_bytes.filter(|_| file.svg.is_none());
            let height = file.height.filter(|_| file.svg.is_none()).unwrap_or(USUAL_HEIGHT);
            Ok(Html { file: html.into_inner(), markup, max_bytes, height })
        });
        let picture = file.svg.map(|svg| {
            let ends = svg.get_ref().ends_with(".svg");
            match (file.width, file.height) {
                (Some(width), Some(height))
                    if ends && (1..=MAX_SIDE).contains(&width.min(height)) && width.max(height) <= MAX_SIDE =>
                {
                    Ok(Picture { file: svg.into_inner(), width, height, pdf: file.pdf, max_bytes: file.max_bytes })
                }
                _ => Err(at.fault(
                    svg.span(),
                    format!("`svg` is a file that ends with .svg, with `width` and `height` of 1 to {MAX_SIDE}"),
                )),
            }
        });
        if let Some(text) = &file.text
            && !text.get_ref().ends_with(".txt")
        {
            return Err(at.fault(text.span(), "`text` is a file that ends with .txt"));
        }
        let (html, picture) = (html.transpose()?, picture.transpose()?);
        if html.is_none() && picture.is_none() && file.text.is_none() {
            return Err(at.fault(span, format!("layout `{name}` needs `html`, `text` or `svg`")));
        }
        layouts.push(Layout {
            name: file.name.into_inner(),
            title: file.title.into_inner(),
            part: file.part.map(Spanned::into_inner),
            html,
            text: file.text.map(Spanned::into_inner),
            picture,
        });
    }
    Ok(layouts)
}

impl Layout {
    /// The layout of a template that names none.
    pub(super) fn main(markup: Markup) -> Self {
        let html = Html { file: markup.main_file().to_owned(), markup, max_bytes: None, height: USUAL_HEIGHT };
        Self {
            name: "main".to_owned(),
            title: BTreeMap::new(),
            part: None,
            html: Some(html),
            text: Some("layout.txt".to_owned()),
            picture: None,
        }
    }

    /// The title for people who read `locale`, as [`Template::title`](super::Template::title).
    #[must_use]
    pub fn title(&self, locale: &str) -> &str {
        in_language(&self.title, locale).unwrap_or(&self.name)
    }

    /// What it makes by itself.
    #[must_use]
    pub fn formats(&self) -> Vec<Format> {
        let mut formats = Vec::new();
        if self.html.is_some() {
            formats.push(Format::Html);
        }
        if self.text.is_some() {
            formats.push(Format::Text);
        }
        if let Some(picture) = &self.picture {
            formats.push(Format::Png);
            if picture.pdf {
                formats.push(Format::Pdf);
            }
        }
        formats
    }

    /// Its files, from the template's folder.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let html = self.html.as_ref().map(|html| html.file.as_str());
        let picture = self.picture.as_ref().map(|picture| picture.file.as_str());
        html.into_iter().chain(self.text.as_deref()).chain(picture)
    }
}

impl Markup {
    /// The file of a template that names no layouts.
    pub(crate) const fn main_file(self) -> &'static str {
        match self {
            Self::Mjml => "layout.mjml",
            Self::Html => "layout.html",
        }
    }
}
