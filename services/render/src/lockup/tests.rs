use proptest::prelude::*;

use super::*;

const WIDE: Mark = Mark { width: 400, height: 100 };
const SQUARE: Mark = Mark { width: 300, height: 300 };
const AREA: Area = Area { x: 10.0, y: 20.0, width: 600.0, height: 120.0 };

fn rules(relative: Relative) -> Rules {
    Rules { relative, clear_space_percent: 50, min_width_px: 40, contrast_tenths: 30 }
}

fn held(relative: Relative, brand: Mark, partner: Mark, area: Area) -> Placement {
    let placed = place(rules(relative), brand, partner, area, false).unwrap();
    assert_eq!(check(rules(relative), (brand, placed.brand), (partner, placed.partner), area), []);
    placed
}

fn near(one: f64, two: f64) -> bool {
    (one - two).abs() < 1e-6
}

#[test]
fn equal_logos_cover_the_same_area() {
    let placed = held(Relative::Equal, WIDE, SQUARE, AREA);
    let area = |rect: Rect| rect.width * rect.height;
    assert!(near(area(placed.brand), area(placed.partner)), "{placed:?}");
    assert!(placed.partner.height > placed.brand.height);
}

#[test]
fn a_partner_that_is_not_larger_is_neither_wider_nor_higher() {
    let placed = held(Relative::NotLarger, WIDE, SQUARE, AREA);
    assert!(near(placed.partner.height, placed.brand.height), "{placed:?}");
    let placed = held(Relative::NotLarger, SQUARE, WIDE, AREA);
    assert!(near(placed.partner.width, placed.brand.width), "{placed:?}");
}

#[test]
fn two_thirds_are_of_the_height() {
    let placed = held(Relative::TwoThirds, SQUARE, WIDE, AREA);
    assert!(near(placed.partner.height * 3.0, placed.brand.height * 2.0), "{placed:?}");
    assert!(placed.partner.width > placed.brand.width);
}

#[test]
fn logos_are_as_large_as_the_area_allows() {
    let placed = held(Relative::NotLarger, SQUARE, SQUARE, AREA);
    assert!(near(placed.brand.height * 2.0, AREA.height), "half of its height above and below: {placed:?}");
    let narrow = Area { width: 241.0, height: 900.0, ..AREA };
    let placed = held(Relative::NotLarger, SQUARE, SQUARE, narrow);
    assert!(near(placed.brand.height * 4.0, 240.0), "two logos and four clear spaces: {placed:?}");
}

#[test]
fn the_brand_is_first_and_the_rule_in_the_middle() {
    let (left, right) = (place(rules(Relative::NotLarger), WIDE, SQUARE, AREA, false).unwrap(), {
        place(rules(Relative::NotLarger), WIDE, SQUARE, AREA, true).unwrap()
    });
    assert!(left.brand.right() < left.rule.x && left.rule.right() < left.partner.x);
    assert!(near(left.rule.x - left.brand.right(), left.partner.x - left.rule.right()));
    assert!(near(left.brand.x - AREA.x, left.brand.height / 2.0));
    assert!(right.partner.right() < right.rule.x && right.rule.right() < right.brand.x);
    for (one, two) in [(left.brand, right.brand), (left.rule, right.rule), (left.partner, right.partner)] {
        assert!(near(one.x - AREA.x, AREA.x + AREA.width - two.right()), "mirrored");
        assert!(near(one.y, two.y) && near(one.width, two.width));
        assert!(near(one.y + one.height / 2.0, AREA.y + AREA.height / 2.0));
    }
}

#[test]
fn nothing_is_drawn_blurred() {
    let small = Mark { width: 30, height: 15 };
    let placed = held(Relative::NotLarger, WIDE, small, Area { width: 2000.0, height: 600.0, ..AREA });
    assert!(near(placed.partner.width, 60.0), "{placed:?}");
    assert!(near(placed.brand.width, 800.0), "the brand does not wait for it: {placed:?}");
    assert_eq!(
        place(Rules { min_width_px: 80, ..rules(Relative::Equal) }, WIDE, small, AREA, false),
        Err(LockupError::FewPixels { whose: Whose::Partner, has: 30, min_width_px: 80 })
    );
}

#[test]
fn a_partner_makes_room_for_the_brands_least_width() {
    let rules = Rules { min_width_px: 100, clear_space_percent: 0, ..rules(Relative::NotLarger) };
    let (brand, partner) = (SQUARE, Mark { width: 600, height: 100 });
    let area = Area { width: 205.0, height: 200.0, ..AREA };
    let placed = place(rules, brand, partner, area, false).unwrap();
    assert!(near(placed.brand.width, 102.0) && near(placed.partner.width, 102.0), "{placed:?}");
    let thirds = Rules { relative: Relative::TwoThirds, ..rules };
    let placed = place(thirds, brand, partner, area, false).unwrap();
    assert!(near(placed.brand.width, 100.0) && near(placed.partner.width, 104.0), "{placed:?}");
    assert_eq!(check(thirds, (brand, placed.brand), (partner, placed.partner), area), []);
}

#[test]
fn an_area_that_is_too_small_names_the_rule() {
    let of = |rules: Rules, brand, partner, width, height| {
        place(rules, brand, partner, Area { width, height, ..AREA }, false).unwrap_err()
    };
    let equal = rules(Relative::Equal);
    assert!(matches!(of(equal, SQUARE, SQUARE, 120.0, 60.0), LockupError::ClearSpace { percent: 50, .. }));
    assert!(matches!(of(equal, SQUARE, SQUARE, 70.0, 60.0), LockupError::MinimumWidth { min_width_px: 40, .. }));
    let tall = Mark { width: 100, height: 400 };
    let bare = Rules { clear_space_percent: 0, ..rules(Relative::TwoThirds) };
    assert!(matches!(of(bare, WIDE, tall, 600.0, 170.0), LockupError::RelativeSize { .. }));
    assert!(matches!(of(equal, WIDE, WIDE, 0.5, 9.0), LockupError::NoArea { .. }));
    assert!(matches!(of(equal, WIDE, WIDE, f64::NAN, 9.0), LockupError::NoArea { .. }));
    let empty = Mark { width: 0, height: 4 };
    assert_eq!(of(equal, empty, WIDE, 600.0, 90.0), LockupError::NoMark(Whose::Brand));
    assert_eq!(of(equal, WIDE, empty, 600.0, 90.0), LockupError::NoMark(Whose::Partner));
}

/// Two logos of 100 × 50 in a large area that break no rule, and what is found once `change` was made.
fn found(relative: Relative, change: impl Fn(&mut Rect, &mut Rect)) -> Vec<Violation> {
    let mark = Mark { width: 200, height: 100 };
    let mut brand = Rect { x: 100.0, y: 100.0, width: 100.0, height: 50.0 };
    let mut partner = Rect { x: 300.0, ..brand };
    change(&mut brand, &mut partner);
    let area = Area { x: 0.0, y: 0.0, width: 600.0, height: 300.0 };
    check(rules(relative), (mark, brand), (mark, partner), area)
}

#[test]
fn each_broken_rule_is_found_with_its_numbers() {
    for relative in [Relative::Equal, Relative::NotLarger] {
        assert_eq!(found(relative, |_, _| {}), []);
    }
    let one = |relative, change: &dyn Fn(&mut Rect, &mut Rect)| match found(relative, change).as_slice() {
        [violation] => *violation,
        other => panic!("{other:?}"),
    };
    let equal = Relative::Equal;
    assert_eq!(
        one(equal, &|brand, _| brand.x = 10.0),
        Violation::ClearSpaceAtEdge { whose: Whose::Brand, measured: 10.0, at_least: 25.0 }
    );
    assert_eq!(
        one(equal, &|_, partner| partner.y = 240.0),
        Violation::ClearSpaceAtEdge { whose: Whose::Partner, measured: 10.0, at_least: 25.0 }
    );
    assert_eq!(
        one(equal, &|_, partner| partner.x = 220.0),
        Violation::ClearSpaceBetween { measured: 20.0, at_least: 25.0 }
    );
    assert_eq!(
        one(equal, &|_, partner| partner.x = 150.0),
        Violation::ClearSpaceBetween { measured: -50.0, at_least: 25.0 }
    );
    assert_eq!(one(equal, &|_, partner| partner.x = 510.0), Violation::Outside { whose: Whose::Partner, by: 10.0 });
    let smaller = |rect: &mut Rect, by: f64| (rect.width, rect.height) = (rect.width * by, rect.height * by);
    assert_eq!(one(equal, &|_, partner| smaller(partner, 0.5)), Violation::NotEqual { measured: 0.25 });
    assert_eq!(
        one(Relative::NotLarger, &|_, partner| smaller(partner, 0.3)),
        Violation::MinimumWidth { whose: Whose::Partner, measured: 30.0, at_least: 40 }
    );
    assert_eq!(
        found(Relative::NotLarger, |_, partner| smaller(partner, 1.5)),
        [Violation::TooWide { measured: 1.5, at_most: 1.0 }, Violation::TooHigh { measured: 1.5, at_most: 1.0 }]
    );
    assert_eq!(one(Relative::TwoThirds, &|_, _| {}), Violation::TooHigh { measured: 1.0, at_most: 2.0 / 3.0 });
    assert_eq!(
        one(Relative::NotLarger, &|_, partner| partner.height = 45.0),
        Violation::Aspect { whose: Whose::Partner, measured: 100.0 / 45.0, own: 2.0 }
    );
    assert_eq!(one(equal, &|brand, _| brand.width = f64::NAN), Violation::NotDrawn { whose: Whose::Brand });
    let text = one(equal, &|brand, _| brand.x = 10.0).to_string();
    assert_eq!(text, "the brand's logo has 10.0 pixels of clear space to the area's edge; 25.0 at least");
}

#[test]
fn a_stacked_pair_is_apart_by_its_height() {
    let found = found(Relative::Equal, |_, partner| (partner.x, partner.y) = (100.0, 180.0));
    assert_eq!(found, []);
}

#[test]
fn faint_logos_are_found() {
    assert_eq!(contrast(3.0, rules(Relative::Equal)), None);
    assert_eq!(contrast(2.99, rules(Relative::Equal)), Some(Violation::Contrast { measured: 2.99, at_least: 3.0 }));
    assert!(contrast(f64::NAN, rules(Relative::Equal)).is_some());
}

#[test]
fn a_logo_fits_a_box_in_its_own_proportions() {
    assert_eq!(fit_in(WIDE, 200.0, 200.0), (200.0, 50.0));
    assert_eq!(fit_in(SQUARE, 200.0, 44.0), (44.0, 44.0));
    assert_eq!(fit_in(Mark { width: 10, height: 5 }, 200.0, 200.0), (20.0, 10.0));
    assert_eq!(fit_in(Mark { width: 0, height: 5 }, 200.0, 200.0), (0.0, 0.0));
    assert_eq!(fit_in(WIDE, f64::NAN, 200.0), (0.0, 0.0));
}

fn any_mark() -> impl Strategy<Value = Mark> {
    (1..4000_u32, 1..4000_u32).prop_map(|(width, height)| Mark { width, height })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let relative = prop_oneof![Just(Relative::Equal), Just(Relative::NotLarger), Just(Relative::TwoThirds)];
    let clear = prop_oneof![0..200_u16, Just(u16::MAX)];
    (relative, clear, 0..200_u16).prop_map(|(relative, clear_space_percent, min_width_px)| Rules {
        relative,
        clear_space_percent,
        min_width_px,
        contrast_tenths: 30,
    })
}

fn any_area() -> impl Strategy<Value = Area> {
    (-500.0..500.0_f64, -500.0..500.0_f64, 0.0..3000.0_f64, 0.0..2000.0_f64).prop_map(|(x, y, width, height)| Area {
        x,
        y,
        width,
        height,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_placed_breaks_no_rule(
        rules in any_rules(), brand in any_mark(), partner in any_mark(), area in any_area(), rtl in any::<bool>(),
    ) {
        if let Ok(placed) = place(rules, brand, partner, area, rtl) {
            prop_assert_eq!(check(rules, (brand, placed.brand), (partner, placed.partner), area), []);
            prop_assert!(placed.brand.height <= brand.highest() + 1e-6 && placed.partner.height <= partner.highest() + 1e-6);
            let first = if rtl { placed.partner.x < placed.brand.x } else { placed.brand.x < placed.partner.x };
            prop_assert!(first);
        }
    }

    #[test]
    fn a_larger_area_never_loses_a_place(
        rules in any_rules(), brand in any_mark(), partner in any_mark(), area in any_area(),
    ) {
        let larger = Area { width: area.width * 1.3, height: area.height * 1.3, ..area };
        if place(rules, brand, partner, area, false).is_ok() {
            prop_assert!(place(rules, brand, partner, larger, false).is_ok());
        }
    }
}
