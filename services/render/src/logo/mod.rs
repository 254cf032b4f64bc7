//! Logos: what a partner or a brand uploads, made safe to keep and to show.
//!
//! A PNG, JPEG or SVG is read within fixed bounds and written again as a plain PNG, so that nothing of an upload but
//! its pixels is served; of an SVG its shapes are kept too, written anew ([`Logo::vector`]). Nothing is loaded from
//! anywhere, no font is used, and no upload can make this run for more than a few seconds.
//!
//! Start reading at [`intake`]: [`format`] names what the bytes are, [`raster`] reads pixels, [`svg`] reads shapes, and
//! [`contrast`] says on which ground the logo can be seen. To take another format, name it in [`format`] and decode it
//! within the bounds of this page. Colour profiles are not applied: values count as sRGB, as on the web.

mod contrast;
mod format;
mod jpeg;
mod raster;
mod svg;

use countersign_released::digest::Digest;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};

use self::format::Kind;

/// The largest upload, in bytes.
pub const MAX_BYTES: usize = 2 << 20;
/// The largest SVG, in bytes of text.
pub const MAX_SVG_BYTES: usize = 256 << 10;
/// The most pixels on a side.
pub const MAX_SIDE: u32 = 4096;
/// The most pixels in all.
pub const MAX_PIXELS: u64 = 8_000_000;
/// How many times longer one side may be than the other.
pub const MAX_ASPECT: u32 = 12;
/// The longest side of the pixels that are made of an SVG.
pub const SVG_SIDE: u32 = 1200;

/// A logo that may be stored and served.
#[derive(Clone, Debug, PartialEq)]
pub struct Logo {
    /// A plain RGBA PNG without metadata.
    pub png: Vec<u8>,
    /// Of `png`.
    pub digest: Digest,
    /// Of `png`, in pixels.
    pub width: u32,
    /// Of `png`, in pixels.
    pub height: u32,
    /// The shapes of an SVG upload as an SVG of ours (UTF-8): groups, paths, gradients, clips and masks, without a
    /// letter of the upload's own text. Its ids are unique to this logo, so that several logos can stand in one
    /// picture; its `viewBox` begins at 0 0. `None` for pixels, and for an SVG whose shapes cannot be written again so
    /// that they look the same.
    pub vector: Option<Vec<u8>>,
    /// The WCAG contrast on `#ffffff` that at least half of the logo's inked area reaches, 1.0 to 21.0.
    pub on_white: f64,
    /// The same on `#111111`.
    pub on_dark: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    #[error("the logo has {bytes} bytes; {MAX_BYTES} at most. Export it smaller: 1200 pixels wide is plenty")]
    TooManyBytes { bytes: usize },
    #[error("the SVG has {bytes} bytes; {MAX_SVG_BYTES} at most. Simplify its paths, or export it as a PNG")]
    TooMuchSvg { bytes: usize },
    #[error("the logo is a {kind}; export it as an SVG, or as a PNG with a transparent background")]
    OtherFormat { kind: &'static str },
    #[error("this is not an image that can be read; export the logo as an SVG or a PNG")]
    Unknown,
    #[error("the logo is animated; export a single picture as an SVG or a PNG")]
    Animated,
    #[error(
        "the logo has {width} × {height} pixels; {MAX_SIDE} a side and {MAX_PIXELS} in all at most. Export it smaller"
    )]
    TooManyPixels { width: u32, height: u32 },
    #[error("the logo measures {width} × {height}; one side may be {MAX_ASPECT} times the other at most. Crop it")]
    TooLong { width: u32, height: u32 },
    #[error("the {kind} is damaged ({reason}); export it again")]
    Damaged { kind: &'static str, reason: String },
    #[error("the JPEG holds CMYK colours, which have no exact look on a screen; export it in RGB, best as a PNG")]
    Cmyk,
    #[error("the JPEG is {what}, which browsers cannot show; export it as a PNG")]
    RareJpeg { what: &'static str },
    #[error("the JPEG has too much detail for a logo ({bytes} bytes as a PNG, {MAX_BYTES} at most); export it smaller")]
    TooDetailed { bytes: usize },
    #[error("every pixel of the logo is transparent; export it with its shapes visible and filled")]
    Transparent,
    #[error("one colour fills the whole logo, so that nothing can be made out; export it on a transparent background")]
    OneColor,
    #[error("the SVG has a DOCTYPE or entities, which are never read; delete the line that begins with <!DOCTYPE")]
    Doctype,
    #[error("the SVG holds text that needs a font; convert the text to outlines and export it again")]
    Text,
    #[error("the SVG holds {what}; {instead}, or export the logo as a PNG")]
    NotDrawn { what: &'static str, instead: &'static str },
    #[error("the SVG is too complex ({what}); simplify it, or export the logo as a PNG")]
    TooComplex { what: String },
}

/// Reads an upload. What it claims to measure is looked at before anything is decoded or drawn.
///
/// # Errors
/// Says what is wrong with the file and what to do about it; see [`LogoError`].
pub fn intake(bytes: &[u8]) -> Result<Logo, LogoError> {
    if bytes.len() > MAX_BYTES {
        return Err(LogoError::TooManyBytes { bytes: bytes.len() });
    }
    match format::of(bytes)? {
        Kind::Png => finish(&raster::png(bytes)?, None),
        Kind::Jpeg => {
            let logo = finish(&raster::jpeg(bytes)?, None)?;
            // Pixels that a JPEG keeps small can be many times as large without loss; pages carry logos inline.
            if logo.png.len() > MAX_BYTES {
                return Err(LogoError::TooDetailed { bytes: logo.png.len() });
            }
            Ok(logo)
        }
        Kind::Svg => {
            let drawing = svg::read(bytes)?;
            finish(&drawing.pixels, Some(&drawing))
        }
    }
}

fn finish(pixels: &RgbaImage, drawing: Option<&svg::Drawing>) -> Result<Logo, LogoError> {
    let (on_white, on_dark) = contrast::of(pixels)?;
    let (width, height) = pixels.dimensions();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgba8)
        .map_err(|error| damaged("picture", &error))?;
    let digest = Digest::of_bytes(&png);
    let vector = drawing.and_then(|drawing| drawing.vector(&digest.hex()[..8])).map(String::into_bytes);
    Ok(Logo { png, digest, width, height, vector, on_white, on_dark })
}

/// Whether a picture of this size is within the bounds of a logo.
fn sized(kind: &'static str, width: u32, height: u32) -> Result<(), LogoError> {
    if width == 0 || height == 0 {
        return Err(damaged(kind, &"it has no pixels"));
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(LogoError::TooManyPixels { width, height });
    }
    if width.max(height) > MAX_ASPECT * width.min(height) {
        return Err(LogoError::TooLong { width, height });
    }
    Ok(())
}

/// Width and height as the header of a PNG claims them.
pub(crate) fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(format::PNG)?.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

fn damaged(kind: &'static str, reason: &dyn std::fmt::Display) -> LogoError {
    LogoError::Damaged { kind, reason: reason.to_string().chars().take(200).collect() }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
