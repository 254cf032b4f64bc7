//! The markers of a JPEG, walked before any of it is decoded (ITU-T T.81, annex B): what it measures, what kind it is,
//! whether it is whole, and whether its scans would keep a decoder busy for long.

use super::{LogoError, damaged};

/// More scans than any encoder writes (about ten), and few enough that each may touch every block of 8 megapixels.
const MAX_SCANS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The header of a JPEG that is complete up to its end marker. What follows that is not looked at, nor kept.
pub(super) fn header(bytes: &[u8]) -> Result<Header, LogoError> {
    let cut = || damaged("JPEG", &"it is cut off");
    let (mut at, mut scans, mut header) = (2, 0, None);
    loop {
        if *bytes.get(at).ok_or_else(cut)? != 0xff {
            return Err(damaged("JPEG", &format_args!("no marker at byte {at}")));
        }
        let marker = *bytes.get(at + 1).ok_or_else(cut)?;
        match marker {
            // Fill bytes, and markers that stand alone.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 => return header.filter(|_| scans > 0).ok_or_else(|| damaged("JPEG", &"it holds no picture")),
            _ => {
                let length = segment(bytes, at).ok_or_else(cut)?;
                let body = &bytes[at + 4..at + 2 + length];
                at += 2 + length;
                if frame(marker) && header.replace(self::frame_header(marker, body)?).is_some() {
                    return Err(damaged("JPEG", &"it holds two pictures"));
                }
                if marker == 0xda {
                    scans += 1;
                    if scans > MAX_SCANS {
                        return Err(damaged("JPEG", &format_args!("it has more than {MAX_SCANS} scans")));
                    }
                    at = entropy_end(bytes, at).ok_or_else(cut)?;
                }
            }
        }
    }
}

/// The length of the segment whose marker is `at`, when all of it is there.
fn segment(bytes: &[u8], at: usize) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
    (length >= 2 && at + 2 + length <= bytes.len()).then_some(length)
}

/// Where the next marker stands that is neither a stuffed byte nor a restart.
fn entropy_end(bytes: &[u8], from: usize) -> Option<usize> {
    let marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
    Some(from + bytes.get(from..)?.windows(2).position(marker)?)
}

/// Start of frame: all of 0xC0 to 0xCF but the tables of Huffman (C4) and arithmetic coding (CC), and C8.
fn frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn frame_header(marker: u8, body: &[u8]) -> Result<Header, LogoError> {
    match marker {
        0xc0..=0xc2 => {}
        0xc9 | 0xca => return Err(LogoError::RareJpeg { what: "arithmetically coded" }),
        0xc3 => return Err(LogoError::RareJpeg { what: "lossless" }),
        _ => return Err(LogoError::RareJpeg { what: "hierarchical" }),
    }
    let [precision, high, low, wide, narrow, components, ..] = *body else {
        return Err(damaged("JPEG", &"its header is cut off"));
    };
    if precision != 8 {
        return Err(LogoError::RareJpeg { what: "of 12 bits a channel" });
    }
    match components {
        1 | 3 => {}
        4 => return Err(LogoError::Cmyk),
        count => return Err(damaged("JPEG", &format_args!("it has {count} channels"))),
    }
    let number = |high, low| u32::from(u16::from_be_bytes([high, low]));
    Ok(Header { width: number(wide, narrow), height: number(high, low) })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, RgbaImage};

    use super::super::{Logo, intake};
    use super::*;

    /// 24 × 12 pixels, white with a blue box, in ten scans.
    const PROGRESSIVE: &str = "\
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC\
        0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wgARCAAM\
        ABgDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABAYH/8QAFwEBAQEBAAAAAAAAAAAAAAAAAwIEBf/aAAwDAQACEAMQAAAB0Fzg+pivOX\
        teNkSFnf8A/8QAGhABAQADAQEAAAAAAAAAAAAAAgQAAwUUFv/aAAgBAQABBQLp0KWL6CrOZQqomDsPilwA6z//xAAcEQACAgIDAAAAAAAAAAAA\
        AAAAAQISAzETFFH/2gAIAQMBAT8ByypGyO3MxSvGzGk9nHDwSS0f/8QAHhEAAgICAgMAAAAAAAAAAAAAAQMAAgQRExVRUpH/2gAIAQIBAT8Bxl\
        hrBQzrVeTMhYUw0ErY1OxOdvsfsNjY7M//xAAgEAACAgEDBQAAAAAAAAAAAAABAgADETFBcTM0kZLR/9oACAEBAAY/ArLqwCy415nTp8H7K7rA\
        AzZ05hWxQynYidtT6CBa1CqNgJ//xAAcEAACAQUBAAAAAAAAAAAAAAABIQAQETGBwfD/2gAIAQEAAT8hRYoBTAdoMZYoBSIcmap18DqeO5MVTr\
        YDU//aAAwDAQACAAMAAAAQDGe//8QAGxEBAAIDAQEAAAAAAAAAAAAAAQARMWHRkaH/2gAIAQMBAT8QVch2aD72OOR7AaFk1fCA0KJ//8QAHBEA\
        AgEFAQAAAAAAAAAAAAAAAAERITFRcdHx/9oACAECAQE/EG00c202ewuD6aKL6TJAw8o9p0mDLyz/xAAbEAEBAAEFAAAAAAAAAAAAAAABESEAED\
        FBgf/aAAgBAQABPxDM0nS6tBHhd7aszSdBiwVeB3qbGJUzSrDkHzbddjEq5rBgyr7r/9k=\
        ";

    /// The same in four channels.
    const CMYK: &str = "\
        /9j/7gAOQWRvYmUAZAAAAAAC/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUG\
        BKUVJP/9sAQwEODg4TERMmFRUmTzUtNU9PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P/8AAFAgADAAY\
        BAEiAAIRAQMRAQQiAP/EABsAAAEEAwAAAAAAAAAAAAAAAAACBAUGAQMH/8QALRAAAgIBAQQHCQAAAAAAAAAAAQIAAwQFERIxQRUhUXGBktEUFl\
        JTVFWRk9L/xAAVAQEBAAAAAAAAAAAAAAAAAAAEA//EABkRAAMBAQEAAAAAAAAAAAAAAAECAxEABP/aAA4EAQACEQMRBAAAPwCg6BgVanrOPh3s\
        612b20oQD1KTzB7JcvcXSvqMzzr/ADKBTdbj2rbRa9Vi8HRipHiI66Y1X7nmfvb1gvTC9H2b4ORKk1XHXe6TlWtTjtYoBI2ce+R/SV/w1/g+sl\
        GVWXdYAg8iIj2ej5NflEXr+BVpms5GHQztXXu7C5BPWoPIDthGV11uRa1t9r22Nxd2LE+JhFTBVAGOnosQSSOxi2tdjrYwAJ28O+E2Kqqu6oAA\
        5AQn/9k=\
        ";

    fn decoded(text: &str) -> Vec<u8> {
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    }

    /// White, with a blue box in its upper left quarter.
    fn baseline(width: u16, height: u16) -> Vec<u8> {
        let blue = |x: u16, y: u16| (2..width / 2).contains(&x) && (2..height / 2).contains(&y);
        let pixels: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| if blue(x, y) { [0, 70, 200] } else { [255; 3] })
            .collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 90)
            .encode(&pixels, width.into(), height.into(), ExtendedColorType::Rgb8)
            .unwrap();
        jpeg
    }

    /// `jpeg` with a segment put in after its first marker.
    fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, marker], &length, body, &jpeg[2..]].concat()
    }

    /// An EXIF block that says nothing but how the camera was held.
    fn oriented(orientation: u8) -> Vec<u8> {
        let tiff =
            [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        [b"Exif\0\0".as_slice(), &tiff].concat()
    }

    fn pixels(logo: &Logo) -> RgbaImage {
        image::load_from_memory(&logo.png).unwrap().into_rgba8()
    }

    fn is_blue(image: &RgbaImage, x: u32, y: u32) -> bool {
        let [red, _, blue, _] = image.get_pixel(x, y).0;
        blue > 150 && red < 90
    }

    /// Replaces the frame header's byte at `offset` after its marker.
    fn frame_byte(jpeg: &[u8], offset: usize, value: u8) -> Vec<u8> {
        let mut jpeg = jpeg.to_vec();
        let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        jpeg[at + offset] = value;
        jpeg
    }

    #[test]
    fn baseline_and_progressive_become_plain_pixels() {
        for (jpeg, blue) in [(baseline(40, 20), (6, 6)), (decoded(PROGRESSIVE), (10, 6))] {
            let logo = intake(&jpeg).unwrap();
            let image = pixels(&logo);
            assert_eq!((logo.width, logo.height), image.dimensions());
            assert!(is_blue(&image, blue.0, blue.1) && !is_blue(&image, 0, 0));
            assert!(logo.vector.is_none());
            assert!(logo.on_white > 5.0, "white paper is no ink: {}", logo.on_white);
        }
    }

    #[test]
    fn a_camera_held_sideways_is_turned_back() {
        let upright = intake(&with_segment(&baseline(40, 20), 0xe1, &oriented(1))).unwrap();
        assert_eq!((upright.width, upright.height), (40, 20));
        let turned = intake(&with_segment(&baseline(40, 20), 0xe1, &oriented(6))).unwrap();
        assert_eq!((turned.width, turned.height), (20, 40));
        let image = pixels(&turned);
        assert!(is_blue(&image, 14, 6) && !is_blue(&image, 5, 6), "a quarter turn to the right");
    }

    #[test]
    fn colours_of_print_are_refused() {
        assert_eq!(intake(&decoded(CMYK)), Err(LogoError::Cmyk));
        assert_eq!(intake(&frame_byte(&baseline(40, 20), 9, 4)), Err(LogoError::Cmyk));
    }

    #[test]
    fn kinds_that_no_browser_shows_are_named() {
        for (marker, what) in [(0xc3, "lossless"), (0xc9, "arithmetically coded"), (0xc5, "hierarchical")] {
            assert_eq!(intake(&frame_byte(&baseline(40, 20), 1, marker)), Err(LogoError::RareJpeg { what }));
        }
        let twelve = frame_byte(&baseline(40, 20), 4, 12);
        assert_eq!(intake(&twelve), Err(LogoError::RareJpeg { what: "of 12 bits a channel" }));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut huge = baseline(40, 20);
        let at = huge.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        huge[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(intake(&huge), Err(LogoError::TooManyPixels { width: 65535, height: 65535 }));
        huge[at + 5..at + 9].copy_from_slice(&[0x4e, 0x20, 0, 1]);
        assert_eq!(intake(&huge), Err(LogoError::TooManyPixels { width: 1, height: 20_000 }));
        huge[at + 5..at + 9].copy_from_slice(&[0x0f, 0xa0, 0, 1]);
        assert_eq!(intake(&huge), Err(LogoError::TooLong { width: 1, height: 4_000 }));
        huge[at + 5..at + 9].copy_from_slice(&[0, 0, 0, 9]);
        assert!(matches!(intake(&huge), Err(LogoError::Damaged { kind: "JPEG", .. })));
    }

    #[test]
    fn a_jpeg_of_a_thousand_scans_is_refused() {
        let jpeg = decoded(PROGRESSIVE);
        let from = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let to = jpeg.len() - 2;
        let bomb = [&jpeg[..to], &jpeg[from..to].repeat(200), &jpeg[to..]].concat();
        let error = intake(&bomb).unwrap_err().to_string();
        assert!(error.contains("scans"), "{error}");
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_what_follows_is_dropped() {
        for jpeg in [baseline(40, 20), decoded(PROGRESSIVE)] {
            for end in 3..jpeg.len() - 1 {
                assert!(matches!(intake(&jpeg[..end]), Err(LogoError::Damaged { .. })), "cut at {end}");
            }
            let followed = [jpeg.as_slice(), b"<?php evil ?>\xff\xd8\xff"].concat();
            assert_eq!(intake(&followed).unwrap(), intake(&jpeg).unwrap());
        }
    }

    #[test]
    fn a_broken_jpeg_never_panics() {
        for good in [baseline(24, 16), decoded(PROGRESSIVE)] {
            for at in 0..good.len() {
                for flip in [0x01, 0x55, 0xff] {
                    let mut bad = good.clone();
                    bad[at] ^= flip;
                    let _ = intake(&bad);
                }
            }
        }
    }
}
