//! Where two logos go one above the other, in a column that is too narrow for both: as large as the rules and the area
//! allow, the brand above.

use super::{Area, LockupError, Mark, Placement, RULE_WIDTH, Rect, Relative, Rules, Whose};

/// Places two logos one above the other, both in the middle of the area's width, with the rule across between them.
/// Around both is the clear space, as in [`super::place`].
///
/// # Errors
/// When a rule cannot hold in this area.
pub fn stack(rules: Rules, brand: Mark, partner: Mark, area: Area) -> Result<Placement, LockupError> {
    for (whose, mark) in [(Whose::Brand, brand), (Whose::Partner, partner)] {
        if !mark.drawable() {
            return Err(LockupError::NoMark(whose));
        }
    }
    let (width, height, min_width_px) = (area.width, area.height, rules.min_width_px);
    let sized = [area.x, area.y, width, height].iter().all(|length| length.is_finite());
    if !sized || width <= 0.0 || height <= RULE_WIDTH {
        return Err(LockupError::NoArea { width, height });
    }
    let ratio = match rules.relative {
        Relative::Equal => (brand.aspect() / partner.aspect()).sqrt(),
        Relative::NotLarger => (brand.aspect() / partner.aspect()).min(1.0),
        Relative::TwoThirds => 2.0 / 3.0,
    };
    // The brand's height when `clear` of it stays free on every side, and whether both logos are then wide enough.
    let sizes = |clear: f64| {
        let across = width / (brand.aspect().max(ratio * partner.aspect()) + 2.0 * clear);
        let down = (height - RULE_WIDTH) / (1.0 + ratio + 4.0 * clear);
        let high = across.min(down).min(brand.highest()).min(partner.highest() / ratio);
        let narrowest = (high * brand.aspect()).min(high * ratio * partner.aspect());
        (narrowest >= f64::from(min_width_px) - 1e-6).then_some(high)
    };
    let Some(high) = sizes(rules.clear_space()) else {
        return Err(match sizes(0.0) {
            Some(_) => LockupError::ClearSpace { percent: rules.clear_space_percent, min_width_px, width, height },
            None => LockupError::MinimumWidth { min_width_px, width, height },
        });
    };
    let (clear, low) = (high * rules.clear_space(), high * ratio);
    let middle = area.x + width / 2.0;
    let at = |y: f64, wide: f64, high: f64| Rect { x: middle - wide / 2.0, y, width: wide, height: high };
    let top = area.y + (height - high - low - RULE_WIDTH - 2.0 * clear) / 2.0;
    let first = at(top, high * brand.aspect(), high);
    let rule = at(top + high + clear, first.width.max(low * partner.aspect()), RULE_WIDTH);
    let second = at(rule.y + RULE_WIDTH + clear, low * partner.aspect(), low);
    Ok(Placement { brand: first, rule, partner: second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockup::check;

    #[test]
    fn stacked_logos_hold_every_rule_or_are_refused() {
        let marks =
            [(400, 80), (200, 200), (900, 90), (120, 240), (300, 100)].map(|(width, height)| Mark { width, height });
        let mut held = 0;
        for relative in [Relative::Equal, Relative::NotLarger, Relative::TwoThirds] {
            for clear_space_percent in [0, 50, 100] {
                let rules = Rules { relative, clear_space_percent, min_width_px: 48, contrast_tenths: 30 };
                for (brand, partner) in marks.iter().flat_map(|one| marks.iter().map(move |other| (*one, *other))) {
                    let area = Area { x: 10.0, y: 446.0, width: 140.0, height: 160.0 };
                    let Ok(placed) = stack(rules, brand, partner, area) else { continue };
                    held += 1;
                    let found = check(rules, (brand, placed.brand), (partner, placed.partner), area);
                    assert_eq!(found, [], "{rules:?} {brand:?} {partner:?}");
                    assert!(placed.brand.bottom() <= placed.rule.y && placed.rule.bottom() <= placed.partner.y);
                }
            }
        }
        assert!(held > 60, "{held}");
    }

    #[test]
    fn a_column_without_room_says_which_rule_does_not_hold() {
        let rules =
            Rules { relative: Relative::NotLarger, clear_space_percent: 100, min_width_px: 48, contrast_tenths: 30 };
        let square = Mark { width: 200, height: 200 };
        let area = |height: f64| Area { x: 0.0, y: 0.0, width: 140.0, height };
        let refused = |height: f64| stack(rules, square, square, area(height)).unwrap_err();
        assert!(matches!(refused(100.0), LockupError::ClearSpace { percent: 100, .. }));
        assert!(matches!(refused(40.0), LockupError::MinimumWidth { .. }));
        assert!(matches!(refused(f64::NAN), LockupError::NoArea { .. }));
        let none = Mark { width: 0, height: 9 };
        assert_eq!(stack(rules, none, square, area(400.0)), Err(LockupError::NoMark(Whose::Brand)));
    }
}
