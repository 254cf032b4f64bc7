//! Random and mutated uploads: whatever comes in, the answer is a logo or an error, soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// What one small upload may take on a busy machine; most take a few milliseconds.
const SOON: Duration = Duration::from_secs(5);

const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><style>.a{fill:url(#g)}</style><defs>
<linearGradient id="g"><stop stop-color="#fa0"/><stop offset="1" stop-color="#004"/></linearGradient>
<clipPath id="c"><rect width="30" height="15"/></clipPath><mask id="m"><path d="M0 0h40v20H0z" fill="#fff"/></mask>
<g id="u"><path class="a" d="M2 2C9 9 9 1 20 10L4 18z"/></g></defs><use href="#u" clip-path="url(#c)"/>
<g mask="url(#m)" opacity=".5" transform="rotate(20)"><circle cx="9" cy="9" r="5" stroke="#333" stroke-width="2"/></g></svg>"##;

fn seeds() -> [Vec<u8>; 3] {
    let pixels: Vec<u8> = (0..30_u8 * 8).flat_map(|n| [n, 80, 120, 255]).collect();
    let (mut png, mut jpeg) = (Vec::new(), Vec::new());
    PngEncoder::new(&mut png).write_image(&pixels, 24, 10, ExtendedColorType::Rgba8).unwrap();
    let rgb: Vec<u8> = pixels.chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
    image::codecs::jpeg::JpegEncoder::new(&mut jpeg).encode(&rgb, 24, 10, ExtendedColorType::Rgb8).unwrap();
    [png, jpeg, SVG.as_bytes().to_vec()]
}

fn soon(bytes: &[u8]) -> Result<Logo, LogoError> {
    let start = Instant::now();
    let logo = intake(bytes);
    assert!(start.elapsed() < SOON, "{:?} for {:?}", start.elapsed(), String::from_utf8_lossy(bytes));
    if let Ok(logo) = &logo {
        assert_eq!(size(&logo.png), Some((logo.width, logo.height)));
        for contrast in [logo.on_white, logo.on_dark] {
            assert!((1.0..=21.0).contains(&contrast), "{contrast}");
        }
    }
    logo
}

#[test]
fn the_seeds_are_logos() {
    let [png, jpeg, svg] = seeds();
    assert!(soon(&png).is_ok() && soon(&jpeg).is_ok());
    assert!(soon(&svg).unwrap().vector.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_answered(start in 0..4_usize, rest in prop::collection::vec(any::<u8>(), 0..400)) {
        let start: &[u8] = [&b""[..], format::PNG, b"\xff\xd8\xff", b"<svg"][start];
        let _ = soon(&[start, &rest].concat());
    }

    #[test]
    fn mutated_files_are_answered(
        seed in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8),
    ) {
        let mut bytes = seeds()[seed].clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let _ = soon(&bytes);
    }

    #[test]
    fn numbers_of_any_size_are_answered(
        numbers in prop::collection::vec(prop_oneof![-50.0..50.0_f64, any::<f64>(), Just(1e30), Just(-1e-30)], 24),
    ) {
        let mut next = numbers.iter().cycle();
        let svg: String = SVG
            .split_inclusive(|letter: char| letter.is_ascii_digit())
            .map(|piece| match piece.strip_suffix(['2', '9', '5']) {
                Some(before) if !piece.contains("xmlns") => format!("{before}{:e}", next.next().unwrap()),
                _ => piece.to_owned(),
            })
            .collect();
        let _ = soon(svg.as_bytes());
    }
}
