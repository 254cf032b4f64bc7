//! Pixels of PNG and JPEG uploads, decoded within bounds that are checked before anything is allocated.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, ImageDecoder, Limits, RgbaImage};

use super::{LogoError, MAX_SIDE, damaged, jpeg, size, sized};

/// What decoding may allocate: 8 MP at 16 bits and four channels, and some.
const MAX_ALLOC: u64 = 96 << 20;

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    limits
}

pub(super) fn png(bytes: &[u8]) -> Result<RgbaImage, LogoError> {
    let broken = |error: &dyn std::fmt::Display| damaged("PNG", error);
    let (width, height) = size(bytes).ok_or_else(|| broken(&"its header is cut off"))?;
    sized("PNG", width, height)?;
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(|error| broken(&error))?;
    if decoder.is_apng().map_err(|error| broken(&error))? {
        return Err(LogoError::Animated);
    }
    if decoder.dimensions() != (width, height) {
        return Err(broken(&"its header disagrees with itself"));
    }
    Ok(DynamicImage::from_decoder(decoder).map_err(|error| broken(&error))?.into_rgba8())
}

/// The picture as a viewer turns it: the orientation that a camera noted (EXIF) is applied.
pub(super) fn jpeg(bytes: &[u8]) -> Result<RgbaImage, LogoError> {
    let header = jpeg::header(bytes)?;
    sized("JPEG", header.width, header.height)?;
    let decode = || -> image::ImageResult<DynamicImage> {
        let mut decoder = JpegDecoder::new(Cursor::new(bytes))?;
        decoder.set_limits(limits())?;
        let orientation = decoder.orientation()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(image)
    };
    // The decoder reads hostile bytes; should it ever panic, the upload is refused and nothing else is lost.
    let image = catch_unwind(decode)
        .map_err(|_| damaged("JPEG", &"it cannot be read"))?
        .map_err(|error| damaged("JPEG", &error))?
        .into_rgba8();
    let turned = (image.width(), image.height());
    if turned != (header.width, header.height) && turned != (header.height, header.width) {
        return Err(damaged("JPEG", &"its header disagrees with itself"));
    }
    Ok(image)
}
