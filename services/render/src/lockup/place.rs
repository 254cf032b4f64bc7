//! Where two logos go: as large as the rules and the area allow.
//!
//! The brand stands at the start side (left; right in a right-to-left page), then a thin rule, then the partner, each
//! in the middle of the area's height. Around both logos is the clear space, towards the area's edges and towards the
//! rule, so that between the logos there is twice the clear space and the rule. What is left over is at the end side.
//! The partner is as large as its relation to the brand allows, and smaller only where that makes room for the brand's
//! least width, or where it has too few pixels.

use super::{Area, MAX_ENLARGEMENT, Mark, Rect, Relative, Rules, Whose};

/// Of the rule between the logos, in pixels.
pub const RULE_WIDTH: f64 = 1.0;

/// Where everything stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub brand: Rect,
    /// The thin rule, as high as the higher logo.
    pub rule: Rect,
    pub partner: Rect,
}

/// Which rule cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum LockupError {
    #[error("{0} has no area")]
    NoMark(Whose),
    #[error("an area of {width} × {height} has no room for two logos")]
    NoArea { width: f64, height: f64 },
    #[error(
        "{whose} would be drawn more than twice its own size: it has {has} pixels of width, and the least width is \
         {min_width_px}; upload it larger"
    )]
    FewPixels { whose: Whose, has: u32, min_width_px: u16 },
    #[error(
        "the clear space of {percent} % of the brand's height leaves too little of {width:.0} × {height:.0} pixels for \
         the least width of {min_width_px} pixels"
    )]
    ClearSpace { percent: u16, min_width_px: u16, width: f64, height: f64 },
    #[error("{relative} does not go with the least width of {min_width_px} pixels in {width:.0} × {height:.0} pixels")]
    RelativeSize { relative: Relative, min_width_px: u16, width: f64, height: f64 },
    #[error("two logos of the least width of {min_width_px} pixels do not go into {width:.0} × {height:.0} pixels")]
    MinimumWidth { min_width_px: u16, width: f64, height: f64 },
}

impl std::fmt::Display for Relative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Equal => "a partner's logo of equal area",
            Self::NotLarger => "a partner's logo that is not larger than the brand's",
            Self::TwoThirds => "a partner's logo of at most two thirds of the brand's height",
        })
    }
}

/// Places two logos in an area.
///
/// # Errors
/// When a rule cannot hold in this area; the error is the first rule without which the logos would fit, of clear space,
/// relative size and least width.
pub fn place(rules: Rules, brand: Mark, partner: Mark, area: Area, rtl: bool) -> Result<Placement, LockupError> {
    for (whose, mark) in [(Whose::Brand, brand), (Whose::Partner, partner)] {
        if !mark.drawable() {
            return Err(LockupError::NoMark(whose));
        }
        if MAX_ENLARGEMENT * f64::from(mark.width) < f64::from(rules.min_width_px) {
            return Err(LockupError::FewPixels { whose, has: mark.width, min_width_px: rules.min_width_px });
        }
    }
    let (width, height) = (area.width, area.height);
    let sized = [area.x, area.y, width, height].iter().all(|length| length.is_finite());
    if !sized || width <= RULE_WIDTH || height <= 0.0 {
        return Err(LockupError::NoArea { width, height });
    }
    let pair = Pair {
        brand,
        partner,
        width: width - RULE_WIDTH,
        height,
        clear: rules.clear_space(),
        min_width: f64::from(rules.min_width_px),
    };
    let min_width_px = rules.min_width_px;
    let (high, low) = pair.heights(rules.relative).ok_or_else(|| {
        if (Pair { clear: 0.0, ..pair }).heights(rules.relative).is_some() {
            LockupError::ClearSpace { percent: rules.clear_space_percent, min_width_px, width, height }
        } else if pair.least().is_some() {
            LockupError::RelativeSize { relative: rules.relative, min_width_px, width, height }
        } else {
            LockupError::MinimumWidth { min_width_px, width, height }
        }
    })?;
    Ok(pair.at(high, low, area, rtl))
}

/// Two logos to be fitted into a width (without the rule) and a height.
#[derive(Clone, Copy)]
struct Pair {
    brand: Mark,
    partner: Mark,
    width: f64,
    height: f64,
    clear: f64,
    min_width: f64,
}

impl Pair {
    /// The heights of brand and partner.
    fn heights(&self, relative: Relative) -> Option<(f64, f64)> {
        let heights = match relative {
            Relative::Equal => {
                let ratio = (self.brand.aspect() / self.partner.aspect()).sqrt();
                let brand = self.highest(ratio).min(self.partner.highest() / ratio);
                (brand, brand * ratio)
            }
            Relative::NotLarger | Relative::TwoThirds => {
                let ratio = match relative {
                    Relative::TwoThirds => 2.0 / 3.0,
                    _ => (self.brand.aspect() / self.partner.aspect()).min(1.0),
                };
                self.at_most(ratio)
            }
        };
        self.wide_enough(heights).then_some(heights)
    }

    /// The brand's greatest height when the partner is `ratio` times as high.
    fn highest(&self, ratio: f64) -> f64 {
        let across = self.width / (self.brand.aspect() + ratio * self.partner.aspect() + 4.0 * self.clear);
        let down = self.height / (ratio.max(1.0) + 2.0 * self.clear);
        across.min(down).min(self.brand.highest())
    }

    /// The largest heights at which the partner is at most `ratio` (1 or less) times as high.
    fn at_most(&self, ratio: f64) -> (f64, f64) {
        let mut brand = self.highest(ratio);
        let mut partner = brand * ratio;
        if partner > self.partner.highest() {
            // The partner has too few pixels to grow further; the brand need not wait for it.
            partner = self.partner.highest();
            brand = self.brand_beside(partner);
        }
        let least = self.min_width / self.brand.aspect();
        if brand < least {
            // A smaller partner is allowed, and makes room for the brand's least width.
            let smallest = self.min_width / self.partner.aspect();
            let room = (self.width - self.min_width - 4.0 * self.clear * least) / self.partner.aspect();
            if room >= smallest && self.brand_beside(smallest) >= least {
                return (least, room.min(least * ratio).min(partner));
            }
        }
        (brand, partner)
    }

    /// The brand's greatest height beside a partner that is lower and has this height.
    fn brand_beside(&self, partner: f64) -> f64 {
        let across = (self.width - partner * self.partner.aspect()) / (self.brand.aspect() + 4.0 * self.clear);
        across.min(self.height / (1.0 + 2.0 * self.clear)).min(self.brand.highest())
    }

    /// Both at their least width, whatever their relation, when there is room for that.
    fn least(&self) -> Option<()> {
        let (brand, partner) = (self.min_width / self.brand.aspect(), self.min_width / self.partner.aspect());
        let across = 2.0 * self.min_width + 4.0 * self.clear * brand;
        let down = brand.max(partner) + 2.0 * self.clear * brand;
        (across <= self.width && down <= self.height).then_some(())
    }

    fn wide_enough(&self, (brand, partner): (f64, f64)) -> bool {
        let wide = |height: f64, mark: Mark| height * mark.aspect() >= self.min_width - 1e-6;
        brand > 0.0 && partner > 0.0 && wide(brand, self.brand) && wide(partner, self.partner)
    }

    fn at(&self, brand: f64, partner: f64, area: Area, rtl: bool) -> Placement {
        let clear = self.clear * brand;
        let middle = area.y + area.height / 2.0;
        let mut start = 0.0;
        let mut next = |width: f64, height: f64| {
            start += clear;
            let from_left = if rtl { area.width - start - width } else { start };
            start += width;
            Rect { x: area.x + from_left, y: middle - height / 2.0, width, height }
        };
        let first = next(brand * self.brand.aspect(), brand);
        let rule = next(RULE_WIDTH, brand.max(partner));
        Placement { brand: first, rule, partner: next(partner * self.partner.aspect(), partner) }
    }
}
