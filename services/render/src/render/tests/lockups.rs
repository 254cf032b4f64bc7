//! Two logos in a picture as they were drawn, held against the brand's rules.

use countersign_released::release::{LockupRules, RelativeSize};

use super::*;
use crate::lockup::{Area, Mark, Rect, check};

/// Where the logos of each drawn layout may stand, read from left to right: x, y, width and height.
const AREAS: [(&str, [f64; 4]); 8] = [
    ("970x250", [676.0, 22.0, 258.0, 132.0]),
    ("728x90", [470.0, 8.0, 234.0, 40.0]),
    ("300x250", [16.0, 157.0, 268.0, 42.0]),
    ("160x600", [10.0, 447.0, 140.0, 98.0]),
    ("320x50", [8.0, 30.0, 304.0, 19.0]),
    ("300x1050", [24.0, 836.0, 252.0, 96.0]),
    ("970x90", [560.0, 12.0, 210.0, 66.0]),
    ("a4", [56.0, 4.0, 400.0, 96.0]),
];

fn number(node: roxmltree::Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).map_or(0.0, |value| value.parse().unwrap())
}

fn rect(node: roxmltree::Node<'_, '_>) -> Rect {
    Rect { x: number(node, "x"), y: number(node, "y"), width: number(node, "width"), height: number(node, "height") }
}

/// Whether two boxes have a point in common.
fn meet(one: &Rect, other: &Rect) -> bool {
    one.x < other.x + other.width
        && other.x < one.x + one.width
        && one.y < other.y + other.height
        && other.y < one.y + one.height
}

const SIZES: [(u32, u32); 5] = [(400, 80), (200, 200), (900, 90), (120, 240), (300, 100)];

/// Draws every pair of logos by `rules`, and says how many stood together, by layout.
fn held(rules: LockupRules, locale: &str) -> BTreeMap<&'static str, usize> {
    let (mut held, mut pictures) = (BTreeMap::new(), Pictures::default());
    let logos = SIZES.map(|size| (size, pictures.add(size, [11, 95, 255, 255])));
    for (asset_type, layout) in drawn_layouts() {
        let mut context = context(asset_type, locale);
        context.brand.lockup = rules;
        let content = sample(asset_type, context.locale.language());
        let (_, [x, y, width, height]) = AREAS.into_iter().find(|(name, _)| *name == layout).unwrap();
        for ((brand, ours), (partner, theirs)) in
            logos.iter().flat_map(|one| logos.iter().map(move |other| (one, other)))
        {
            context.brand.logo = Some(ours.clone());
            let profile = Profile { logo: Some(theirs.clone()), ..profile() };
            let svg = svg_of(&subject(&context, &content, &profile), &pictures, layout).unwrap();
            let document = roxmltree::Document::parse(&svg).unwrap();
            let with_id = |id: &str| document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
            let (ours, theirs) = (with_id("brand-logo"), with_id("partner-logo"));
            let what = format!("{layout} {locale} {rules:?} {brand:?} {partner:?}");
            if theirs.tag_name().name() == "text" {
                // Where the rules cannot hold, the partner's name stands for its logo.
                assert!(theirs.text().is_some_and(|text| text.contains("Nordlicht")), "{what}");
                continue;
            }
            *held.entry(layout).or_default() += 1;
            let page = rect(document.root_element());
            let x = if locale.starts_with("ar") { page.width - x - width } else { x };
            let area = Area { x, y, width, height };
            let (ours, theirs) = (rect(ours), rect(theirs));
            let mark = |size: &(u32, u32)| Mark { width: size.0, height: size.1 };
            let found = check(rules.into(), (mark(brand), ours), (mark(partner), theirs), area);
            assert_eq!(found, [], "{what}");
            // Nothing else is in the clear space.
            let clear = f64::from(rules.clear_space_percent) / 100.0 * ours.height;
            for logo in [ours, theirs] {
                let free = Rect {
                    x: logo.x - clear,
                    y: logo.y - clear,
                    width: logo.width + 2.0 * clear,
                    height: logo.height + 2.0 * clear,
                };
                assert!(free.x >= -0.01 && free.y >= -0.01 && free.x + free.width <= page.width + 0.01, "{what}");
                let boxes = document
                    .descendants()
                    .filter(|node| node.tag_name().name() == "rect" && node.attribute("rx").is_some());
                for other in boxes.map(rect) {
                    assert!(!meet(&free, &other), "{what}: {other:?} is in the clear space");
                }
            }
        }
    }
    held
}

#[test]
fn drawn_logos_hold_the_brands_rules_from_left_and_from_right() {
    for relative in [RelativeSize::Equal, RelativeSize::NotLarger, RelativeSize::TwoThirds] {
        for (locale, rules) in [
            ("en-US", LockupRules { relative, ..LockupRules::default() }),
            ("ar-EG", LockupRules { relative, clear_space_percent: 100, min_width_px: 24, ..LockupRules::default() }),
        ] {
            let held = held(rules, locale);
            assert!(held.values().sum::<usize>() > 20, "{rules:?} {locale}: {held:?}");
            assert!(held.contains_key("a4") && held.contains_key("970x250"), "{held:?}");
        }
    }
    let small = LockupRules { clear_space_percent: 25, min_width_px: 16, ..LockupRules::default() };
    let held = held(small, "en-US");
    assert_eq!(held.len(), AREAS.len(), "with lenient rules every layout has room for some: {held:?}");
}
