//! What is wrong with where two logos are. Any layout can be held to the rules, not only one that [`super::place`] made.

use super::{Area, HAIR, Mark, Rect, Relative, Rules, TOLERANCE, Whose};

/// A rule that does not hold, with what was measured and what is demanded, in pixels where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Violation {
    #[error("{whose} has no area")]
    NotDrawn { whose: Whose },
    #[error("{whose} has {measured:.1} pixels of clear space to the area's edge; {at_least:.1} at least")]
    ClearSpaceAtEdge { whose: Whose, measured: f64, at_least: f64 },
    #[error("the logos are {measured:.1} pixels apart; {at_least:.1} at least")]
    ClearSpaceBetween { measured: f64, at_least: f64 },
    #[error("{whose} reaches {by:.1} pixels out of the area")]
    Outside { whose: Whose, by: f64 },
    #[error("{whose} is {measured:.1} pixels wide; {at_least} at least")]
    MinimumWidth { whose: Whose, measured: f64, at_least: u16 },
    #[error("{whose} is distorted: {measured:.3} times as wide as high, and {own:.3} as it was uploaded")]
    Aspect { whose: Whose, measured: f64, own: f64 },
    #[error("the partner's logo covers {measured:.2} times the area of the brand's; it must be equal")]
    NotEqual { measured: f64 },
    #[error("the partner's logo is {measured:.2} times as wide as the brand's; {at_most:.2} at most")]
    TooWide { measured: f64, at_most: f64 },
    #[error("the partner's logo is {measured:.2} times as high as the brand's; {at_most:.2} at most")]
    TooHigh { measured: f64, at_most: f64 },
    #[error("the logo has a contrast of {measured:.1}:1 on its ground; {at_least:.1}:1 at least")]
    Contrast { measured: f64, at_least: f64 },
}

/// Every rule that two drawn logos break.
///
/// Clear space is measured from each logo to the nearest edge of the area, and between the logos along the axis on
/// which they are further apart. Aspect and relative size have a tolerance of 1 %, lengths one of a hundredth of a pixel.
#[must_use]
pub fn check(rules: Rules, brand: (Mark, Rect), partner: (Mark, Rect), area: Area) -> Vec<Violation> {
    let logos = [(Whose::Brand, brand), (Whose::Partner, partner)];
    let undrawn = |(whose, (mark, rect)): &(Whose, (Mark, Rect))| {
        (!rect.drawn() || !mark.drawable()).then_some(Violation::NotDrawn { whose: *whose })
    };
    let mut found: Vec<Violation> = logos.iter().filter_map(undrawn).collect();
    if !found.is_empty() {
        return found;
    }
    let clear = rules.clear_space() * brand.1.height;
    for (whose, (mark, rect)) in logos {
        found.extend(at_edge(whose, &rect, area, clear));
        if rect.width + HAIR < f64::from(rules.min_width_px) {
            found.push(Violation::MinimumWidth { whose, measured: rect.width, at_least: rules.min_width_px });
        }
        let (measured, own) = (rect.width / rect.height, mark.aspect());
        if (measured / own - 1.0).abs() > TOLERANCE {
            found.push(Violation::Aspect { whose, measured, own });
        }
    }
    let measured = apart(&brand.1, &partner.1);
    if measured + HAIR < clear {
        found.push(Violation::ClearSpaceBetween { measured, at_least: clear });
    }
    relation(rules.relative, &brand.1, &partner.1, &mut found);
    found
}

/// Whether a logo can be seen on its ground: `contrast` is [`crate::logo::Logo::on_white`] or
/// [`crate::logo::Logo::on_dark`].
#[must_use]
pub fn contrast(contrast: f64, rules: Rules) -> Option<Violation> {
    let at_least = f64::from(rules.contrast_tenths) / 10.0;
    let enough = contrast + 1e-9 >= at_least;
    (!enough).then_some(Violation::Contrast { measured: contrast, at_least })
}

fn at_edge(whose: Whose, rect: &Rect, area: Area, clear: f64) -> Option<Violation> {
    let sides =
        [rect.x - area.x, rect.y - area.y, area.x + area.width - rect.right(), area.y + area.height - rect.bottom()];
    let measured = sides.into_iter().fold(f64::INFINITY, f64::min);
    if measured < -HAIR {
        Some(Violation::Outside { whose, by: -measured })
    } else {
        (measured + HAIR < clear).then_some(Violation::ClearSpaceAtEdge { whose, measured, at_least: clear })
    }
}

/// How far two logos are apart on the axis on which they are further apart; negative when they overlap.
fn apart(one: &Rect, two: &Rect) -> f64 {
    let across = (two.x - one.right()).max(one.x - two.right());
    let down = (two.y - one.bottom()).max(one.y - two.bottom());
    across.max(down)
}

fn relation(relative: Relative, brand: &Rect, partner: &Rect, found: &mut Vec<Violation>) {
    let (wide, high) = (partner.width / brand.width, partner.height / brand.height);
    let over = |measured: f64, at_most: f64| measured > at_most * (1.0 + TOLERANCE);
    match relative {
        Relative::Equal => {
            if over(wide * high, 1.0) || over(1.0, wide * high) {
                found.push(Violation::NotEqual { measured: wide * high });
            }
        }
        Relative::NotLarger => {
            if over(wide, 1.0) {
                found.push(Violation::TooWide { measured: wide, at_most: 1.0 });
            }
            if over(high, 1.0) {
                found.push(Violation::TooHigh { measured: high, at_most: 1.0 });
            }
        }
        Relative::TwoThirds => {
            if over(high, 2.0 / 3.0) {
                found.push(Violation::TooHigh { measured: high, at_most: 2.0 / 3.0 });
            }
        }
    }
}
