//! Colours of a brand, and what can be read on them (WCAG 2.2, relative luminance and contrast ratio).

/// The colour of a brand that gives none.
const NEUTRAL: Color = Color { red: 0x1f, green: 0x3a, blue: 0x5f };
const WHITE: Color = Color { red: 255, green: 255, blue: 255 };
const BLACK: Color = Color { red: 0x11, green: 0x11, blue: 0x11 };
/// For middle greys, on which neither of the two reaches [`ENOUGH`].
const PURE_BLACK: Color = Color { red: 0, green: 0, blue: 0 };
/// The least contrast of text (WCAG 2.2, 1.4.3).
const ENOUGH: f64 = 4.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// A colour and what stands on and around it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Palette {
    /// `#rrggbb`, of buttons and rules.
    pub(crate) brand: String,
    /// Black or white, whichever reads better on it; 4.5:1 at least.
    pub(crate) on_brand: String,
    /// Around a button: visible on white and on black even where the brand's own colour is not.
    pub(crate) edge: String,
}

impl Palette {
    /// `None` when `color` is neither empty nor `#rrggbb`.
    pub(crate) fn of(color: &str) -> Option<Self> {
        let brand = if color.is_empty() { NEUTRAL } else { Color::parse(color)? };
        let on_brand =
            [WHITE, BLACK].into_iter().max_by(|one, other| brand.contrast(*one).total_cmp(&brand.contrast(*other)));
        let on_brand = on_brand.filter(|on| brand.contrast(*on) >= ENOUGH).unwrap_or(PURE_BLACK);
        let faint = brand.contrast(WHITE) < 3.0 || brand.contrast(BLACK) < 1.6;
        let edge = if faint { "#767676".to_owned() } else { brand.css() };
        Some(Self { brand: brand.css(), on_brand: on_brand.css(), edge })
    }
}

impl Color {
    fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(two) / one.min(two)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_a_button_is_always_readable() {
        let greys = (0..=255).map(|grey| (grey, grey, grey));
        for (red, green, blue) in greys.chain([(0xff, 0xcc, 0), (0, 0x66, 0xcc), (0xe0, 0x4f, 0x5f)]) {
            let brand = Color { red, green, blue };
            let palette = Palette::of(&brand.css()).unwrap();
            let on = Color::parse(&palette.on_brand).unwrap();
            assert!(brand.contrast(on) >= ENOUGH, "{palette:?}");
        }
        assert_eq!(Palette::of("#FFCC00").unwrap().on_brand, "#111111");
        assert_eq!(Palette::of("#003366").unwrap().on_brand, "#ffffff");
    }

    #[test]
    fn only_six_digit_colours_reach_a_style() {
        for bad in ["red", "#fff", "#12345g", "#123456;background:url(x)", "#+12345"] {
            assert_eq!(Palette::of(bad), None, "{bad}");
        }
        assert!(Palette::of("").is_some());
    }
}
