use super::format::PNG as SIGNATURE;
use super::*;

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&crc(&out[4..]).to_be_bytes());
    out
}

/// PNG's CRC-32, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    };
    !bytes.iter().fold(!0, step)
}

fn header(width: u32, height: u32) -> Vec<u8> {
    let mut data = width.to_be_bytes().to_vec();
    data.extend_from_slice(&height.to_be_bytes());
    data.extend_from_slice(&[8, 6, 0, 0, 0]);
    [SIGNATURE.to_vec(), chunk(b"IHDR", &data)].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..width * height).flat_map(|n| [n as u8, 80, 120, 255]).collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&pixels, width, height, ExtendedColorType::Rgba8).unwrap();
    png
}

/// `png` with chunks put in after its header.
fn with_chunks(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    let after_header = SIGNATURE.len() + 25;
    [&png[..after_header], chunks, &png[after_header..]].concat()
}

#[test]
fn a_logo_is_written_again_without_its_metadata() {
    let upload = with_chunks(&png(60, 20), &chunk(b"tEXt", b"Comment\0<script>alert(1)</script>"));
    let logo = intake(&upload).unwrap();
    assert_eq!((logo.width, logo.height, size(&logo.png)), (60, 20, Some((60, 20))));
    assert!(!logo.png.windows(7).any(|bytes| bytes == b"<script"));
    assert_eq!(logo.digest, Digest::of_bytes(&logo.png));
    assert_eq!(intake(&logo.png).unwrap(), logo, "the same pixels give the same bytes");
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    assert_eq!(intake(&header(60_000, 60_000)), Err(LogoError::TooManyPixels { width: 60_000, height: 60_000 }));
    assert_eq!(intake(&header(4096, 4096)), Err(LogoError::TooManyPixels { width: 4096, height: 4096 }));
    assert_eq!(
        intake(&header(u32::MAX, u32::MAX)),
        Err(LogoError::TooManyPixels { width: u32::MAX, height: u32::MAX })
    );
    assert_eq!(intake(&vec![0; MAX_BYTES + 1]), Err(LogoError::TooManyBytes { bytes: MAX_BYTES + 1 }));
}

#[test]
fn a_sliver_is_refused() {
    assert_eq!(intake(&png(130, 10)), Err(LogoError::TooLong { width: 130, height: 10 }));
    assert!(intake(&png(120, 10)).is_ok());
}

#[test]
fn a_broken_file_is_an_error_and_never_a_panic() {
    let good = png(30, 20);
    for end in 0..good.len() {
        let read = intake(&good[..end]);
        assert!(read.is_err() || end > good.len() / 2, "cut at {end}");
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let _ = intake(&bad);
    }
    assert!(matches!(intake(&header(0, 5)), Err(LogoError::Damaged { .. })));
}

#[test]
fn an_animation_is_refused() {
    let mut control = 2_u32.to_be_bytes().to_vec();
    control.extend_from_slice(&0_u32.to_be_bytes());
    assert_eq!(intake(&with_chunks(&png(20, 20), &chunk(b"acTL", &control))), Err(LogoError::Animated));
}

#[test]
fn other_formats_are_told_what_to_do() {
    let files: [(&[u8], &str); 14] = [
        (b"GIF89a", "GIF"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x1cftypavif\0\0", "AVIF"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"BM6\0\0\0", "BMP"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"II*\0", "TIFF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"\x1f\x8b\x08\0", ".svgz"),
        (b"\0\0\x01\0\x01\0", ".ico"),
        (b"\xff\xfe<\0s\0v\0g\0", "UTF-16"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"<!DOCTYPE html><svg/>", "web page"),
    ];
    for (bytes, kind) in files {
        let error = intake(bytes).unwrap_err().to_string();
        assert!(error.contains(kind) && error.contains("export it as an SVG, or as a PNG"), "{error}");
    }
    for nothing in [&b""[..], b"hello", b"<", b"\xff\xd8", b"\x89PNG"] {
        assert_eq!(intake(nothing), Err(LogoError::Unknown));
    }
}

#[test]
fn what_follows_a_picture_is_not_kept() {
    let upload = [png(30, 20), b"PK\x03\x04<script>".to_vec()].concat();
    assert_eq!(intake(&upload).unwrap(), intake(&png(30, 20)).unwrap());
    assert!(intake(&png(30, 20)).unwrap().vector.is_none());
}

#[test]
fn a_picture_without_anything_to_see_is_refused() {
    let filled = |color: [u8; 4]| {
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(&color.repeat(800), 40, 20, ExtendedColorType::Rgba8).unwrap();
        intake(&png)
    };
    assert_eq!(filled([10, 20, 30, 0]), Err(LogoError::Transparent));
    assert_eq!(filled([10, 20, 30, 255]), Err(LogoError::OneColor));
}

#[test]
fn the_logos_that_the_sample_ships_are_taken() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/sample/logos");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "png")) {
        let logo = intake(&std::fs::read(&path).unwrap()).unwrap();
        assert!(logo.on_white >= 3.0 || logo.on_dark >= 3.0, "{}: {logo:?}", path.display());
    }
}
