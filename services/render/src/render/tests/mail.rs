//! Every email layout, held against what mail programs draw (`mail_facts`). None is sent anywhere here.

use scraper::{ElementRef, Html, Selector};

use super::cascade::Look;
use super::*;
use crate::mail_facts::{self, ELEMENTS, GMAIL_MESSAGE, GMAIL_STYLE, GMAIL_STYLES, STRIPPED, Standing};

const BASE: &str = "https://cdn.halvard.example/partner/v1";

/// Each email as it is sent: of everybody who gave everything in both directions, and of one who gave the least.
fn emails() -> Vec<(String, Content, Html, String)> {
    let mut emails = Vec::new();
    for (asset_type, layout) in html_layouts(Markup::Mjml) {
        for (locale, full) in [("en-US", true), ("ar-EG", true), ("ja-JP", false), ("en-US", false)] {
            let (rich, longest, pictures) = everything(asset_type, locale);
            let context = if full { rich } else { context(asset_type, locale) };
            let partner = if full { longest } else { least() };
            let content = sample(asset_type, context.locale.language());
            let subject = Subject { images: Images::Url(BASE), ..subject(&context, &content, &partner) };
            let html = layout_text(&subject, &pictures, layout, Format::Html);
            let name = format!("{asset_type} {layout} in {locale}{}", if full { "" } else { ", the least" });
            emails.push((name, content, Html::parse_document(&html), html));
        }
    }
    emails
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// A declaration that some client drops, where the email has nothing in its place.
fn fault(element: ElementRef<'_>, property: &str, value: &str) -> Option<String> {
    let tag = element.value().name();
    let style = element.attr("style").unwrap_or_default();
    let hidden = style.contains("display:none") && style.contains("mso-hide:all");
    // mrml puts a table for Outlook around what has a width elsewhere.
    let in_a_table = || {
        let before =
            element.prev_siblings().find(|node| !node.value().as_text().is_some_and(|text| text.trim().is_empty()));
        before.is_some_and(|node| node.value().as_comment().is_some_and(|comment| comment.contains("[if mso")))
    };
    let kept = match property {
        "background" => {
            let cell = element.parent().and_then(ElementRef::wrap).filter(|_| tag == "a");
            let colored = |element: ElementRef<'_>| element.attr("bgcolor").is_some();
            value == "none" || style.contains("background-color:") || colored(element) || cell.is_some_and(colored)
        }
        "display" => match value {
            "none" => hidden,
            "inline-block" => tag == "img" || tag == "a" || in_a_table(),
            "block" | "inline" => true,
            _ => false,
        },
        "max-width" if tag == "img" => element.attr("width").is_some(),
        "max-width" => hidden || in_a_table(),
        "height" if tag == "img" => element.attr("height").is_some(),
        "max-height" | "opacity" | "overflow" => hidden,
        "margin" => {
            matches!(tag, "p" | "h1" | "ul" | "li") || value.split(' ').all(|part| matches!(part, "0" | "0px" | "auto"))
        }
        // Word draws padding of cells; of a button it takes the cell's mso-padding-alt.
        "padding" => {
            let cell = element.parent().and_then(ElementRef::wrap).and_then(|parent| parent.attr("style"));
            matches!(tag, "td" | "th")
                || value.split(' ').all(|part| matches!(part, "0" | "0px"))
                || (tag == "a" && cell.is_some_and(|style| style.contains("mso-padding-alt:")))
        }
        "text-transform" => value == "none",
        "word-spacing" => value == "normal",
        _ => true,
    };
    let name = property.strip_prefix("padding-").map_or(property, |_| "padding");
    match mail_facts::of(name) {
        None => Some("is in no list of what mail programs draw".to_owned()),
        Some(Standing::Never(loss)) => Some(format!("is dropped by some: {loss}")),
        Some(Standing::Carries | Standing::Adds(_)) if kept => None,
        Some(Standing::Carries) => Some("is drawn in part only, and not here".to_owned()),
        Some(Standing::Adds(why)) => Some(format!("may be dropped where {why}; here that does not hold")),
    }
}

#[test]
fn nothing_that_a_mail_program_drops_is_the_only_way_to_something() {
    let mut faults = std::collections::BTreeSet::new();
    for (name, _, page, _) in emails() {
        for element in all(&page, "body, body *") {
            let tag = element.value().name();
            let never = ELEMENTS.iter().find(|fact| fact.0 == tag && matches!(fact.3, Standing::Never(_)));
            assert!(never.is_none() && !STRIPPED.contains(&tag), "{name}: <{tag}>");
            for declaration in element.attr("style").unwrap_or_default().split(';') {
                let Some((property, value)) = declaration.split_once(':') else { continue };
                let (property, value) = (property.trim(), value.trim());
                faults.extend(fault(element, property, value).map(|why| format!("<{tag}> {property}:{value} {why}")));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_email_is_whole_without_its_style_blocks() {
    for (name, _, page, _) in emails() {
        for hidden in all(&page, "[style*='display:none']") {
            let twin = hidden.value().name() == "img" && hidden.attr("class") == Some("on-dark");
            let light = hidden
                .prev_siblings()
                .filter_map(ElementRef::wrap)
                .any(|image| image.attr("class") == Some("on-light"));
            let preheader = hidden.text().collect::<String>().contains('\u{34f}');
            assert!(preheader || (twin && light), "{name}: {}", hidden.html());
        }
    }
}

#[test]
fn style_blocks_are_such_as_gmail_reads() {
    for (name, _, page, _) in emails() {
        let blocks: Vec<String> = all(&page, "style").iter().map(|style| style.text().collect()).collect();
        assert!(blocks.iter().map(|css| css.chars().count()).sum::<usize>() < GMAIL_STYLES, "{name}");
        for css in &blocks {
            assert!(css.chars().count() < GMAIL_STYLE, "{name}: {} characters", css.len());
            assert!(!css.contains("url(") && !css.contains("@import") && !css.contains("/*"), "{name}: {css}");
            let selectors = css.matches('[').count();
            assert_eq!(
                selectors,
                css.matches("[data-ogs").count(),
                "{name}: attribute selectors are Outlook.com's own"
            );
            // Gmail drops a block that has any of these; what small screens need is in another.
            assert!(!(css.contains("[data-ogs") && css.contains("max-width")), "{name}");
        }
    }
}

#[test]
fn an_email_loads_only_its_logos_and_leads_only_where_brand_and_partner_are() {
    let known = [
        "https://halvard.example/",
        "https://systemhaus-partner.example/",
        "https://n.example/",
        "https://www.linkedin.com/",
        "https://www.xing.com/",
    ];
    for (name, _, page, html) in emails() {
        assert!(html.len() < GMAIL_MESSAGE, "{name}: {} bytes", html.len());
        for element in all(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                match attribute {
                    "src" => assert!(
                        value.starts_with(&format!("{BASE}/logos/")) && value.ends_with(".png"),
                        "{name}: {value}"
                    ),
                    "href" => assert!(known.iter().any(|known| value.starts_with(known)), "{name}: {value}"),
                    "background" | "srcset" | "action" | "poster" | "data" => panic!("{name}: {attribute}={value}"),
                    "style" => assert!(!value.contains("url("), "{name}: {value}"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn every_image_says_what_it_shows_and_how_large_it_is() {
    for (name, _, page, _) in emails() {
        let images = all(&page, "img");
        assert!(images.len() >= 5 || name.contains("least"), "{name} has {}", images.len());
        for image in images {
            let number = |attribute: &str| image.attr(attribute).and_then(|value| value.parse::<u32>().ok());
            assert!(image.attr("alt").is_some_and(|alt| !alt.trim().is_empty()), "{name}: {}", image.html());
            assert!(number("width").is_some_and(|width| (1..=300).contains(&width)), "{name}: {}", image.html());
            assert!(number("height").is_some(), "{name}: {}", image.html());
        }
    }
}

#[test]
fn an_email_says_its_language_direction_title_and_preheader() {
    for (name, content, page, _) in emails() {
        let root = page.root_element();
        let arabic = name.contains("ar-EG");
        assert_eq!(root.attr("dir"), Some(if arabic { "rtl" } else { "ltr" }), "{name}");
        assert!(root.attr("lang").is_some_and(|lang| name.contains(lang)), "{name}");
        // Webmail drops <html> and keeps what is in the body.
        let inner = all(&page, "body > div[lang][dir]");
        assert_eq!(inner.first().and_then(|div| div.attr("dir")), root.attr("dir"), "{name}");
        let title = all(&page, "head > title")[0].text().collect::<String>();
        assert!(content.plain().values().any(|slot| slot.trim() == title.trim()), "{name}: {title}");
        let hidden = all(&page, "[style*='display:none']").into_iter().next().unwrap().text().collect::<String>();
        let before = all(&page, "body")[0].text().collect::<String>();
        assert!(
            before.trim_start().starts_with(hidden.trim_start()),
            "{name}: the preheader is what the body starts with"
        );
        assert!(content.plain().values().any(|slot| hidden.trim().starts_with(slot.trim())), "{name}: {hidden}");
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        let layout = all(&page, "table:not([role])");
        assert!(layout.iter().all(|table| table.attr("class") == Some("facts")), "{name}: tables for layout say so");
    }
}

#[test]
fn text_reads_on_its_ground_in_light_and_in_dark() {
    for (name, _, page, _) in emails() {
        for dark in [false, true] {
            let faint = Look::of(&page, dark).faint();
            assert!(faint.is_empty(), "{name}, dark {dark}: {faint:#?}");
        }
    }
}

#[test]
fn a_button_and_a_headline_read_on_any_brands_colour() {
    let content = sample("email", "en");
    for color in super::pages::COLORS {
        let (mut context, partner, pictures) = everything("email", "en-US");
        context.brand.color = color.into();
        let html = layout_text(&subject(&context, &content, &partner), &pictures, "main", Format::Html);
        let page = Html::parse_document(&html);
        for dark in [false, true] {
            let faint = Look::of(&page, dark).faint();
            assert!(faint.is_empty(), "{color}, dark {dark}: {faint:#?}");
        }
    }
}
