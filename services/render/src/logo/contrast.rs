//! On which ground a logo can be seen: WCAG 2.2 contrast of its ink against white and against near-black.
//!
//! *Ink* is what is not background. In a picture with transparency the background is what is transparent. In one
//! without, the colour of the border is taken for the background if three quarters of the border have it and it is
//! paper, that is almost white or almost black: such a logo was exported on a sheet. A border of any other colour
//! belongs to the logo (an app's icon), as do all pixels of a photograph.
//!
//! Each pixel of ink is laid over the ground as a browser does (in sRGB, 8 bits), and weighs as much as it is opaque, or
//! on a sheet as much as it differs from the sheet: soft edges and the ripples of a JPEG weigh little either way.
//! The result is the contrast that at least half of that weight reaches: a median, so that neither a thin outline nor
//! a soft edge decides, and of two colours the one that covers more.

use image::{Rgba, RgbaImage};

use super::LogoError;

/// The grounds: `#ffffff` and `#111111`.
const GROUNDS: [u8; 2] = [0xff, 0x11];
/// Below this a pixel counts as transparent, of 255.
const FAINT: u8 = 8;
/// How far a channel may differ in what is still the same colour.
const SAME: u8 = 12;
/// How far a channel may differ in a border of one colour: a JPEG ripples around its shapes.
const RIPPLE: u8 = 32;
/// A border with less contrast than this to one of the grounds is paper.
const PAPER: f64 = 1.2;
/// Contrast is counted in steps of a hundredth, from 1 to 21.
const STEPS: usize = 2101;

/// Contrast on white and on near-black.
pub(super) fn of(pixels: &RgbaImage) -> Result<(f64, f64), LogoError> {
    let linear = linear();
    let all = || pixels.pixels();
    let transparent = all().filter(|pixel| pixel.0[3] < FAINT).count();
    if transparent == pixels.len() / 4 {
        return Err(LogoError::Transparent);
    }
    let first = pixels.get_pixel(0, 0);
    if all().all(|pixel| same(pixel, first)) {
        return Err(LogoError::OneColor);
    }
    // A few stray transparent pixels do not make a background.
    let paper = if transparent * 200 > pixels.len() / 4 { None } else { paper(pixels, &linear) };
    let mut weights = [[0_u64; STEPS]; 2];
    for pixel in all().filter(|pixel| pixel.0[3] >= FAINT && !paper.is_some_and(|paper| same(pixel, &paper))) {
        let weight = paper.map_or(pixel.0[3], |paper| distance(pixel, &paper));
        for (weights, ground) in weights.iter_mut().zip(GROUNDS) {
            let reached = ratio(luminance(over(pixel, ground), &linear), linear[usize::from(ground)]);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "contrast is 1 to 21")]
            let step = ((reached * 100.0) as usize).min(STEPS - 1);
            weights[step] += u64::from(weight);
        }
    }
    match weights.map(|weights| median(&weights)) {
        [Some(white), Some(dark)] => Ok((white, dark)),
        _ => Err(LogoError::OneColor),
    }
}

/// The highest contrast that at least half of the weight reaches. `None` without any weight.
fn median(weights: &[u64; STEPS]) -> Option<f64> {
    let total: u64 = weights.iter().sum();
    let mut sum = 0;
    let step = (0..STEPS).rev().find(|step| {
        sum += weights[*step];
        total > 0 && sum * 2 >= total
    })?;
    #[expect(clippy::cast_precision_loss, reason = "2100 at most")]
    Some(step as f64 / 100.0)
}

/// The colour of the sheet that an opaque picture was exported on.
fn paper(pixels: &RgbaImage, linear: &[f64; 256]) -> Option<Rgba<u8>> {
    let (right, bottom) = (pixels.width() - 1, pixels.height() - 1);
    let rows = (0..=right).flat_map(|x| [pixels.get_pixel(x, 0), pixels.get_pixel(x, bottom)]);
    let columns = (0..=bottom).flat_map(|y| [pixels.get_pixel(0, y), pixels.get_pixel(right, y)]);
    let border: Vec<&Rgba<u8>> = rows.chain(columns).collect();
    let middle = |channel: usize| {
        let mut values: Vec<u8> = border.iter().map(|pixel| pixel.0[channel]).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let color = Rgba([middle(0), middle(1), middle(2), middle(3)]);
    let uniform = border.iter().filter(|pixel| distance(pixel, &color) <= RIPPLE).count() * 4 >= border.len() * 3;
    let light = luminance([color.0[0], color.0[1], color.0[2]], linear);
    let sheet = GROUNDS.iter().any(|ground| ratio(light, linear[usize::from(*ground)]) < PAPER);
    (uniform && sheet).then_some(color)
}

fn same(one: &Rgba<u8>, two: &Rgba<u8>) -> bool {
    (one.0[3] < FAINT && two.0[3] < FAINT) || distance(one, two) <= SAME
}

/// Of the channel that differs most.
fn distance(one: &Rgba<u8>, two: &Rgba<u8>) -> u8 {
    one.0.iter().zip(two.0).map(|(one, two)| one.abs_diff(two)).max().unwrap_or_default()
}

/// The pixel laid over a grey ground.
fn over(pixel: &Rgba<u8>, ground: u8) -> [u8; 3] {
    let [red, green, blue, alpha] = pixel.0.map(u32::from);
    #[expect(clippy::cast_possible_truncation, reason = "a mean of two bytes is a byte")]
    let mix = |channel: u32| ((channel * alpha + u32::from(ground) * (255 - alpha) + 127) / 255) as u8;
    [mix(red), mix(green), mix(blue)]
}

/// Linear light of each 8-bit sRGB value.
fn linear() -> [f64; 256] {
    std::array::from_fn(|value| {
        #[expect(clippy::cast_precision_loss, reason = "255 at most")]
        let part = value as f64 / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance([red, green, blue]: [u8; 3], linear: &[f64; 256]) -> f64 {
    let of = |value: u8| linear[usize::from(value)];
    0.2126 * of(red) + 0.7152 * of(green) + 0.0722 * of(blue)
}

fn ratio(one: f64, two: f64) -> f64 {
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: [u8; 4] = [255, 255, 255, 0];
    const WHITE: [u8; 4] = [255, 255, 255, 255];
    const BLACK: [u8; 4] = [0, 0, 0, 255];
    const YELLOW: [u8; 4] = [255, 204, 0, 255];
    const BLUE: [u8; 4] = [0, 70, 200, 255];

    /// `ground` with a box of `ink` in its middle, of which the first `share` rows of ten are `second`.
    fn boxed(ground: [u8; 4], ink: [u8; 4], second: [u8; 4], share: u32) -> RgbaImage {
        RgbaImage::from_fn(40, 20, |x, y| {
            Rgba(match (x, y) {
                (5..35, 5..15) if y < 5 + share => second,
                (5..35, 5..15) => ink,
                _ => ground,
            })
        })
    }

    fn near(pixels: &RgbaImage, on_white: f64, on_dark: f64) {
        let (white, dark) = of(pixels).unwrap();
        assert!((white - on_white).abs() < 0.06 && (dark - on_dark).abs() < 0.06, "{white} {dark}");
    }

    #[test]
    fn black_is_seen_on_white_and_white_on_black() {
        near(&boxed(CLEAR, BLACK, BLACK, 0), 21.0, 1.11);
        near(&boxed(CLEAR, WHITE, WHITE, 0), 1.0, 18.88);
    }

    #[test]
    fn yellow_is_not_seen_on_white() {
        near(&boxed(CLEAR, YELLOW, YELLOW, 0), 1.5, 12.48);
    }

    #[test]
    fn of_two_colours_the_larger_decides() {
        near(&boxed(CLEAR, BLACK, YELLOW, 4), 21.0, 1.11);
        near(&boxed(CLEAR, BLACK, YELLOW, 6), 1.5, 12.48);
    }

    #[test]
    fn what_is_half_transparent_is_seen_through() {
        let (white, dark) = of(&boxed(CLEAR, [0, 0, 0, 128], BLACK, 0)).unwrap();
        assert!((3.9..4.1).contains(&white), "{white}");
        assert!(dark < 1.1, "{dark}");
    }

    #[test]
    fn a_sheet_is_background_and_a_coloured_border_is_logo() {
        near(&boxed(WHITE, BLACK, BLACK, 0), 21.0, 1.11);
        near(&boxed(BLACK, WHITE, WHITE, 0), 1.0, 18.88);
        let (white, _) = of(&boxed(BLUE, WHITE, WHITE, 0)).unwrap();
        assert!(white > 4.5, "an app's icon is seen by its own ground: {white}");
    }

    #[test]
    fn all_of_a_photograph_counts() {
        let photo = RgbaImage::from_fn(64, 64, |x, y| Rgba([(x * 4) as u8, (y * 4) as u8, (x ^ y) as u8, 255]));
        let (white, dark) = of(&photo).unwrap();
        assert!((2.0..12.0).contains(&white) && (1.5..10.0).contains(&dark), "{white} {dark}");
    }

    #[test]
    fn nothing_to_see_is_said() {
        assert_eq!(of(&boxed(CLEAR, [9, 9, 9, 3], BLACK, 0)), Err(LogoError::Transparent));
        assert_eq!(of(&boxed(BLUE, BLUE, BLUE, 0)), Err(LogoError::OneColor));
        assert_eq!(of(&boxed(WHITE, [250, 250, 250, 255], WHITE, 0)), Err(LogoError::OneColor));
        assert_eq!(of(&RgbaImage::from_pixel(1, 1, Rgba(BLACK))), Err(LogoError::OneColor));
    }
}
