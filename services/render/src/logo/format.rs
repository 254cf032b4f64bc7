//! What an upload is, by its first bytes. The name of the file and the type that a browser sent count for nothing.

use super::LogoError;

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Jpeg,
    Svg,
}

/// Formats that are refused by name: offset, the bytes that stand there, and the name.
const OTHERS: [(usize, &[u8], &str); 24] = [
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"BM", "BMP"),
    (0, b"%PDF", "PDF (or Illustrator file)"),
    (0, b"8BPS", "Photoshop file"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"\x1f\x8b", "compressed SVG (.svgz)"),
    (0, b"\0\0\x01\0", "icon file (.ico)"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"\xfe\xff", "UTF-16 text (save an SVG as UTF-8)"),
    (0, b"\xff\xfe", "UTF-16 text (save an SVG as UTF-8)"),
    (0, b"wOF", "font"),
    (4, b"ftyp", "film"),
];

pub(super) fn of(bytes: &[u8]) -> Result<Kind, LogoError> {
    if bytes.starts_with(PNG) {
        return Ok(Kind::Png);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Kind::Jpeg);
    }
    let stands = |at: usize, start: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(start));
    if let Some((_, _, kind)) = OTHERS.into_iter().find(|(at, start, _)| stands(*at, start)) {
        return Err(LogoError::OtherFormat { kind });
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Err(LogoError::OtherFormat { kind: "web page" });
    }
    if head.starts_with('<') && (head.contains("<svg") || head.contains(":svg") || head.starts_with("<?xml")) {
        return Ok(Kind::Svg);
    }
    Err(LogoError::Unknown)
}
