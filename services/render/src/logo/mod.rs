//! Logos: what a partner or a brand uploads, made safe to keep and to show. An image is decoded within fixed bounds and
//! written again as a plain PNG, so that nothing of the upload but its pixels is ever served.
//!
//! Only PNG is read. Everything else is refused with what to do. To take another format, add it to `refuse_others` and
//! decode it here, within the same bounds.

use std::io::Cursor;

use countersign_released::digest::Digest;
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder as _, Limits};

/// The largest upload, in bytes.
pub const MAX_BYTES: usize = 2 << 20;
/// The most pixels on a side.
pub const MAX_SIDE: u32 = 4096;
/// The most pixels in all.
pub const MAX_PIXELS: u64 = 8_000_000;
/// How many times longer one side may be than the other.
pub const MAX_ASPECT: u32 = 12;
/// What decoding may allocate: 8 MP at 16 bits and four channels, and some.
const MAX_ALLOC: u64 = 96 << 20;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A logo that may be stored and served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// A plain RGBA PNG without metadata.
    pub png: Vec<u8>,
    /// Of `png`.
    pub digest: Digest,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    #[error("the logo has {bytes} bytes; {MAX_BYTES} at most. Export it smaller: 600 pixels wide is plenty")]
    TooManyBytes { bytes: usize },
    #[error("the logo is a {kind}; export it as a PNG with a transparent background")]
    OtherFormat { kind: &'static str },
    #[error("this is not an image that can be read; export the logo as a PNG")]
    Unknown,
    #[error("the logo is animated; export a single picture as a PNG")]
    Animated,
    #[error(
        "the logo has {width} × {height} pixels; {MAX_SIDE} a side and {MAX_PIXELS} in all at most. Export it smaller"
    )]
    TooManyPixels { width: u32, height: u32 },
    #[error("the logo has {width} × {height} pixels; one side may be {MAX_ASPECT} times the other at most. Crop it")]
    TooLong { width: u32, height: u32 },
    #[error("the PNG is damaged ({reason}); export it again")]
    Damaged { reason: String },
}

/// Reads an upload. The size that its header claims is looked at before anything is decoded.
pub fn intake(bytes: &[u8]) -> Result<Logo, LogoError> {
    if bytes.len() > MAX_BYTES {
        return Err(LogoError::TooManyBytes { bytes: bytes.len() });
    }
    refuse_others(bytes)?;
    let (width, height) = size(bytes).ok_or_else(|| damaged(&"its header is cut off"))?;
    if width == 0 || height == 0 {
        return Err(damaged(&"it has no pixels"));
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(LogoError::TooManyPixels { width, height });
    }
    if width.max(height) > MAX_ASPECT * width.min(height) {
        return Err(LogoError::TooLong { width, height });
    }

    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(|error| damaged(&error))?;
    if decoder.is_apng().map_err(|error| damaged(&error))? {
        return Err(LogoError::Animated);
    }
    if decoder.dimensions() != (width, height) {
        return Err(damaged(&"its header disagrees with itself"));
    }
    let pixels = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?.into_rgba8();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgba8)
        .map_err(|error| damaged(&error))?;
    Ok(Logo { digest: Digest::of_bytes(&png), png, width, height })
}

/// Width and height as the header of a PNG claims them.
pub(crate) fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(SIGNATURE)?.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

fn refuse_others(bytes: &[u8]) -> Result<(), LogoError> {
    if bytes.starts_with(SIGNATURE) {
        return Ok(());
    }
    let kinds: [(&[u8], &'static str); 5] =
        [(b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"RIFF", "WebP"), (b"BM", "BMP"), (b"%PDF", "PDF")];
    if let Some((_, kind)) = kinds.into_iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(LogoError::OtherFormat { kind });
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    if head.contains("<svg") || head.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml") {
        return Err(LogoError::OtherFormat { kind: "SVG" });
    }
    Err(LogoError::Unknown)
}

fn damaged(reason: &dyn std::fmt::Display) -> LogoError {
    LogoError::Damaged { reason: reason.to_string().chars().take(200).collect() }
}

#[cfg(test)]
mod tests;
