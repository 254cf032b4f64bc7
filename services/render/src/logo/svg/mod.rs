//! SVG uploads: read as shapes, drawn as pixels, and written anew.
//!
//! The way: [`scan`] bounds the text before anything parses it; [`plain`] keeps the elements and attributes that draw
//! and refuses what a logo cannot have (text, pictures, effects, animation, anything outside of the file); svg-hush
//! sanitizes what is left a second time; [`weight`] bounds what references multiply; usvg resolves it to groups and
//! paths, with nothing to load and no font; [`cost`] bounds what drawing those takes; resvg draws; [`vector`] writes the
//! paths again. A new limit belongs to the first of these that can know it.

mod cost;
mod plain;
mod property;
mod scan;
mod vector;
mod weight;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{Rgba, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use usvg::roxmltree::{Document, ParsingOptions};
use usvg::{ImageHrefResolver, Options, Tree};

use super::{LogoError, MAX_ASPECT, MAX_SVG_BYTES, SVG_SIDE, damaged};

/// The longest side in user units.
const MAX_UNITS: f32 = 100_000.0;
/// The shortest longest side in user units.
const MIN_UNITS: f32 = 1.0;
/// Nodes of the document: elements, comments and pieces of text.
const MAX_NODES: u32 = 20_000;

/// An SVG upload as pixels, and what can be written of its shapes.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) pixels: RgbaImage,
    tree: Tree,
}

impl Drawing {
    /// The shapes as an SVG whose ids begin with `prefix`; `None` when they would not look the same.
    pub(super) fn vector(&self, prefix: &str) -> Option<String> {
        catch_unwind(AssertUnwindSafe(|| {
            let text = vector::write(&self.tree, prefix)?;
            let again = draw(&resolve(&text).ok()?).ok()?;
            alike(&self.pixels, &again).then_some(text)
        }))
        .unwrap_or_default()
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Drawing, LogoError> {
    if bytes.len() > MAX_SVG_BYTES {
        return Err(LogoError::TooMuchSvg { bytes: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| broken(&"it is not UTF-8 text"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Parsers and renderers read hostile shapes; should one ever panic, the upload is refused and nothing else is lost.
    catch_unwind(|| {
        scan::check(text)?;
        let plain = plain::of(&parse(text)?)?;
        let mut hushed = Vec::new();
        svg_hush::Filter::new().filter(plain.as_bytes(), &mut hushed).map_err(|error| broken(&error))?;
        let hushed = String::from_utf8(hushed).map_err(|error| broken(&error))?;
        let tree = resolve(&hushed)?;
        let pixels = draw(&tree)?;
        Ok(Drawing { pixels, tree })
    })
    .unwrap_or_else(|_| Err(broken(&"it cannot be drawn")))
}

fn parse(text: &str) -> Result<Document<'_>, LogoError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES };
    Document::parse_with_options(text, options).map_err(|error| match error {
        usvg::roxmltree::Error::NodesLimitReached => too_complex("more elements than a logo needs"),
        usvg::roxmltree::Error::DtdDetected => LogoError::Doctype,
        error => broken(&error),
    })
}

/// Groups and paths of a plain document. Nothing is loaded: no file, no address, no picture, no font.
fn resolve(text: &str) -> Result<Tree, LogoError> {
    let document = parse(text)?;
    weight::check(&document)?;
    let nothing = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options { image_href_resolver: nothing, resources_dir: None, ..Options::default() };
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| broken(&error))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let (long, short) = (width.max(height), width.min(height));
    if !(MIN_UNITS..=MAX_UNITS).contains(&long) {
        return Err(broken(&format_args!(
            "it measures {width} × {height} units; its longest side may have {MIN_UNITS} to {MAX_UNITS}"
        )));
    }
    #[expect(clippy::cast_precision_loss, reason = "the bound is small")]
    if long > short * MAX_ASPECT as f32 {
        return Err(LogoError::TooLong { width: rounded(width), height: rounded(height) });
    }
    Ok(tree)
}

/// The author's box, [`SVG_SIDE`] pixels long, on a transparent ground.
fn draw(tree: &Tree) -> Result<RgbaImage, LogoError> {
    let (width, height) = (tree.size().width(), tree.size().height());
    #[expect(clippy::cast_precision_loss, reason = "the bound is small")]
    let scale = SVG_SIDE as f32 / width.max(height);
    let (across, down) = (rounded(width * scale), rounded(height * scale));
    #[expect(clippy::cast_precision_loss, reason = "1200 at most")]
    let transform = Transform::from_scale(across as f32 / width, down as f32 / height);
    cost::check(tree, transform, (across, down))?;
    let mut pixmap = Pixmap::new(across, down).ok_or_else(|| broken(&"it has no area"))?;
    resvg::render(tree, transform, &mut pixmap.as_mut());
    let color = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
        let color = pixel.demultiply();
        [color.red(), color.green(), color.blue(), color.alpha()]
    };
    let raw = pixmap.pixels().iter().flat_map(color).collect();
    RgbaImage::from_raw(across, down, raw).ok_or_else(|| broken(&"it has no area"))
}

/// Whether hardly a pixel (one in a thousand) differs by more than the edge of a shape may.
fn alike(one: &RgbaImage, two: &RgbaImage) -> bool {
    let shown = |pixel: &Rgba<u8>| {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        [red * alpha / 255, green * alpha / 255, blue * alpha / 255, alpha]
    };
    let differs =
        |(one, two): (&Rgba<u8>, &Rgba<u8>)| shown(one).iter().zip(shown(two)).any(|(one, two)| one.abs_diff(two) > 24);
    one.dimensions() == two.dimensions()
        && one.pixels().zip(two.pixels()).filter(|pair| differs(*pair)).count() * 1000 <= one.len() / 4
}

/// A length as whole pixels or units, one at least.
fn rounded(length: f32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and 1 is the least")]
    let whole = length.round() as u32;
    whole.max(1)
}

fn broken(reason: &dyn std::fmt::Display) -> LogoError {
    damaged("SVG", reason)
}

fn too_complex(what: impl Into<String>) -> LogoError {
    LogoError::TooComplex { what: what.into() }
}

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod tests;
