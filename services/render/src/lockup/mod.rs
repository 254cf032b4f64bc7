//! Lock-ups: a brand's logo and a partner's side by side, by the rules of the brand's guide. Pure geometry: it says
//! where two logos go ([`place`] side by side, [`stack`] one above the other) and what is wrong with where they are ([`check`], [`contrast`]).
//!
//! Lengths are pixels of the layout, y grows downwards. Start reading at [`place`]. A new rule needs a field in
//! [`Rules`], a [`Violation`], and a way for `place` to keep it; the property test holds the two together.

mod check;
mod place;
mod stack;

use countersign_released::release::{LockupRules, RelativeSize};

pub use check::{Violation, check, contrast};
pub use place::{LockupError, Placement, RULE_WIDTH, place};
pub use stack::stack;

/// How many times its own pixels a logo may be drawn at: at twice, edges begin to look soft; beyond, they are blurred.
pub const MAX_ENLARGEMENT: f64 = 2.0;
/// Of a relation between sizes, or of an aspect: what rounding to pixels may cost.
pub const TOLERANCE: f64 = 0.01;
/// Of a length, in pixels.
const HAIR: f64 = 0.01;

/// What a brand's guide demands of a lock-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub relative: Relative,
    /// Of the brand's drawn height; free on every side of both logos.
    pub clear_space_percent: u16,
    /// The least drawn width of each logo.
    pub min_width_px: u16,
    /// The least contrast of a logo on its ground, in tenths: 30 is 3:1.
    pub contrast_tenths: u16,
}

/// How large the partner's logo may be beside the brand's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relative {
    /// Optically equal: both cover the same area.
    Equal,
    /// Neither wider nor higher than the brand's.
    NotLarger,
    /// At most two thirds as high as the brand's.
    TwoThirds,
}

impl From<LockupRules> for Rules {
    fn from(rules: LockupRules) -> Self {
        Self {
            relative: match rules.relative {
                RelativeSize::Equal => Relative::Equal,
                RelativeSize::NotLarger => Relative::NotLarger,
                RelativeSize::TwoThirds => Relative::TwoThirds,
            },
            clear_space_percent: rules.clear_space_percent,
            min_width_px: rules.min_width_px,
            contrast_tenths: rules.contrast_tenths,
        }
    }
}

/// A logo's own size, in pixels or units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub width: u32,
    pub height: u32,
}

/// Where a lock-up may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Whose logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Brand,
    Partner,
}

impl std::fmt::Display for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Brand => "the brand's logo",
            Self::Partner => "the partner's logo",
        })
    }
}

/// The largest width and height of a logo within a box: in its own proportions, and never enlarged beyond
/// [`MAX_ENLARGEMENT`]. Zero for a logo or a box without area.
#[must_use]
pub fn fit_in(mark: Mark, max_width: f64, max_height: f64) -> (f64, f64) {
    if !(mark.drawable() && max_width > 0.0 && max_height > 0.0) {
        return (0.0, 0.0);
    }
    let (width, height) = (f64::from(mark.width), f64::from(mark.height));
    let scale = (max_width / width).min(max_height / height).min(MAX_ENLARGEMENT);
    (width * scale, height * scale)
}

impl Mark {
    fn drawable(self) -> bool {
        self.width > 0 && self.height > 0
    }

    /// Width over height.
    fn aspect(self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }

    /// The greatest height that it may be drawn at.
    fn highest(self) -> f64 {
        MAX_ENLARGEMENT * f64::from(self.height)
    }
}

impl Rules {
    /// As a part of the brand's drawn height.
    fn clear_space(self) -> f64 {
        f64::from(self.clear_space_percent) / 100.0
    }
}

impl Rect {
    fn right(&self) -> f64 {
        self.x + self.width
    }

    fn bottom(&self) -> f64 {
        self.y + self.height
    }

    fn drawn(&self) -> bool {
        [self.x, self.y, self.width, self.height].iter().all(|length| length.is_finite())
            && self.width > 0.0
            && self.height > 0.0
    }
}

#[cfg(test)]
mod tests;
