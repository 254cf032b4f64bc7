//! What a template makes in all: the one layout where there is one, an overview of several, data, and an archive.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_released::digest::{Digest, canonical_json};
use countersign_released::place::{Locale, Market};
use countersign_released::profile::Profile;
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Format, Job, RenderError, alone};
use crate::page::Addresses;
use crate::template::Layout;
use crate::{escape, inline};

/// A format of the whole. Pictures and documents are those of the first layout that has one.
pub(super) fn one(job: &Job<'_>, format: Format) -> Result<Vec<u8>, RenderError> {
    let layouts = &job.template.layouts;
    let having: Vec<&Layout> = layouts.iter().filter(|layout| layout.formats().contains(&format)).collect();
    match (format, having.as_slice()) {
        (Format::Html, [only]) if layouts.len() == 1 => alone::bytes(job, only, format),
        (Format::Html, _) if job.template.formats().contains(&format) => overview(job).map(String::into_bytes),
        (Format::Text, [only]) => alone::bytes(job, only, format),
        (Format::Text, [_, ..]) => texts(job, &having).map(String::into_bytes),
        (_, [first, ..]) => alone::bytes(job, first, format),
        _ => Err(alone::no_format(&format!("template {}", job.template.tag()), format, &job.template.formats())),
    }
}

/// The texts one after the other, each under its title.
fn texts(job: &Job<'_>, layouts: &[&Layout]) -> Result<String, RenderError> {
    let mut parts = Vec::new();
    for layout in layouts {
        let Some(file) = &layout.text else { continue };
        let title = layout.title(job.subject.context.locale.as_str());
        let line = "=".repeat(title.chars().count());
        parts.push(format!("{title}\n{line}\n\n{}", alone::text(job, layout, file)?.trim_end()));
    }
    Ok(parts.join("\n\n\n") + "\n")
}

const STYLE: &str = "body{margin:0;padding:24px;background:#eef0f4;color:#1d2330;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}\
main{max-width:1040px;margin:0 auto}section{margin:0 0 40px}h2{font-size:18px;margin:0 0 10px}\
iframe{display:block;width:100%;border:1px solid #c9ced8;border-radius:6px;background:#fff}\
img{display:block;max-width:100%;height:auto;box-shadow:0 0 0 1px #c9ced8}\
pre{margin:0;padding:16px;background:#fff;border:1px solid #c9ced8;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font:15px/1.55 inherit}\
@media (prefers-color-scheme:dark){body{background:#14161b;color:#eceef2}}";

/// All layouts on one page that loads nothing: pages and emails in frames, pictures as they are.
fn overview(job: &Job<'_>) -> Result<String, RenderError> {
    let locale = &job.subject.context.locale;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{locale}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\" />\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" content=\"light dark\" />\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        locale.direction(),
        escape::text(job.template.title(locale.as_str()))
    );
    for layout in &job.template.layouts {
        let title = escape::text(layout.title(locale.as_str()));
        out.push_str(&format!("<section id=\"{0}\" aria-label=\"{title}\">\n<h2>{title}</h2>\n", layout.name));
        if let Some(html) = &layout.html {
            let page = escape::text(&alone::html(job, layout, html)?);
            out.push_str(&format!(
                "<iframe title=\"{title}\" sandbox=\"allow-popups\" height=\"{}\" srcdoc=\"{page}\"></iframe>\n",
                html.height
            ));
        } else if let Some(picture) = &layout.picture {
            let png = STANDARD.encode(alone::png(job, layout, picture)?);
            let alt = escape::text(&said(job));
            out.push_str(&format!(
                "<img src=\"data:image/png;base64,{png}\" alt=\"{alt}\" width=\"{}\" height=\"{}\" />\n",
                picture.width, picture.height
            ));
        } else if let Some(file) = &layout.text {
            out.push_str(&format!("<pre>{}</pre>\n", escape::text(&alone::text(job, layout, file)?)));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    Ok(out)
}

/// What a picture says, in words, in the order of the template.
fn said(job: &Job<'_>) -> String {
    let slots = job.template.slots.iter().filter_map(|slot| job.subject.content.slots.get(&slot.name));
    let said: Vec<String> = slots.map(|text| inline::fill(text, job.subject.profile).replace('\n', " ")).collect();
    said.join(". ").replace("?.", "?").replace("..", ".")
}

/// The rendition as data, for partners who have layouts of their own.
#[derive(Debug, Serialize)]
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
    /// Where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layouts: Vec<LayoutData<'a>>,
}

#[derive(Debug, Serialize)]
struct LayoutData<'a> {
    name: &'a str,
    title: &'a str,
    formats: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<(u32, u32)>,
}

pub(super) fn json(job: &Job<'_>) -> Result<Vec<u8>, RenderError> {
    let context = job.subject.context;
    let layout = |layout: &'_ Layout| layout.picture.as_ref().map(|picture| (picture.width, picture.height));
    let layouts: Vec<LayoutData<'_>> = (job.template.layouts.iter())
        .map(|l| LayoutData {
            name: &l.name,
            title: l.title(context.locale.as_str()),
            formats: l.formats().into_iter().map(Format::name).collect(),
            size: layout(l),
        })
        .collect();
    let slots = job.subject.content.slots.iter();
    let data = Data {
        asset_type: &context.asset_type,
        template: &context.template,
        locale: &context.locale,
        market: context.market,
        channel: &context.channel,
        slots: slots.map(|(name, text)| (name.as_str(), inline::fill(text, job.subject.profile))).collect(),
        partner: job.subject.profile,
        links: BTreeMap::from([("cta", Addresses::of(job)?.cta.to_string())]),
        legal: job.legal,
        layouts: if layouts.len() > 1 { layouts } else { Vec::new() },
    };
    Ok(canonical_json(&data).into_bytes())
}

/// What an archive holds.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    asset_type: &'a str,
    template: &'a str,
    locale: &'a Locale,
    market: Market,
    channel: &'a str,
    files: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    path: String,
    media_type: &'static str,
    bytes: usize,
    digest: Digest,
}

/// Everything: `manifest.json`, `data.json`, and each layout in each of its formats.
pub(super) fn zip(job: &Job<'_>) -> Result<Vec<u8>, RenderError> {
    let mut files = vec![("data.json".to_owned(), Format::Json, json(job)?)];
    for layout in &job.template.layouts {
        for format in layout.formats() {
            let path = format!("{}.{}", layout.name, format.extension());
            files.push((path, format, alone::bytes(job, layout, format)?));
        }
    }
    let context = job.subject.context;
    let entry = |(path, format, bytes): &(String, Format, Vec<u8>)| Entry {
        path: path.clone(),
        media_type: format.media_type(),
        bytes: bytes.len(),
        digest: Digest::of_bytes(bytes),
    };
    let manifest = Manifest {
        asset_type: &context.asset_type,
        template: &context.template,
        locale: &context.locale,
        market: context.market,
        channel: &context.channel,
        files: files.iter().map(entry).collect(),
    };
    let mut all = vec![("manifest.json".to_owned(), canonical_json(&manifest).into_bytes())];
    all.extend(files.into_iter().map(|(path, _, bytes)| (path, bytes)));
    archive(all).map_err(|reason| RenderError::Fit { layout: job.template.name.clone(), reason })
}

/// Files as they are, at no time of day: pictures are compressed already, and the same files give the same archive.
pub fn archive(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(path, options).map_err(|error| error.to_string())?;
        zip.write_all(&bytes).map_err(|error| error.to_string())?;
    }
    zip.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}
