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
    let files: [(&[u8], &str); 4] = [
        (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        (b"\n<svg onload=alert(1)>", "SVG"),
        (b"\xff\xd8\xff\xe0JFIF", "JPEG"),
        (b"GIF89a", "GIF"),
    ];
    for (bytes, kind) in files {
        let error = intake(bytes).unwrap_err().to_string();
        assert!(error.contains(kind) && error.contains("export it as a PNG"), "{error}");
    }
    assert_eq!(intake(b""), Err(LogoError::Unknown));
}
