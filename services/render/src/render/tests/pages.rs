//! Pages that partners put on their own sites: whole in themselves, and such as everybody can read (WCAG 2.2 AA, as far as
//! markup tells).

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

use super::cascade::Look;
use super::*;

/// Of brands: light, dark, yellow, and the greys between, on which neither black nor white stands out.
pub(super) const COLORS: [&str; 14] = [
    "#000000", "#111111", "#1f3a5f", "#0b5fff", "#2e7d32", "#7f7f00", "#767676", "#777777", "#808080", "#e04f5f",
    "#ff6600", "#ffcc00", "#f5f5f5", "#ffffff",
];

const PAGES: [(&str, &str); 3] = [("landing_page", "main"), ("webinar_kit", "page"), ("one_pager", "a4")];

/// Each page, of those who gave everything and of one who gave the least.
fn pages() -> Vec<(String, Html)> {
    let mut pages = Vec::new();
    for (asset_type, layout) in PAGES {
        for (locale, full) in [("en-US", true), ("ar-EG", true), ("de-DE", false)] {
            let (rich, longest, pictures) = everything(asset_type, locale);
            let context = if full { rich } else { context(asset_type, locale) };
            let partner = if full { longest } else { least() };
            let content = sample(asset_type, context.locale.language());
            let html = layout_text(&subject(&context, &content, &partner), &pictures, layout, Format::Html);
            pages.push((format!("{asset_type} in {locale}"), Html::parse_document(&html)));
        }
    }
    pages
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

#[test]
fn a_page_loads_nothing() {
    for (name, page) in pages() {
        assert!(
            all(&page, "script, link, iframe, object, embed, video, audio, base, form, input").is_empty(),
            "{name}"
        );
        for style in all(&page, "style") {
            let css = style.text().collect::<String>();
            assert!(!css.contains("url(") && !css.contains("@import") && !css.contains("@font-face"), "{name}");
        }
        for element in all(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                assert!(attribute != "src" || value.starts_with("data:image/png;base64,"), "{name}: {value:.60}");
                assert!(attribute != "href" || value.starts_with("https://"), "{name}: {value}");
            }
        }
    }
}

#[test]
fn a_page_has_its_language_one_heading_and_its_landmarks() {
    for (name, page) in pages() {
        let root = page.root_element();
        assert_eq!(root.attr("dir"), Some(if name.contains("ar-EG") { "rtl" } else { "ltr" }), "{name}");
        assert!(root.attr("lang").is_some_and(|lang| name.ends_with(lang)), "{name}");
        assert!(!words(all(&page, "head > title")[0]).is_empty(), "{name}");
        assert!(all(&page, "meta[name=viewport]").len() == 1 && all(&page, "meta[charset]").len() == 1, "{name}");
        let count = |selector: &str| all(&page, selector).len();
        assert_eq!((count("h1"), count("main"), count("main h1")), (1, 1, 1), "{name}");
        // Within <main>, neither would be a landmark.
        assert_eq!((count("header"), count("footer")), (1, 1), "{name}");
        assert_eq!(count("main header, main footer, section header, article footer"), 0, "{name}");
        let levels: Vec<u8> =
            all(&page, "h1, h2, h3, h4").iter().map(|heading| heading.value().name().as_bytes()[1]).collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: no level is skipped: {levels:?}");
        assert!(all(&page, "h1, h2, h3").into_iter().all(|heading| !words(heading).is_empty()), "{name}");
    }
}

#[test]
fn ids_are_unique_and_what_they_name_is_there() {
    for (name, page) in pages() {
        let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for element in all(&page, "[aria-labelledby]") {
            let label = element.attr("aria-labelledby").unwrap();
            assert!(unique.contains(label), "{name}: {label}");
        }
    }
}

#[test]
fn images_have_words_and_links_have_names() {
    for (name, page) in pages() {
        for image in all(&page, "img") {
            assert!(image.attr("alt").is_some_and(|alt| !alt.trim().is_empty()), "{name}");
            assert!(image.attr("width").is_some() && image.attr("height").is_some(), "{name}: nothing jumps");
        }
        for link in all(&page, "a") {
            let pictured = link.select(&Selector::parse("img[alt]").unwrap()).count() > 0;
            assert!(pictured || !words(link).is_empty(), "{name}: {}", link.html());
            assert!(link.attr("href").is_some_and(|href| !href.is_empty()), "{name}: {}", link.html());
        }
    }
}

#[test]
fn text_reads_on_its_ground_for_every_brands_colour() {
    for (asset_type, layout) in PAGES {
        let content = sample(asset_type, "en");
        for color in COLORS {
            let (mut context, partner, pictures) = everything(asset_type, "en-US");
            context.brand.color = color.into();
            let html = layout_text(&subject(&context, &content, &partner), &pictures, layout, Format::Html);
            let page = Html::parse_document(&html);
            for dark in [false, true] {
                let faint = Look::of(&page, dark).faint();
                assert!(faint.is_empty(), "{asset_type} {color}, dark {dark}: {faint:#?}");
            }
        }
    }
}
