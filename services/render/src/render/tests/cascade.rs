//! What a browser makes of a page's colours: a small cascade over `<style>` and inline styles, on light ground or on dark,
//! as far as our layouts need it. It reads wide screens: rules for narrow ones and for print are left out.

use scraper::{ElementRef, Html, Node, Selector};

/// A page as it looks.
pub(super) struct Look<'a> {
    page: &'a Html,
    rules: Vec<Rule>,
}

struct Rule {
    selector: Selector,
    /// Important, then how particular the selector is, then its place.
    weight: (bool, usize, usize),
    property: String,
    value: String,
}

/// Text that does not read on its ground.
#[derive(Debug)]
#[expect(dead_code, reason = "shown by a failing test")]
pub(super) struct Faint {
    text: String,
    color: [u8; 3],
    ground: [u8; 3],
    contrast: f64,
}

impl<'a> Look<'a> {
    pub(super) fn of(page: &'a Html, dark: bool) -> Self {
        let mut rules = Vec::new();
        for style in page.select(&Selector::parse("style:not([media])").unwrap()) {
            read(&style.text().collect::<String>(), dark, &mut rules);
        }
        Self { page, rules }
    }

    /// Every text that has less contrast than it needs (WCAG 2.2, 1.4.3: 4.5, or 3 from 24 pixels, or 18.66 bold).
    pub(super) fn faint(&self) -> Vec<Faint> {
        let mut faint = Vec::new();
        for node in self.page.tree.nodes() {
            let Node::Text(text) = node.value() else { continue };
            let Some(element) = node.parent().and_then(ElementRef::wrap) else { continue };
            if text.trim().is_empty() || !self.is_shown(element) {
                continue;
            }
            let (color, ground) = (self.color(element), self.ground(element));
            let contrast = contrast(color, ground);
            let size = self.size(element);
            let large = size >= 24.0 || (size >= 18.66 && self.is_bold(element));
            if contrast < if large { 3.0 } else { 4.5 } {
                faint.push(Faint { text: text.trim().chars().take(60).collect(), color, ground, contrast });
            }
        }
        faint
    }

    /// What is set on this very element.
    fn set(&self, element: ElementRef<'_>, property: &str) -> Option<String> {
        let inline = declarations(element.attr("style").unwrap_or_default()).into_iter();
        let inline =
            inline.filter(|(name, _)| name == property).map(|(_, value)| ((false, usize::MAX, 0), value)).next_back();
        let matching = self.rules.iter().filter(|rule| rule.property == property && rule.selector.matches(&element));
        let best =
            matching.map(|rule| (rule.weight, rule.value.clone())).chain(inline).max_by_key(|(weight, _)| *weight);
        best.map(|(_, value)| self.resolved(&value))
    }

    /// With the page's variables.
    fn resolved(&self, value: &str) -> String {
        let Some((before, rest)) = value.split_once("var(") else { return value.to_owned() };
        let Some((name, after)) = rest.split_once(')') else { return value.to_owned() };
        let scope = self.page.root_element();
        let found = self.set(scope, name.trim()).unwrap_or_default();
        self.resolved(&format!("{before}{found}{after}"))
    }

    fn is_shown(&self, element: ElementRef<'_>) -> bool {
        above(element).all(|element| {
            !matches!(element.value().name(), "head" | "style" | "script" | "title")
                && self.set(element, "display").as_deref() != Some("none")
        })
    }

    fn color(&self, element: ElementRef<'_>) -> [u8; 3] {
        for element in above(element) {
            match self.set(element, "color").as_deref() {
                None if element.value().name() == "a" => return [0, 0, 238],
                None | Some("inherit") => {}
                Some(value) => return rgb(value).unwrap_or_else(|| panic!("the colour {value}")),
            }
        }
        [0, 0, 0]
    }

    fn ground(&self, element: ElementRef<'_>) -> [u8; 3] {
        for element in above(element) {
            let set = self.set(element, "background-color");
            let color = set.as_deref().and_then(rgb).or_else(|| element.attr("bgcolor").and_then(rgb));
            if let Some(color) = color {
                return color;
            }
        }
        [255, 255, 255]
    }

    fn size(&self, element: ElementRef<'_>) -> f64 {
        let mut factor = 1.0;
        for element in above(element) {
            let Some(value) = self.set(element, "font-size") else { continue };
            let value = value.trim_start_matches("clamp(").split(',').next().unwrap_or_default().trim().to_owned();
            let number = |unit: &str| value.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok());
            if let Some(pixels) = number("px").or(number("rem").map(|rem| rem * 16.0)) {
                return factor * pixels;
            }
            factor *= number("em").unwrap_or(1.0);
        }
        factor * 16.0
    }

    fn is_bold(&self, element: ElementRef<'_>) -> bool {
        for element in above(element) {
            if let Some(value) = self.set(element, "font-weight") {
                return value == "bold" || value.parse().is_ok_and(|weight: u32| weight >= 700);
            }
            if matches!(element.value().name(), "b" | "strong" | "h1" | "h2" | "h3" | "th") {
                return true;
            }
        }
        false
    }
}

/// The element and what it is in.
fn above(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    std::iter::successors(Some(element), |element| element.parent().and_then(ElementRef::wrap))
}

/// The rules of a sheet that hold here.
fn read(css: &str, dark: bool, rules: &mut Vec<Rule>) {
    let mut rest = css.trim();
    while let Some((prelude, after)) = rest.split_once('{') {
        let mut depth = 1;
        let end = after.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let (body, next) = after.split_at(end.unwrap_or(after.len()));
        let prelude = prelude.trim();
        if let Some(condition) = prelude.strip_prefix("@media") {
            if (dark && condition.contains("prefers-color-scheme: dark")) || condition.contains("min-width") {
                read(body, dark, rules);
            }
        } else {
            for part in prelude.split(',').map(str::trim) {
                // One that has no meaning here: a state, or what stands before or after an element.
                let Ok(selector) = Selector::parse(part) else { continue };
                let particular = 100 * part.matches('#').count()
                    + 10 * part.matches(['.', '[', ':']).count()
                    + part
                        .split([' ', '>', '+'])
                        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
                        .count();
                for (property, value) in declarations(body) {
                    let (value, important) = match value.strip_suffix("!important") {
                        Some(value) => (value.trim().to_owned(), true),
                        None => (value, false),
                    };
                    let weight = (important, particular, rules.len());
                    rules.push(Rule { selector: selector.clone(), weight, property, value });
                }
            }
        }
        rest = next.trim_start_matches('}').trim();
    }
}

/// Of a block; shorthands that set colours, sizes and weights are read as these.
fn declarations(block: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in block.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        match name.as_str() {
            "background" => found.push(("background-color".to_owned(), value.clone())),
            "font" => {
                let size = value.split([' ', '/']).find(|part| part.starts_with(|c: char| c.is_ascii_digit()));
                found.extend(size.map(|size| ("font-size".to_owned(), size.to_owned())));
            }
            _ => {}
        }
        found.push((name, value));
    }
    found
}

/// Of a colour as our layouts write them; none for no colour.
fn rgb(value: &str) -> Option<[u8; 3]> {
    let hex = value.trim().strip_prefix('#')?;
    let long: String = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
    let part = |at: usize| u8::from_str_radix(long.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// WCAG 2.2.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |color: [u8; 3]| {
        let [red, green, blue] = color.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    one.max(other) / one.min(other)
}

#[test]
fn a_look_is_that_of_the_cascade() {
    let html = "<html><head><style>:root { --ink: #222222; } p { color: var(--ink); } .a p { color: #777 } \
                @media (prefers-color-scheme: dark) { body { background-color: #000000 !important; } }\
                @media print { p { color: #fff } }</style></head><body bgcolor=\"#ffffff\"><p>dark</p><div class=\"a\">\
                <p>grey</p><p style=\"font-size:30px\">large</p><p style=\"display:none;color:#fff\">hidden</p></div></body></html>";
    let page = Html::parse_document(html);
    let texts = |dark: bool| Look::of(&page, dark).faint().into_iter().map(|faint| faint.text).collect::<Vec<_>>();
    assert_eq!(texts(false), ["grey"]);
    assert_eq!(texts(true), ["dark"], "grey reads on black");
}
